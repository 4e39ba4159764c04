--
-- chart: bars and sparklines, sign by sign; the charts of a ledger; ASCII
-- where the client or the database can't have blocks
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';

-- Bars of eighths, at most as long as wide, never invisible; negative ones of whole signs.
SELECT v AS value, debiteur.bar(v, 10, 10) AS chart, length(debiteur.bar(v, 10, 10))
  FROM unnest('{0,0.001,0.1,0.125,0.5,0.9,0.94,1,3.3,9.9,9.94,10,11,infinity,-0.1,-1.4,-1.5,-5,-10,-20,-infinity,NaN,NULL}'::numeric[]) WITH ORDINALITY AS u(v, n) ORDER BY n;
SELECT v AS "of", debiteur.bar(5, v, 10) AS chart FROM unnest('{10,-10,5,1,0.0001,1000000,0,NaN,infinity,-infinity,NULL}'::numeric[]) WITH ORDINALITY AS u(v, n) ORDER BY n;
SELECT length(debiteur.bar(1, 1)) AS "40", debiteur.bar(1, 3, 1) AS third, length(debiteur.bar(1, 1, 1000)) AS "1000", debiteur.bar(1, 1, NULL) AS "null", debiteur.bar(1e1000, 2e1000, 4) AS half, debiteur.bar(1e131000, 1e-1000, 3) AS whole;
SELECT debiteur.bar(1, 1, 0);
SELECT debiteur.bar(1, 1, 1001);
-- Every bar, drawn by counting eighths.
SELECT count(*) AS bars, count(*) FILTER (WHERE debiteur.bar(n, 160, 20) <> repeat('█', n / 8) || (ARRAY['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'])[1 + n % 8]) AS differ FROM generate_series(0, 160) n;

-- Sparklines.
SELECT line, debiteur.sparkline(line), length(debiteur.sparkline(line)) AS signs
  FROM (VALUES (1, '{1,2,3,4,5,6,7,8}'::numeric[]), (2, '{8,7,6,5,4,3,2,1}'), (3, '{0,100}'), (4, '{-5,0,5}'), (5, '{1,NULL,3,NaN,5,infinity,-infinity,8}'), (6, '{3,3,NULL,3}'), (7, '{7}'), (8, '{NULL,NULL}'), (9, '{}'), (10, NULL),
               (11, '{0,12.4,12.5,24.9,25,87.4,87.5,99.9,100}'), (12, '[0:2]={1,2,3}'), (13, '{{1,2},{3,4}}'), (14, '{1e12,-1e12,1e-6}')) l(n, line) ORDER BY n;

-- A client that isn't UTF8 gets ASCII; so would a database.
SET client_encoding = 'LATIN1';
SELECT debiteur.block_signs(), debiteur.bar(3.3, 10, 10), debiteur.bar(-3.3, 10, 10) AS negative, debiteur.bar(0.001, 10, 10) AS some, debiteur.bar(0, 10, 10) AS none, debiteur.sparkline('{1,2,NULL,4,5,6,7,8}');
RESET client_encoding;
SELECT debiteur.block_signs();

-- The charts of a ledger.
SELECT debiteur.create_ledger('chart', time_zone => 'UTC');
SET search_path = chart, debiteur;
SELECT * FROM aging_chart('2024-03-31');
SELECT * FROM kpi_chart('2024-01-01', '2024-03-31');
SELECT add_customer('C1', 'Jansen') AS c1, issue_invoice('C1', 'F1', 1234567.89, '2024-01-01', '2024-03-31') AS f1, issue_invoice('C1', 'F2', 500000, '2024-01-01', '2024-03-01') AS f2, issue_invoice('C1', 'F3', 0.01, '2024-01-01', '2024-01-31') AS f3,
       issue_credit_note('C1', 'N1', 80000, issued_on => '2023-12-15') AS n1, issue_invoice('C1', 'J1', 1500, '2024-01-01', '2024-02-15', 'JPY') AS j1, issue_invoice('C1', 'W1', 2.125, '2024-01-01', '2024-04-15', 'BHD') AS w1,
       issue_credit_note('C1', 'N2', 10, issued_on => '2024-03-20', currency => 'USD') AS n2, issue_invoice('C1', 'U1', 1, '2024-01-01', '2024-03-01', 'USD') AS u1;
SELECT * FROM aging_chart('2024-03-31');
SELECT * FROM aging_chart('2024-03-31', 8, '{60}') WHERE currency <> 'EUR';
-- It is aging(), with bars.
SELECT count(*) AS differ FROM aging('2024-03-31') a FULL JOIN aging_chart('2024-03-31') c ON c.currency = a.currency AND c.bucket = a.bucket WHERE replace(c.amount, ',', '')::numeric IS DISTINCT FROM a.amount OR (c.chart = '') <> (a.amount = 0);
SELECT * FROM aging_chart('2024-03-31', 0);
SELECT * FROM aging_chart('2024-03-31', NULL);
SELECT * FROM aging_chart(NULL);
SELECT * FROM aging_chart('2024-03-31', 10, '{3,2}');

SELECT record_payment('C1', 400000, '2024-03-15', '{F2}') AS p1, issue_invoice('C1', 'F4', 300000, '2024-02-10') AS f4, record_payment('C1', 100000, '2024-04-02', '{F2}') AS p2, issue_invoice('C1', 'F5', 90000, '2024-04-10') AS f5, issue_invoice('C1', 'U2', 20, '2024-03-10', currency => 'USD') AS u2;
SELECT * FROM kpi_chart('2023-12-01', '2024-06-30');
SELECT * FROM kpi_chart('2024-01-01', '2024-06-30', '1 week', '{closing_overdue,sales}') WHERE currency = 'EUR';
SELECT * FROM kpi_chart('2024-01-01', '2024-06-30', NULL, '{sales,sales}') WHERE currency IN ('EUR', 'USD');
-- NULL: all measures, in the order of kpi(); none for none.
SELECT array_agg(measure) = (SELECT array_agg(key) FROM (SELECT * FROM json_each_text((SELECT row_to_json(k) FROM kpi('2024-01-01', '2024-01-31') k WHERE k.currency = 'EUR'))) j WHERE key <> 'currency') AS all_of_them
  FROM kpi_chart('2024-01-01', '2024-06-30', measures => NULL) WHERE currency = 'EUR';
SELECT * FROM kpi_chart('2024-01-01', '2024-06-30', measures => '{}');
-- The figures are those of kpi_series(), plainly.
SELECT count(*) > 50 AS rows, count(*) FILTER (WHERE c.lowest IS DISTINCT FROM s.lowest OR c.highest IS DISTINCT FROM s.highest OR c.first IS DISTINCT FROM s.first OR c.last IS DISTINCT FROM s.last OR length(c.chart) <> 7) AS differ
  FROM kpi_chart('2023-12-01', '2024-06-30', measures => NULL) c
  LEFT JOIN (SELECT k.currency, f.key AS measure, min(f.value::numeric) AS lowest, max(f.value::numeric) AS highest, max(f.value::numeric) FILTER (WHERE k.from_day = '2023-12-01') AS first, max(f.value::numeric) FILTER (WHERE k.from_day = '2024-06-01') AS last
               FROM kpi_series('2023-12-01', '2024-06-30') k, json_each_text(row_to_json(k)) f WHERE f.key NOT IN ('currency', 'from_day', 'until_day') GROUP BY 1, 2) s ON s.currency = c.currency AND s.measure = c.measure;
SELECT * FROM kpi_chart('2024-01-01', '2024-06-30', measures => '{dso,dsi}');
SELECT * FROM kpi_chart('2024-01-01', '2024-06-30', measures => '{NULL,currency}');
SELECT * FROM kpi_chart('2024-06-30', '2024-01-01');
SELECT * FROM kpi_chart('2024-01-01', '2024-06-30', '0 days');
SET client_encoding = 'SQL_ASCII';
SELECT * FROM aging_chart('2024-03-31', 20) WHERE currency IN ('EUR', 'USD');
SELECT * FROM kpi_chart('2023-12-01', '2024-06-30') WHERE currency = 'EUR';
RESET client_encoding;
SELECT debiteur.drop_ledger('chart', true);
