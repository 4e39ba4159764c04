/*
 * report.sql
 *		What an analyst asks a ledger after 18 months, in 80 columns.
 *		Variables: encoding (of the charts: UTF8, or SQL_ASCII for a terminal that
 *		has no blocks), bold and plain (escape codes, or empty).
 */
\pset border 0
\pset footer off
\pset linestyle ascii
\pset null ''
SELECT ar.today() AS today, date_trunc('quarter', ar.today()) AS quarter \gset

\echo
-- Charts are drawn in signs that the terminal has.
\encoding :encoding
\echo :bold'Aging':plain' at' :today'  SELECT * FROM ar.aging_chart();'
SELECT * FROM ar.aging_chart();

SELECT to_char(sum(amount), 'FM99,999,990.00') AS open, to_char(sum(on_account), 'FM99,999,990.00') AS on_account FROM ar.aging() \gset
\echo 'Open' :open'; money on account' :on_account
\echo
\echo :bold'KPIs':plain', quarter by quarter  SELECT * FROM ar.kpi(from, to);'
WITH quarter AS (
    SELECT first::date, least((first + interval '3 months - 1 day')::date, ar.today() - 1) AS last
      FROM generate_series(timestamp :'quarter' - interval '12 months', timestamp :'quarter', interval '3 months') AS first
     WHERE first < ar.today()
), figure AS (
    SELECT '  ' || to_char(first, 'YYYY "Q"Q') AS quarter, to_jsonb(k) AS k FROM quarter, ar.kpi(first, last) AS k
)
SELECT label AS " ", quarter,
       lpad(CASE digits WHEN 0 THEN to_char((k ->> name)::numeric, 'FM999,999,990')
                        WHEN 1 THEN to_char((k ->> name)::numeric, 'FM999,990.0')
                        ELSE to_char(100 * (k ->> name)::numeric, 'FM990.0') || ' %' END, 9) AS value
  FROM figure,
       (VALUES (1, 'sales', 'Sales', 0), (2, 'receipts', 'Receipts', 0), (3, 'closing_receivable', 'Receivable at end', 0),
               (4, 'closing_overdue', 'of which overdue', 0), (5, 'dso', 'DSO, days', 1), (6, 'dso_countback', 'DSO by count-back', 1),
               (7, 'best_possible_dso', 'Best possible DSO', 1), (8, 'days_to_pay', 'Days to pay', 1), (9, 'days_late', 'Days late', 1),
               (10, 'collection_effectiveness', 'CEI, %', 1), (11, 'bad_debt_ratio', 'Bad debt', 2))
       AS kpi (place, name, label, digits)
 WHERE k ? name
 ORDER BY place, quarter
\crosstabview " " quarter value

\echo :bold'The course of KPIs':plain', month by month  SELECT * FROM ar.kpi_chart(from, to);'
SELECT c.measure, c.first, c.last, c.lowest, c.highest, c.chart
  FROM ar.kpi_chart((date_trunc('month', ar.today()) - interval '17 months')::date, ar.today() - 1) AS c;

\echo :bold'Expected credit losses':plain', by the past year  SELECT * FROM ar.provision();'
SELECT p.currency, p.bucket, to_char(p.amount, '9,999,990.00') AS amount, round(100 * p.rate, 3) AS "rate, %", to_char(p.allowance, '999,990.00') AS allowance FROM ar.provision(ar.today()) AS p;

\echo :bold'Notices':plain' by step'
SELECT n.channel, n.action, count(*) AS notices,
       debiteur.bar(count(*), max(count(*)) OVER ()) AS " "
  FROM ar.notice n
 GROUP BY n.policy_id, n.step, n.channel, n.action
 ORDER BY n.policy_id, n.step;

\encoding UTF8
\echo :bold'The last notices':plain
SELECT n.issued_on AS issued, left(c.name, 22) AS customer, n.channel, n.action,
       (SELECT count(*) FROM ar.notice_line l WHERE l.notice_id = n.id) AS items,
       to_char(n.amount, '999,990.00') AS amount
  FROM ar.notice n JOIN ar.customer c ON c.id = n.customer_id
 ORDER BY n.issued_on DESC, n.step DESC, n.amount DESC
 LIMIT 8;

\echo :bold'Outbox':plain': messages waiting for the mailer  SELECT * FROM ar.take_messages();'
SELECT o.id, o.payload ->> 'channel' AS channel, o.payload ->> 'action' AS action, left(c.name, 24) AS to,
       left(coalesce(c.email, ''), 26) AS address
  FROM ar.outbox o JOIN ar.customer c ON c.id = o.customer_id
 ORDER BY o.id DESC
 LIMIT 5;
SELECT count(*) AS waiting FROM ar.outbox \gset
\echo :waiting 'messages are waiting.'
\echo
\echo :bold'Who is most overdue':plain
SELECT left(c.name, 27) AS customer, c.segment AS behaviour, count(*) AS items, to_char(sum(i.open_amount), '999,990.00') AS overdue,
       ar.today() - min(i.due_on) AS "days", (array_agg(i.status::text ORDER BY i.status DESC))[1] AS status
  FROM ar.invoice i JOIN ar.customer c ON c.id = i.customer_id
 WHERE i.open_amount > 0 AND i.due_on < ar.today()
 GROUP BY c.id
 ORDER BY sum(i.open_amount) DESC
 LIMIT 8;
