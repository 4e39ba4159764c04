/*
 * allocations: what a posting does to its claim and its payment.
 *
 * One trigger a statement, in two steps: it reads the new rows alone, then
 * writes. It locks the customers, as every posting function and advance do,
 * then the payments, in the order of their ids, and computes the sums anew: so
 * single calls, COPY and concurrent sessions all end in what the rows say.
 */
CREATE OR REPLACE FUNCTION allocation_customer() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    NEW.customer_id := (SELECT i.customer_id FROM invoice i WHERE i.id = NEW.invoice_id);
    RETURN NEW;
END $$;
COMMENT ON FUNCTION allocation_customer() IS 'Trigger: an allocation belongs to its invoice''s customer.';

CREATE OR REPLACE TRIGGER allocation_customer BEFORE INSERT ON allocation FOR EACH ROW
    WHEN (NEW.customer_id IS NULL) EXECUTE FUNCTION allocation_customer();

CREATE OR REPLACE FUNCTION allocation_fault(ids bigint[], OUT code text, OUT fault text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
BEGIN
    -- A CASE and no list of all faults: a row that is right builds no texts.
    SELECT f.found[1], f.found[2] INTO code, fault
      FROM (SELECT CASE
                WHEN NOT is_amount(a.amount, i.currency) THEN ARRAY['RV004', format('%s is not an amount in %s', a.amount, i.currency)]
                WHEN a.kind <> 'reversal' AND sign(a.amount) * sign(i.amount) < 0 THEN
                    ARRAY['RV004', format('%s has the wrong sign for invoice %s over %s', a.amount, i.number, i.amount)]
                WHEN i.status IN ('draft', 'cancelled') THEN ARRAY['RV006', format('invoice %s is %s', i.number, i.status)]
                WHEN a.kind = 'cancellation' AND a.amount <> i.amount THEN
                    ARRAY['RV006', format('a cancellation is of the whole invoice %s, %s', i.number, i.amount)]
                WHEN a.customer_id <> i.customer_id THEN ARRAY['RV009', format('invoice %s belongs to another customer', i.number)]
                WHEN a.posted_on < i.issued_on THEN
                    ARRAY['RV016', format('invoice %s is of %s, the posting of %s', i.number, i.issued_on, a.posted_on)]
                WHEN p.currency <> i.currency THEN ARRAY['RV003', format('invoice %s is in %s, the payment in %s', i.number, i.currency, p.currency)]
                WHEN a.posted_on < p.received_on THEN ARRAY['RV016', format('the payment is of %s, the posting of %s', p.received_on, a.posted_on)]
                WHEN a.kind IN ('payment', 'discount') AND p.reversed_on IS NOT NULL THEN
                    ARRAY['RV007', format('the payment was reversed on %s', p.reversed_on)]
                WHEN a.kind = 'reversal' AND (o.kind = 'reversal' OR o.invoice_id <> a.invoice_id OR o.amount <> - a.amount
                    OR o.posted_on > a.posted_on OR o.payment_id IS DISTINCT FROM a.payment_id) THEN
                    ARRAY['RV005', format('a reversal mirrors allocation %s', a.reverses_id)]
                END AS found
              FROM unnest(ids) AS n(id)
              JOIN allocation a ON a.id = n.id
              JOIN invoice i ON i.id = a.invoice_id
              LEFT JOIN payment p ON p.id = a.payment_id
              LEFT JOIN allocation o ON o.id = a.reverses_id) f
     WHERE f.found IS NOT NULL
     LIMIT 1;
END $$;
COMMENT ON FUNCTION allocation_fault(bigint[]) IS 'What is wrong with one of these allocations, with its SQLSTATE; NULLs if nothing.';

CREATE OR REPLACE FUNCTION allocation_day_fault(invoices bigint[], OUT number text, OUT amount numeric, OUT posted_on date, OUT allocated numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    SELECT i.number, i.amount, d.posted_on, d.allocated INTO number, amount, posted_on, allocated
      FROM (SELECT a.invoice_id, a.posted_on, sum(sum(a.amount)) OVER by_day AS allocated, lead(a.posted_on) OVER by_day IS NULL AS last
              FROM allocation a WHERE a.invoice_id = ANY (invoices) GROUP BY a.invoice_id, a.posted_on
            WINDOW by_day AS (PARTITION BY a.invoice_id ORDER BY a.posted_on)) d
      JOIN invoice i ON i.id = d.invoice_id
     -- The sum of all days is checked when it is written to the invoice.
     WHERE NOT d.last AND (sign(d.allocated) * sign(i.amount) < 0 OR abs(d.allocated) > abs(i.amount))
     LIMIT 1;
END $$;
COMMENT ON FUNCTION allocation_day_fault(bigint[]) IS 'The first of these claims of which, on some day in the past, more was allocated than it has; NULLs if none.';

CREATE OR REPLACE FUNCTION payment_day_fault(payments bigint[], OUT payment bigint, OUT amount numeric, OUT posted_on date, OUT allocated numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    SELECT p.id, p.amount, d.posted_on, d.allocated INTO payment, amount, posted_on, allocated
      FROM (SELECT a.payment_id, a.posted_on, sum(sum(a.amount)) OVER by_day AS allocated, lead(a.posted_on, 1, 'infinity') OVER by_day AS next_on
              FROM allocation a LEFT JOIN allocation o ON o.id = a.reverses_id
             WHERE a.payment_id = ANY (payments) AND coalesce(o.kind, a.kind) = 'payment' GROUP BY a.payment_id, a.posted_on
            WINDOW by_day AS (PARTITION BY a.payment_id ORDER BY a.posted_on)) d
      JOIN payment p ON p.id = d.payment_id
     WHERE d.allocated > CASE WHEN p.reversed_on < d.next_on THEN 0 ELSE p.amount END
     LIMIT 1;
END $$;
COMMENT ON FUNCTION payment_day_fault(bigint[]) IS 'The first of these payments of which, on some day, more was allocated than there was on account; NULLs if none.';

CREATE OR REPLACE FUNCTION post_from(invoice_id bigint) RETURNS date
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
BEGIN
    RETURN (SELECT greatest(i.issued_on, (SELECT max(a.posted_on) FROM allocation a WHERE a.invoice_id = i.id AND a.kind = 'reversal'))
              FROM invoice i WHERE i.id = post_from.invoice_id);
END $$;
COMMENT ON FUNCTION post_from(bigint) IS 'First day on which a claim can be settled: its issue, or its last reversal, before which it was settled in the past.';

CREATE OR REPLACE FUNCTION allocation_posted() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT SET jit = off SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    ids bigint[];
    customers bigint[];
    invoices bigint[];
    payments bigint[];
    wrong record;
BEGIN
    SELECT array_agg(n.id), array_agg(DISTINCT n.customer_id), array_agg(DISTINCT n.invoice_id), array_agg(DISTINCT n.payment_id) FILTER (WHERE n.payment_id IS NOT NULL)
      INTO ids, customers, invoices, payments FROM posted n;
    IF ids IS NULL THEN
        RETURN NULL;
    END IF;
    -- Single postings keep their plans, which go by index however small the tables were; many are planned for anew.
    IF cardinality(ids) > 100 THEN
        SET LOCAL plan_cache_mode = force_custom_plan;
        SET LOCAL enable_seqscan = on;
    END IF;
    PERFORM FROM customer c WHERE c.id = ANY (customers) ORDER BY c.id FOR NO KEY UPDATE;
    PERFORM FROM payment p WHERE p.id = ANY (payments) ORDER BY p.id FOR NO KEY UPDATE;
    SELECT * INTO wrong FROM allocation_fault(ids);
    IF wrong.code IS NOT NULL THEN
        RAISE EXCEPTION 'the allocation can''t be posted: %', wrong.fault
            USING ERRCODE = wrong.code, DETAIL = (SELECT format('The rows posted: %s, of kind %s, over %s in all.', count(*), string_agg(DISTINCT n.kind, ', '), sum(n.amount)) FROM posted n),
                  HINT = 'Nothing was posted; correct the row and post it again.';
    END IF;
    UPDATE payment p SET allocated = s.allocated
      FROM (SELECT a.payment_id, coalesce(sum(a.amount) FILTER (WHERE coalesce(o.kind, a.kind) = 'payment'), 0) AS allocated
              FROM allocation a LEFT JOIN allocation o ON o.id = a.reverses_id
             WHERE a.payment_id = ANY (payments) GROUP BY 1) s
     WHERE p.id = s.payment_id AND p.allocated <> s.allocated;
    SELECT * INTO wrong FROM allocation_day_fault(invoices);
    IF wrong.number IS NOT NULL THEN
        RAISE EXCEPTION 'invoice % would have % of % allocated on %', wrong.number, wrong.allocated, wrong.amount, wrong.posted_on
            USING ERRCODE = 'RV007', DETAIL = 'It was settled on that day, and opened again by a later reversal.', HINT = 'Post it on the day of the reversal, or later.';
    END IF;
    SELECT * INTO wrong FROM payment_day_fault(payments);
    IF wrong.payment IS NOT NULL THEN
        RAISE EXCEPTION 'payment % would have % of % allocated on %', wrong.payment, wrong.allocated, wrong.amount, wrong.posted_on
            USING ERRCODE = 'RV007', DETAIL = 'It was allocated on that day, and free again by a later reversal.', HINT = 'Post it on the day of the reversal, or later.';
    END IF;
    PERFORM settle(invoices);
    PERFORM follow_plans(ARRAY(SELECT DISTINCT h.plan_id FROM hold h WHERE h.invoice_id = ANY (invoices) AND h.plan_id IS NOT NULL));
    RETURN NULL;
END $$;
COMMENT ON FUNCTION allocation_posted() IS 'Trigger: checks new allocations and brings their payments and claims up to date.';

CREATE OR REPLACE FUNCTION settle(invoices bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE invoice i
       SET allocated = s.allocated,
           status = CASE WHEN s.allocated = i.amount THEN s.settled_as
                         WHEN is_open(i.status) THEN i.status
                         WHEN i.due_on < s.last_on AND i.kind <> 'credit_note' THEN 'overdue'
                         ELSE 'open' END,
           closed_on = CASE WHEN s.allocated = i.amount THEN s.last_on END,
           next_on = CASE WHEN s.allocated = i.amount OR i.kind = 'credit_note' THEN NULL
                          -- What a reversal opens again may be more than is held.
                          WHEN is_open(i.status) THEN CASE WHEN s.allocated >= i.allocated THEN i.next_on ELSE least(i.next_on, s.last_on) END
                          ELSE s.last_on END,
           -- A settled claim that opens again begins a new case.
           cycle = CASE WHEN is_open(i.status) OR s.allocated = i.amount THEN i.cycle ELSE i.cycle + 1 END,
           step = CASE WHEN is_open(i.status) OR s.allocated = i.amount THEN i.step ELSE 0 END,
           noticed_on = CASE WHEN is_open(i.status) OR s.allocated = i.amount THEN i.noticed_on END,
           policy_id = CASE WHEN is_open(i.status) OR s.allocated = i.amount THEN i.policy_id END
      FROM (SELECT a.invoice_id, sum(a.amount) AS allocated, max(a.posted_on) AS last_on,
                   CASE WHEN sum(a.amount) FILTER (WHERE coalesce(o.kind, a.kind) = 'cancellation') <> 0 THEN 'cancelled'
                        WHEN sum(a.amount) FILTER (WHERE coalesce(o.kind, a.kind) = 'write_off') <> 0 THEN 'written_off'
                        WHEN sum(a.amount) FILTER (WHERE coalesce(o.kind, a.kind) = 'payment') <> 0 THEN 'paid'
                        ELSE 'credited' END::invoice_status AS settled_as
              FROM allocation a LEFT JOIN allocation o ON o.id = a.reverses_id
             WHERE a.invoice_id = ANY (invoices) GROUP BY 1) s
     WHERE i.id = s.invoice_id;
END $$;
COMMENT ON FUNCTION settle(bigint[]) IS 'Brings allocated, status and case of these claims in line with their allocations: written off if anything of it was, else paid if anything was, else credited; open again when a posting was reversed.';

CREATE OR REPLACE FUNCTION allocated_too_much() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_TABLE_NAME = 'payment' THEN
        RAISE EXCEPTION 'payment % can''t have % allocated', NEW.id, NEW.allocated
            USING ERRCODE = 'RV007', DETAIL = format('It is over %s, and %s was allocated.', NEW.amount, OLD.allocated),
                  HINT = 'Allocate at most what is on account.';
    END IF;
    RAISE EXCEPTION 'invoice % can''t have % allocated', NEW.number, NEW.allocated
        USING ERRCODE = 'RV007', DETAIL = format('It is over %s, and %s was allocated.', NEW.amount, OLD.allocated),
              HINT = 'Post at most what is open.';
END $$;
COMMENT ON FUNCTION allocated_too_much() IS 'Trigger: refuses (RV007) to allocate more than an invoice or a payment has.';

-- Triggers and no checks, which could not say what to do.
CREATE OR REPLACE TRIGGER allocated_too_much AFTER UPDATE OF allocated ON invoice FOR EACH ROW
    WHEN (sign(NEW.allocated) * sign(NEW.amount) < 0 OR abs(NEW.allocated) > abs(NEW.amount))
    EXECUTE FUNCTION allocated_too_much();
CREATE OR REPLACE TRIGGER allocated_too_much AFTER UPDATE OF allocated ON payment FOR EACH ROW
    WHEN (NEW.allocated < 0 OR NEW.allocated > greatest(NEW.amount, 0))
    EXECUTE FUNCTION allocated_too_much();

CREATE OR REPLACE TRIGGER posted AFTER INSERT ON allocation REFERENCING NEW TABLE AS posted
    FOR EACH STATEMENT EXECUTE FUNCTION allocation_posted();
