--
-- The aggregate weighted_days(): published figures, NULLs, exactness, and its
-- state as a type. Parallel plans, windows and groups are in parallel.sql.
--
\set VERBOSITY default

-- Weighted days to pay, published as 32.5 and 9.55, the latter unweighted 7.5;
-- unweighted 10 of 5, 10 and 15.
SELECT debiteur.weighted_days(amount, days) AS "32.5" FROM (VALUES (1000, 15), (3000, 30), (2000, 45)) AS t(amount, days);
SELECT round(debiteur.weighted_days(amount, days), 4) AS "9.55", debiteur.weighted_days(1, days) AS "7.5"
  FROM (VALUES (10, 5), (100, 10)) AS t(amount, days);
SELECT debiteur.weighted_days(1, days) AS "10" FROM (VALUES (5), (10), (15)) AS t(days);
-- Weighted days paid = weighted terms + weighted days late, 25 + 5 = 30.
SELECT debiteur.weighted_days(amount, due - issued) AS terms, debiteur.weighted_days(amount, paid - due) AS late,
       debiteur.weighted_days(amount, paid - issued) AS paid
  FROM (VALUES (500.00, date '2025-01-01', date '2025-01-31', date '2025-02-10'),
               (500.00, date '2025-03-01', date '2025-03-21', date '2025-03-21')) AS t(amount, issued, due, paid);
-- All invoices or only the late ones: another figure, chosen by the rows.
SELECT debiteur.weighted_days(amount, days) AS "all", debiteur.weighted_days(amount, greatest(days, 0)) AS "early as 0",
       debiteur.weighted_days(amount, days) FILTER (WHERE days > 0) AS "only late"
  FROM (VALUES (100, -10), (100, 0), (200, 20)) AS t(amount, days);

-- NULLs are ignored, in either; NULL without rows and where amounts are zero
-- together, as plain SQL would divide by it.
SELECT debiteur.weighted_days(amount, days) AS "15" FROM (VALUES (10, 15), (NULL, 99), (10, NULL), (NULL, NULL)) AS t(amount, days);
SELECT debiteur.weighted_days(NULL, 1), debiteur.weighted_days(1, NULL), debiteur.weighted_days(0, 5), debiteur.weighted_days(0.00, 0);
SELECT debiteur.weighted_days(amount, days) FROM (VALUES (10.5, 1), (-10.5, 2)) AS t(amount, days);
SELECT debiteur.weighted_days(1, 1) WHERE false;
-- A credit note weighs negatively; NaN and Infinity as numeric has them.
SELECT debiteur.weighted_days(amount, days) AS "45" FROM (VALUES (100, 30), (-50, 15)) AS t(amount, days);
SELECT debiteur.weighted_days('NaN', 1), debiteur.weighted_days('Infinity', 1), debiteur.weighted_days('-Infinity', 0);

-- Exact, as plain SQL is: any number of digits and days.
SELECT weighted_days, weighted_days::text = plain::text AS "as plain SQL"
  FROM (SELECT debiteur.weighted_days(amount, days), sum(amount * days) / sum(amount) AS plain
          FROM (VALUES (9999999999999999.9999999999999999, 2147483647), (9999999999999999.9999999999999999, -2147483648),
                       (-0.9999999999999999, -2147483648), (0.0000000000000001, 2147483647), (1e40, 3), (1e-40, 7)) AS t(amount, days)) AS w;
SELECT setseed(0.5);
CREATE TEMP TABLE paid AS
SELECT i % 20 AS portfolio,
       CASE i % 6
           WHEN 0 THEN round((random() * 1e6 - 1e5)::numeric, 2)
           WHEN 1 THEN round(random()::numeric, 16) * CASE WHEN random() < 0.5 THEN -1 ELSE 1 END
           WHEN 2 THEN (random() * 1e5)::int
           WHEN 3 THEN round((random() * 1e9)::numeric, 2) * CASE WHEN i % 20 > 15 THEN 1e21 ELSE 1 END
           WHEN 4 THEN round((random() * 1e15)::numeric, 2)
           ELSE CASE WHEN random() < 0.3 THEN 0.0 WHEN random() < 0.5 THEN NULL ELSE 1 / 7.0 END
       END::numeric AS amount,
       CASE WHEN random() < 0.1 THEN NULL WHEN i % 20 < 10 THEN (random() * 120 - 20)::int ELSE (random() * 4e9 - 2e9)::int END AS days
  FROM generate_series(1, 20000) AS i;
-- Also digit by digit; a scale that differs would give other digits.
SELECT count(*) AS portfolios, count(*) FILTER (WHERE fast::text IS DISTINCT FROM plain::text) AS different
  FROM (SELECT debiteur.weighted_days(amount, days) AS fast,
               sum(amount * days) / nullif(sum(amount) FILTER (WHERE days IS NOT NULL), 0) AS plain
          FROM paid GROUP BY portfolio) AS w;

--
-- Frames that move: what leaves is taken away, and the mean is that of the
-- frame added up anew, digit by digit. The same aggregate without an inverse
-- adds up anew.
--
CREATE AGGREGATE pg_temp.anew(amount numeric, days int) (
    SFUNC = debiteur.weighted_days_accum, STYPE = debiteur.weighted_days_state, FINALFUNC = debiteur.weighted_days_final
);
-- A 12-month mean and one of three invoices, by hand.
SELECT paid_on, amount, days, round(debiteur.weighted_days(amount, days) OVER (ORDER BY paid_on RANGE BETWEEN interval '1 year' PRECEDING AND CURRENT ROW), 4) AS year,
       round(debiteur.weighted_days(amount, days) OVER (ORDER BY paid_on ROWS 2 PRECEDING), 4) AS three
  FROM (VALUES (date '2024-01-10', 100, 10), ('2024-07-01', 300, 30), ('2025-01-10', 100, 50), ('2025-01-11', 500, 0), ('2025-07-02', NULL, 9), ('2026-07-02', 100, 7)) AS t(paid_on, amount, days);
-- Frames of all kinds over amounts of all kinds: NULL, NaN, infinities, more
-- than fits 64 bits, many scales, and days as large as they can be.
CREATE TEMP TABLE moving AS
SELECT i, i % 4 AS kind,
       CASE WHEN i % 4 > 0 AND random() < 0.05 THEN NULL
            WHEN i % 4 = 3 AND random() < 0.01 THEN (ARRAY['NaN', 'Infinity', '-Infinity'])[1 + i % 3]::numeric
            WHEN i % 4 > 1 AND random() < 0.05 THEN round((random() * 1e9)::numeric, 3) * 1e25
            WHEN i % 4 > 1 AND random() < 0.05 THEN -(1e15 + i)
            WHEN i % 4 > 1 AND random() < 0.05 THEN round(random()::numeric, 16) / 1e5
            WHEN random() < 0.05 THEN round((random() * 1e3)::numeric, 4)
            WHEN random() < 0.3 THEN (random() * 1e5)::int
            ELSE round((random() * 1e6 - 2e5)::numeric, 2) END AS amount,
       CASE WHEN i % 4 > 0 AND random() < 0.05 THEN NULL WHEN i % 4 > 1 AND random() < 0.05 THEN (random() * 4e9 - 2e9)::int ELSE (random() * 120 - 20)::int END AS days
  FROM generate_series(1, 12000) AS i;
CREATE TEMP VIEW frames AS
SELECT kind, 'two' AS frame, debiteur.weighted_days(amount, days) OVER w AS fast, pg_temp.anew(amount, days) OVER w AS slow FROM moving
WINDOW w AS (PARTITION BY kind ORDER BY i ROWS 1 PRECEDING)
UNION ALL
SELECT kind, 'around', debiteur.weighted_days(amount, days) OVER w, pg_temp.anew(amount, days) OVER w FROM moving
WINDOW w AS (PARTITION BY kind ORDER BY i ROWS BETWEEN 30 PRECEDING AND 12 FOLLOWING)
UNION ALL
SELECT kind, 'ahead', debiteur.weighted_days(amount, days) OVER w, pg_temp.anew(amount, days) OVER w FROM moving WHERE i <= 3000
WINDOW w AS (PARTITION BY kind ORDER BY i ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)
UNION ALL
SELECT kind, 'behind', debiteur.weighted_days(amount, days) OVER w, pg_temp.anew(amount, days) OVER w FROM moving
WINDOW w AS (PARTITION BY kind ORDER BY i RANGE BETWEEN 400 PRECEDING AND 100 PRECEDING)
UNION ALL
SELECT kind, 'groups', debiteur.weighted_days(amount, days) OVER w, pg_temp.anew(amount, days) OVER w FROM moving
WINDOW w AS (PARTITION BY kind ORDER BY i / 20 GROUPS 2 PRECEDING)
UNION ALL
SELECT kind, 'FILTER', debiteur.weighted_days(amount, days) FILTER (WHERE days > 0) OVER w, pg_temp.anew(amount, days) FILTER (WHERE days > 0) OVER w FROM moving
WINDOW w AS (PARTITION BY kind ORDER BY i ROWS 20 PRECEDING)
UNION ALL
SELECT kind, 'EXCLUDE', debiteur.weighted_days(amount, days) OVER w, pg_temp.anew(amount, days) OVER w FROM moving
WINDOW w AS (PARTITION BY kind ORDER BY i ROWS BETWEEN 20 PRECEDING AND 20 FOLLOWING EXCLUDE CURRENT ROW);
SELECT frame, count(*) AS frames, count(*) FILTER (WHERE fast::text IS DISTINCT FROM slow::text) AS different, count(fast) > 0.8 * count(*) AS "most have a mean",
       count(DISTINCT fast) > 1000 AS moving
  FROM frames GROUP BY frame ORDER BY frame;
SELECT count(*) FILTER (WHERE fast = 'NaN') > 1000 AS "NaN comes", count(*) FILTER (WHERE fast <> 'NaN') > 1000 AS "and goes" FROM frames WHERE kind = 3 AND frame = 'around';
-- What for: frames of 10,000 rows. The ratio is in the hundreds; 20 leaves
-- room for a busy machine.
CREATE TEMP TABLE took (moving bool, seconds float8);
DO $$
DECLARE
    began timestamptz := clock_timestamp();
BEGIN
    PERFORM max(m) FROM (SELECT debiteur.weighted_days(i, i % 100) OVER (ORDER BY i ROWS 9999 PRECEDING) AS m FROM generate_series(1, 11000) AS i) AS w;
    INSERT INTO took VALUES (true, extract(epoch FROM clock_timestamp() - began));
    began := clock_timestamp();
    PERFORM max(m) FROM (SELECT pg_temp.anew(i, i % 100) OVER (ORDER BY i ROWS 9999 PRECEDING) AS m FROM generate_series(1, 11000) AS i) AS w;
    INSERT INTO took VALUES (false, extract(epoch FROM clock_timestamp() - began));
END $$;
SELECT max(seconds) FILTER (WHERE NOT moving) / max(seconds) FILTER (WHERE moving) > 20 AS "20 times as fast" FROM took;
-- The inverse by itself: what was added is taken away; NULL where only adding
-- up anew would give the digits, and of a state that never had it.
SELECT debiteur.weighted_days_remove('{30.00,10.00}', 4, 3) AS "{18.00,6.00}", debiteur.weighted_days_remove('{3,1}', 1, 3) AS "{0,0}",
       debiteur.weighted_days_remove(debiteur.weighted_days_accum(debiteur.weighted_days_accum('{0,0}', 1.50, 2), 2.25, 4), 1.50, 2) AS "{9.00,2.25}",
       debiteur.weighted_days_remove('{1,2}', NULL, 3) AS "{1,2}", debiteur.weighted_days_remove('{1,2}', 3, NULL) AS "{1,2}";
SELECT debiteur.weighted_days_remove('{3.0,1.0}', 1.0, 3) AS "the last of its scale", debiteur.weighted_days_remove('{3,1}', 0.5, 3) AS "a scale it hasn't",
       debiteur.weighted_days_remove('{NaN,NaN}', 'NaN', 3), debiteur.weighted_days_remove('{3,Infinity}', 'Infinity', 3), debiteur.weighted_days_remove(NULL, 1, 1);

--
-- The state as a type.
--
SELECT state, debiteur.weighted_days_final(state)
  FROM unnest('{"{195000,6000.00}","{-0.5,0}","{NaN,Infinity}","{123456789012345678901234567890,2}"}'::debiteur.weighted_days_state[]) AS state;
SELECT debiteur.weighted_days_state_send('{195000,-6000.25}');
SELECT debiteur.weighted_days_accum(NULL, 5, 3), debiteur.weighted_days_accum('{1,2}', 0.5, 3), debiteur.weighted_days_accum('{1,2}', NULL, 3),
       debiteur.weighted_days_accum('{1,2}', 5, NULL), debiteur.weighted_days_accum(NULL, NULL, NULL),
       debiteur.weighted_days_accum('{1,2}', 1e20, 3);
SELECT '{0.5,1e1}'::debiteur.weighted_days_state;
SELECT debiteur.weighted_days_combine('{1,2}', '{0.5,10}'), debiteur.weighted_days_combine('{1,2}', NULL),
       debiteur.weighted_days_combine(NULL, '{1,2}'), debiteur.weighted_days_combine(NULL, NULL), debiteur.weighted_days_final(NULL);
CREATE TEMP TABLE kept AS SELECT debiteur.weighted_days_accum(NULL, amount, 2) AS state FROM (VALUES (1), (1e40)) AS t(amount);
SELECT debiteur.weighted_days_combine(debiteur.weighted_days_accum(state, 1e50, 2), state) FROM kept;
SELECT state AS unchanged FROM kept;

CREATE FUNCTION pg_temp.sqlstate_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN '00000';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
SELECT text, pg_temp.sqlstate_of(format('SELECT %L::debiteur.weighted_days_state', text))
  FROM unnest(ARRAY['', '{', '{}', '{1}', '{1,2', '{1,2}x', '{1,2,3}', ' {1,2}', '{1,2} ', '{1,,2}', '{1, 2}', '{1,2e5}', '{1,+2}', '{1,2.}',
                    '{1,.2}', '{1,nan}', '{1,0x10}', '{1,1_000}', 'é', '{1,é}', '{1,' || repeat('9', 131073) || '}']) AS text
 WHERE pg_temp.sqlstate_of(format('SELECT %L::debiteur.weighted_days_state', text)) <> 'RV001';
DO $$
DECLARE
    alphabet constant text := '{}:,.-0123456789 NaInfintyeE+"\x';
    changed  text;
    state    debiteur.weighted_days_state;
    accepted int := 0;
BEGIN
    FOR i IN 1..10000 LOOP
        changed := (ARRAY['{195000.00,6000.00}', '{1,2}', '{-Infinity,12345678901234567890}'])[1 + i % 3];
        FOR change IN 0..(random() * 2)::int LOOP
            changed := overlay(changed PLACING substr(alphabet, 1 + (random() * 31)::int, (random() * 2)::int)
                               FROM 1 + (random() * length(changed))::int FOR (random() * 2)::int);
        END LOOP;
        BEGIN
            state := changed::debiteur.weighted_days_state;
            accepted := accepted + 1;
            IF state::text <> state::text::debiteur.weighted_days_state::text THEN
                RAISE 'not the same: %', changed;
            END IF;
            PERFORM debiteur.weighted_days_final(state);
        EXCEPTION WHEN SQLSTATE 'RV001' THEN
            NULL;
        END;
    END LOOP;
    RAISE NOTICE 'some accepted: %, some refused: %', accepted > 100, accepted < 9900;
END $$;

-- Binary, to a file and back.
\getenv directory PG_ABS_BUILDDIR
\set file :directory '/results/weighted_days_state.data'
CREATE TEMP TABLE sent AS SELECT debiteur.weighted_days_accum(NULL, amount, days) AS state FROM paid WHERE amount IS NOT NULL AND days IS NOT NULL LIMIT 500;
INSERT INTO sent VALUES ('{NaN,Infinity}'), ('{-99999999999999999999999999999999.5,0}');
COPY sent TO :'file' (FORMAT binary);
CREATE TEMP TABLE received (state debiteur.weighted_days_state);
COPY received FROM :'file' (FORMAT binary);
SELECT count(*) FROM (SELECT state::text FROM sent EXCEPT ALL SELECT state::text FROM received) AS lost;
SELECT count(*) FROM received;
COPY (SELECT '\x0000'::bytea) TO :'file' (FORMAT binary);
COPY received FROM :'file' (FORMAT binary);
-- Other bytes in place of a state: refused, or a state that comes out as itself.
SELECT set_config('test.file', :'file', false) IS NOT NULL AS "in results";
DO $$
DECLARE
    file     constant text := current_setting('test.file');
    states   constant debiteur.weighted_days_state[] := '{"{195000.00,6000.00}","{NaN,-Infinity}","{12345678901234567890,-0.5}"}';
    changed  bytea;
    got      debiteur.weighted_days_state;
    accepted int := 0;
BEGIN
    FOR i IN 1..2000 LOOP
        changed := debiteur.weighted_days_state_send(states[1 + i % 3]);
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
            TRUNCATE received;
            EXECUTE format('COPY received FROM %L (FORMAT binary)', file);
            SELECT state INTO got FROM received;
            accepted := accepted + 1;
            IF got::text::debiteur.weighted_days_state::text <> got::text THEN
                RAISE 'not the same: %', changed;
            END IF;
            PERFORM debiteur.weighted_days_final(got), debiteur.weighted_days_remove(got, 1.50, 3);
        EXCEPTION WHEN invalid_binary_representation OR protocol_violation OR numeric_value_out_of_range THEN
            NULL;
        END;
    END LOOP;
    RAISE NOTICE 'some accepted: %, some refused: %', accepted > 20, accepted < 1980;
END $$;

-- Memory stays what it is, however many rows.
CREATE TEMP TABLE memory (query text, row_nr int, bytes bigint);
CREATE FUNCTION pg_temp.look(query text, row_nr int) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
    IF row_nr % 50000 = 0 THEN
        INSERT INTO memory SELECT query, row_nr, sum(used_bytes) FROM pg_backend_memory_contexts;
    END IF;
    RETURN true;
END $$;
SELECT debiteur.weighted_days(i % 1000, i % 100) FILTER (WHERE pg_temp.look('usual', i)) FROM generate_series(1, 150000) AS i;
SELECT debiteur.weighted_days(i * 1e17, i % 100) FILTER (WHERE pg_temp.look('more', i)) FROM generate_series(1, 150000) AS i;
SELECT query, count(*) AS looks, max(bytes) - min(bytes) < 200000 AS flat FROM memory WHERE row_nr >= 50000 GROUP BY query ORDER BY query;
