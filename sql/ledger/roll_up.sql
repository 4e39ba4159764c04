/*
 * roll_up: what each posting adds to flow.
 *
 * The functions flow_of_... say what it is. The triggers, which every posting
 * waits for, are in C (src/roll_up.c) and do the same for a whole statement:
 * one row for a single posting, a few thousand for a COPY of a million. They
 * run after the trigger that locks the customers, so they see what sessions
 * before them have posted to the same claims. verify() compares the two.
 *
 * A posting counts by the due date that its claim had at the end of the day
 * before; from there each change of the due date moves what is open at the end
 * of its own day. So a change adds to flow what it moves, and a posting dated
 * back before it adds its share of that.
 */
CREATE OR REPLACE FUNCTION flow_of_invoices(ids bigint[])
RETURNS TABLE (posted_on date, currency text, due_on date, receivable numeric, charges numeric, items bigint, invoices bigint, sales numeric, charged numeric, credits numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT i.issued_on, i.currency, CASE WHEN i.rescheduled_on IS NULL THEN i.due_on ELSE due_as_of(i.id, i.issued_on - 1) END,
           coalesce(sum(i.amount) FILTER (WHERE i.kind IN ('invoice', 'credit_note')), 0),
           coalesce(sum(i.amount) FILTER (WHERE i.kind IN ('costs', 'interest')), 0),
           count(*) FILTER (WHERE i.amount <> 0), count(*) FILTER (WHERE i.kind = 'invoice'),
           coalesce(sum(i.amount) FILTER (WHERE i.kind = 'invoice'), 0),
           coalesce(sum(i.amount) FILTER (WHERE i.kind IN ('costs', 'interest')), 0),
           coalesce(- sum(i.amount) FILTER (WHERE i.kind = 'credit_note'), 0)
      FROM invoice i
     WHERE i.id = ANY (ids) AND i.status <> 'draft' AND NOT (i.status = 'cancelled' AND i.allocated = 0)
     GROUP BY 1, 2, 3;
END $$;
COMMENT ON FUNCTION flow_of_invoices(bigint[]) IS 'What the issue of these claims adds to flow; drafts nothing.';

CREATE OR REPLACE FUNCTION flow_of_payments(ids bigint[]) RETURNS TABLE (posted_on date, currency text, due_on date, on_account numeric, receipts numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT p.received_on, p.currency, date 'infinity', sum(p.amount), sum(p.amount) FROM payment p WHERE p.id = ANY (ids) GROUP BY 1, 2;
END $$;
COMMENT ON FUNCTION flow_of_payments(bigint[]) IS 'What the receipt of these payments adds to flow.';

CREATE OR REPLACE FUNCTION flow_of_allocations(ids bigint[])
RETURNS TABLE (posted_on date, currency text, due_on date, receivable numeric, charges numeric, on_account numeric, credits numeric, discounts numeric, write_offs numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    -- Each posting twice: against its claim, and, when money was used, off the money.
    SELECT a.posted_on, i.currency, s.due_on,
           coalesce(- sum(a.amount) FILTER (WHERE s.claim AND i.kind IN ('invoice', 'credit_note')), 0),
           coalesce(- sum(a.amount) FILTER (WHERE s.claim AND i.kind IN ('costs', 'interest')), 0),
           coalesce(- sum(a.amount) FILTER (WHERE NOT s.claim), 0),
           coalesce(sum(a.amount) FILTER (WHERE s.claim AND k.kind IN ('credit', 'cancellation')), 0),
           coalesce(sum(a.amount) FILTER (WHERE s.claim AND k.kind = 'discount'), 0),
           coalesce(sum(a.amount) FILTER (WHERE s.claim AND k.kind = 'write_off'), 0)
      FROM allocation a
      JOIN invoice i ON i.id = a.invoice_id
      LEFT JOIN allocation o ON o.id = a.reverses_id
     CROSS JOIN LATERAL (SELECT coalesce(o.kind, a.kind) AS kind) k
     CROSS JOIN LATERAL (VALUES (true, CASE WHEN i.rescheduled_on >= a.posted_on THEN due_as_of(i.id, a.posted_on - 1) ELSE i.due_on END),
                                (false, date 'infinity')) AS s(claim, due_on)
     WHERE a.id = ANY (ids) AND (s.claim OR k.kind = 'payment')
     GROUP BY 1, 2, 3;
END $$;
COMMENT ON FUNCTION flow_of_allocations(bigint[]) IS 'What these allocations add to flow, but for the claims that they settle or open again.';

CREATE OR REPLACE FUNCTION flow_of_turns(claims bigint[], without bigint[])
RETURNS TABLE (posted_on date, currency text, due_on date, items bigint, closed bigint, days bigint, late bigint, closed_amount numeric, amount_days numeric, amount_late numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH day AS (
        SELECT a.invoice_id, a.posted_on, sum(a.amount) AS amount,
               coalesce(sum(a.amount) FILTER (WHERE coalesce(o.kind, a.kind) = 'payment'), 0) AS paid
          FROM allocation a
          LEFT JOIN allocation o ON o.id = a.reverses_id
          LEFT JOIN unnest(without) AS w(id) ON w.id = a.id
         WHERE a.invoice_id = ANY (claims) AND w.id IS NULL
         GROUP BY 1, 2
    ), state AS (
        SELECT d.invoice_id, d.posted_on, i.kind, i.currency, i.issued_on, i.amount, sum(d.amount) OVER whole = i.amount AS shut,
               CASE WHEN i.rescheduled_on >= d.posted_on THEN due_as_of(i.id, d.posted_on - 1) ELSE i.due_on END AS due_on,
               CASE WHEN i.rescheduled_on > d.posted_on THEN due_as_of(i.id, d.posted_on) ELSE i.due_on END AS due_then,
               sum(d.paid) OVER whole AS paid
          FROM day d JOIN invoice i ON i.id = d.invoice_id
        WINDOW whole AS (PARTITION BY d.invoice_id ORDER BY d.posted_on)
    ), turn AS (
        SELECT * FROM (SELECT s.*, lag(s.shut, 1, s.amount = 0) OVER (PARTITION BY s.invoice_id ORDER BY s.posted_on) AS was_shut FROM state s) t
         WHERE t.shut <> t.was_shut
    ), settled AS (
        -- A claim that opens again takes back what its last settlement added.
        SELECT t.posted_on, t.currency, t.due_on, t.issued_on, t.amount, CASE WHEN t.shut THEN 1 ELSE -1 END AS sign,
               CASE WHEN t.shut THEN t.posted_on ELSE lag(t.posted_on) OVER past END AS closed_on,
               CASE WHEN t.shut THEN t.due_then ELSE lag(t.due_then) OVER past END AS due_then,
               t.kind = 'invoice' AND CASE WHEN t.shut THEN t.paid ELSE lag(t.paid) OVER past END > 0 AS by_money
          FROM turn t WINDOW past AS (PARTITION BY t.invoice_id ORDER BY t.posted_on)
    ), counted AS (
        SELECT s.*, CASE WHEN s.by_money THEN s.sign ELSE 0 END AS n, s.closed_on - s.issued_on AS days, greatest(s.closed_on - s.due_then, 0) AS late
          FROM settled s
    )
    SELECT c.posted_on, c.currency, c.due_on, - sum(c.sign), sum(c.n), sum(c.n * c.days), sum(c.n * c.late),
           sum(c.n * c.amount), sum(c.n * c.amount * c.days), sum(c.n * c.amount * c.late)
      FROM counted c GROUP BY 1, 2, 3;
END $$;
COMMENT ON FUNCTION flow_of_turns(bigint[], bigint[]) IS 'What the settlements and reopenings of these claims add to flow, by all their allocations but those named in without.';

CREATE OR REPLACE FUNCTION flow_of_reschedules(ids bigint[], without bigint[])
RETURNS TABLE (posted_on date, currency text, due_on date, receivable numeric, charges numeric, items bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT r.posted_on, i.currency, d.due_on,
           coalesce(sum(d.sign * o.amount) FILTER (WHERE i.kind IN ('invoice', 'credit_note')), 0),
           coalesce(sum(d.sign * o.amount) FILTER (WHERE i.kind IN ('costs', 'interest')), 0), sum(d.sign)
      FROM reschedule r
      JOIN invoice i ON i.id = r.invoice_id
     CROSS JOIN LATERAL (SELECT i.amount - coalesce(sum(a.amount), 0) AS amount FROM allocation a
                          WHERE a.invoice_id = r.invoice_id AND a.posted_on <= r.posted_on AND a.id <> ALL (without)) o
     CROSS JOIN LATERAL (VALUES (r.due_from, -1), (r.due_to, 1)) AS d(due_on, sign)
     WHERE r.id = ANY (ids) AND o.amount <> 0
     GROUP BY 1, 2, 3;
END $$;
COMMENT ON FUNCTION flow_of_reschedules(bigint[], bigint[]) IS 'What these changes of due dates add to flow: what was open at the end of their day, by all allocations but those named in without, goes from one due date to the other.';

CREATE OR REPLACE FUNCTION roll_up_invoices(ids bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO flow (posted_on, currency, due_on, receivable, charges, items, invoices, sales, charged, credits)
    SELECT f.* FROM flow_of_invoices(ids) f;
END $$;
COMMENT ON FUNCTION roll_up_invoices(bigint[]) IS 'Appends the issue of these claims to flow.';

CREATE OR REPLACE VIEW claim_rolled_up AS
SELECT i.id, i.rescheduled_on IS NULL AND NOT EXISTS (SELECT FROM allocation a WHERE a.invoice_id = i.id AND a.kind = 'reversal') AS simple,
       i.kind IN ('costs', 'interest') AS is_charge,
       i.kind = 'invoice' AND EXISTS (SELECT FROM allocation a WHERE a.invoice_id = i.id AND a.kind = 'payment') AS by_money,
       i.currency, i.issued_on, i.due_on, i.amount, CASE WHEN i.open_amount = 0 THEN i.closed_on END AS settled_on
  FROM invoice i;
COMMENT ON VIEW claim_rolled_up IS 'Claims as the trigger roll_up of allocation reads them.';
COMMENT ON COLUMN claim_rolled_up.id IS 'The claim.';
COMMENT ON COLUMN claim_rolled_up.simple IS 'Whether its due date never changed, and what is allocated of it only grew: then it is settled once, by the last posting. Of others the trigger has roll_up_by_history() look at all postings.';
COMMENT ON COLUMN claim_rolled_up.is_charge IS 'Whether it is costs or interest.';
COMMENT ON COLUMN claim_rolled_up.by_money IS 'Whether it is an invoice of which a part was paid.';
COMMENT ON COLUMN claim_rolled_up.currency IS 'ISO 4217.';
COMMENT ON COLUMN claim_rolled_up.issued_on IS 'Invoice date.';
COMMENT ON COLUMN claim_rolled_up.due_on IS 'Due date.';
COMMENT ON COLUMN claim_rolled_up.amount IS 'Amount of the claim.';
COMMENT ON COLUMN claim_rolled_up.settled_on IS 'Day of the posting that settled it; NULL while open.';

CREATE OR REPLACE FUNCTION roll_up_by_history(claims bigint[], postings bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT SET jit = off SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    moves bigint[];
BEGIN
    INSERT INTO flow (posted_on, currency, due_on, receivable, charges, on_account, credits, discounts, write_offs)
    SELECT f.* FROM flow_of_allocations(postings) f;
    -- What their settlements and reopenings are with these postings, less what they were without.
    INSERT INTO flow (posted_on, currency, due_on, items, closed, days, late, closed_amount, amount_days, amount_late)
    SELECT t.*
      FROM (SELECT s.posted_on, s.currency, s.due_on, sum(s.n * s.items) AS items, sum(s.n * s.closed) AS closed, sum(s.n * s.days) AS days,
                   sum(s.n * s.late) AS late, sum(s.n * s.closed_amount) AS closed_amount, sum(s.n * s.amount_days) AS amount_days,
                   sum(s.n * s.amount_late) AS amount_late
              FROM (SELECT 1 AS n, * FROM flow_of_turns(claims, '{}') UNION ALL SELECT -1, * FROM flow_of_turns(claims, postings)) s
             GROUP BY 1, 2, 3) t
     -- Where one claim opened again and one like it was settled, only amounts or days are left.
     WHERE t.items <> 0 OR t.closed <> 0 OR t.days <> 0 OR t.late <> 0 OR t.closed_amount <> 0 OR t.amount_days <> 0 OR t.amount_late <> 0;
    -- And what their changes of due dates move.
    moves := ARRAY(SELECT r.id FROM reschedule r WHERE r.invoice_id = ANY (claims));
    INSERT INTO flow (posted_on, currency, due_on, receivable, charges, items)
    SELECT t.*
      FROM (SELECT s.posted_on, s.currency, s.due_on, sum(s.n * s.receivable) AS receivable, sum(s.n * s.charges) AS charges, sum(s.n * s.items) AS items
              FROM (SELECT 1 AS n, * FROM flow_of_reschedules(moves, '{}') UNION ALL SELECT -1, * FROM flow_of_reschedules(moves, postings)) s
             GROUP BY 1, 2, 3) t
     WHERE t.receivable <> 0 OR t.charges <> 0 OR t.items <> 0;
END $$;
COMMENT ON FUNCTION roll_up_by_history(bigint[], bigint[]) IS 'Appends to flow what these new postings to these claims add, reversals among them or before, or changes of due dates: by all postings to the claims.';

-- The function is debiteur's. Named to run after the triggers that check and settle.
CREATE OR REPLACE TRIGGER roll_up AFTER INSERT ON invoice REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION roll_up('invoice');
CREATE OR REPLACE TRIGGER roll_up AFTER INSERT ON payment REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION roll_up('payment');
CREATE OR REPLACE TRIGGER roll_up AFTER INSERT ON allocation REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION roll_up('allocation');
