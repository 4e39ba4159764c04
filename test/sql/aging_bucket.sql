--
-- aging_bucket: ranges of days past due that cover every date
--
SET search_path = debiteur, pg_catalog;
SET datestyle = 'ISO';

SELECT b AS bucket, lower_days(b), upper_days(b), pg_column_size(b) AS bytes, aging_bucket_send(b) AS binary
  FROM unnest('{90+,1-30,61-90,not due,31-60,31-45,0+,1-1,1-32767,32767-32767,32767+}'::aging_bucket[]) b ORDER BY b;
SELECT '007-030'::aging_bucket AS zeros, '1-30'::aging_bucket::text AS to_text, '1-30'::text::aging_bucket AS from_text;

-- The operators agree with the bounds.
CREATE TEMPORARY TABLE bucket AS
SELECT b, row_number() OVER (ORDER BY lower_days(b) NULLS FIRST, upper_days(b) NULLS LAST)::int AS n
  FROM unnest('{90+,1-30,61-90,not due,31-60,31-45,0+,1-1,1-32767,32767-32767,32767+,2-30}'::aging_bucket[]) b;
SELECT bool_and((x.b = y.b) = (x.n = y.n) AND (x.b <> y.b) = (x.n <> y.n)
            AND (x.b < y.b) = (x.n < y.n) AND (x.b <= y.b) = (x.n <= y.n)
            AND (x.b > y.b) = (x.n > y.n) AND (x.b >= y.b) = (x.n >= y.n)
            AND aging_bucket_cmp(x.b, y.b) = sign(x.n - y.n)
            AND (aging_bucket_hash(x.b) = aging_bucket_hash(y.b)) = (x.n = y.n)
            AND (aging_bucket_hash_extended(x.b, 7) = aging_bucket_hash_extended(y.b, 7)) = (x.n = y.n)) AS consistent,
       count(*)
  FROM bucket x, bucket y;
SELECT bool_and(aging_bucket_hash(b) = aging_bucket_hash_extended(b, 0)::bit(32)::int) AS hashes_agree FROM bucket;

-- Overdue is as_of > due: a claim is not due on its due date.
SELECT due, aging_bucket(due, '2024-06-30') AS bucket
  FROM unnest('{2024-07-01,2024-06-30,2024-06-29,2024-05-31,2024-05-30,2024-05-01,2024-04-30,2024-04-01,2024-03-31,2023-06-30}'::date[]) due;
SELECT aging_bucket(date '2024-02-28', '2024-03-01', '{1,2}') AS leap_year, aging_bucket(date '2023-02-28', '2023-03-01', '{1,2}') AS common_year;
SELECT aging_bucket(0), aging_bucket(1), aging_bucket(30), aging_bucket(31), aging_bucket(90), aging_bucket(91), aging_bucket(-1);
SELECT aging_bucket(45, '{7,14,30}'), aging_bucket(8, '{7,14,30}'), aging_bucket(7, '{7}'), aging_bucket(8, '{7}'),
       aging_bucket(32767, '{32767}'), aging_bucket(32768, '{32767}');
SELECT aging_bucket(date '2024-01-31', '2024-03-31', '[5:7]={30,60,90}') AS any_subscripts;
SELECT * FROM aging_buckets();
SELECT array_agg(b) FROM aging_buckets('{7}') b;
SELECT array_agg(b) FROM aging_buckets('{1,2,3,32767}') b;

-- The ends of the calendar and of the integers
SELECT aging_bucket(date '4714-11-24 BC', '5874897-12-31') AS longest, aging_bucket(date '5874897-12-31', '4714-11-24 BC') AS least,
       aging_bucket(date '0001-01-01', '0001-01-02') AS year_one, aging_bucket(2147483647) AS most, aging_bucket((-2147483648)::int) AS fewest;
SELECT aging_bucket(date 'infinity', '2024-01-01') AS never, aging_bucket(date '-infinity', '2024-01-01') AS always;
SELECT aging_bucket(NULL::date, '2024-01-01') IS NULL AND aging_bucket(date '2024-01-01', NULL) IS NULL
   AND aging_bucket(date '2024-01-01', '2024-01-01', NULL) IS NULL AND aging_bucket(NULL::int) IS NULL
   AND lower_days(NULL) IS NULL AND upper_days(NULL) IS NULL AS null_gives_null,
       (SELECT count(*) FROM aging_buckets(NULL)) AS buckets_of_null;

-- Every day is in exactly one bucket of its scheme, and in the one it is given.
WITH scheme(bounds) AS (
    VALUES ('{30,60,90}'::int[]), ('{1}'), ('{30}'), ('{7,14,21,28}'), ('{1,2,3,4,5}'), ('{30,60,90,120,180,365,730}'), ('{999,1000}'), ('{32767}')),
day(days) AS (SELECT generate_series(-1000, 1000)),
placed AS (
    SELECT s.bounds, d.days,
           count(b) AS buckets,
           bool_and(b = aging_bucket(d.days, s.bounds)
                AND b = aging_bucket(date '2024-03-01' - d.days, '2024-03-01', s.bounds)) AS agree
      FROM scheme s CROSS JOIN day d
      LEFT JOIN LATERAL aging_buckets(s.bounds) b
             ON d.days >= coalesce(lower_days(b), d.days) AND d.days <= coalesce(upper_days(b), d.days)
     GROUP BY 1, 2)
SELECT bounds, count(*) AS days, bool_and(buckets = 1) AS in_one, bool_and(agree) AS agree FROM placed GROUP BY 1 ORDER BY 1;

-- Both kinds of index give the right rows; equal buckets join and group.
CREATE TEMPORARY TABLE claim AS
SELECT n, aging_bucket(n) AS b FROM generate_series(-100, 199) n;
CREATE INDEX claim_btree ON claim (b);
CREATE INDEX claim_hash ON claim USING hash (b);
ANALYZE claim;
SET enable_seqscan = off;
SELECT count(*) FROM claim WHERE b >= '31-60';
DROP INDEX claim_btree;
SELECT count(*) FROM claim WHERE b = '31-60';
RESET enable_seqscan;
SELECT b, count(*) FROM claim GROUP BY b ORDER BY b;
SELECT b, count(n) FROM aging_buckets('{30,60,90}') b LEFT JOIN claim USING (b) GROUP BY b ORDER BY b;

-- Errors of input
SELECT 'Not due'::aging_bucket;
SELECT '30-1'::aging_bucket;
SELECT '0-30'::aging_bucket;
SELECT '1-32768'::aging_bucket;
SELECT '99999999999999999999999+'::aging_bucket;
SELECT '1 - 30'::aging_bucket;
\set VERBOSITY sqlstate
SELECT ''::aging_bucket;
SELECT ' not due'::aging_bucket;
SELECT '-'::aging_bucket;
SELECT '+'::aging_bucket;
SELECT '-1-30'::aging_bucket;
SELECT '30'::aging_bucket;
SELECT '1-'::aging_bucket;
SELECT '1-30 '::aging_bucket;
SELECT '90+ '::aging_bucket;
SELECT '1-30+'::aging_bucket;
SELECT '32768+'::aging_bucket;

-- Errors of functions
\set VERBOSITY default
SELECT aging_bucket(date '2024-01-01', 'infinity');
SELECT aging_bucket(1, '{}');
SELECT aging_bucket(1, '{30,NULL,90}');
SELECT aging_bucket(1, '{30,30}');
SELECT aging_bucket(1, '{0,30}');
SELECT aging_bucket(1, '{30,32768}');
SELECT aging_bucket(1, '{{30,60}}');
SELECT aging_bucket(1, ARRAY(SELECT generate_series(1, 1001)));
\set VERBOSITY sqlstate
SELECT aging_bucket(date 'infinity', '-infinity');
SELECT aging_bucket(date '2024-01-01', '2024-01-01', '{60,30}');
SELECT aging_bucket(1, '{-30}');
SELECT aging_bucket(1, '{2147483647}');
SELECT aging_buckets('{}');
SELECT aging_buckets('{90,60}');
SELECT count(*) FROM aging_buckets(ARRAY(SELECT generate_series(1, 1000)));
\set VERBOSITY default

-- From version 16 on bad input can be asked about without an error.
DO $$
DECLARE
    state text;
BEGIN
    IF current_setting('server_version_num')::int >= 160000 THEN
        EXECUTE $q$SELECT sql_error_code FROM pg_input_error_info('30-1', 'debiteur.aging_bucket')$q$ INTO state;
        ASSERT state = 'RV001', state;
    END IF;
END $$;

-- Binary COPY takes what it gave, and nothing else.
\getenv outputdir PG_ABS_BUILDDIR
\cd :outputdir
\copy bucket TO 'results/aging_bucket.copy' (FORMAT binary)
CREATE TEMPORARY TABLE bucket_copied (LIKE bucket);
\copy bucket_copied FROM 'results/aging_bucket.copy' (FORMAT binary)
SELECT count(*), bool_and(x.b = y.b) AS same FROM bucket x JOIN bucket_copied y USING (n);
CREATE TEMPORARY TABLE received (b aging_bucket);
\copy (SELECT '\x001effff'::bytea UNION ALL SELECT '\x00000000') TO 'results/aging_bucket.copy' (FORMAT binary)
\copy received FROM 'results/aging_bucket.copy' (FORMAT binary)
SELECT b FROM received ORDER BY b;
\copy (SELECT '\x001e001e'::bytea) TO 'results/aging_bucket.copy' (FORMAT binary)
\copy received FROM 'results/aging_bucket.copy' (FORMAT binary)
\copy (SELECT '\x001e0000'::bytea) TO 'results/aging_bucket.copy' (FORMAT binary)
\copy received FROM 'results/aging_bucket.copy' (FORMAT binary)
\copy (SELECT '\x00008000'::bytea) TO 'results/aging_bucket.copy' (FORMAT binary)
\copy received FROM 'results/aging_bucket.copy' (FORMAT binary)
\copy (SELECT '\x8000ffff'::bytea) TO 'results/aging_bucket.copy' (FORMAT binary)
\copy received FROM 'results/aging_bucket.copy' (FORMAT binary)
\copy (SELECT '\xffffffff'::bytea) TO 'results/aging_bucket.copy' (FORMAT binary)
\copy received FROM 'results/aging_bucket.copy' (FORMAT binary)
\copy (SELECT '\x0000'::bytea) TO 'results/aging_bucket.copy' (FORMAT binary)
\copy received FROM 'results/aging_bucket.copy' (FORMAT binary)
\copy (SELECT '\x0000000000'::bytea) TO 'results/aging_bucket.copy' (FORMAT binary)
\copy received FROM 'results/aging_bucket.copy' (FORMAT binary)
SELECT count(*) AS received FROM received;

-- 10,000 mutated buckets: RV001 or a value that goes round.
SET client_encoding = 'UTF8';
CREATE FUNCTION pg_temp.mutated(value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    alphabet text := '0123456789012345678901234567899999-+-+ notdue' || chr(1) || chr(9) || chr(10) || chr(127) || 'éß²';
    place int;
BEGIN
    FOR i IN 1 .. (random() * CASE value WHEN '' THEN 20 ELSE 3 END)::int LOOP
        place := (random() * length(value))::int;
        value := left(value, place) || substr(alphabet, 1 + (random() * length(alphabet))::int, (random() * 2)::int)
                 || substr(value, place + 1 + (random() * 1.5)::int);
    END LOOP;
    RETURN value;
END $$;
CREATE FUNCTION pg_temp.fuzz(rounds int, OUT accepted int, OUT refused int) LANGUAGE plpgsql AS $$
DECLARE
    label text;
    bucket debiteur.aging_bucket;
BEGIN
    accepted := 0;
    refused := 0;
    FOR i IN 1 .. rounds LOOP
        SELECT pg_temp.mutated(coalesce(min(b::text), '')) INTO label FROM bucket WHERE n = i % 13;
        BEGIN
            bucket := label::debiteur.aging_bucket;
            -- Zeros before a number are the one thing that is not given back.
            IF bucket::text IS DISTINCT FROM regexp_replace(label, '\m0+(?=\d)', '', 'g') OR bucket::text::debiteur.aging_bucket <> bucket THEN
                RAISE 'accepted %, gave back %', label, bucket;
            END IF;
            accepted := accepted + 1;
        EXCEPTION WHEN SQLSTATE 'RV001' THEN
            refused := refused + 1;
        END;
    END LOOP;
END $$;
SELECT setseed(0.5);
SELECT accepted + refused = 10000 AS all_answered, accepted > 100 AS some_accepted, refused > 1000 AS some_refused
  FROM pg_temp.fuzz(10000);
RESET client_encoding;

SELECT opcname, amname, amvalidate(c.oid)
  FROM pg_opclass c JOIN pg_am a ON a.oid = c.opcmethod
 WHERE c.opcintype = 'aging_bucket'::regtype ORDER BY 2;
