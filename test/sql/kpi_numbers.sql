--
-- KPIs as functions of numbers: every published example, the edges, and a
-- second, slower computation over random numbers.
--
\set VERBOSITY default

-- DSO of the closing balance. The published figure and ours.
SELECT source, published, round(debiteur.dso(receivable, sales, days), 3) AS dso
  FROM (VALUES
        ('bit1024.com',             91.25,  50000,  200000, 365),
        ('upflow.io',               36.5,  200000, 2000000, 365),
        ('creditguru.com',          45,     15000,   10000,  30),
        ('quadient',                50,     25000,   15000,  30),
        ('financefactory.fr',       40,     20000,   45000,  90),
        ('finance-technique.com',   60,       472,  2870.4, 365),   -- 2,400 and VAT 470.4; published in whole days
        ('simpelfactoring.nl',      18,    100000,  500000,  90)
       ) AS t(source, published, receivable, sales, days);

-- DSO of the average balance, directly and as days / turnover.
SELECT debiteur.dso((300000 + 250000) / 2.0, 5000000, 365) AS "20.075",
       debiteur.collection_period(5000000, 300000, 250000, 365) AS "20.075",
       debiteur.collection_period(3500000, 316000, 384000, 365) AS "36.5";

-- Count-back, newest month first.
SELECT round(debiteur.dso_countback(212000, '{100000,80000,70000}', '{30,30,30}'), 4) AS "73.7 or 60 + 32/70 * 30";
-- Oracle HFM publishes 179.7, with a last step of 2,000 / 2,250 * 30; but five
-- months sum to 11,000 and 1,000 is left. Its figure is that of 1,000 in May.
SELECT round(debiteur.dso_countback(12000, '{2500,1750,2250,2500,2000,2250}', '{30,31,31,30,31,30}'), 2) AS "166.33",
       round(debiteur.dso_countback(12000, '{2500,1750,2250,2500,1000,2250}', '{30,31,31,30,31,30}'), 2) AS "179.67";
-- Divalto publishes 74 for 12,500 / 10,000 / 6,000, counting the second month
-- whole although it covers the 7,500 that are left.
SELECT debiteur.dso_countback(20000, '{12500,10000,6000}', '{30,31,31}') AS "30 + 23.25";

-- Best possible DSO and average days delinquent. growfin.ai: 10,000 of which
-- 2,000 is overdue.
SELECT debiteur.best_possible_dso(4000, 10000, 30) AS "creditguru 12",
       debiteur.best_possible_dso(10000 - 2000, 30000, 30) AS "growfin 8",
       debiteur.average_days_delinquent(15000, 4000, 10000, 30) AS "creditguru 45 - 12",
       debiteur.average_days_delinquent(25000, 6000, 15000, 30) AS "quadient 50 - 12";
-- waycalculator.com: a table of DSO, best possible DSO and their difference;
-- sales of one a day make days of amounts.
SELECT dso, best, published, debiteur.average_days_delinquent(dso, best, 30, 30) AS add
  FROM (VALUES (7, 3, 4), (5, 3, 2), (10, 3, 7), (15, 5, 10)) AS t(dso, best, published);

-- Turnover and collection period. studyzin.com divides by the closing balance.
SELECT debiteur.receivables_turnover(3500000, 316000, 384000) AS "toolslick 10",
       debiteur.receivables_turnover(3600000, 360000, 360000) AS "gaodun 10",
       debiteur.receivables_turnover(6000000, 600000, 600000) AS "accountingcoach 10",
       debiteur.collection_period(6000000, 600000, 600000, 360) AS "36",
       debiteur.collection_period(6000000, 600000, 600000, 365) AS "36 or 36.5",
       round(debiteur.receivables_turnover(4192200, 328800, 328800), 2) AS "studyzin 12.75",
       round(debiteur.collection_period(4192200, 328800, 328800, 365), 3) AS "28.62";

-- Collection effectiveness. wizedu takes the sales of the three months,
-- creditguru a third of them.
SELECT debiteur.collection_effectiveness(100000, 1000000, 120000, 100000) AS "gaviti 98",
       round(debiteur.collection_effectiveness(6200, 10890 / 3, 6340, 3590), 3) AS "creditguru 55.9",
       round(debiteur.collection_effectiveness(6200, 10890, 6340, 3590), 2) AS "wizedu 79.63";

-- Undefined is NULL: no sales, negative sales, no days, nothing collectable.
SELECT debiteur.dso(1, 0, 30), debiteur.dso(1, -1, 30), debiteur.dso(1, 1, 0), debiteur.dso(1, 1, -30),
       debiteur.best_possible_dso(1, 0, 30), debiteur.best_possible_dso(1, 1, 0),
       debiteur.average_days_delinquent(2, 1, 0, 30), debiteur.average_days_delinquent(2, 1, 1, 0);
SELECT debiteur.receivables_turnover(0, 1, 1), debiteur.receivables_turnover(-1, 1, 1),
       debiteur.receivables_turnover(1, 0, 0), debiteur.receivables_turnover(1, 1, -1), debiteur.receivables_turnover(1, -1, -1),
       debiteur.collection_period(0, 1, 1, 30), debiteur.collection_period(1, 1, 1, 0),
       debiteur.collection_effectiveness(100, 0, 100, 100), debiteur.collection_effectiveness(0, 0, 0, 0),
       debiteur.collection_effectiveness(100, -1, 0, 0), debiteur.collection_effectiveness(100, 0, 0, 200);
-- Defined, though unusual: nothing owed, paid ahead, no sales but collecting.
SELECT debiteur.dso(0, 1, 30) AS "0", debiteur.dso(-1, 1, 30) AS "-30", debiteur.collection_period(1, 0, 0, 30) AS "0",
       debiteur.average_days_delinquent(1, 2, 1, 30) AS "-30", debiteur.collection_effectiveness(100, 0, 25, 0) AS "75";

-- NULL in, NULL out, whichever argument it is.
SELECT count(*) AS calls, count(kpi) AS "0"
  FROM generate_series(1, 4) AS missing,
       LATERAL (SELECT CASE WHEN missing = 1 THEN NULL ELSE 100 END, CASE WHEN missing = 2 THEN NULL ELSE 90 END,
                       CASE WHEN missing = 3 THEN NULL ELSE 80 END, CASE WHEN missing = 4 THEN NULL ELSE 70 END) AS n(a, b, c, d),
       LATERAL (VALUES (debiteur.average_days_delinquent(a, b, c, d)),
                       (debiteur.collection_period(a, b, c, d)),
                       (debiteur.collection_effectiveness(a, b, c, d))) AS v(kpi);
SELECT count(*) AS calls, count(kpi) AS "0"
  FROM generate_series(1, 3) AS missing,
       LATERAL (SELECT CASE WHEN missing = 1 THEN NULL ELSE 100 END, CASE WHEN missing = 2 THEN NULL ELSE 90 END,
                       CASE WHEN missing = 3 THEN NULL ELSE 80 END) AS n(a, b, c),
       LATERAL (VALUES (debiteur.dso(a, b, c)), (debiteur.best_possible_dso(a, b, c)), (debiteur.receivables_turnover(a, b, c)),
                       (debiteur.dso_countback(a, CASE WHEN b > 0 THEN ARRAY[b] END, CASE WHEN c > 0 THEN ARRAY[c] END))) AS v(kpi);

-- Count-back: nothing owed, paid ahead, exactly a month's sales, one cent more,
-- history exhausted, a period without sales, days or figures; one that isn't
-- needed is not looked at.
SELECT debiteur.dso_countback(0, '{0}', '{30}') AS "0", debiteur.dso_countback(0, '{}', '{}') AS "0",
       debiteur.dso_countback(-1, '{100}', '{30}') AS "NULL",
       debiteur.dso_countback(100, '{100,50}', '{31,28}') AS "31",
       round(debiteur.dso_countback(100.01, '{100,50}', '{31,28}'), 4) AS "31.0056",
       debiteur.dso_countback(150, '{100,50}', '{31,28}') AS "59", debiteur.dso_countback(150.01, '{100,50}', '{31,28}') AS "NULL",
       debiteur.dso_countback(1, '{}', '{}') AS "NULL";
SELECT debiteur.dso_countback(150, '{100,0,100}', '{30,30,30}') AS "NULL", debiteur.dso_countback(150, '{100,-5,100}', '{30,30,30}') AS "NULL",
       debiteur.dso_countback(150, '{100,NULL,100}', '{30,30,30}') AS "NULL", debiteur.dso_countback(150, '{100,100}', '{30,0}') AS "NULL",
       debiteur.dso_countback(150, '{100,100}', '{30,NULL}') AS "NULL", debiteur.dso_countback(150, '{100,100,0}', '{30,30,30}') AS "45";
-- Why there are no days: the periods end before the receivable does, or
-- something else, which older periods don't remove.
SELECT receivable, sales, days, debiteur.dso_countback(receivable, sales, days) IS NULL AS "no days", debiteur.countback_exhausted(receivable, sales, days)
  FROM (VALUES (150, '{100,50}'::numeric[], '{31,28}'::int[]), (150.01, '{100,50}', '{31,28}'), (1, '{}', '{}'), (0, '{}', '{}'), (-1, '{}', '{}'),
               (150, '{100,0,100}', '{30,30,30}'), (150, '{100,-5}', '{30,30}'), (150, '{100,NULL}', '{30,30}'), (150, '{100,100}', '{30,0}'),
               (150, '{100,20}', '{30,30}'), (90, '{100,0}', '{30,30}'), (NULL, '{1}', '{1}'), (1, NULL, '{1}'), (1, '{1}', NULL),
               ('Infinity', '{1}', '{1}'), (200, '{{100,50},{50,10}}', '{{1,2},{3,4}}')) AS t(receivable, sales, days);
SELECT debiteur.countback_exhausted(1, '{100,100}', '{30}');
-- Array bounds are not periods.
SELECT debiteur.dso_countback(150, '[0:1]={100,100}', '[5:6]={30,30}') AS "45";
SELECT debiteur.dso_countback(1, '{100,100}', '{30}');
SELECT debiteur.dso_countback(0, '{}', '{30}');

-- NaN and Infinity pass through without an error.
SELECT debiteur.dso('NaN', 1, 1), debiteur.dso(1, 'NaN', 1), debiteur.dso('Infinity', 1, 1), debiteur.dso(1, 'Infinity', 1),
       debiteur.dso('Infinity', 'Infinity', 1), debiteur.receivables_turnover(1, 'Infinity', '-Infinity'),
       debiteur.dso_countback('Infinity', '{1}', '{1}'), debiteur.dso_countback('NaN', '{1}', '{1}');

-- The figures stay exact where float would not.
SELECT debiteur.dso(123456789012345678901234567890.12, 1234567890123456789012345678.9012, 3) AS "300";

-- Put into the query in place of a call, whatever search_path the caller has.
CREATE FUNCTION pg_temp.plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || query;
END $$;
CREATE TEMP TABLE figures AS SELECT 1000.0 AS a, 900.0 AS b, 800.0 AS c, 700.0 AS d, 30 AS days;
SELECT kpi, bool_or(line LIKE '%' || kpi || '%') AS called
  FROM (VALUES ('dso', '(a, b, days)'), ('best_possible_dso', '(a, b, days)'), ('average_days_delinquent', '(a, b, c, days)'),
               ('receivables_turnover', '(a, b, c)'), ('collection_period', '(a, b, c, days)'),
               ('collection_effectiveness', '(a, b, c, d)'), ('dso_countback', '(a, ARRAY[b], ARRAY[days])')) AS f(kpi, arguments),
       LATERAL pg_temp.plan_of('SELECT debiteur.' || kpi || arguments || ' FROM figures') AS line
 GROUP BY kpi ORDER BY kpi;

-- A second computation, over 3,000 random portfolios of whole amounts.
SELECT setseed(0.25);
CREATE TEMP TABLE portfolio AS
SELECT id, (random() * 400)::int AS opening, (random() * 300 - 20)::int AS closing, (random() * 150)::int AS current,
       ARRAY(SELECT (random() * 100 - 4)::int FROM generate_series(1, 1 + id % 5)) AS sales,
       ARRAY(SELECT 28 + (random() * 3)::int FROM generate_series(1, 1 + id % 5)) AS days
  FROM generate_series(1, 3000) AS id;

-- Count-back by selling one at a time: the newest `closing` units of sales,
-- each worth its share of a day; no answer where they are too few, or where
-- one of them lies beyond a period without sales.
WITH unit AS (
    SELECT p.id, p.closing, period.days::numeric / period.sold AS worth,
           row_number() OVER (PARTITION BY p.id ORDER BY period.nr) AS nr
      FROM portfolio AS p, LATERAL unnest(p.sales, p.days) WITH ORDINALITY AS period(sold, days, nr), generate_series(1, period.sold)
     WHERE NOT EXISTS (SELECT FROM unnest(p.sales[:period.nr]) AS earlier WHERE earlier <= 0)
), slow AS (
    SELECT p.id, CASE WHEN p.closing = 0 THEN 0
                      WHEN p.closing > 0 AND count(u.nr) = p.closing THEN sum(u.worth) END AS countback,
           count(u.nr) < p.closing AND 0 < ALL (p.sales) AS exhausted
      FROM portfolio AS p LEFT JOIN unit AS u ON u.id = p.id AND u.nr <= p.closing
     GROUP BY p.id, p.closing, p.sales
)
SELECT count(*) FILTER (WHERE round(f.countback, 9) IS DISTINCT FROM round(slow.countback, 9)) AS different,
       count(*) FILTER (WHERE debiteur.countback_exhausted(p.closing, p.sales, p.days) <> slow.exhausted) AS "not as exhausted",
       count(*) FILTER (WHERE f.countback IS NULL) > 100 AS "some are NULL", count(*) FILTER (WHERE slow.exhausted) > 100 AS "some are exhausted",
       count(f.countback) > 1000 AS "most are not"
  FROM slow JOIN portfolio AS p USING (id), LATERAL debiteur.dso_countback(p.closing, p.sales, p.days) AS f(countback);

-- The others by another way: the day's sales first, and effectiveness as what
-- is missing from 100.
SELECT count(*) FILTER (WHERE round(debiteur.dso(closing, sold, 30), 9)
                              IS DISTINCT FROM round(closing / day_sales, 9)) AS dso,
       count(*) FILTER (WHERE round(debiteur.best_possible_dso(current, sold, 30), 9)
                              IS DISTINCT FROM round(current / day_sales, 9)) AS best,
       count(*) FILTER (WHERE round(debiteur.average_days_delinquent(closing, current, sold, 30), 9) IS DISTINCT FROM
                              round(debiteur.dso(closing, sold, 30) - debiteur.best_possible_dso(current, sold, 30), 9)) AS add,
       count(*) FILTER (WHERE round(debiteur.collection_period(sold, opening, closing, 30), 9) IS DISTINCT FROM
                              round(debiteur.dso((opening + closing) / 2.0, sold, 30), 9)) AS period,
       count(*) FILTER (WHERE round(debiteur.receivables_turnover(sold, opening, closing), 9) IS DISTINCT FROM
                              CASE WHEN opening + closing > 0
                                   THEN round(30 / debiteur.collection_period(sold, opening, closing, 30), 9) END) AS turnover,
       count(*) FILTER (WHERE sold >= 0 AND round(debiteur.collection_effectiveness(opening, sold, closing, current), 9) IS DISTINCT FROM
                              CASE WHEN opening + sold > current
                                   THEN round(100 * (1 - (closing - current)::numeric / (opening + sold - current)), 9) END) AS effectiveness,
       count(day_sales) > 1000 AS "most have sales", count(*) > count(day_sales) AS "some have none"
  FROM (SELECT opening, closing, current, sales[1] AS sold, CASE WHEN sales[1] > 0 THEN sales[1] / 30.0 END AS day_sales
          FROM portfolio) AS p;
