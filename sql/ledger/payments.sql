/* payments: money received, allocated to claims, reversed; write-offs. */
CREATE OR REPLACE FUNCTION payment_refused() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    RAISE EXCEPTION 'a new payment has nothing allocated and is not reversed'
        USING ERRCODE = 'RV005', DETAIL = format('It came with allocated %s, reversed_on %s.', NEW.allocated, coalesce(NEW.reversed_on::text, 'NULL')),
              HINT = 'Leave out the columns allocated and reversed_on: they follow from what is posted.';
END $$;
COMMENT ON FUNCTION payment_refused() IS 'Trigger: refuses (RV005) a new payment that says what was done with it.';

CREATE OR REPLACE TRIGGER payment_refused BEFORE INSERT ON payment FOR EACH ROW
    WHEN (NEW.allocated <> 0 OR NEW.reversed_on IS NOT NULL) EXECUTE FUNCTION payment_refused();

CREATE OR REPLACE FUNCTION payment_reversed() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE payment p SET reversed_on = NEW.received_on WHERE p.id IN (NEW.id, NEW.reverses_id);
    IF EXISTS (SELECT FROM payment p WHERE p.id = NEW.reverses_id
                AND (p.amount <> - NEW.amount OR p.currency <> NEW.currency OR p.customer_id <> NEW.customer_id
                     OR p.received_on > NEW.received_on OR p.reverses_id IS NOT NULL)) THEN
        RAISE EXCEPTION 'a reversal mirrors payment %', NEW.reverses_id
            USING ERRCODE = 'RV005', DETAIL = 'It has the same customer and currency, the opposite amount, and no earlier date.',
                  HINT = 'reverse_payment() makes it.';
    END IF;
    IF EXISTS (SELECT FROM payment p WHERE p.id = NEW.reverses_id AND p.allocated <> 0) THEN
        RAISE EXCEPTION 'payment % is still allocated', NEW.reverses_id
            USING ERRCODE = 'RV007', DETAIL = (SELECT format('Of %s, %s is allocated.', p.amount, p.allocated) FROM payment p WHERE p.id = NEW.reverses_id),
                  HINT = 'reverse_payment() reverses its allocations too.';
    END IF;
    IF (SELECT f.payment IS NOT NULL FROM payment_day_fault(ARRAY[NEW.reverses_id]) f) THEN
        RAISE EXCEPTION 'payment % is still allocated on %', NEW.reverses_id, NEW.received_on
            USING ERRCODE = 'RV007', DETAIL = 'Its allocations were reversed on a later day.', HINT = 'Reverse it on that day, or later.';
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION payment_reversed() IS 'Trigger: marks a payment and its reversal.';

CREATE OR REPLACE TRIGGER payment_reversed AFTER INSERT ON payment FOR EACH ROW
    WHEN (NEW.reverses_id IS NOT NULL) EXECUTE FUNCTION payment_reversed();

CREATE OR REPLACE FUNCTION record_payment(
    customer text, amount numeric, received_on date DEFAULT NULL, invoices text[] DEFAULT NULL, currency text DEFAULT NULL,
    reference text DEFAULT NULL, discount boolean DEFAULT true, key text DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET jit = off SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    new_id bigint := request_begin(key, 'record_payment', jsonb_build_object('customer', customer, 'amount', amount,
        'received_on', received_on, 'invoices', invoices, 'currency', currency, 'reference', reference, 'discount', discount));
    payer bigint;
    used_currency text := coalesce(record_payment.currency, (SELECT s.currency FROM settings s));
    day date := coalesce(record_payment.received_on, today());
    stranger text;
BEGIN
    IF new_id IS NOT NULL THEN
        RETURN new_id;
    END IF;
    PERFORM require_date(day, 'received_on');
    payer := lock_customer(record_payment.customer);
    PERFORM require_amount(record_payment.amount, used_currency);
    SELECT n INTO stranger FROM unnest(invoices) n
     WHERE NOT EXISTS (SELECT FROM invoice i WHERE i.number = n AND i.customer_id = payer AND i.currency = used_currency AND i.kind <> 'credit_note')
        OR n IS NULL LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'customer % has no invoice % in %', quote_literal(record_payment.customer), coalesce(quote_literal(stranger), 'NULL'), used_currency
            USING ERRCODE = 'RV009', DETAIL = coalesce((SELECT format('It is of kind %s, in %s, of customer %L.', i.kind, i.currency, c.number)
                                                        FROM invoice i JOIN customer c ON c.id = i.customer_id WHERE i.number = stranger),
                                                       'No claim of any kind or status has this number.'),
                  HINT = 'Without invoices the payment goes to the oldest; allocate() also settles invoices of other customers.';
    END IF;
    INSERT INTO payment AS p (customer_id, currency, amount, received_on, reference)
        VALUES (payer, used_currency, record_payment.amount, day, record_payment.reference) RETURNING p.id INTO new_id;
    PERFORM spread(new_id, invoices, coalesce(discount, false), record_payment.amount, day);
    RETURN request_end(key, new_id);
END $$;
COMMENT ON FUNCTION record_payment(text, numeric, date, text[], text, text, boolean, text) IS
'Records money received and allocates it: to these invoices in this order, or (NULL) to the oldest due; the last may be paid in part, what is over stays on account. discount: an early-payment discount that was earned by received_on is granted where the money does not cover the whole. received_on: today. currency: that of settings. Returns the payment''s id. Errors: RV009 no such customer or invoice; RV003, RV004 currency, amount; RV016 not a date; RV008 the key was used with other values.';

CREATE OR REPLACE FUNCTION spread(payment_id bigint, invoices text[], discount boolean, most numeric, posted_on date) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    money record;
    claim record;
    rest numeric;
    share numeric;
    granted numeric;
    day date;
    claims bigint[] := '{}';
    kinds text[] := '{}';
    amounts numeric[] := '{}';
    days date[] := '{}';
BEGIN
    SELECT p.*, minor_units(p.currency) AS digits INTO money FROM payment p WHERE p.id = spread.payment_id;
    rest := least(money.unallocated, spread.most);
    FOR claim IN
        SELECT i.id, i.open_amount, i.issued_on, i.terms, sum(i.open_amount) OVER () AS total
          FROM invoice i
         WHERE i.customer_id = money.customer_id AND i.currency = money.currency AND i.open_amount <> 0
           AND is_open(i.status) AND i.kind <> 'credit_note'
           AND CASE WHEN invoices IS NULL THEN i.issued_on <= spread.posted_on ELSE i.number = ANY (invoices) END
         ORDER BY array_position(invoices, i.number), i.due_on, i.id
    LOOP
        EXIT WHEN rest <= 0;
        day := greatest(spread.posted_on, post_from(claim.id));
        granted := 0;
        IF discount AND money.unallocated < claim.total THEN
            granted := least(discount(claim.terms, claim.open_amount, claim.issued_on, money.received_on, money.digits), claim.open_amount);
        END IF;
        IF rest >= claim.open_amount - granted THEN
            share := claim.open_amount - granted;
        ELSE
            -- Part payment in time earns its part of the discount.
            share := rest;
            granted := CASE WHEN granted = 0 THEN 0
                            ELSE round(rest * granted / (claim.open_amount - granted), money.digits) END;
        END IF;
        IF share > 0 THEN
            claims := claims || claim.id;
            kinds := kinds || 'payment'::text;
            amounts := amounts || share;
            days := days || day;
        END IF;
        IF granted > 0 THEN
            claims := claims || claim.id;
            kinds := kinds || 'discount'::text;
            amounts := amounts || granted;
            days := days || day;
        END IF;
        rest := rest - share;
    END LOOP;
    INSERT INTO allocation (invoice_id, kind, amount, posted_on, payment_id)
    SELECT c, k, a, d, spread.payment_id FROM unnest(claims, kinds, amounts, days) AS n(c, k, a, d);
END $$;
COMMENT ON FUNCTION spread(bigint, text[], boolean, numeric, date) IS 'Allocates what a payment has left, at most so much, to its customer''s invoices; see record_payment().';

CREATE OR REPLACE FUNCTION find_payment(payment bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    found_id bigint := (SELECT p.customer_id FROM payment p WHERE p.id = find_payment.payment);
BEGIN
    IF found_id IS NULL THEN
        RAISE EXCEPTION 'there is no payment %', coalesce(find_payment.payment::text, 'NULL')
            USING ERRCODE = 'RV009', DETAIL = 'It was given as payment.', HINT = 'record_payment() returns the id of a payment.';
    END IF;
    RETURN found_id;
END $$;
COMMENT ON FUNCTION find_payment(bigint) IS 'Customer of a payment; error RV009 if there is no such payment.';

CREATE OR REPLACE FUNCTION allocate(payment bigint, invoice text DEFAULT NULL, amount numeric DEFAULT NULL, posted_on date DEFAULT NULL, key text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    done bigint := request_begin(key, 'allocate', jsonb_build_object('payment', payment, 'invoice', invoice, 'amount', amount, 'posted_on', posted_on));
    money record;
    claim record;
    share numeric;
    day date := coalesce(allocate.posted_on, today());
BEGIN
    IF done IS NOT NULL THEN
        RETURN done;
    END IF;
    PERFORM require_date(day, 'posted_on');
    PERFORM FROM customer c
      WHERE c.id IN ((SELECT find_payment(allocate.payment)), (SELECT i.customer_id FROM invoice i WHERE i.number = allocate.invoice))
      ORDER BY c.id FOR NO KEY UPDATE;
    IF allocate.invoice IS NULL THEN
        SELECT * INTO money FROM payment p WHERE p.id = allocate.payment;
        IF allocate.amount IS NOT NULL THEN
            PERFORM require_amount(allocate.amount, money.currency);
            IF allocate.amount > money.unallocated THEN
                RAISE EXCEPTION '% is more than payment % has left', allocate.amount, money.id
                    USING ERRCODE = 'RV007', DETAIL = format('The payment has %s left.', money.unallocated),
                          HINT = 'Without an amount as much is allocated as fits.';
            END IF;
        END IF;
        PERFORM spread(allocate.payment, NULL, false, coalesce(allocate.amount, money.unallocated),
                       greatest(day, money.received_on));
        RETURN request_end(key, allocate.payment);
    END IF;
    PERFORM lock_invoice(allocate.invoice);
    SELECT * INTO claim FROM invoice i WHERE i.number = allocate.invoice;
    SELECT * INTO money FROM payment p WHERE p.id = allocate.payment;
    share := coalesce(allocate.amount, least(money.unallocated, claim.open_amount));
    IF share IS DISTINCT FROM 0 THEN
        PERFORM require_amount(share, claim.currency);
    END IF;
    IF share > claim.open_amount OR share > money.unallocated OR share = 0 THEN
        RAISE EXCEPTION '% can''t be allocated to invoice %', share, claim.number
            USING ERRCODE = 'RV007', DETAIL = format('The payment has %s left, of the invoice %s is open.', money.unallocated, claim.open_amount),
                  HINT = 'Without an amount as much is allocated as fits.';
    END IF;
    INSERT INTO allocation (invoice_id, kind, amount, posted_on, payment_id)
        VALUES (claim.id, 'payment', share, greatest(day, post_from(claim.id), money.received_on), money.id);
    RETURN request_end(key, allocate.payment);
END $$;
COMMENT ON FUNCTION allocate(bigint, text, numeric, date, text) IS
'Allocates what a payment has left to an invoice (of any customer), or (NULL) to its customer''s oldest. amount: as much as fits. posted_on: today, not before the payment''s and the invoice''s date. Returns the payment''s id. Errors: RV007 more than is left or open, or nothing; RV009 no such payment or invoice; RV003, RV004 currency, amount; RV016 not a date.';

CREATE OR REPLACE FUNCTION reverse_payment(payment bigint, posted_on date DEFAULT NULL, reason text DEFAULT NULL, key text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    new_id bigint := request_begin(key, 'reverse_payment', jsonb_build_object('payment', payment, 'posted_on', posted_on, 'reason', reason));
    money record;
    day date := coalesce(reverse_payment.posted_on, today());
BEGIN
    IF new_id IS NOT NULL THEN
        RETURN new_id;
    END IF;
    PERFORM require_date(day, 'posted_on');
    PERFORM FROM customer c
      WHERE c.id IN (SELECT find_payment(reverse_payment.payment) UNION
                     SELECT a.customer_id FROM allocation a WHERE a.payment_id = reverse_payment.payment)
      ORDER BY c.id FOR NO KEY UPDATE;
    -- Allocations that were inserted without a function lock the payment too.
    PERFORM FROM payment p WHERE p.id = reverse_payment.payment FOR NO KEY UPDATE;
    SELECT * INTO money FROM payment p WHERE p.id = reverse_payment.payment;
    IF money.reversed_on IS NOT NULL THEN
        RAISE EXCEPTION 'payment % was reversed on %', money.id, money.reversed_on
            USING ERRCODE = 'RV007', DETAIL = format('It was over %s %s, received on %s.', money.currency, money.amount, money.received_on),
                  HINT = 'A payment is reversed once; record it again if it came in after all.';
    END IF;
    IF day < money.received_on THEN
        RAISE EXCEPTION 'payment % came in on %, it can''t be reversed on %', money.id, money.received_on, day
            USING ERRCODE = 'RV016', DETAIL = CASE WHEN reverse_payment.posted_on IS NULL THEN 'The latter is today: posted_on was not given.' ELSE 'The latter was given as posted_on.' END,
                  HINT = 'Give a later posted_on.';
    END IF;
    INSERT INTO allocation (invoice_id, kind, amount, posted_on, payment_id, reverses_id, reason)
    SELECT a.invoice_id, 'reversal', - a.amount, greatest(day, a.posted_on), a.payment_id, a.id, reverse_payment.reason
      FROM allocation a
     WHERE a.payment_id = money.id AND a.kind <> 'reversal'
       AND NOT EXISTS (SELECT FROM allocation r WHERE r.reverses_id = a.id);
    INSERT INTO payment AS p (customer_id, currency, amount, received_on, reference, reverses_id, reason)
        VALUES (money.customer_id, money.currency, - money.amount, day, money.reference, money.id, reverse_payment.reason)
        RETURNING p.id INTO new_id;
    RETURN request_end(key, new_id);
END $$;
COMMENT ON FUNCTION reverse_payment(bigint, date, text, text) IS
'Takes a payment back (returned, refused, misbooked): mirrors it and all its allocations, discounts it earned included; the invoices are open again. posted_on: today. Returns the id of the reversing payment. Errors: RV007 it was reversed before; RV009 no such payment; RV016 posted_on lies before it, or is no date.';

CREATE OR REPLACE FUNCTION write_off(invoice text, amount numeric DEFAULT NULL, posted_on date DEFAULT NULL, reason text DEFAULT NULL, key text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    new_id bigint := request_begin(key, 'write_off', jsonb_build_object('invoice', invoice, 'amount', amount, 'posted_on', posted_on, 'reason', reason));
    claim record;
    share numeric;
    day date := coalesce(write_off.posted_on, today());
BEGIN
    IF new_id IS NOT NULL THEN
        RETURN new_id;
    END IF;
    PERFORM require_date(day, 'posted_on');
    PERFORM lock_invoice(write_off.invoice);
    SELECT * INTO claim FROM invoice i WHERE i.number = write_off.invoice;
    IF NOT is_open(claim.status) THEN
        RAISE EXCEPTION 'invoice % is %', claim.number, claim.status
            USING ERRCODE = 'RV006', DETAIL = format('Of %s, %s is settled.', claim.amount, claim.allocated),
                  HINT = 'Only an open claim can be written off.';
    END IF;
    share := coalesce(write_off.amount, abs(claim.open_amount));
    PERFORM require_amount(share, claim.currency);
    IF share > abs(claim.open_amount) THEN
        RAISE EXCEPTION '% is more than what is open of invoice %', share, claim.number
            USING ERRCODE = 'RV007', DETAIL = format('%s is open.', claim.open_amount), HINT = 'Without an amount all that is open is written off.';
    END IF;
    INSERT INTO allocation AS a (invoice_id, kind, amount, posted_on, reason)
        VALUES (claim.id, 'write_off', share * sign(claim.open_amount), greatest(day, post_from(claim.id)), write_off.reason)
        RETURNING a.id INTO new_id;
    RETURN request_end(key, new_id);
END $$;
COMMENT ON FUNCTION write_off(text, numeric, date, text, text) IS
'Writes off a claim that will not be paid, or a part of it; returns the allocation''s id. amount: all that is open. posted_on: today. Errors: RV006 it is not open; RV007 more than is open; RV009 no such invoice; RV016 not a date.';
