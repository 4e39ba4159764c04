/*
 * aging: open claims by days past due, on any date. The ledger's is a sum over
 * the roll-up; a customer's is read from the claims.
 */
CREATE OR REPLACE FUNCTION aging(as_of date DEFAULT today(), bounds int[] DEFAULT '{30,60,90}', segment text DEFAULT NULL)
RETURNS TABLE (currency text, bucket aging_bucket, invoices bigint, amount numeric, on_account numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT SET jit = off AS $$
#variable_conflict use_column
DECLARE
    year date;
    month date;
    last_bucket int;
    last_bound int;
    nothing numeric[];
BEGIN
    PERFORM require_date(as_of, 'as_of');
    -- Refuses bounds that are none, also where there is nothing to sum.
    PERFORM aging(0, as_of, as_of, bounds);
    year := date_trunc('year', as_of::timestamp);
    month := date_trunc('month', as_of::timestamp);
    last_bucket := cardinality(bounds) + 2;
    last_bound := bounds[array_upper(bounds, 1)];
    nothing := array_fill(0::numeric, ARRAY[cardinality(bounds)]);
    IF segment IS NULL THEN
        RETURN QUERY
        -- By due date only what the buckets with two bounds need: what is not due and what is later than the last bound follow from the totals.
        WITH item AS (
            -- The periods of flow_periods(), written out: so each level is read by the index that suits it.
            SELECT f.currency, f.due_on, f.receivable + f.charges AS amount, f.items::numeric AS items
              FROM flow_by_due f
             WHERE ((f.level = 3 AND f.period < year) OR (f.level = 2 AND f.period >= year AND f.period < month) OR (f.level = 1 AND f.period BETWEEN month AND as_of))
               AND f.due_on BETWEEN as_of - last_bound AND as_of - 1
             UNION ALL
            SELECT f.currency, f.due_on, f.receivable + f.charges, f.items FROM flow f WHERE f.posted_on <= as_of AND f.due_on BETWEEN as_of - last_bound AND as_of - 1
        ), late AS (
            SELECT i.currency, aging(i.amount, i.due_on, as_of, bounds) AS amounts, aging(i.items, i.due_on, as_of, bounds) AS items FROM item i GROUP BY 1
        ), total AS (
            SELECT t.currency, t.on_account,
                   (t.receivable + t.charges - t.overdue - t.overdue_charges) || coalesce(l.amounts[2:last_bucket - 1], nothing)
                       || (t.overdue + t.overdue_charges - coalesce((SELECT sum(a) FROM unnest(l.amounts) a), 0)) AS amounts,
                   (t.items - t.overdue_items) || coalesce(l.items[2:last_bucket - 1], nothing)
                       || (t.overdue_items - coalesce((SELECT sum(n) FROM unnest(l.items) n), 0)) AS items
              FROM flow_totals(ARRAY[as_of]) t LEFT JOIN late l ON l.currency = t.currency
        )
        SELECT t.currency, b.bucket, t.items[b.n]::bigint, t.amounts[b.n], CASE WHEN b.n = 1 THEN t.on_account ELSE 0 END
          FROM total t CROSS JOIN aging_buckets(bounds) WITH ORDINALITY AS b(bucket, n)
         WHERE t.on_account <> 0 OR 0 <> ANY (t.items) OR 0 <> ANY (t.amounts)
         ORDER BY t.currency, b.bucket;
    ELSE
        RETURN QUERY
        WITH total AS (
            SELECT o.currency, aging(o.open_amount, o.due_on, as_of, bounds) AS amounts, aging(1, o.due_on, as_of, bounds) AS items
              FROM open_items(as_of) o JOIN customer c ON c.id = o.customer_id WHERE c.segment = aging.segment GROUP BY 1
        ), account AS (
            SELECT m.currency, sum(m.amount) AS on_account
              FROM (SELECT o.currency, o.amount FROM on_account(as_of) o JOIN customer c ON c.id = o.customer_id WHERE c.segment = aging.segment
                     UNION ALL
                    SELECT t.currency, 0 FROM total t) m
             GROUP BY 1
        )
        SELECT a.currency, b.bucket, coalesce(t.items[b.n], 0)::bigint, coalesce(t.amounts[b.n], 0), CASE WHEN b.n = 1 THEN a.on_account ELSE 0 END
          FROM account a
          LEFT JOIN total t ON t.currency = a.currency
         CROSS JOIN aging_buckets(bounds) WITH ORDINALITY AS b(bucket, n)
         WHERE a.on_account <> 0 OR 0 <> ANY (t.items) OR 0 <> ANY (t.amounts)
         ORDER BY a.currency, b.bucket;
    END IF;
END $$;
COMMENT ON FUNCTION aging(date, int[], text) IS
'Open claims at the end of a date by days past due, all kinds of claims, every bucket of the scheme for each currency. bounds: last days of the buckets. on_account: money not allocated; it stands in the row "not due" only, so that sum(amount) - sum(on_account) is the balance of the control account. Credit notes count, negative, by the due date of their invoice or their own date. segment: only customers who are in it now; these are read claim by claim, for the roll-up knows no segments: a customer may move from one to another, with all his past. NULL: all, from the roll-up. Error RV016: not a date.';

-- Planned as in balances; without hashing and workers, for the indexes have the claims and the money in the order of the groups, which are many and small.
CREATE OR REPLACE FUNCTION aging_by_customer(as_of date DEFAULT today(), segment text DEFAULT NULL)
RETURNS TABLE (customer text, name text, currency text, not_due numeric, days_1_30 numeric, days_31_60 numeric, days_61_90 numeric,
               days_over_90 numeric, total numeric, on_account numeric, balance numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT SET jit = off SET plan_cache_mode = force_custom_plan SET random_page_cost = 1.1
SET enable_hashagg = off SET max_parallel_workers_per_gather = 0 AS $$
#variable_conflict use_column
BEGIN
    PERFORM require_date(as_of, 'as_of');
    RETURN QUERY
    SELECT c.number, c.name, b.currency, b.not_due, b.days_1_30, b.days_31_60, b.days_61_90, b.days_over_90, b.total, b.on_account, b.total - b.on_account
      FROM (SELECT q.customer_id, q.currency,
                   coalesce(sum(q.amount) FILTER (WHERE q.due_on >= as_of), 0) AS not_due,
                   coalesce(sum(q.amount) FILTER (WHERE as_of - q.due_on BETWEEN 1 AND 30), 0) AS days_1_30,
                   coalesce(sum(q.amount) FILTER (WHERE as_of - q.due_on BETWEEN 31 AND 60), 0) AS days_31_60,
                   coalesce(sum(q.amount) FILTER (WHERE as_of - q.due_on BETWEEN 61 AND 90), 0) AS days_61_90,
                   coalesce(sum(q.amount) FILTER (WHERE as_of - q.due_on > 90), 0) AS days_over_90,
                   coalesce(sum(q.amount) FILTER (WHERE q.due_on IS NOT NULL), 0) AS total,
                   -- Money has no due date.
                   coalesce(sum(q.amount) FILTER (WHERE q.due_on IS NULL), 0) AS on_account
              FROM (SELECT s.customer_id, s.currency, CASE WHEN s.rescheduled_on > as_of THEN due_as_of(s.invoice_id, as_of) ELSE s.due_on END AS due_on,
                           s.issued_on AS from_on, s.settled_on AS until_on, s.amount FROM settlement s
                    UNION ALL
                    SELECT m.customer_id, m.currency, NULL, m.received_on, m.used_on, m.amount FROM money_use m) q
             WHERE q.from_on <= as_of AND q.until_on > as_of AND q.amount <> 0
             GROUP BY 1, 2) b
      JOIN customer c ON c.id = b.customer_id
     WHERE (aging_by_customer.segment IS NULL OR c.segment = aging_by_customer.segment)
       AND (b.not_due <> 0 OR b.days_1_30 <> 0 OR b.days_31_60 <> 0 OR b.days_61_90 <> 0 OR b.days_over_90 <> 0 OR b.on_account <> 0);
END $$;
COMMENT ON FUNCTION aging_by_customer(date, text) IS
'Open claims at the end of a date by customer and currency, in buckets of 30 days past due; total: their sum; on_account: money not allocated; balance: total - on_account. Who has nothing but zeros is left out; the rows are in no order. segment: only customers who are in it now; NULL: all. Error RV016: not a date.';
