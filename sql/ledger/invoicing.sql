/* invoicing: issuing claims. */
CREATE OR REPLACE FUNCTION invoice_issued() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    defaults record;
BEGIN
    IF NEW.status NOT IN ('draft', 'open') OR NEW.allocated <> 0 OR NEW.step <> 0 OR NEW.cycle <> 1
        OR num_nonnulls(NEW.closed_on, NEW.rescheduled_on, NEW.policy_id, NEW.noticed_on, NEW.next_on) > 0 THEN
        RAISE EXCEPTION 'a new invoice is draft or open, with nothing allocated and no notice'
            USING ERRCODE = 'RV006', DETAIL = format('Invoice %s came with status %s, allocated %s.', NEW.number, NEW.status, NEW.allocated),
                  HINT = 'Leave out the columns status, allocated, closed_on, rescheduled_on and those of dunning: they follow from what is posted.';
    END IF;
    SELECT s.currency, coalesce(c.terms, s.terms) AS terms, p.steps, p.catch_up = 'by_age' AS by_age, p.convention,
           CASE WHEN p.convention <> 'unadjusted' OR uses_business_days(p.steps) THEN holidays() ELSE '{}' END AS holidays INTO defaults
      FROM settings s
      LEFT JOIN customer c ON c.id = NEW.customer_id
      LEFT JOIN customer_policy a ON a.customer_id = NEW.customer_id
      LEFT JOIN policy p ON p.id = a.policy_id;
    NEW.currency := coalesce(NEW.currency, defaults.currency);
    NEW.terms := coalesce(NEW.terms, defaults.terms);
    IF NEW.kind = 'credit_note' THEN
        NEW.due_on := coalesce(NEW.due_on, (SELECT r.due_on FROM invoice r WHERE r.id = NEW.related_id), NEW.issued_on);
    ELSE
        NEW.due_on := coalesce(NEW.due_on, due_date(NEW.terms, NEW.issued_on,
            -- The terms' one notation says whether they look at the calendar.
            CASE WHEN NEW.terms::text LIKE '% bd%' THEN holidays() ELSE '{}' END));
        IF NEW.amount = 0 AND NEW.status = 'open' THEN
            NEW.status := 'paid';
            NEW.closed_on := NEW.issued_on;
        ELSIF NEW.status = 'open' THEN
            NEW.next_on := next_look(defaults.steps, 0, NEW.due_on, NEW.issued_on, NULL, NEW.issued_on, defaults.by_age, true,
                                     defaults.holidays, defaults.convention);
        END IF;
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION invoice_issued() IS 'Trigger: gives a new invoice its currency, terms, due date and first date of dunning.';

CREATE OR REPLACE TRIGGER issued BEFORE INSERT ON invoice FOR EACH ROW EXECUTE FUNCTION invoice_issued();

CREATE OR REPLACE FUNCTION draft_issued() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.amount = 0 THEN
        UPDATE invoice i SET status = 'paid', closed_on = i.issued_on WHERE i.id = NEW.id;
    ELSE
        UPDATE invoice i SET next_on = i.issued_on WHERE i.id = NEW.id AND i.kind <> 'credit_note';
    END IF;
    PERFORM roll_up_invoices(ARRAY[NEW.id]);
    IF NEW.kind = 'invoice' THEN
        PERFORM use_reservation(NEW);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION draft_issued() IS 'Trigger: a draft that is issued counts from now on, comes off what is reserved for its order, and is looked at by the next advance; one over 0 is paid at once.';

CREATE OR REPLACE TRIGGER draft_issued AFTER UPDATE OF status ON invoice FOR EACH ROW
    WHEN (OLD.status = 'draft' AND NEW.status = 'open') EXECUTE FUNCTION draft_issued();

CREATE OR REPLACE FUNCTION require_amount(amount numeric, currency text) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
BEGIN
    IF amount IS NULL OR NOT is_amount(amount, currency) OR amount <= 0 THEN
        RAISE EXCEPTION '% is not an amount in %', coalesce(amount::text, 'NULL'), currency
            USING ERRCODE = 'RV004', DETAIL = format('Amounts are above 0, below 10^15, with at most %s digits after the point.', minor_units(currency)),
                  HINT = CASE WHEN round_half_up(amount, currency) > 0 AND is_amount(round_half_up(amount, currency), currency)
                              THEN format('debiteur.round_half_up(%s, %L) rounds to %s.', amount, currency, round_half_up(amount, currency))
                              WHEN amount < 0
                              THEN 'Amounts have no sign: a claim is lowered by issue_credit_note(), a payment taken back by reverse_payment().'
                              ELSE 'Give a number of that range.' END;
    END IF;
END $$;
COMMENT ON FUNCTION require_amount(numeric, text) IS 'Error RV004 unless the amount is above 0 and has no more digits than the currency.';

CREATE OR REPLACE FUNCTION lock_invoice(number text) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    claim record;
BEGIN
    SELECT i.id, i.customer_id INTO claim FROM invoice i WHERE i.number = lock_invoice.number;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no invoice %', coalesce(quote_literal(lock_invoice.number), 'NULL')
            USING ERRCODE = 'RV009', DETAIL = 'No claim of any kind or status has this number.',
                  HINT = 'Invoices are named by their number, as text.';
    END IF;
    PERFORM FROM customer c WHERE c.id = claim.customer_id FOR NO KEY UPDATE;
    RETURN claim.id;
END $$;
COMMENT ON FUNCTION lock_invoice(text) IS 'Id of the invoice with this number, its customer locked until the transaction ends; error RV009 if there is none.';

CREATE OR REPLACE FUNCTION issue_invoice(
    customer text, number text, amount numeric, issued_on date DEFAULT NULL, due_on date DEFAULT NULL, currency text DEFAULT NULL,
    terms payment_terms DEFAULT NULL, kind text DEFAULT 'invoice', related text DEFAULT NULL, reference text DEFAULT NULL, key text DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    claim_id bigint := request_begin(key, 'issue_invoice', jsonb_build_object('customer', customer, 'number', number, 'amount', amount,
        'issued_on', issued_on, 'due_on', due_on, 'currency', currency, 'terms', terms::text, 'kind', kind, 'related', related, 'reference', reference));
    owner_id bigint;
    parent_id bigint;
    used_currency text := coalesce(issue_invoice.currency, (SELECT s.currency FROM settings s));
    day date := coalesce(issue_invoice.issued_on, today());
BEGIN
    IF claim_id IS NOT NULL THEN
        RETURN claim_id;
    END IF;
    IF issue_invoice.kind = 'credit_note' THEN
        RAISE EXCEPTION 'a credit note is not an invoice'
            USING ERRCODE = 'RV004', DETAIL = 'kind is credit_note.', HINT = 'Use issue_credit_note().';
    END IF;
    PERFORM require_text(issue_invoice.number, 'number'), require_choice(issue_invoice.kind, 'kind', '{invoice,costs,interest}'), require_date(day, 'issued_on');
    owner_id := lock_customer(issue_invoice.customer);
    IF issue_invoice.amount IS DISTINCT FROM 0 THEN
        PERFORM require_amount(issue_invoice.amount, used_currency);
    END IF;
    IF issue_invoice.related IS NOT NULL THEN
        parent_id := lock_invoice(issue_invoice.related);
        IF NOT EXISTS (SELECT FROM invoice i WHERE i.id = parent_id AND i.customer_id = owner_id) THEN
            RAISE EXCEPTION 'customer % has no invoice %', quote_literal(issue_invoice.customer), quote_literal(issue_invoice.related)
                USING ERRCODE = 'RV009', DETAIL = (SELECT format('The invoice is one of customer %L.', c.number) FROM invoice i JOIN customer c ON c.id = i.customer_id WHERE i.id = parent_id),
                      HINT = 'Costs and interest go to the customer of their invoice.';
        END IF;
    END IF;
    IF issue_invoice.due_on < day OR NOT isfinite(issue_invoice.due_on) THEN
        RAISE EXCEPTION 'an invoice of % can''t be due on %', day, issue_invoice.due_on
            USING ERRCODE = 'RV016', DETAIL = CASE WHEN issue_invoice.issued_on IS NULL THEN 'The invoice date is today: issued_on was not given.' ELSE 'They were given as issued_on and due_on.' END,
                  HINT = 'The due date is not before the invoice date; without due_on it follows from the terms.';
    END IF;
    INSERT INTO invoice AS i (customer_id, number, kind, related_id, currency, amount, issued_on, due_on, terms, reference)
        VALUES (owner_id, issue_invoice.number, issue_invoice.kind, parent_id, used_currency, issue_invoice.amount, day,
                issue_invoice.due_on, issue_invoice.terms, issue_invoice.reference)
        ON CONFLICT (number) DO NOTHING RETURNING i.id INTO claim_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is an invoice % already', quote_literal(issue_invoice.number)
            USING ERRCODE = 'RV010', DETAIL = (SELECT format('It is of kind %s, issued on %s, over %s %s.', i.kind, i.issued_on, i.currency, i.amount) FROM invoice i WHERE i.number = issue_invoice.number),
                  HINT = 'Give each invoice a number of its own; to repeat a call safely, pass a key.';
    END IF;
    RETURN request_end(key, claim_id);
END $$;
COMMENT ON FUNCTION issue_invoice(text, text, numeric, date, date, text, payment_terms, text, text, text, text) IS
'Issues an invoice, costs or interest; returns the id. amount: VAT included. issued_on: today. due_on: by the terms. currency: that of settings. terms: the customer''s. related: number of the invoice that costs or interest belong to. Errors: RV009 no such customer, or the related invoice is not his; RV010 the number is taken; RV003, RV004 currency, amount; RV016 a date is infinite, the invoice''s not from year 1 to 9999, or due before it; RV008 the key was used with other values; 23502, 23514 no number, no such kind.';

CREATE OR REPLACE FUNCTION cancel_invoice(invoice text, posted_on date DEFAULT NULL, reason text DEFAULT NULL, key text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    claim_id bigint := request_begin(key, 'cancel_invoice', jsonb_build_object('invoice', invoice, 'posted_on', posted_on, 'reason', reason));
    claim record;
    day date := coalesce(cancel_invoice.posted_on, today());
BEGIN
    IF claim_id IS NOT NULL THEN
        RETURN claim_id;
    END IF;
    PERFORM require_date(day, 'posted_on');
    claim_id := lock_invoice(cancel_invoice.invoice);
    SELECT * INTO claim FROM invoice i WHERE i.id = claim_id;
    IF claim.status = 'draft' THEN
        UPDATE invoice i SET status = 'cancelled', closed_on = greatest(day, i.issued_on) WHERE i.id = claim_id;
        RETURN request_end(key, claim_id);
    END IF;
    IF NOT is_open(claim.status) OR claim.allocated <> 0 THEN
        RAISE EXCEPTION 'invoice % can''t be cancelled', claim.number
            USING ERRCODE = 'RV006', DETAIL = format('It is %s, and %s of %s is settled.', claim.status, claim.allocated, claim.amount),
                  HINT = 'Reverse its payments first, or issue a credit note.';
    END IF;
    INSERT INTO allocation (customer_id, invoice_id, kind, amount, posted_on, reason)
        VALUES (claim.customer_id, claim.id, 'cancellation', claim.open_amount,
                greatest(day, post_from(claim.id)), cancel_invoice.reason);
    RETURN request_end(key, claim_id);
END $$;
COMMENT ON FUNCTION cancel_invoice(text, date, text, text) IS
'Cancels an invoice of which nothing is settled; returns the invoice''s id. It stays in the figures up to posted_on (default today; not before the invoice date). Errors: RV006 something is settled; RV009 no such invoice; RV016 not a date.';
