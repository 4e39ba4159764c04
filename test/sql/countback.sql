--
-- The aggregates dso_countback() and countback_exhausted(): months from dates,
-- NULLs, errors, against the functions of arrays, and their state as a type.
-- Parallel plans, windows and groups are in parallel.sql.
--
\set VERBOSITY default
SET datestyle = 'ISO, YMD';

-- Invoices in any order. June has 30 days and 200,000, May 31 and 190,000; of
-- April 60,000 of 180,000 is needed, a third of 30 days: 30 + 31 + 10. What is
-- sold after as_of is no part of it.
CREATE TEMP TABLE sale (sold_on date, amount numeric(12,2));
INSERT INTO sale VALUES ('2025-05-02', 100000), ('2025-06-30', 150000), ('2025-04-30', 179999), ('2025-06-01', 50000), ('2025-05-31', 90000),
    ('2025-04-01', 1), ('2025-07-01', 999999), ('2026-06-15', 999999);
SELECT debiteur.dso_countback(450000, amount, sold_on, '2025-06-30') AS "71",
       debiteur.countback_exhausted(450000, amount, sold_on, '2025-06-30') AS "f" FROM sale;
-- As months; and as of any day: on 10 June that month has ten days and 50,000
-- of sales.
SELECT debiteur.dso_countback(450000, sum, month, '2025-06-30') AS "71"
  FROM (SELECT date_trunc('month', sold_on)::date AS month, sum(amount) FROM sale GROUP BY 1) AS m;
SELECT as_of, round(debiteur.dso_countback(receivable, amount, sold_on, as_of), 4) AS days, debiteur.countback_exhausted(receivable, amount, sold_on, as_of), expected
  FROM (VALUES (date '2025-06-10', 240000, '10 + 31'), ('2025-06-10', 25000, '5'), ('2025-06-01', 50000, '1'), ('2025-06-01', 50001, '1 + 1/190000 * 31'),
               ('2025-05-31', 190000, '31'), ('2025-05-01', 1, 'no sales yet'), ('2025-04-30', 180000, '30'), ('2025-04-30', 180000.01, 'exhausted'),
               ('2025-03-31', 1, 'exhausted'), ('2025-03-31', 0, '0'), ('2025-06-30', 0, '0'), ('2025-06-30', -5, 'negative'), ('2025-09-30', 5, 'gap')) AS t(as_of, receivable, expected),
       sale
 GROUP BY as_of, receivable, expected ORDER BY as_of DESC, receivable;
-- Published examples (kpi_numbers.sql) in calendar months: May counts 31 days
-- where the first says 30.
SELECT round(debiteur.dso_countback(212000, sales, month, '2025-06-30'), 4) AS "30 + 31 + 32/70 * 30"
  FROM (VALUES (100000, date '2025-06-01'), (80000, '2025-05-01'), (70000, '2025-04-01')) AS t(sales, month);
SELECT round(debiteur.dso_countback(12000, sales, month, '2025-09-30'), 2) AS "166.33"
  FROM (VALUES (2250, date '2025-04-01'), (2000, '2025-05-01'), (2500, '2025-06-01'), (2250, '2025-07-01'), (1750, '2025-08-01'), (2500, '2025-09-01')) AS t(sales, month);

-- A month without rows, with a sum of zero, or below zero, between others: no
-- days, and not for want of history. Where it isn't needed it isn't looked at.
SELECT gap, debiteur.dso_countback(150, sales, month, '2025-06-30') AS "150", debiteur.countback_exhausted(150, sales, month, '2025-06-30') AS exhausted,
       debiteur.dso_countback(90, sales, month, '2025-06-30') AS "27"
  FROM (VALUES ('no rows', 100, date '2025-06-01'), ('no rows', 100, '2025-04-01'),
               ('zero', 100, '2025-06-01'), ('zero', 5, '2025-05-01'), ('zero', -5, '2025-05-31'), ('zero', 100, '2025-04-01'),
               ('negative', 100, '2025-06-01'), ('negative', -5, '2025-05-01'), ('negative', 100, '2025-04-01'),
               ('NULL', 100, '2025-06-01'), ('NULL', NULL, '2025-05-01'), ('NULL', 100, '2025-04-01'),
               ('none', 100, '2025-06-01'), ('none', 100, '2025-05-01')) AS t(gap, sales, month)
 GROUP BY gap ORDER BY gap;
-- The oldest month counts as history where its sales come to nothing, but
-- not where they are NULL.
SELECT debiteur.countback_exhausted(150, sales, month, '2025-06-30') AS "f", debiteur.countback_exhausted(150, nullif(sales, 0), month, '2025-06-30') AS "t"
  FROM (VALUES (100, date '2025-06-01'), (0, '2025-05-01')) AS t(sales, month);

-- NULL: sales add nothing, but say what the receivable is, as of a customer
-- who has bought nothing; rows without both don't count; nothing gives NULL.
SELECT customer, debiteur.dso_countback(receivable, amount, sold_on, '2025-06-30'), debiteur.countback_exhausted(receivable, amount, sold_on, '2025-06-30')
  FROM (VALUES ('bought', 100), ('owes only', 100), ('nothing', 0), ('unknown', NULL)) AS c(customer, receivable)
  LEFT JOIN (VALUES ('bought', 200.00, date '2025-06-15')) AS s(customer, amount, sold_on) USING (customer)
 GROUP BY customer ORDER BY customer;
SELECT debiteur.dso_countback(1, 1, '2025-06-30', '2025-06-30') IS NULL AS "no rows", debiteur.countback_exhausted(1, 1, '2025-06-30', '2025-06-30') FROM sale WHERE false;
SELECT debiteur.dso_countback(NULL, NULL, NULL, NULL), debiteur.countback_exhausted(NULL, NULL, '2025-06-30', 'infinity');
-- What is missing is not left out silently.
SELECT debiteur.dso_countback(NULL, 25.50, '2025-06-30', '2025-06-30');
SELECT debiteur.dso_countback(100, 25.50, NULL, '2025-06-30');
SELECT debiteur.dso_countback(100, 25.50, '-infinity', '2025-06-30');
SELECT debiteur.dso_countback(100, 25.50, 'infinity', '2025-06-30');
SELECT debiteur.dso_countback(100, 25.50, '2025-06-30', NULL);
SELECT debiteur.dso_countback(100, NULL, NULL, 'infinity');
SELECT debiteur.countback_exhausted(100, NULL, NULL, '-infinity');
-- The receivable and as_of of a group are one.
SELECT debiteur.dso_countback(receivable, 25.50, '2025-06-30', '2025-06-30') FROM unnest('{100,100.00,100.01}'::numeric[]) AS receivable;
SELECT debiteur.dso_countback(receivable, 25.50, '2025-06-30', '2025-06-30') FROM unnest('{1e30,NaN}'::numeric[]) AS receivable;
SELECT debiteur.dso_countback(100, 25.50, '2025-06-30', as_of) FROM unnest('{2025-06-30,2025-05-31}'::date[]) AS as_of;
SELECT debiteur.dso_countback(receivable, sales, '2025-06-30', '2025-06-30') AS "30, of equals"
  FROM (VALUES ('100'::numeric, 50::numeric), (100.0000000000000000000000, 25), (1e2, 25)) AS t(receivable, sales);
-- A hundred years back and no further; the first and the last day there are.
SELECT debiteur.dso_countback(1200, 1, month::date, '2025-06-30') - (date '2025-06-30' - '1925-06-30') AS "0",
       debiteur.dso_countback(1201, 1, month::date, '2025-06-30') AS "NULL", debiteur.countback_exhausted(1201, 1, month::date, '2025-06-30') AS "t"
  FROM generate_series(timestamp '1900-01-01', '2025-06-01', '1 month') AS month;
SELECT debiteur.dso_countback(2, 1, sold_on, '4714-12-31 BC') AS "61", debiteur.dso_countback(1, 1, sold_on, '4714-12-31 BC') AS "31"
  FROM unnest('{4714-11-24 BC,4714-12-31 BC}'::date[]) AS sold_on;
SELECT debiteur.dso_countback(2, 1, sold_on, '5874897-12-31') AS "61", debiteur.dso_countback(1, 1, sold_on, '4714-11-24 BC') AS "24"
  FROM unnest('{4714-11-24 BC,5874897-12-31,5874897-11-01}'::date[]) AS sold_on;
-- February of leap years, also of 1 BC, 1900 and 2000.
SELECT as_of, debiteur.dso_countback(2, 1, sold_on, as_of) - extract(day FROM as_of) AS february
  FROM (SELECT as_of, unnest(ARRAY[as_of, as_of - 31]) AS sold_on FROM unnest('{0001-03-31 BC,0001-03-31,1900-03-31,2000-03-31,2024-03-31,2025-03-31}'::date[]) AS as_of) AS t
 GROUP BY as_of ORDER BY as_of;
-- Any number, exactly; NaN and Infinity as the function of arrays has them.
SELECT debiteur.dso_countback(3e30 + 1e-20, sales, '2025-06-30', '2025-06-30') = (3e30 + 1e-20) * 30 / (4e30 + 1e-20) AS exact
  FROM unnest('{4e30,1e-20}'::numeric[]) AS sales;
SELECT receivable, sales, debiteur.dso_countback(receivable, sales, '2025-06-30', '2025-06-30') IS NOT DISTINCT FROM debiteur.dso_countback(receivable, ARRAY[sales], '{30}') AS same,
       debiteur.countback_exhausted(receivable, sales, '2025-06-30', '2025-06-30') = debiteur.countback_exhausted(receivable, ARRAY[sales], '{30}') AS same
  FROM unnest('{1,NaN,Infinity,-Infinity}'::numeric[]) AS receivable, unnest('{2,NaN,Infinity,-Infinity}'::numeric[]) AS sales GROUP BY receivable, sales ORDER BY 1, 2;

-- Against the functions of arrays, and those against a loop that takes them
-- literally: 800 customers with sales over 40 months in no order; of some a
-- month is missing, negative, or after as_of.
CREATE FUNCTION pg_temp.walk(receivable numeric, sales numeric[], days int[], OUT countback numeric, OUT exhausted bool) LANGUAGE plpgsql AS $$
DECLARE
    counted bigint := 0;
BEGIN
    exhausted := false;
    IF receivable <= 0 THEN
        countback := CASE WHEN receivable = 0 THEN 0 END;
        RETURN;
    END IF;
    FOR i IN 1..cardinality(sales) LOOP
        IF sales[i] <= 0 THEN
            RETURN;
        ELSIF receivable <= sales[i] THEN
            countback := counted + receivable * days[i] / sales[i];
            RETURN;
        END IF;
        receivable := receivable - sales[i];
        counted := counted + days[i];
    END LOOP;
    exhausted := true;
END $$;
SELECT setseed(0.75);
CREATE TEMP TABLE customer AS
SELECT id, date '2025-06-30' - (random() * 200)::int AS as_of, round((random() * 6000 - 200)::numeric * CASE id % 20 WHEN 0 THEN 10 ELSE 1 END, 2) AS receivable
  FROM generate_series(1, 800) AS id;
CREATE TEMP TABLE sold AS
SELECT c.id, c.receivable, c.as_of, s.sold_on, s.amount
  FROM customer AS c,
       LATERAL (SELECT date '2025-08-31' - (random() * 30 * (1 + c.id % 40))::int AS sold_on,
                       round((random() * 300 - 30)::numeric, CASE WHEN c.id % 4 = 0 THEN 5 ELSE 2 END) * CASE WHEN c.id % 50 = 0 THEN 1e18 ELSE 1 END AS amount
                  FROM generate_series(1, 4 * (1 + c.id % 40))) AS s
 ORDER BY random();
CREATE TEMP TABLE fast AS
SELECT id, debiteur.dso_countback(receivable, amount, sold_on, as_of) AS countback, debiteur.countback_exhausted(receivable, amount, sold_on, as_of) AS exhausted
  FROM sold GROUP BY id;
CREATE TEMP TABLE history AS
WITH sum_of_month AS (
    SELECT id, as_of, date_trunc('month', sold_on::timestamp)::date AS month, sum(amount) AS amount FROM sold WHERE sold_on <= as_of GROUP BY 1, 2, 3
), month AS (
    SELECT id, as_of, m::date AS month
      FROM (SELECT id, as_of, min(month) AS first FROM sum_of_month GROUP BY 1, 2) AS s, generate_series(first::timestamp, as_of::timestamp, interval '1 month') AS m
)
SELECT id, array_agg(coalesce(amount, 0) ORDER BY month DESC) AS sales,
       array_agg(least((month + interval '1 month')::date, as_of + 1) - month ORDER BY month DESC) AS days
  FROM month LEFT JOIN sum_of_month USING (id, as_of, month) GROUP BY id;
ANALYZE customer, fast, history;
SELECT count(*) AS customers,
       count(*) FILTER (WHERE f.countback IS DISTINCT FROM debiteur.dso_countback(c.receivable, h.sales, h.days)) AS "not as arrays",
       count(*) FILTER (WHERE f.exhausted IS DISTINCT FROM debiteur.countback_exhausted(c.receivable, h.sales, h.days)) AS "not as arrays",
       count(*) FILTER (WHERE f.countback IS DISTINCT FROM w.countback OR f.exhausted IS DISTINCT FROM w.exhausted) AS "not as the loop",
       count(f.countback) > 150 AS "some have days", count(*) FILTER (WHERE f.exhausted) > 80 AS "some are exhausted",
       count(*) FILTER (WHERE f.countback IS NULL AND NOT f.exhausted) > 80 AS "some have a gap", max(cardinality(h.sales)) > 30 AS "long histories"
  FROM customer AS c JOIN fast AS f USING (id)
  LEFT JOIN (SELECT id, sales, days FROM history) AS n USING (id)
  CROSS JOIN LATERAL (SELECT coalesce(n.sales, '{}') AS sales, coalesce(n.days, '{}') AS days) AS h
  CROSS JOIN LATERAL pg_temp.walk(c.receivable, h.sales, h.days) AS w;

-- Combined in any order, of any parts, which were text or bytes in between.
\getenv directory PG_ABS_BUILDDIR
\set file :directory '/results/countback_state.data'
CREATE AGGREGATE pg_temp.state_of(numeric, numeric, date, date) (SFUNC = debiteur.countback_accum, STYPE = debiteur.countback_state);
CREATE AGGREGATE pg_temp.combined(debiteur.countback_state) (SFUNC = debiteur.countback_combine, STYPE = debiteur.countback_state);
CREATE TEMP TABLE part AS SELECT id, piece, pg_temp.state_of(receivable, amount, sold_on, as_of) AS state FROM (SELECT *, (random() * 3)::int AS piece FROM sold) AS s GROUP BY id, piece;
COPY part TO :'file' (FORMAT binary);
CREATE TEMP TABLE received (LIKE part);
COPY received FROM :'file' (FORMAT binary);
SELECT count(*) AS customers,
       count(*) FILTER (WHERE forth::text IS DISTINCT FROM back::text) AS "by the order",
       count(*) FILTER (WHERE forth::text IS DISTINCT FROM sent::text) AS "by bytes",
       count(*) FILTER (WHERE forth::text IS DISTINCT FROM text::text) AS "by text",
       count(*) FILTER (WHERE debiteur.countback_final(forth) IS DISTINCT FROM countback OR debiteur.countback_exhausted_final(forth) IS DISTINCT FROM exhausted) AS different
  FROM (SELECT id, pg_temp.combined(state ORDER BY piece) AS forth, pg_temp.combined(state ORDER BY piece DESC) AS back,
               pg_temp.combined(state::text::debiteur.countback_state ORDER BY random()) AS text FROM part GROUP BY id) AS p
  JOIN (SELECT id, pg_temp.combined(state ORDER BY random()) AS sent FROM received GROUP BY id) AS r USING (id) JOIN fast USING (id);
SELECT count(*) FILTER (WHERE p.state::text <> r.state::text) AS "came otherwise", count(*) = (SELECT count(*) FROM part) AS "all came"
  FROM part AS p JOIN received AS r USING (id, piece);

--
-- The state as a type.
--
SELECT state, debiteur.countback_final(state) AS days, debiteur.countback_exhausted_final(state) AS exhausted
  FROM unnest('{"2025-06-30:{450000,200000.00,190000,180000}","2025-6-1:{1}","-0044-03-15:{1,2}","0000-02-29:{0}","2025-06-30:{NaN,-Infinity}"}'::debiteur.countback_state[]) AS state;
SELECT debiteur.countback_state_send('2025-06-30:{450000.5,-2}');
SELECT debiteur.countback_accum('2025-06-30:{5,2}', 5.0, 0.5, '2025-04-01', '2025-06-30'), debiteur.countback_accum('2025-06-30:{5,2}', NULL, NULL, NULL, NULL),
       debiteur.countback_accum('2025-06-30:{5,2}', 5, NULL, NULL, '2025-06-30'), debiteur.countback_accum('2025-06-30:{5}', 5, 1e25, '2025-06-01', '2025-06-30');
SELECT debiteur.countback_combine('2025-06-30:{5,1,2}', '2025-06-30:{5.0,10}'), debiteur.countback_combine('2025-06-30:{5}', '2025-06-30:{5}');
SELECT debiteur.countback_combine('2025-06-30:{5}', '2025-06-30:{5,10,100}'), debiteur.countback_combine(NULL, '2025-06-30:{5,1}'),
       debiteur.countback_combine('2025-06-30:{5,1}', NULL), debiteur.countback_combine(NULL, NULL), debiteur.countback_final(NULL), debiteur.countback_exhausted_final(NULL);
SELECT debiteur.countback_combine('2025-06-30:{5,1}', '2025-06-30:{6,1}');
SELECT debiteur.countback_combine('2025-06-30:{5,1}', '2025-06-29:{5,1}');
SELECT debiteur.countback_accum('2025-06-30:{5,1}', 6, NULL, NULL, '2025-06-30');
-- Kept states are not changed by what is added to them.
CREATE TEMP TABLE kept AS SELECT debiteur.countback_accum(NULL, receivable, 2, '2024-01-01', '2025-06-30') AS state FROM (VALUES (1), (1e40)) AS t(receivable);
CREATE TEMP TABLE before AS SELECT state::text FROM kept;
SELECT debiteur.countback_combine(debiteur.countback_accum(state, receivable, 1e50, '2025-06-01', '2025-06-30'), state) IS NOT NULL AS changed
  FROM kept, LATERAL (SELECT substring(state::text FROM '{(\d+)')::numeric AS receivable) AS r;
SELECT count(*) AS unchanged FROM kept JOIN before ON before.state = kept.state::text;

CREATE FUNCTION pg_temp.sqlstate_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN '00000';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
SELECT text, pg_temp.sqlstate_of(format('SELECT %L::debiteur.countback_state', text))
  FROM unnest(ARRAY['', ':', '{1}', ':{1}', '2025-06-30', '2025-06-30:', '2025-06-30:{', '2025-06-30:{}', '2025-06-30:{1', '2025-06-30:{1}x', '2025-06-30:{1,}', '2025-06-30{1}',
                    ' 2025-06-30:{1}', '2025-06-30 :{1}', '2025-06-30: {1}', '2025-06-30:{1, 2}', '2025-06-31:{1}', '2025-02-29:{1}', '2025-00-01:{1}', '2025-13-01:{1}', '2025-01-00:{1}',
                    '2025-01-32:{1}', '20250630:{1}', '2025-06:{1}', '2025/06/30:{1}', '30-06-2025:{1}', 'infinity:{1}', 'today:{1}', '--2025-06-30:{1}', '+2025-06-30:{1}', '2025--06-30:{1}',
                    '5874898-01-01:{1}', '99999999999999999999-01-01:{1}', '-4713-11-23:{1}', '-4714-12-31:{1}', '-99999-01-01:{1}', '2025-06-30 BC:{1}', '2025-06-30:{1e5}', '2025-06-30:{nan}',
                    '2025-06-30:{1}:{1}', 'é', '2025-06-30:{é}', '2025-06-30:{' || repeat('9', 131073) || '}', '2025-06-30:{1' || repeat(',1', 1201) || '}',
                    '2025-06-30:{1' || repeat(',', 3000)]) AS text
 WHERE pg_temp.sqlstate_of(format('SELECT %L::debiteur.countback_state', text)) <> 'RV001';
SELECT '2025-06-31:{1,2}'::debiteur.countback_state;
SELECT length(('2025-06-30:{1' || repeat(',1', 1200) || '}')::debiteur.countback_state::text) AS "1,200 months", '5874897-12-31:{1}'::debiteur.countback_state, '-4713-11-24:{1}'::debiteur.countback_state;
DO $$
DECLARE
    alphabet constant text := '{}:,.-0123456789 NaInfintyeE+"\x';
    changed  text;
    state    debiteur.countback_state;
    accepted int := 0;
BEGIN
    FOR i IN 1..10000 LOOP
        changed := (ARRAY['2025-06-30:{450000.00,200000.00,190000.00}', '-0001-02-28:{1,2}', '5874897-12-31:{-Infinity,12345678901234567890}'])[1 + i % 3];
        FOR change IN 0..(random() * 2)::int LOOP
            changed := overlay(changed PLACING substr(alphabet, 1 + (random() * 31)::int, (random() * 2)::int)
                               FROM 1 + (random() * length(changed))::int FOR (random() * 2)::int);
        END LOOP;
        BEGIN
            state := changed::debiteur.countback_state;
            accepted := accepted + 1;
            IF state::text <> state::text::debiteur.countback_state::text THEN
                RAISE 'not the same: %', changed;
            END IF;
            PERFORM debiteur.countback_final(state), debiteur.countback_exhausted_final(state), debiteur.countback_combine(state, state);
        EXCEPTION WHEN SQLSTATE 'RV001' THEN
            NULL;
        END;
    END LOOP;
    RAISE NOTICE 'some accepted: %, some refused: %', accepted > 100, accepted < 9900;
END $$;

-- Binary: files with other bytes in place of a state.
SELECT set_config('test.file', :'file', false) IS NOT NULL AS "in results";
DO $$
DECLARE
    file    constant text := current_setting('test.file');
    states  constant debiteur.countback_state[] := '{"2025-06-30:{450000.00,200000.00,190000.00}","-0001-02-28:{1,2}","5874897-12-31:{-Infinity,12345678901234567890}"}';
    changed bytea;
    got     debiteur.countback_state;
    accepted int := 0;
BEGIN
    CREATE TEMP TABLE got (state debiteur.countback_state);
    FOR i IN 1..2000 LOOP
        changed := debiteur.countback_state_send(states[1 + i % 3]);
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
            IF got::text::debiteur.countback_state::text <> got::text THEN
                RAISE 'not the same: %', changed;
            END IF;
            PERFORM debiteur.countback_final(got), debiteur.countback_combine(got, got);
        EXCEPTION WHEN SQLSTATE 'RV001' OR invalid_binary_representation OR protocol_violation OR numeric_value_out_of_range THEN
            NULL;
        END;
    END LOOP;
    RAISE NOTICE 'some accepted: %, some refused: %', accepted > 20, accepted < 1980;
END $$;
CREATE FUNCTION pg_temp.error_of_binary(sent bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    EXECUTE format('COPY (SELECT %L::bytea) TO %L (FORMAT binary)', sent, current_setting('test.file'));
    EXECUTE format('COPY got FROM %L (FORMAT binary)', current_setting('test.file'));
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws('|', SQLSTATE, SQLERRM, detail);
END $$;
SELECT days, months, pg_temp.error_of_binary(int4send(days) || int4send(months) || numeric_send(1) || numeric_send(2)) AS error
  FROM (VALUES (9312, 1), (2147483647, 1), (-2147483648, 1), (2145031948, 1), (2145031949, 1), (-2451545, 1), (-2451546, 1), (9312, 0), (9312, 2), (9312, -1), (9312, 1201), (9312, 2147483647)) AS t(days, months);

-- Memory stays what it is, however many rows.
CREATE TEMP TABLE memory (query text, row_nr int, bytes bigint);
CREATE FUNCTION pg_temp.look(query text, row_nr int) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
    IF row_nr % 50000 = 0 THEN
        INSERT INTO memory SELECT query, row_nr, sum(used_bytes) FROM pg_backend_memory_contexts;
    END IF;
    RETURN true;
END $$;
SELECT debiteur.dso_countback(1000, i % 1000, date '2025-06-30' - i % 1000, '2025-06-30') FILTER (WHERE pg_temp.look('usual', i)) FROM generate_series(1, 150000) AS i;
SELECT round(debiteur.dso_countback(1e25, i * 1e17, date '2025-06-30' - i % 1000, '2025-06-30') FILTER (WHERE pg_temp.look('more', i)), 10) FROM generate_series(1, 150000) AS i;
SELECT query, count(*) AS looks, max(bytes) - min(bytes) < 200000 AS flat FROM memory WHERE row_nr >= 50000 GROUP BY query ORDER BY query;
