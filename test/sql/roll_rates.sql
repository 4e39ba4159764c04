--
-- roll_rates: the published example, every edge of periods and balances
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('rolling', time_zone => 'UTC');
SET search_path = rolling, debiteur;
SELECT * FROM roll_rates('2024-01-01', '2024-12-31');
SELECT add_customer('C1', 'Jansen') AS c1, add_customer('C2', 'De Vries') AS c2;

-- Of 10,000 sold 5,000 reach 1-30, 2,300 reach 31-60, 800 reach 61-90 and 200 are lost: 0.50, 0.46, 0.347826, 0.25.
SELECT issue_invoice('C1', 'F1', 10000, '2023-12-16', '2024-01-15') AS f1, record_payment('C1', 5000, '2024-01-15') AS p1, record_payment('C1', 2700, '2024-02-20') AS p2,
       record_payment('C1', 1500, '2024-03-20') AS p3, record_payment('C1', 600, '2024-04-30') AS p4;
SELECT * FROM roll_rates('2024-01-01', '2024-04-30') WHERE rate IS NOT NULL;
-- All of a month: a row for each bucket that has a worse one. Where nothing was, nothing is said.
SELECT * FROM roll_rates('2024-02-01', '2024-02-29');
SELECT * FROM roll_rates('2024-02-01', '2024-02-29', '{30}');
SELECT count(*) AS buckets, array_agg(bucket ORDER BY bucket), array_agg(to_bucket ORDER BY bucket) FROM roll_rates('2024-02-01', '2024-02-29', '{10,20,30,60,90,120}');

-- The last day that a bound can be.
SELECT bucket, to_bucket FROM roll_rates('2024-02-01', '2024-02-29', '{30,32767}') UNION ALL SELECT bucket, to_bucket FROM roll_rates('2024-02-01', '2024-02-29', '{30,32760}') ORDER BY 1, 2;
SELECT bucket, to_bucket FROM roll_rates('2024-02-01', '2024-02-29', '[0:1]={30,45}');

-- What stays past the last bound has rolled once.
SELECT month, bucket, opening, to_bucket, rolled, rate FROM roll_rates('2024-04-01', '2024-06-30') WHERE bucket = '61-90';

-- Months that lie wholly in the period, whatever its days.
SELECT from_on, until_on, (SELECT array_agg(DISTINCT month) FROM roll_rates(from_on, until_on)) AS months
  FROM (VALUES (date '2024-01-01', date '2024-03-31'), ('2024-01-02', '2024-03-31'), ('2024-01-01', '2024-03-30'), ('2024-01-31', '2024-03-31'), ('2024-01-30', '2024-02-29'), ('2024-02-01', '2024-02-29'),
               ('2024-02-01', '2024-02-28'), ('2024-02-02', '2024-03-30'), ('2024-01-10', '2024-01-20'), ('2024-01-31', '2024-01-31'), ('2023-11-30', '2024-01-01'), ('2023-12-31', '2024-02-01')) p(from_on, until_on);
-- The month in which a currency comes, and the one in which it goes.
SELECT issue_invoice('C2', 'U1', 70, '2024-02-10', '2024-02-20', 'USD') AS u1, record_payment('C2', 70, '2024-03-10', currency => 'USD') AS paid;
SELECT * FROM roll_rates('2024-01-01', '2024-06-30') WHERE currency = 'USD';

-- Credit notes reduce their bucket. Below zero there is nothing that could roll, and nothing that has rolled.
SELECT issue_credit_note('C2', 'N1', 300, issued_on => '2024-06-10') AS n1, issue_invoice('C2', 'F2', 1000, '2024-05-20', '2024-06-10') AS f2, issue_invoice('C2', 'F3', 100, '2024-06-20', '2024-07-10') AS f3,
       issue_credit_note('C2', 'N2', 150, 'F3', '2024-06-25') AS n2;
SELECT record_payment('C2', 800, '2024-07-05', '{F2}') AS most_of_it;
SELECT * FROM roll_rates('2024-06-01', '2024-08-31') WHERE currency = 'EUR' AND (opening <> 0 OR rolled <> 0);
-- More can arrive than was there: due and overdue within the month.
SELECT issue_invoice('C1', 'F4', 10, '2024-08-20', '2024-09-20') AS f4, issue_invoice('C1', 'F5', 50, '2024-09-02', '2024-09-10') AS f5;
SELECT * FROM roll_rates('2024-09-01', '2024-09-30') WHERE bucket = 'not due';
-- Money on account rolls nowhere.
SELECT record_payment('C1', 5, '2024-09-29', '{}') AS on_account;
SELECT * FROM roll_rates('2024-09-01', '2024-09-30') WHERE bucket = 'not due';

-- What comes later changes nothing of what was.
CREATE TEMPORARY TABLE before AS SELECT * FROM roll_rates('2024-01-01', '2024-09-30');
SELECT record_payment('C1', 100, '2024-10-05') AS paid, write_off('F1', posted_on => '2024-10-01') IS NOT NULL AS written_off;
SELECT count(*) AS changed FROM (SELECT * FROM before EXCEPT ALL SELECT * FROM roll_rates('2024-01-01', '2024-09-30')) x;
-- A quotient is never an error, however small or large.
SELECT issue_invoice('C2', 'J1', 1, '2024-09-30', '2024-10-10', 'JPY') AS j1, issue_invoice('C2', 'J2', 999999999999999, '2024-10-01', '2024-10-11', 'JPY') AS j2;
SELECT * FROM roll_rates('2024-10-01', '2024-11-30') WHERE currency = 'JPY' AND rate <> 0;

-- Errors.
SELECT * FROM roll_rates(NULL, '2024-01-31');
SELECT * FROM roll_rates('2024-01-31', '2024-01-01');
SELECT * FROM roll_rates('2024-01-01', 'infinity');
SELECT * FROM roll_rates('2024-01-01', '2024-01-31', '{30,10}');
SELECT * FROM roll_rates('2024-01-01', '2024-01-31', NULL);
SELECT debiteur.drop_ledger('rolling', true);
