/* credits: credit notes, claims with a negative balance, set off against invoices. */
CREATE OR REPLACE FUNCTION issue_credit_note(
    customer text, number text, amount numeric, invoice text DEFAULT NULL, issued_on date DEFAULT NULL, currency text DEFAULT NULL,
    reference text DEFAULT NULL, key text DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    new_id bigint := request_begin(key, 'issue_credit_note', jsonb_build_object('customer', customer, 'number', number, 'amount', amount,
        'invoice', invoice, 'issued_on', issued_on, 'currency', currency, 'reference', reference));
    owner_id bigint;
    claim invoice;
    used_currency text;
    day date := coalesce(issue_credit_note.issued_on, today());
BEGIN
    IF new_id IS NOT NULL THEN
        RETURN new_id;
    END IF;
    PERFORM require_text(issue_credit_note.number, 'number'), require_date(day, 'issued_on');
    owner_id := lock_customer(issue_credit_note.customer);
    IF issue_credit_note.invoice IS NOT NULL THEN
        PERFORM lock_invoice(issue_credit_note.invoice);
        SELECT * INTO claim FROM invoice i WHERE i.number = issue_credit_note.invoice;
        IF claim.customer_id <> owner_id OR claim.kind = 'credit_note' THEN
            RAISE EXCEPTION 'customer % has no invoice %', quote_literal(issue_credit_note.customer), quote_literal(claim.number)
                USING ERRCODE = 'RV009', DETAIL = CASE WHEN claim.kind = 'credit_note' THEN 'It is a credit note.'
                                                       ELSE format('The invoice is one of customer %L.', (SELECT c.number FROM customer c WHERE c.id = claim.customer_id)) END,
                      HINT = 'A credit note goes to the customer of its invoice.';
        END IF;
        used_currency := coalesce(issue_credit_note.currency, claim.currency);
        IF used_currency <> claim.currency THEN
            RAISE EXCEPTION 'invoice % is in %, not in %', claim.number, claim.currency, used_currency
                USING ERRCODE = 'RV003', DETAIL = format('%s was given as currency.', used_currency),
                      HINT = 'A credit note has the currency of its invoice.';
        END IF;
    ELSE
        used_currency := coalesce(issue_credit_note.currency, (SELECT s.currency FROM settings s));
    END IF;
    PERFORM require_amount(issue_credit_note.amount, used_currency);
    INSERT INTO invoice AS i (customer_id, number, kind, related_id, currency, amount, issued_on, reference)
        VALUES (owner_id, issue_credit_note.number, 'credit_note', claim.id,
                used_currency, - issue_credit_note.amount, day, issue_credit_note.reference)
        ON CONFLICT (number) DO NOTHING RETURNING i.id INTO new_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is an invoice % already', quote_literal(issue_credit_note.number)
            USING ERRCODE = 'RV010', DETAIL = (SELECT format('It is of kind %s, issued on %s, over %s %s.', i.kind, i.issued_on, i.currency, i.amount) FROM invoice i WHERE i.number = issue_credit_note.number),
                  HINT = 'Invoices and credit notes share one series of numbers; to repeat a call safely, pass a key.';
    END IF;
    IF is_open(claim.status) THEN
        PERFORM set_off(new_id, claim.id, least(issue_credit_note.amount, claim.open_amount), day);
    END IF;
    RETURN request_end(key, new_id);
END $$;
COMMENT ON FUNCTION issue_credit_note(text, text, numeric, text, date, text, text, text) IS
'Issues a credit note over a positive amount; returns its id. invoice: number of the invoice it belongs to, which it reduces at once as far as that is open; the rest stays a claim with a negative balance. Errors: as issue_invoice(), and RV009 the invoice is not the customer''s.';

CREATE OR REPLACE FUNCTION set_off(credit_note_id bigint, invoice_id bigint, amount numeric, posted_on date) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO allocation (invoice_id, kind, amount, posted_on, counter_id)
    SELECT i.id, 'credit', CASE WHEN i.id = set_off.invoice_id THEN set_off.amount ELSE - set_off.amount END,
           greatest(set_off.posted_on, max(post_from(i.id)) OVER ()),
           CASE WHEN i.id = set_off.invoice_id THEN set_off.credit_note_id ELSE set_off.invoice_id END
      FROM invoice i WHERE i.id IN (set_off.invoice_id, set_off.credit_note_id);
END $$;
COMMENT ON FUNCTION set_off(bigint, bigint, numeric, date) IS 'Posts a credit on both sides: it reduces the invoice and uses up the credit note.';

CREATE OR REPLACE FUNCTION apply_credit(credit_note text, invoice text, amount numeric DEFAULT NULL, posted_on date DEFAULT NULL, key text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    done bigint := request_begin(key, 'apply_credit', jsonb_build_object('credit_note', credit_note, 'invoice', invoice, 'amount', amount, 'posted_on', posted_on));
    note record;
    claim record;
    share numeric;
    day date := coalesce(apply_credit.posted_on, today());
BEGIN
    IF done IS NOT NULL THEN
        RETURN done;
    END IF;
    PERFORM require_date(day, 'posted_on');
    PERFORM FROM customer c WHERE c.id IN (SELECT i.customer_id FROM invoice i WHERE i.number IN (apply_credit.credit_note, apply_credit.invoice))
      ORDER BY c.id FOR NO KEY UPDATE;
    PERFORM lock_invoice(apply_credit.credit_note);
    SELECT * INTO note FROM invoice i WHERE i.number = apply_credit.credit_note;
    PERFORM lock_invoice(apply_credit.invoice);
    SELECT * INTO claim FROM invoice i WHERE i.number = apply_credit.invoice;
    IF note.kind <> 'credit_note' OR claim.kind = 'credit_note' OR note.customer_id <> claim.customer_id THEN
        RAISE EXCEPTION '% is not a credit note that can be set off against %', quote_literal(note.number), quote_literal(claim.number)
            USING ERRCODE = 'RV009', DETAIL = CASE WHEN note.kind <> 'credit_note' THEN format('%L is of kind %s.', note.number, note.kind)
                                                   WHEN claim.kind = 'credit_note' THEN format('%L is of kind %s.', claim.number, claim.kind)
                                                   ELSE 'They are of different customers.' END,
                  HINT = 'Name a credit note and an invoice of the same customer.';
    END IF;
    IF note.currency <> claim.currency THEN
        RAISE EXCEPTION 'credit note % is in %, invoice % in %', note.number, note.currency, claim.number, claim.currency
            USING ERRCODE = 'RV003', DETAIL = format('The credit note has %s left, of the invoice %s is open.', - note.open_amount, claim.open_amount),
                  HINT = 'Currencies are never mixed.';
    END IF;
    share := coalesce(apply_credit.amount, least(- note.open_amount, claim.open_amount));
    IF share IS DISTINCT FROM 0 THEN
        PERFORM require_amount(share, claim.currency);
    END IF;
    IF share > claim.open_amount OR share > - note.open_amount OR share = 0 THEN
        RAISE EXCEPTION '% can''t be set off against invoice %', share, claim.number
            USING ERRCODE = 'RV007', DETAIL = format('The credit note has %s left, of the invoice %s is open.', - note.open_amount, claim.open_amount),
                  HINT = 'Without an amount as much is set off as fits.';
    END IF;
    PERFORM set_off(note.id, claim.id, share, day);
    RETURN request_end(key, claim.id);
END $$;
COMMENT ON FUNCTION apply_credit(text, text, numeric, date, text) IS
'Sets a credit note off against an invoice of the same customer; returns the invoice''s id. amount: as much as fits. Errors: RV007 more than is left or open, or nothing; RV009 no such credit note or invoice; RV003 their currencies differ; RV016 not a date.';
