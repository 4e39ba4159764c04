--
-- The aggregate aging(): buckets, bounds, NULLs, exactness, errors, and its
-- state as a type. Parallel plans, windows and groups are in parallel.sql.
--
\set VERBOSITY default
SET datestyle = 'ISO, YMD';

-- Open items as an ERP has them, in a table of its own. Invoices that are not
-- yet due, a credit note, and what is paid is no longer there.
CREATE TEMP TABLE open_item (
    company_code text, customer_no text, document_no text, document_type text,
    net_due_date date, amount_in_local_currency numeric(15,2), currency text
);
INSERT INTO open_item VALUES
    ('NL01', 'C100', '9001', 'RV', '2025-07-15', 1210.00, 'EUR'),
    ('NL01', 'C100', '9002', 'RV', '2025-06-30',  605.50, 'EUR'),
    ('NL01', 'C100', '9003', 'RV', '2025-06-29',  100.00, 'EUR'),
    ('NL01', 'C100', '9004', 'RG', '2025-06-29',  -40.25, 'EUR'),
    ('NL01', 'C200', '9005', 'RV', '2025-05-31', 2500.00, 'EUR'),
    ('NL01', 'C200', '9006', 'RV', '2025-05-30',  999.99, 'EUR'),
    ('NL01', 'C200', '9007', 'RV', '2025-04-01',   75.00, 'EUR'),
    ('NL01', 'C200', '9008', 'RV', '2024-12-31',   50.00, 'EUR'),
    ('NL01', 'C300', '9009', 'RV', '2025-06-30',  300.00, 'USD');

SELECT customer_no, currency,
       debiteur.aging(amount_in_local_currency, net_due_date, '2025-06-30') AS "not due, 1-30, 31-60, 61-90, 90+",
       sum(amount_in_local_currency) AS open
  FROM open_item GROUP BY customer_no, currency ORDER BY customer_no;

-- The same with a column a bucket.
SELECT customer_no, aging[1] AS "not due", aging[2] AS "1-14", aging[3] AS "15-60", aging[4] AS "60+"
  FROM (SELECT customer_no, debiteur.aging(amount_in_local_currency, net_due_date, '2025-06-30', '{14,60}') AS aging
          FROM open_item WHERE currency = 'EUR' GROUP BY customer_no) AS c
 ORDER BY customer_no;

-- Illustrative Example 12 of IFRS 9, a provision matrix: 580,000.
SELECT sum(amount * rate) AS "580000"
  FROM (SELECT debiteur.aging(amount, '2025-06-30'::date - days, '2025-06-30') AS aging
          FROM (VALUES (15000000, 0), (7500000, 1), (4000000, 45), (2500000, 90), (1000000, 91)) AS m(amount, days)) AS a,
       LATERAL unnest(a.aging, '{0.003,0.016,0.036,0.066,0.106}'::numeric[]) AS b(amount, rate);

-- Overdue ratio, published as 10 %: 12,312 of 123,423 is overdue.
SELECT round(100 * (1 - aging[1] / (aging[1] + aging[2] + aging[3])), 3) AS "9.975"
  FROM (SELECT debiteur.aging(amount, due, '2025-06-30', '{30}')
          FROM (VALUES (12312, date '2025-06-29'), (123423 - 12312, '2025-06-30')) AS r(amount, due)) AS a(aging);

-- Every edge: an amount of 1 at each of these days past due, one at a time.
SELECT days, debiteur.aging(1, '2025-06-30'::date - days, '2025-06-30') AS aging
  FROM unnest('{-400,-1,0,1,29,30,31,60,61,90,91,4000}'::int[]) AS days GROUP BY days ORDER BY days;
-- Bounds at the ends of what they can be; due always and never; the first and
-- the last date there are.
SELECT debiteur.aging(1, due, '2025-06-30', '{1,32767}') AS aging, due
  FROM unnest('{infinity,5874897-12-31,2025-07-01,2025-06-29,2025-06-28,1935-10-14,1935-10-13,4713-01-01 BC,-infinity}'::date[]) AS due
 GROUP BY due ORDER BY due DESC;
SELECT debiteur.aging(1, '4713-01-01 BC', '5874897-12-31', '{32767}'),
       debiteur.aging(1, '5874897-12-31', '4713-01-01 BC', '{32767}');
-- One bound; subscripts of the array are of no matter.
SELECT debiteur.aging(amount, due, '2025-06-30', '{1}') AS "{1}",
       debiteur.aging(amount, due, '2025-06-30', '[5:7]={30,60,90}') = debiteur.aging(amount, due, '2025-06-30') AS subscripts
  FROM (VALUES (10, date '2025-06-30'), (20, '2025-06-29')) AS t(amount, due);
-- As many bounds as there can be.
SELECT array_length(aging, 1) AS buckets, aging[11] AS "10 days"
  FROM (SELECT debiteur.aging(7, date '2025-06-20', '2025-06-30', bounds) AS aging
          FROM (SELECT array_agg(n) AS bounds FROM generate_series(1, 1000) AS n) AS b) AS a;

-- NULL amounts are ignored, with whatever dates; nothing gives NULL.
SELECT debiteur.aging(amount, due, '2025-06-30')
  FROM (VALUES (NULL, date '2025-06-30'), (1.5, '2025-06-30'), (NULL, NULL)) AS t(amount, due);
SELECT debiteur.aging(NULL, '2025-06-30', '2025-06-30') IS NULL AS "only NULL",
       (SELECT debiteur.aging(1, due, due) FROM (SELECT NULL::date AS due WHERE false) AS t) IS NULL AS "no rows";

-- An amount without a date is refused, not left out.
SELECT debiteur.aging(amount, due, '2025-06-30') FROM (VALUES (1.00, date '2025-06-01'), (250.00, NULL)) AS t(amount, due);
SELECT debiteur.aging(250.00, '2025-06-30', NULL);
SELECT debiteur.aging(250.00, '2025-06-30', 'infinity');
SELECT debiteur.aging(250.00, '2025-06-30', '-infinity');
-- Bounds that can't be.
SELECT debiteur.aging(1, '2025-06-30', '2025-06-30', '{30,60,60}');
SELECT debiteur.aging(1, '2025-06-30', '2025-06-30', '{0,30}');
SELECT debiteur.aging(1, '2025-06-30', '2025-06-30', '{-2147483648}');
SELECT debiteur.aging(1, '2025-06-30', '2025-06-30', '{30,32768}');
SELECT debiteur.aging(1, '2025-06-30', '2025-06-30', '{}');
SELECT debiteur.aging(1, '2025-06-30', '2025-06-30', '{30,NULL}');
SELECT debiteur.aging(1, '2025-06-30', '2025-06-30', NULL);
SELECT debiteur.aging(1, '2025-06-30', '2025-06-30', '{{30,60}}');
SELECT debiteur.aging(1, date '2025-06-30', '2025-06-30', ARRAY(SELECT generate_series(1, 1001)));
SELECT debiteur.aging(1, '2025-06-30', '2025-06-30', bounds) FROM (VALUES ('{30,60}'::int[]), ('{30,60,90}')) AS t(bounds);
SELECT debiteur.aging(1, '2025-06-30', '2025-06-30', bounds) FROM (VALUES ('{30,60}'::int[]), ('{30,61}')) AS t(bounds);
SELECT debiteur.aging(1, '2025-06-30', '2025-06-30', bounds) FROM (VALUES ('{30,60}'::int[]), ('{60,30}')) AS t(bounds);
-- Of a NULL amount nothing is looked at, bounds neither.
SELECT debiteur.aging(amount, '2025-06-30', '2025-06-30', bounds) FROM (VALUES (1, '{30}'::int[]), (NULL, '{60,30}')) AS t(amount, bounds);

CREATE FUNCTION pg_temp.sqlstate_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN '00000';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
SELECT arguments, pg_temp.sqlstate_of('SELECT debiteur.aging(' || arguments || ')')
  FROM unnest(ARRAY['1, NULL, ''2025-06-30''', '1, ''2025-06-30'', NULL', '1, ''2025-06-30'', ''infinity''',
                    '1, ''2025-06-30'', ''2025-06-30'', ''{2,1}''', '1, ''2025-06-30'', ''2025-06-30'', NULL',
                    '1, ''2025-06-30'', ''2025-06-30'', ''{{1}}''',
                    '1, date ''2025-06-30'', ''2025-06-30'', ARRAY(SELECT generate_series(1, 1001))']) AS arguments;

-- The bounds and dates that aging_bucket() refuses, with the same words, and
-- where it doesn't the amount is in the element of its bucket.
CREATE FUNCTION pg_temp.error_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
    hint   text;
BEGIN
    EXECUTE statement;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws('|', SQLSTATE, SQLERRM, detail, hint);
END $$;
SELECT count(*) AS refused, count(*) FILTER (WHERE aging IS DISTINCT FROM bucket) AS otherwise
  FROM (SELECT pg_temp.error_of(format('SELECT debiteur.aging(1, %L, %L, %L)', due, as_of, bounds)) AS aging,
               pg_temp.error_of(format('SELECT debiteur.aging_bucket(%L::date, %L, %L)', due, as_of, bounds)) AS bucket
          FROM unnest('{2025-06-30,-infinity,infinity}'::date[]) AS due,
               unnest('{2025-06-30,-infinity,infinity}'::date[]) AS as_of,
               unnest(ARRAY['{30}', '{}', '{0}', '{32768}', '{60,30}', '{30,30}', '{30,NULL}', '{{30,60}}',
                            (SELECT array_agg(n)::text FROM generate_series(1, 1001) AS n)]) AS bounds) AS e
 WHERE bucket IS NOT NULL;
SELECT count(*) AS tried, count(*) FILTER (WHERE aging IS DISTINCT FROM bucket) AS otherwise
  FROM (SELECT array_position(debiteur.aging(1, due, '2025-06-30', bounds::int[]), 1) AS aging,
               (SELECT n FROM debiteur.aging_buckets(bounds::int[]) WITH ORDINALITY AS b(bucket, n)
                 WHERE bucket::text = debiteur.aging_bucket(due, '2025-06-30', bounds::int[])::text) AS bucket
          FROM (SELECT date '2025-06-30' - days AS due FROM generate_series(-3, 100) AS days
                UNION ALL SELECT unnest('{-infinity,infinity,1935-10-14,1935-10-13}'::date[])) AS d,
               unnest(ARRAY['{30,60,90}', '{1}', '{7,14,32767}']) AS bounds
         GROUP BY due, bounds) AS b;

-- Exact where whole numbers of 64 bits end: 9,223,372,036,854,775,807 and on,
-- in one step and in many; 16 decimals and more; sums that go back to zero.
SELECT debiteur.aging(9e15, '2025-06-30', '2025-06-30') AS aging, sum(9e15) FROM generate_series(1, 3000);
SELECT debiteur.aging(-9999999999999999.99, '2025-06-29', '2025-06-30') AS aging, sum(-9999999999999999.99) FROM generate_series(1, 3000);
SELECT debiteur.aging(0.9999999999999999, '2025-06-30', '2025-06-30') AS aging, sum(0.9999999999999999) FROM generate_series(1, 3000);
SELECT debiteur.aging(amount, '2025-06-30', '2025-06-30') AS aging, sum(amount)
  FROM (VALUES (1e30), (1e-20), (-1e30), (0.5), (123456789012345678.90)) AS t(amount);
SELECT debiteur.aging(amount, '2025-06-30', '2025-06-30', '{30}') AS aging
  FROM (VALUES (0.25), (-0.75), (-0.0000), (1), (-3), (2.5)) AS t(amount);
SELECT aging[1] = sum AS same, scale(aging[1]) = scale(sum) AS "same scale", scale(aging[2]) = scale(sum) AS "of a zero too", scale(sum)
  FROM (SELECT debiteur.aging(amount, '2025-06-30', '2025-06-30') AS aging, sum(amount)
          FROM (VALUES (12345.678), (('0.' || repeat('0', 16382) || '7')::numeric), (-9.99e40)) AS t(amount)) AS a;
-- As numeric adds them.
SELECT debiteur.aging(amount, due, '2025-06-30')
  FROM (VALUES ('Infinity', date '2025-06-30'), (1.5, '2025-06-30'), ('Infinity', '2025-06-29'), ('-Infinity', '2025-06-29'),
               ('-Infinity', '2025-05-01'), (1e20, '2025-05-01'), ('NaN', '2025-04-15'), (2, '2025-04-15'), (3.25, '2025-01-01')) AS t(amount, due);

-- Against plain SQL: amounts of all kinds over 400 days, 20 times.
SELECT setseed(0.5);
CREATE TEMP TABLE item AS
SELECT i % 20 AS portfolio, date '2025-06-30' - 300 + (random() * 400)::int AS due,
       CASE i % 7
           WHEN 0 THEN round((random() * 1e6 - 4e5)::numeric, 2)
           WHEN 1 THEN round((random() * 1e4)::numeric, 3)
           WHEN 2 THEN (random() * 1e5)::int
           WHEN 3 THEN round((random() * 1e9)::numeric, 2) * CASE WHEN i % 20 > 10 THEN 1e21 ELSE 1 END
           WHEN 4 THEN round(random()::numeric, 12) / CASE WHEN i % 20 > 15 THEN 700000.7 ELSE 1 END
           WHEN 5 THEN -round((random() * 1e15)::numeric, 0)
           ELSE CASE WHEN random() < 0.3 THEN 0.0 WHEN random() < 0.5 THEN NULL ELSE -0.01 END
       END::numeric AS amount
  FROM generate_series(1, 20000) AS i;
CREATE TEMP VIEW plain AS
SELECT portfolio, sum(amount) AS open,
       ARRAY[coalesce(sum(amount) FILTER (WHERE due >= '2025-06-30'), 0),
             coalesce(sum(amount) FILTER (WHERE date '2025-06-30' - due BETWEEN 1 AND 30), 0),
             coalesce(sum(amount) FILTER (WHERE date '2025-06-30' - due BETWEEN 31 AND 60), 0),
             coalesce(sum(amount) FILTER (WHERE date '2025-06-30' - due BETWEEN 61 AND 90), 0),
             coalesce(sum(amount) FILTER (WHERE date '2025-06-30' - due > 90), 0)] AS aging
  FROM item GROUP BY portfolio;
SELECT count(*) AS portfolios,
       count(*) FILTER (WHERE a.aging IS DISTINCT FROM p.aging) AS different,
       count(*) FILTER (WHERE (SELECT sum(e) FROM unnest(a.aging) AS e) <> p.open) AS "don't add up",
       count(*) FILTER (WHERE EXISTS (SELECT FROM unnest(a.aging) AS e WHERE scale(e) <> scale(p.open))) AS "other scale",
       count(DISTINCT scale(p.open)) > 1 AS "several scales"
  FROM (SELECT portfolio, debiteur.aging(amount, due, '2025-06-30') FROM item GROUP BY portfolio) AS a(portfolio, aging)
  JOIN plain AS p USING (portfolio);

--
-- The state as a type: text, binary, combining, and use outside an aggregate.
--
SELECT state, debiteur.aging_final(state)
  FROM unnest('{"{1}:{1,2.50,0}","{007}:{1,2,3}","{30}:{-0.5,0,12345678901234567890.123}","{1,2}:{NaN,Infinity,-Infinity,000}"}'::debiteur.aging_state[]) AS state;
SELECT debiteur.aging_state_send('{30,60}:{1,-2.5,0,10000}');
SELECT debiteur.aging_accum(NULL, 5, '2025-06-30', '2025-06-30'),
       debiteur.aging_accum('{30,60,90}:{1,2,3,4,5}', 0.25, '2025-06-29', '2025-06-30'),
       debiteur.aging_accum('{7}:{1,2,3}', 0.25, '2025-06-01', '2025-06-30', '{7}'),
       debiteur.aging_accum('{7}:{1,2,3}', NULL, '2025-06-01', '2025-06-30', '{7}'),
       debiteur.aging_accum(NULL, NULL, NULL, NULL);
SELECT debiteur.aging_combine('{7}:{1,2,3}', '{7}:{0.1,-2.5,123456789012345678901234567890}'),
       debiteur.aging_combine(NULL, '{7}:{1,2,3}'), debiteur.aging_combine('{7}:{1,2,3}', NULL), debiteur.aging_combine(NULL, NULL),
       debiteur.aging_final(NULL);
SELECT debiteur.aging_combine('{7}:{1,2,3}', '{8}:{1,2,3}');
SELECT debiteur.aging_combine('{7}:{1,2,3}', '{7,8}:{1,2,3,4}');
SELECT debiteur.aging_accum('{7}:{1,2,3}', 1, '2025-06-30', '2025-06-30');

-- Stored states, small and large (some are compressed), are not changed by
-- what is added to them.
CREATE TEMP TABLE kept AS
SELECT n, debiteur.aging_accum(NULL, amount, '2025-06-01', '2025-06-30', ARRAY(SELECT generate_series(1, n))) AS state
  FROM (VALUES (1, 1), (3, 1e40), (1000, 1), (999, 1e-30)) AS t(n, amount);
CREATE TEMP TABLE before AS SELECT n, state::text FROM kept;
SELECT n, length(debiteur.aging_combine(debiteur.aging_accum(state, 1e50, '2025-06-30', '2025-06-30', ARRAY(SELECT generate_series(1, n))), state)::text)
  FROM kept ORDER BY n;
SELECT count(*) AS unchanged FROM kept JOIN before ON before.n = kept.n AND before.state = kept.state::text;

-- Not a state: each is refused, with one SQLSTATE.
SELECT text, pg_temp.sqlstate_of(format('SELECT %L::debiteur.aging_state', text))
  FROM unnest(ARRAY['', '{', '{7', '{7}', '{7}:', '{7}:{', '{7}:{}', '{7}:{1,2}', '{7}:{0,1,2', '{7}:{0,1,2}x', '{7}:{0,1,2,3}', ' {7}:{0,1,2}', '{7}:{0,1,2} ',
                    '{}', '{}:', '{}:{}', '{}:{1}', '{}:{1,2}', '{}:{1,2,3}',
                    '{7}:{0,1,,2}', '{7}:{0,1, 2}', '{7}:{0,1,2e5}', '{7}:{0,1,+2}', '{7}:{0,1,--2}', '{7}:{0,1,2.}', '{7}:{0,1,.2}', '{7}:{0,1,nan}', '{7}:{0,1,-NaN}',
                    '{7}:{0,1,0x10}', '{7}:{0,1,1_000}', '{0}:{1,2,3}', '{-1}:{1,2,3}', '{+1}:{1,2,3}', '{ 1}:{1,2,3}', '{30,}:{1,2,3}', '{,30}:{1,2,3}',
                    '{60,30}:{1,2,3,4}', '{30,30}:{1,2,3,4}', '{32768}:{1,2,3}', '{2147483648}:{1,2,3}', '{99999999999999999999}:{1,2,3}', '{3.5}:{1,2,3}',
                    '{NULL}:{1,2,3}', '{30}{1,2,3}', '{30}:{1,2,3,4}', 'é', '{30}:{1,2,é}',
                    '{7}:{0,1,' || repeat('9', 131073) || '}', '{7}:{0,1,0.' || repeat('9', 16384) || '}']) AS text
 WHERE pg_temp.sqlstate_of(format('SELECT %L::debiteur.aging_state', text)) <> 'RV001';
SELECT '{30,60}:{1,2,3}'::debiteur.aging_state;
SELECT length(format('{%s}:{0%s}', string_agg(n::text, ','), repeat(',0', 1001))::debiteur.aging_state::text) AS "1,000 bounds" FROM generate_series(1, 1000) AS n;
SELECT pg_temp.sqlstate_of(format('SELECT %L::debiteur.aging_state', format('{%s}:{0%s}', string_agg(n::text, ','), repeat(',0', 1002)))) AS "1,001"
  FROM generate_series(1, 1001) AS n;
SELECT length(('{7}:{0,' || repeat('9', 131072) || ',-0.' || repeat('9', 16383) || '}')::debiteur.aging_state::text) AS "longest numbers";

-- 10,000 strings, made by changing a state here and there: refused, or read
-- into something that comes out as itself.
DO $$
DECLARE
    alphabet constant text := '{}:,.-0123456789 NaInfintyeE+"\x';
    changed  text;
    state    debiteur.aging_state;
    accepted int := 0;
BEGIN
    FOR i IN 1..10000 LOOP
        changed := (ARRAY['{30,60,90}:{100.00,0.00,25.50,0.00,0.00}', '{1,2}:{1,2,3,4}', '{7}:{NaN,-Infinity,12345678901234567890}'])[1 + i % 3];
        FOR change IN 0..(random() * 2)::int LOOP
            changed := overlay(changed PLACING substr(alphabet, 1 + (random() * 31)::int, (random() * 2)::int)
                               FROM 1 + (random() * length(changed))::int FOR (random() * 2)::int);
        END LOOP;
        BEGIN
            state := changed::debiteur.aging_state;
            accepted := accepted + 1;
            IF state::text <> state::text::debiteur.aging_state::text
               OR cardinality(debiteur.aging_final(state)) < 3 THEN
                RAISE 'not the same: %', changed;
            END IF;
        EXCEPTION WHEN SQLSTATE 'RV001' THEN
            NULL;
        END;
    END LOOP;
    RAISE NOTICE 'some accepted: %, some refused: %', accepted > 100, accepted < 9900;
END $$;

-- Binary: to a file and back; then files with other bytes in place of a
-- state, as a column of bytea writes them.
\getenv directory PG_ABS_BUILDDIR
\set file :directory '/results/aging_state.data'
SELECT set_config('test.file', :'file', false) IS NOT NULL AS "in results";
CREATE TEMP TABLE sent AS SELECT debiteur.aging_accum(NULL, amount, due, '2025-06-30') AS state FROM item WHERE amount IS NOT NULL LIMIT 500;
INSERT INTO sent VALUES ('{1}:{NaN,Infinity,0}'), ('{1,32767}:{-Infinity,0,1,-99999999999999999999999999999999.5}');
COPY sent TO :'file' (FORMAT binary);
CREATE TEMP TABLE received (state debiteur.aging_state);
COPY received FROM :'file' (FORMAT binary);
SELECT count(*) FROM (SELECT state::text FROM sent EXCEPT ALL SELECT state::text FROM received) AS lost;
SELECT count(*) FROM received;
DO $$
DECLARE
    file    constant text := current_setting('test.file');
    states  constant debiteur.aging_state[] := '{"{30,60,90}:{100.00,0.00,25.50,0.00,0.00}","{1,2}:{1,2,3,4}","{7}:{NaN,-Infinity,12345678901234567890}"}';
    changed bytea;
    got     debiteur.aging_state;
    accepted int := 0;
BEGIN
    CREATE TEMP TABLE got (state debiteur.aging_state);
    FOR i IN 1..2000 LOOP
        changed := debiteur.aging_state_send(states[1 + i % 3]);
        FOR change IN 0..(random() * 2)::int LOOP
            changed := CASE (random() * 5)::int
                           WHEN 0 THEN substr(changed, 1, (random() * length(changed))::int)
                           WHEN 1 THEN changed || '\x00'::bytea
                           WHEN 2 THEN overlay(changed PLACING '\xffffffff'::bytea FROM 1 + (random() * length(changed))::int)
                           ELSE CASE WHEN length(changed) = 0 THEN changed
                                     ELSE set_byte(changed, least((random() * length(changed))::int, length(changed) - 1), (random() * 255)::int) END
                       END;
        END LOOP;
        EXECUTE format('COPY (SELECT %L::bytea) TO %L (FORMAT binary)', changed, file);
        BEGIN
            TRUNCATE got;
            EXECUTE format('COPY got FROM %L (FORMAT binary)', file);
            SELECT state INTO got FROM pg_temp.got;
            accepted := accepted + 1;
            IF got::text::debiteur.aging_state::text <> got::text THEN
                RAISE 'not the same: %', changed;
            END IF;
        EXCEPTION WHEN SQLSTATE 'RV001' OR invalid_binary_representation OR protocol_violation OR numeric_value_out_of_range THEN
            NULL;
        END;
    END LOOP;
    RAISE NOTICE 'some accepted: %, some refused: %', accepted > 20, accepted < 1980;
END $$;

-- Bounds in binary are what they can be in text.
CREATE FUNCTION pg_temp.error_of_binary(sent bytea) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('COPY (SELECT %L::bytea) TO %L (FORMAT binary)', sent, current_setting('test.file'));
    RETURN pg_temp.error_of(format('COPY received FROM %L (FORMAT binary)', current_setting('test.file')));
END $$;
SELECT bounds, pg_temp.error_of_binary(int4send(n) || string_agg(int4send(bound), '' ORDER BY i) || substr(debiteur.aging_state_send('{7}:{0,1,2}'), 9)) AS error
  FROM (VALUES (1, '{7}'), (1, '{32767}'), (0, '{7}'), (-1, '{7}'), (1, '{0}'), (1, '{-7}'), (1, '{32768}'), (2, '{7,7}'), (1001, '{7}')) AS b(n, bounds),
       unnest(CASE n WHEN 1001 THEN ARRAY(SELECT generate_series(1, 1001)) ELSE bounds::int[] END) WITH ORDINALITY AS u(bound, i)
 GROUP BY n, bounds ORDER BY n, bounds;

-- Each long amount moves the state to where there is room; where it was before
-- is not kept: a thousand of them would be 500 MB.
WITH long (text) AS MATERIALIZED (
    SELECT format('{%s}:{1,2,%s}', string_agg(n::text, ','), string_agg(repeat('9', 2000), ',')) FROM generate_series(1, 1000) AS n)
SELECT text::debiteur.aging_state::text = text AS same, (SELECT sum(used_bytes) < 100000000 FROM pg_backend_memory_contexts) AS freed FROM long;

-- Memory stays what it is, however many rows: usual amounts, amounts that
-- need more, and bounds that come with each row.
CREATE TEMP TABLE memory (query text, row_nr int, bytes bigint);
CREATE FUNCTION pg_temp.look(query text, row_nr int) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
    IF row_nr % 50000 = 0 THEN
        INSERT INTO memory SELECT query, row_nr, sum(used_bytes) FROM pg_backend_memory_contexts;
    END IF;
    RETURN true;
END $$;
SELECT debiteur.aging(i / 100.0, date '2025-06-30' - i % 100, '2025-06-30') FILTER (WHERE pg_temp.look('usual', i)) FROM generate_series(1, 150000) AS i;
SELECT debiteur.aging(i * 1e17, date '2025-06-30' - i % 100, '2025-06-30') FILTER (WHERE pg_temp.look('more', i)) FROM generate_series(1, 150000) AS i;
SELECT debiteur.aging(i, date '2025-06-30' - i % 100, '2025-06-30', ARRAY[50, 60 + i % 1]) FILTER (WHERE pg_temp.look('bounds', i)) FROM generate_series(1, 150000) AS i;
SELECT query, count(*) AS looks, max(bytes) - min(bytes) < 200000 AS flat FROM memory WHERE row_nr >= 50000 GROUP BY query ORDER BY query;
