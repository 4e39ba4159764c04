/*
 * roll_rates: how much of each aging bucket moves on to the next worse one,
 * month by month, from the balances at the months' ends.
 *
 * What is past the last bound stays there and piles up. So it is not compared
 * with the last bounded bucket, but only the part that can come from it.
 */
CREATE OR REPLACE FUNCTION roll_rates(from_on date, until_on date, bounds int[] DEFAULT '{30,60,90}')
RETURNS TABLE (month date, currency text, bucket aging_bucket, opening numeric, to_bucket aging_bucket, rolled numeric, rate numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    last_bound int := bounds[array_upper(bounds, 1)];
    width      int := last_bound - coalesce(bounds[array_upper(bounds, 1) - 1], 0);
    wider      int[] := bounds || ARRAY(SELECT least(last_bound + width, 32767) WHERE last_bound < 32767);
BEGIN
    PERFORM require_period(from_on, until_on);
    -- NULL would be no buckets, and no error.
    PERFORM FROM aging_buckets(coalesce(bounds, '{}'));
    RETURN QUERY
    -- The days on which the months in the period end, and the one before the first of them.
    WITH day AS (
        SELECT first::date - 1 AS as_of, lag(first::date - 1) OVER (ORDER BY first) AS previous, lead(first::date - 1) OVER (ORDER BY first) AS next
          FROM generate_series(date_trunc('month', from_on + interval '1 month - 1 day'), (until_on + 1)::timestamp, interval '1 month') AS first
    ), balance AS MATERIALIZED (
        SELECT d.as_of, d.previous, d.next, a.currency, a.bucket, a.amount FROM day d CROSS JOIN LATERAL aging(d.as_of, wider) a
    ), pair AS (
        SELECT b.bucket, lead(b.bucket) OVER (ORDER BY b.bucket) AS to_bucket FROM aging_buckets(wider) AS b(bucket)
         ORDER BY b.bucket LIMIT cardinality(bounds) + 1
    ), roll AS (
        SELECT b.next AS month, b.currency, p.bucket, p.to_bucket, b.amount AS opening, 0 AS rolled FROM balance b JOIN pair p ON p.bucket = b.bucket WHERE b.next IS NOT NULL
         UNION ALL
        SELECT b.as_of, b.currency, p.bucket, p.to_bucket, 0, b.amount FROM balance b JOIN pair p ON p.to_bucket = b.bucket WHERE b.previous IS NOT NULL
    )
    SELECT r.month, r.currency, r.bucket, sum(r.opening), r.to_bucket, sum(r.rolled),
           CASE WHEN sum(r.opening) > 0 THEN round(greatest(sum(r.rolled), 0) / sum(r.opening), 6) END
      FROM roll r
     GROUP BY r.month, r.currency, r.bucket, r.to_bucket
     ORDER BY r.month, r.currency, r.bucket;
END $$;
COMMENT ON FUNCTION roll_rates(date, date, int[]) IS
'Roll rates: for each month that lies wholly in the period, currency and bucket, the part of the balance that had moved on to the next worse bucket when the month ended. month: its last day; opening: the bucket''s balance on the day before the month; rolled: the balance of to_bucket on the last day; rate: rolled / opening (6 decimals). to_bucket of the last bounded bucket is as wide as that one (91-120 for 61-90): what is past the last bound has been there for long or short. What is past it has no worse bucket and no row.
Balances are those of aging(): all kinds of claims, credit notes negative. A net credit that rolled counts as nothing; the rate is NULL where opening is zero or negative.
It compares balances, not the same claims twice, and is right where a bucket is a month wide. A claim that comes due and is overdue within one month raises the rate of "not due", even above 1; claims that are not due for longer than a month lower it.
Errors: RV016 not a period; RV001 not bounds.
https://docs.oracle.com/en/industries/financial-services/ofs-analytical-applications/loan-loss-forecasting/8.1.2.0.0/llfpug/roll-rate.html';
