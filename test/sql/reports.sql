--
-- reports: aging on every edge, as of any date, on account, KPIs that add up
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('reports', time_zone => 'UTC');
SET search_path = reports, debiteur;

-- An empty ledger.
SELECT * FROM aging('2024-01-01');
SELECT * FROM aging_by_customer('2024-01-01');
SELECT * FROM on_account('2024-01-01');
SELECT * FROM kpi('2024-01-01', '2024-01-31');

-- Every edge: one claim, on the days around 0, 30, 60, 90 past due.
SELECT add_customer('C1', 'Jansen') AS c1, add_customer('C2', 'De Vries') AS c2, issue_invoice('C1', 'F1', 100, '2024-01-01', '2024-01-31') AS f1;
SELECT date '2024-01-31' + d AS as_of, d AS past_due, (SELECT string_agg(bucket::text, ' ') FROM aging(date '2024-01-31' + d) WHERE amount <> 0) AS bucket,
       (SELECT (not_due, days_1_30, days_31_60, days_61_90, days_over_90) FROM aging_by_customer(date '2024-01-31' + d)) AS by_customer
  FROM unnest('{-31,-30,-1,0,1,29,30,31,60,61,90,91,1000}'::int[]) d;
SELECT bucket, invoices, amount FROM aging('2024-02-10', '{5,10,20}');
SELECT bucket, invoices, amount FROM aging('2024-02-10', '{0}');
SELECT bucket, invoices, amount FROM aging('2024-02-10', '{}');
SELECT aging('2024-02-10', '{30,10}');
SELECT aging('2024-02-10', '{-1}');
SELECT aging('2024-02-10', NULL);
SELECT aging('infinity');

-- Costs, credit notes, money on account, another currency, due in future.
SELECT issue_invoice('C1', 'F2', 200, '2024-02-01', '2024-03-02') AS f2, issue_invoice('C1', 'K1', 40, '2024-02-15', '2024-02-20', kind => 'costs', related => 'F1') AS costs,
       issue_credit_note('C1', 'N1', 30, issued_on => '2024-02-10') AS note, issue_invoice('C2', 'U1', 50, '2024-01-15', '2024-02-14', 'USD') AS usd,
       record_payment('C2', 25, '2024-02-12', '{}') AS on_account, record_payment('C1', 60, '2024-02-20', '{F1}') AS part;
SELECT * FROM aging('2024-02-29');
SELECT * FROM aging_by_customer('2024-02-29') ORDER BY currency, balance DESC;
SELECT * FROM open_items('2024-02-29') ORDER BY number;
SELECT currency, sum(amount) - sum(on_account) AS balance FROM aging('2024-02-29') GROUP BY 1 ORDER BY 1;
SELECT currency, sum(balance) AS balance FROM aging_by_customer('2024-02-29') GROUP BY 1 ORDER BY 1;
-- Day by day: the balance is what was issued less what came in.
SELECT d::date AS as_of, (SELECT sum(amount) - sum(on_account) FROM aging(d::date) WHERE currency = 'EUR') AS balance
  FROM unnest('{2024-01-01,2024-02-01,2024-02-10,2024-02-12,2024-02-15,2024-02-19,2024-02-20}'::date[]) d;

-- What comes later changes nothing of what was.
CREATE TEMPORARY TABLE before AS SELECT d::date AS as_of, g.* FROM generate_series(timestamp '2024-01-01', '2024-02-29', '1 day') d, aging(d::date) g;
SELECT record_payment('C1', 500, '2024-03-05') AS all_of_it, reverse_payment(2, '2024-03-10') AS reversed, write_off('F1', posted_on => '2024-03-12') IS NOT NULL AS written_off,
       issue_invoice('C1', 'F3', 10, '2024-03-01') AS f3, cancel_invoice('F3', '2024-03-15') AS cancelled, allocate(1, 'U1', 1) IS NOT NULL AS refused;
SELECT record_payment('C1', 500, '2024-03-05') AS all_of_it, issue_invoice('C1', 'F3', 10, '2024-03-01') AS f3, cancel_invoice('F3', '2024-03-15') AS cancelled, issue_invoice('C2', 'F4', 70, '2024-03-01', '2024-03-31') AS f4;
SELECT allocate(1, 'F4', posted_on => '2024-03-20') AS allocated, reverse_payment(2, '2024-03-10') IS NOT NULL AS reversed, write_off('F1', posted_on => '2024-03-12') IS NOT NULL AS written_off;
SELECT count(*) AS changed FROM (SELECT * FROM before EXCEPT ALL SELECT d::date AS as_of, g.* FROM generate_series(timestamp '2024-01-01', '2024-02-29', '1 day') d, aging(d::date) g) x;
SELECT * FROM on_account('2024-03-19') ORDER BY customer_id;
SELECT * FROM on_account('2024-03-20') ORDER BY customer_id;
SELECT number, open_amount FROM open_items('2024-03-14') ORDER BY number;
SELECT number, open_amount FROM open_items('2024-03-15') ORDER BY number;

-- KPIs: the figures of a month, and that each month moves the one before.
\x
SELECT * FROM kpi('2024-02-01', '2024-02-29') WHERE currency = 'EUR';
SELECT * FROM kpi('2024-03-01', '2024-03-31') WHERE currency = 'EUR';
\x
SELECT m::date AS month, currency, opening_receivable + opening_charges - opening_on_account AS opening, sales + charges - credits AS issued, receipts + discounts + write_offs AS settled,
       closing_receivable + closing_charges - closing_on_account AS closing,
       opening_receivable + opening_charges - opening_on_account + sales + charges - credits - receipts - discounts - write_offs = closing_receivable + closing_charges - closing_on_account AS adds_up
  FROM generate_series(timestamp '2023-12-01', '2024-04-01', '1 month') m, kpi(m::date, (m + interval '1 month')::date - 1) ORDER BY 1, 2;
-- Disputes: of what was issued in the period, by its end.
SELECT hold(invoice => 'F4', kind => 'dispute', from_on => '2024-03-10') > 0 AS disputed;
SELECT dispute_rate FROM kpi('2024-03-01', '2024-03-09') WHERE currency = 'EUR';
SELECT dispute_rate FROM kpi('2024-03-01', '2024-03-10') WHERE currency = 'EUR';
-- Days to pay: settled by money; F5 ten days late, F6 early.
SELECT issue_invoice('C2', 'F5', 100, '2024-05-01', '2024-05-31') AS f5, issue_invoice('C2', 'F6', 300, '2024-05-01', '2024-05-31') AS f6, record_payment('C2', 300, '2024-05-21', '{F6}') AS early, record_payment('C2', 100, '2024-06-10', '{F5}') AS late;
SELECT days_to_pay, days_to_pay_weighted, days_late, days_late_weighted FROM kpi('2024-05-01', '2024-06-30') WHERE currency = 'EUR';
SELECT days_to_pay, days_to_pay_weighted, days_late, days_late_weighted FROM kpi('2024-05-01', '2024-05-31') WHERE currency = 'EUR';

SELECT * FROM kpi('2024-02-01', '2024-01-31');
SELECT * FROM kpi(NULL, '2024-01-31');
SELECT * FROM kpi('2024-01-01', NULL);
SELECT * FROM kpi('-infinity', 'infinity');
SELECT * FROM kpi('2024-01-01', '300000-01-01');
SELECT * FROM aging('300000-01-01');
SELECT * FROM aging_by_customer(NULL);
SELECT sales FROM kpi('0001-01-01', '9999-12-31') ORDER BY currency;

-- What is seldom: a bucket of claims that sum to 0; an invoice that is disputed twice counts once; a promise of which
-- nothing was left to pay counts as none; a count-back over more months than the thirteen that are read first.
SELECT count(issue_invoice('C1', 'S' || n, 10, (date '2010-01-10' + n * interval '1 month')::date, currency => 'SEK')) AS issued FROM generate_series(0, 19) n;
SELECT closing_receivable, dso_countback FROM kpi('2011-08-01', '2011-08-31') WHERE currency = 'SEK';
SELECT issue_invoice('C1', 'Z1', 50, '2012-01-01', '2012-01-31', 'DKK') > 0 AS invoice, issue_credit_note('C1', 'Z2', 50, issued_on => '2012-01-31', currency => 'DKK') > 0 AS note;
SELECT bucket, invoices, amount FROM aging('2012-02-10') WHERE currency = 'DKK';
SELECT issue_invoice('C1', 'Z3', 50, '2013-01-01', '2013-01-31', 'DKK') > 0 AS invoice, issue_invoice('C1', 'Z4', 50, '2013-01-01', '2013-01-31', 'DKK') > 0 AS other,
       resolve_dispute(dispute('Z3', reason => 'delivery', from_on => '2013-01-10'), 'rejected', resolved_on => '2013-01-12') > 0 AS resolved,
       dispute('Z3', reason => 'price', from_on => '2013-01-20') > 0 AS again;
SELECT promise('2013-02-10', invoices => '{Z3}', from_on => '2013-02-01') > 0 AS void, promise('2013-02-10', invoices => '{Z4}', from_on => '2013-02-01') > 0 AS kept,
       write_off('Z3', posted_on => '2013-02-05') > 0 AS written_off, record_payment('C1', 50, '2013-02-06', '{Z4}', 'DKK') > 0 AS paid;
SELECT invoices, status FROM promises('2013-02-28') WHERE currency = 'DKK' ORDER BY invoices;
SELECT dispute_rate, promise_kept_rate FROM kpi('2013-01-01', '2013-02-28') WHERE currency = 'DKK';
SELECT * FROM verify();
RESET search_path;
SELECT debiteur.drop_ledger('reports', true);
