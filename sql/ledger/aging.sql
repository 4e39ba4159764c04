/*
 * aging: open claims by days past due, on any date. The ledger's is a sum over
 * flow; a customer's is read from the claims.
 */
CREATE OR REPLACE FUNCTION require_day(day date) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
BEGIN
    IF day IS NULL OR NOT isfinite(day) THEN
        RAISE EXCEPTION '% is not a date to report on', coalesce(day::text, 'NULL') USING ERRCODE = 'RV016', HINT = 'Give a day, such as today().';
    END IF;
END $$;
COMMENT ON FUNCTION require_day(date) IS 'Error RV016 unless the date is one.';

CREATE OR REPLACE FUNCTION aging(as_of date DEFAULT today(), bounds int[] DEFAULT '{30,60,90}')
RETURNS TABLE (currency text, bucket aging_bucket, invoices bigint, amount numeric, on_account numeric)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    year date;
    month date;
BEGIN
    PERFORM require_day(as_of);
    year := date_trunc('year', as_of::timestamp);
    month := date_trunc('month', as_of::timestamp);
    RETURN QUERY
    WITH due AS (
        SELECT f.currency, f.due_on, sum(f.items) AS items, sum(f.receivable + f.charges) AS amount, sum(f.on_account) AS on_account
          FROM flow f
         WHERE (f.level = 3 AND f.period < year) OR (f.level = 2 AND f.period >= year AND f.period < month)
            OR (f.level = 1 AND f.period >= month AND f.period <= as_of) OR (f.level = 0 AND f.period <= as_of)
         GROUP BY 1, 2 HAVING sum(f.items) <> 0 OR sum(f.receivable + f.charges) <> 0 OR sum(f.on_account) <> 0
    ), filled AS (
        SELECT d.currency, aging_bucket(d.due_on, as_of, bounds) AS bucket, sum(d.items)::bigint AS items, sum(d.amount) AS amount, sum(d.on_account) AS on_account
          FROM due d GROUP BY 1, 2
    )
    SELECT u.currency, b.bucket, coalesce(f.items, 0), coalesce(f.amount, 0), coalesce(f.on_account, 0)
      FROM (SELECT DISTINCT f.currency FROM filled f) u
      CROSS JOIN aging_buckets(bounds) AS b(bucket)
      LEFT JOIN filled f ON f.currency = u.currency AND f.bucket = b.bucket
     ORDER BY u.currency, b.bucket;
END $$;
COMMENT ON FUNCTION aging(date, int[]) IS
'Open claims at the end of a date by days past due, all kinds of claims, every bucket of the scheme for each currency. bounds: last days of the buckets. on_account: money not allocated; it stands in the row "not due" only, so that sum(amount) - sum(on_account) is the balance of the control account. Credit notes count, negative, by the due date of their invoice or their own date.';

CREATE OR REPLACE FUNCTION aging_by_customer(as_of date DEFAULT today())
RETURNS TABLE (customer text, name text, currency text, not_due numeric, days_1_30 numeric, days_31_60 numeric, days_61_90 numeric,
               days_over_90 numeric, total numeric, on_account numeric, balance numeric)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
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
'Open claims at the end of a date by customer and currency, in buckets of 30 days past due; total: their sum; on_account: money not allocated; balance: total - on_account. Largest balance first.';
