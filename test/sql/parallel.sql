--
-- The aggregates in every kind of plan: parallel = serial = plain SQL. Plans
-- are forced, and asserted by what they contain, not by their text.
--
CREATE TABLE posting AS
SELECT i AS id, i % 48 AS branch, i % 30000 AS customer, CASE WHEN i % 3 = 0 THEN '{10,20}'::int[] ELSE '{30,60,90}' END AS bounds,
       date '2025-06-30' - 300 + (i * 7919 % 400)::int AS due, (i * 104729 % 1000)::int - 100 AS days,
       CASE i % 8
           WHEN 0 THEN (i * 7907 % 1000003 - 400000) / 100.0
           WHEN 1 THEN i / 1000.0
           WHEN 2 THEN i
           WHEN 3 THEN round(i * 7.77, 2) * CASE WHEN i % 16 = 3 THEN 1e30 ELSE -1e12 END
           WHEN 4 THEN 1 / (i + 0.7)
           WHEN 5 THEN -i * 1e10
           WHEN 6 THEN i * 1e-20
           WHEN 7 THEN CASE WHEN i % 16 = 7 THEN 0.00 END
       END::numeric AS amount
  FROM generate_series(1, 60000::bigint) AS i;
VACUUM ANALYZE posting;

-- The rows of a view by the plan that is made now against those of the serial
-- one, and whether that plan has a node.
CREATE FUNCTION plan_has(query text, node text) RETURNS bool LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        IF line LIKE '%' || node || '%' THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END $$;
CREATE FUNCTION against_serial(view text, node text, OUT has_node bool, OUT rows bigint, OUT different bigint) LANGUAGE plpgsql AS $$
BEGIN
    has_node := plan_has(format('CREATE TEMP TABLE now AS TABLE %I', view), node);
    EXECUTE format('CREATE TEMP TABLE now AS TABLE %I', view);
    EXECUTE format('SELECT (SELECT count(*) FROM now), count(*)
                      FROM ((SELECT n::text FROM now AS n EXCEPT ALL SELECT s::text FROM %1$I AS s) UNION ALL
                            (SELECT s::text FROM %1$I AS s EXCEPT ALL SELECT n::text FROM now AS n)) AS d', 'serial_' || view)
       INTO rows, different;
    DROP TABLE now;
END $$;

CREATE VIEW by_branch AS
SELECT branch, debiteur.aging(amount, due, '2025-06-30') AS aging,
       debiteur.aging(amount, due, '2025-06-30', '{7,14,365}') AS bounded,
       debiteur.weighted_days(amount, days),
       debiteur.dso_countback(1e4 * (branch + 1), abs(amount), due, '2025-06-30'), debiteur.countback_exhausted(1e4 * (branch + 1), abs(amount), due, '2025-06-30')
  FROM posting GROUP BY branch;
CREATE VIEW by_customer AS
SELECT customer, debiteur.aging(amount, due, '2025-06-30'), debiteur.weighted_days(amount, days),
       debiteur.dso_countback(5, amount, due, '2025-06-30'), debiteur.countback_exhausted(5, amount, due, '2025-06-30')
  FROM posting GROUP BY customer;
CREATE VIEW by_bounds AS
SELECT bounds, debiteur.aging(amount, due, '2025-06-30', bounds) FROM posting GROUP BY bounds;
CREATE VIEW altogether AS
SELECT debiteur.aging(amount, due, '2025-06-30'), debiteur.weighted_days(amount, days), debiteur.dso_countback(3e39, abs(amount), due, '2025-06-30'),
       debiteur.countback_exhausted(3e39, abs(amount), due, '2025-06-30') FROM posting;

-- Serial.
SET max_parallel_workers_per_gather = 0;
CREATE TABLE serial_by_branch AS TABLE by_branch;
CREATE TABLE serial_by_customer AS TABLE by_customer;
CREATE TABLE serial_by_bounds AS TABLE by_bounds;
CREATE TABLE serial_altogether AS TABLE altogether;
SELECT plan_has('TABLE altogether', 'Partial') AS "not parallel";

SELECT count(dso_countback) > 15 AS "some have days", count(DISTINCT trunc(dso_countback / 30)) > 2 AS "of several months",
       count(*) FILTER (WHERE countback_exhausted) > 5 AS "some are exhausted" FROM serial_by_branch;

-- Plain SQL. An amount in a bucket has its sum; none is 0.
SELECT count(*) AS branches,
       count(*) FILTER (WHERE s.aging IS DISTINCT FROM p.aging) AS aging,
       count(*) FILTER (WHERE s.bounded IS DISTINCT FROM p.bounded) AS bounded,
       count(*) FILTER (WHERE s.weighted_days::text IS DISTINCT FROM p.weighted_days::text) AS weighted_days,
       count(s.aging) AS "have an aging"
  FROM serial_by_branch AS s
  JOIN (SELECT branch,
               CASE WHEN count(amount) > 0 THEN ARRAY[
                   coalesce(sum(amount) FILTER (WHERE late <= 0), 0), coalesce(sum(amount) FILTER (WHERE late BETWEEN 1 AND 30), 0),
                   coalesce(sum(amount) FILTER (WHERE late BETWEEN 31 AND 60), 0), coalesce(sum(amount) FILTER (WHERE late BETWEEN 61 AND 90), 0),
                   coalesce(sum(amount) FILTER (WHERE late > 90), 0)] END AS aging,
               CASE WHEN count(amount) > 0 THEN ARRAY[
                   coalesce(sum(amount) FILTER (WHERE late <= 0), 0), coalesce(sum(amount) FILTER (WHERE late BETWEEN 1 AND 7), 0),
                   coalesce(sum(amount) FILTER (WHERE late BETWEEN 8 AND 14), 0), coalesce(sum(amount) FILTER (WHERE late BETWEEN 15 AND 365), 0),
                   coalesce(sum(amount) FILTER (WHERE late > 365), 0)] END AS bounded,
               sum(amount * days) / nullif(sum(amount), 0) AS weighted_days
          FROM (SELECT *, date '2025-06-30' - due AS late FROM posting) AS q GROUP BY branch) AS p USING (branch);

-- Parallel, with and without the leader: the same rows to the last digit.
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
CREATE VIEW checks AS SELECT view, c.* FROM unnest('{altogether,by_branch,by_bounds}'::text[]) AS view, against_serial(view, 'Partial ') AS c;
TABLE checks;
SET parallel_leader_participation = off;
TABLE checks;
-- Sorted groups; and many groups, by hash, that don't fit into memory.
SET enable_hashagg = off;
SELECT * FROM against_serial('by_branch', 'Partial GroupAggregate');
RESET enable_hashagg;
SET enable_sort = off;
SET work_mem = '64kB';
SELECT * FROM against_serial('by_customer', 'HashAggregate');
RESET ALL;

-- What differs within a group is found wherever it meets, in a worker or
-- between them.
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
\set VERBOSITY sqlstate
SELECT debiteur.aging(amount, due, '2025-06-30', bounds) FROM posting;
SELECT debiteur.dso_countback(branch, amount, due, '2025-06-30') FROM posting;
SELECT debiteur.dso_countback(5, amount, due, date '2025-06-30' + branch::int) FROM posting;
\set VERBOSITY default
RESET ALL;

-- FILTER, DISTINCT and ORDER BY, together in one query with shared states.
SELECT debiteur.aging(amount, due, '2025-06-30') FILTER (WHERE amount > 0) AS "FILTER",
       debiteur.aging(DISTINCT amount, due, '2025-06-30') AS "DISTINCT",
       debiteur.aging(amount, due, '2025-06-30' ORDER BY amount DESC) AS "ORDER BY",
       debiteur.aging(amount, due, '2025-06-30') FILTER (WHERE false) AS nothing
  FROM (VALUES (10.5, date '2025-06-30'), (10.5, '2025-06-30'), (-3, '2025-06-01'), (1e25, '2025-06-01')) AS t(amount, due);
SELECT debiteur.weighted_days(amount, days) FILTER (WHERE amount > 0) AS "FILTER",
       debiteur.weighted_days(DISTINCT amount, days) AS "DISTINCT",
       debiteur.weighted_days(amount, days ORDER BY days) AS "ORDER BY",
       debiteur.weighted_days(amount, days) FILTER (WHERE false) AS nothing
  FROM (VALUES (10, 5), (10, 5), (-5, 8), (20, 10)) AS t(amount, days);
-- Subtotals.
SELECT branch, kind, debiteur.aging(amount, due, '2025-06-30', '{1}')
  FROM (VALUES (1, 'a', 1.00, date '2025-06-30'), (1, 'b', 2, '2025-06-01'), (2, 'a', 4, '2025-06-01')) AS t(branch, kind, amount, due)
 GROUP BY ROLLUP (branch, kind) ORDER BY branch, kind;

-- As window aggregates: a state goes on after its sums were taken from it, and
-- begins anew where the frame moves.
SELECT id, amount, debiteur.aging(amount, due, '2025-06-30', '{30}') OVER running AS running,
       debiteur.aging(amount, due, '2025-06-30', '{30}') OVER (ORDER BY id ROWS 1 PRECEDING) AS "this and the last",
       round(debiteur.weighted_days(amount, days) OVER running, 4) AS days
  FROM (VALUES (1, 10.00, date '2025-06-30', 1), (2, 1e20, '2025-06-29', 2), (3, -2.5, '2025-01-01', 3), (4, NULL, NULL, 4), (5, 7, '2025-06-30', 5))
       AS t(id, amount, due, days)
WINDOW running AS (ORDER BY id) ORDER BY id;
SELECT count(*) AS rows, count(DISTINCT aging) > 4000 AS "moving",
       count(*) FILTER (WHERE (SELECT sum(e) FROM unnest(aging) AS e) IS DISTINCT FROM plain) AS different,
       count(*) FILTER (WHERE mean::text IS DISTINCT FROM plain_mean::text) AS "mean different"
  FROM (SELECT debiteur.aging(amount, due, '2025-06-30') OVER frame, sum(amount) OVER frame AS plain,
               debiteur.weighted_days(amount, days) OVER frame AS mean, sum(amount * days) OVER frame / nullif(sum(amount) OVER frame, 0) AS plain_mean
          FROM posting WHERE id <= 5000
        WINDOW frame AS (PARTITION BY branch % 3 ORDER BY id ROWS BETWEEN 20 PRECEDING AND 5 FOLLOWING)) AS w;

DROP VIEW checks, by_branch, by_customer, by_bounds, altogether;
DROP TABLE serial_by_branch, serial_by_customer, serial_by_bounds, serial_altogether, posting;

--
-- The functions of a ledger that read, in a worker: the same answers as without one, and errors as ever.
--
\set SHOW_CONTEXT never
SELECT debiteur.create_ledger('parallel', time_zone => 'UTC');
SET search_path = parallel, debiteur, public;
SELECT count(add_customer('C' || n, 'Customer ' || n)) AS customers FROM generate_series(1, 3) n;
SELECT count(issue_invoice('C' || 1 + n % 3, 'F' || n, 10 * n, date '2024-01-01' + 3 * n)) AS invoices FROM generate_series(1, 9) n;
SELECT record_payment('C1', 35, '2024-02-01', '{F3}') > 0 AS paid, hold(invoice => 'F4', kind => 'manual', from_on => '2024-02-01') > 0 AS held,
       agree_plan(instalment_dates('2024-03-01', 3, '1 month'), invoices => '{F5}', from_on => '2024-02-01') > 0 AS planned, promise('2024-03-01', invoices => '{F7}', from_on => '2024-02-01') > 0 AS promised;
CALL advance('2024-02-10');
CALL advance('2024-02-17');
CALL advance('2024-02-25');
CREATE VIEW answers AS
SELECT 'aging' AS function, a::text AS answer FROM aging('2024-03-01') a UNION ALL SELECT 'aging_by_customer', a::text FROM aging_by_customer('2024-03-01') a
 UNION ALL SELECT 'kpi', a::text FROM kpi('2024-02-01', '2024-02-29') a UNION ALL SELECT 'kpi_series', a::text FROM kpi_series('2024-01-01', '2024-03-31') a
 UNION ALL SELECT 'statement', a::text FROM statement('C1', '2024-01-01', '2024-03-01') a UNION ALL SELECT 'roll_rates', a::text FROM roll_rates('2024-01-31', '2024-02-29') a
 UNION ALL SELECT 'provision', a::text FROM provision('2024-03-01') a UNION ALL SELECT 'open_items', a::text FROM open_items('2024-03-01') a
 UNION ALL SELECT 'decide', a::text FROM decide('2024-03-01') a UNION ALL SELECT 'explain', a::text FROM generate_series(1, 9) n, explain('F' || n, '2024-03-01') a
 UNION ALL SELECT 'preview', a::text FROM preview('2024-03-01') a UNION ALL SELECT 'simulate', a::text FROM simulate(NULL, '2024-02-01', '2024-04-01') a
 UNION ALL SELECT 'worklist', a::text FROM worklist('2024-03-01') a UNION ALL SELECT 'plans', a::text FROM plans('2024-03-01') a UNION ALL SELECT 'promises', a::text FROM promises('2024-03-01') a
 UNION ALL SELECT 'dossier', dossier('C1', '2024-03-01')::text UNION ALL SELECT 'exposure', a::text FROM exposure('C1') a UNION ALL SELECT 'verify', a::text FROM verify() a
 UNION ALL SELECT 'chart', a::text FROM aging_chart('2024-03-01') a UNION ALL SELECT 'today', today()::text;
CREATE TEMPORARY TABLE without AS TABLE answers;
SELECT function, count(*) AS answers FROM without GROUP BY 1 ORDER BY 1;
-- It has another name from PostgreSQL 16 on.
SELECT set_config(CASE WHEN current_setting('server_version_num')::int < 160000 THEN 'force_parallel_mode' ELSE 'debug_parallel_query' END, 'on', false) AS forced;
SELECT plan_has('TABLE answers', 'Gather') AS "in a worker";
CREATE TEMPORARY TABLE within AS TABLE answers;
SELECT count(*) AS differ FROM ((TABLE within EXCEPT ALL TABLE without) UNION ALL (TABLE without EXCEPT ALL TABLE within)) d;
SELECT * FROM aging('infinity');
RESET ALL;
SELECT debiteur.drop_ledger('parallel', true);
DROP FUNCTION plan_has, against_serial;
