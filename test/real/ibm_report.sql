/*
 * ibm_report.sql
 *		Prints of the ledger what ibm.awk computes from the file, the same lines.
 *		dates: the days of the agings, separated by spaces.
 */
SET datestyle = ISO;
SELECT 'invoice', i.number, c.number, i.issued_on, i.due_on, round(i.amount, 2), i.status, i.closed_on,
       i.closed_on - i.issued_on, greatest(i.closed_on - i.due_on, 0)
  FROM ar.invoice i JOIN ar.customer c ON c.id = i.customer_id;

SELECT 'step', i.number, n.issued_on, n.action
  FROM ar.notice n JOIN ar.notice_line l ON l.notice_id = n.id JOIN ar.invoice i ON i.id = l.invoice_id
 WHERE l.taken;

SELECT 'notice', c.number, n.issued_on, n.action, round(n.amount, 2), l.taken, l.lines, lead.due_on, round(lead.amount, 2)
  FROM ar.notice n
  JOIN ar.customer c ON c.id = n.customer_id
  JOIN ar.invoice lead ON lead.id = n.lead_id
  JOIN (SELECT notice_id, count(*) FILTER (WHERE taken) AS taken, count(*) AS lines FROM ar.notice_line GROUP BY 1) AS l ON l.notice_id = n.id;

SELECT 'aging', day, bucket, invoices, round(amount, 2)
  FROM unnest(string_to_array(:'dates', ' ')::date[]) AS day, ar.aging(day) WHERE invoices <> 0;

SELECT 'customer', day, customer, round(not_due, 2), round(days_1_30, 2), round(days_31_60, 2), round(days_61_90, 2),
       round(days_over_90, 2), round(total, 2)
  FROM unnest(string_to_array(:'dates', ' ')::date[]) AS day, ar.aging_by_customer(day);

CREATE TEMPORARY VIEW period AS
SELECT to_char(at, 'YYYY') AS name, at::date AS first, (at + interval '1 year - 1 day')::date AS last
  FROM generate_series(timestamp '2012-01-01', '2013-01-01', '1 year') AS at
UNION ALL
SELECT to_char(at, 'YYYY-MM'), at::date, (at + interval '1 month - 1 day')::date
  FROM generate_series(timestamp '2012-01-01', '2013-12-01', '1 month') AS at
UNION ALL
SELECT 'all', min(issued_on), max(issued_on) + 60 FROM ar.invoice;

SELECT 'kpi', p.name, round(k.opening_receivable, 2), round(k.closing_receivable, 2), round(k.closing_current, 2), round(k.closing_overdue, 2),
       round(k.sales, 2), round(k.receipts, 2), k.dso, k.best_possible_dso, k.average_days_delinquent, k.turnover, k.collection_period,
       k.collection_effectiveness, k.overdue_ratio
  FROM period p, ar.kpi(p.first, p.last) AS k;

SELECT 'days', p.name, k.days_to_pay, k.days_to_pay_weighted, k.days_late, k.days_late_weighted
  FROM period p, ar.kpi(p.first, p.last) AS k;

SELECT 'late', p.name, count(*), count(*) FILTER (WHERE i.closed_on > i.due_on), round(sum(i.amount), 2)
  FROM period p JOIN ar.invoice i ON i.closed_on BETWEEN p.first AND p.last
 GROUP BY p.name;

SELECT 'disputes', p.name, k.dispute_rate FROM period p, ar.kpi(p.first, p.last) AS k;
