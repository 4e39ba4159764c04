/*
 * aging: open claims by days past due, on any date. The ledger's is a sum over
 * the roll-up; a customer's is read from the claims.
 */
CREATE OR REPLACE FUNCTION aging(as_of date DEFAULT today(), bounds int[] DEFAULT '{30,60,90}')
RETURNS TABLE (currency text, bucket aging_bucket, invoices bigint, amount numeric, on_account numeric)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    last_bucket int;
    last_bound int;
    nothing numeric[];
BEGIN
    PERFORM require_date(as_of, 'as_of');
    -- Refuses bounds that are none, also where there is nothing to sum.
    PERFORM aging(0, as_of, as_of, bounds);
    last_bucket := cardinality(bounds) + 2;
    last_bound := bounds[array_upper(bounds, 1)];
    nothing := array_fill(0::numeric, ARRAY[cardinality(bounds)]);
    RETURN QUERY
    -- By due date only what the buckets with two bounds need: what is not due and what is later than the last bound follow from the totals.
    WITH item AS (
        SELECT f.currency, f.due_on, f.receivable + f.charges AS amount, f.items::numeric AS items
          FROM flow_periods(as_of) p
          JOIN flow_by_due f ON f.level = p.level AND f.period BETWEEN p.from_on AND p.until_on AND f.due_on BETWEEN as_of - last_bound AND as_of - 1
         UNION ALL
        SELECT f.currency, f.due_on, f.receivable + f.charges, f.items FROM flow f WHERE f.posted_on <= as_of AND f.due_on BETWEEN as_of - last_bound AND as_of - 1
    ), late AS (
        SELECT i.currency, aging(i.amount, i.due_on, as_of, bounds) AS amounts, aging(i.items, i.due_on, as_of, bounds) AS items, sum(i.amount) AS amount, sum(i.items) AS n
          FROM item i GROUP BY 1
    ), total AS (
        SELECT t.currency, t.on_account,
               (t.receivable + t.charges - t.overdue - t.overdue_charges) || coalesce(l.amounts[2:last_bucket - 1], nothing) || (t.overdue + t.overdue_charges - coalesce(l.amount, 0)) AS amounts,
               (t.items - t.overdue_items) || coalesce(l.items[2:last_bucket - 1], nothing) || (t.overdue_items - coalesce(l.n, 0)) AS items
          FROM flow_totals(ARRAY[as_of]) t LEFT JOIN late l ON l.currency = t.currency
    )
    SELECT t.currency, b.bucket, t.items[b.n]::bigint, t.amounts[b.n], CASE WHEN b.n = 1 THEN t.on_account ELSE 0 END
      FROM total t CROSS JOIN aging_buckets(bounds) WITH ORDINALITY AS b(bucket, n)
     WHERE t.on_account <> 0 OR 0 <> ANY (t.items) OR 0 <> ANY (t.amounts)
     ORDER BY t.currency, b.bucket;
END $$;
COMMENT ON FUNCTION aging(date, int[]) IS
'Open claims at the end of a date by days past due, all kinds of claims, every bucket of the scheme for each currency. bounds: last days of the buckets. on_account: money not allocated; it stands in the row "not due" only, so that sum(amount) - sum(on_account) is the balance of the control account. Credit notes count, negative, by the due date of their invoice or their own date.';

CREATE OR REPLACE FUNCTION aging_by_customer(as_of date DEFAULT today())
RETURNS TABLE (customer text, name text, currency text, not_due numeric, days_1_30 numeric, days_31_60 numeric, days_61_90 numeric,
               days_over_90 numeric, total numeric, on_account numeric, balance numeric)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    PERFORM require_date(as_of, 'as_of');
    RETURN QUERY
    WITH open_now AS (
        SELECT o.customer_id, o.currency, aging(o.open_amount, o.due_on, aging_by_customer.as_of) AS b, sum(o.open_amount) AS total
          FROM open_items(aging_by_customer.as_of) o GROUP BY 1, 2
    ), account AS (
        SELECT a.customer_id, a.currency, a.amount FROM on_account(aging_by_customer.as_of) a
    )
    SELECT c.number, c.name, coalesce(o.currency, a.currency), coalesce(o.b[1], 0), coalesce(o.b[2], 0), coalesce(o.b[3], 0), coalesce(o.b[4], 0),
           coalesce(o.b[5], 0), coalesce(o.total, 0), coalesce(a.amount, 0), coalesce(o.total, 0) - coalesce(a.amount, 0)
      FROM open_now o
      FULL JOIN account a ON a.customer_id = o.customer_id AND a.currency = o.currency
      JOIN customer c ON c.id = coalesce(o.customer_id, a.customer_id)
     ORDER BY 3, 11 DESC, 1;
END $$;
COMMENT ON FUNCTION aging_by_customer(date) IS
'Open claims at the end of a date by customer and currency, in buckets of 30 days past due; total: their sum; on_account: money not allocated; balance: total - on_account. Largest balance first. Error RV016: not a date.';
