/*
 * The figures of all months of five years in one statement: three passes over
 * the tables in all, each row put into its month by an array of the days, then
 * running sums over the months.
 */
WITH calendar AS MATERIALIZED (
    SELECT array_agg((12 * extract(year FROM d) + extract(month FROM d))::int - (12 * extract(year FROM date :'from_on') + extract(month FROM date :'from_on'))::int + 1 ORDER BY d) AS month
      FROM generate_series(:'from_on'::timestamp, :'until_on'::timestamp + interval '1 year', interval '1 day') d
), month AS (
    SELECT n, (:'from_on'::timestamp + (n - 1) * interval '1 month')::date AS from_day, (:'from_on'::timestamp + n * interval '1 month')::date - 1 AS until_day
      FROM generate_series(1, (SELECT month[:'until_on'::date - :'from_on'::date + 1] FROM calendar)) n
), claim AS (
    SELECT currency, kind, (SELECT month FROM calendar)[issued_on - :'from_on'::date + 1] AS n, (SELECT month FROM calendar)[due_on - :'from_on'::date + 2] AS late_n,
           sum(amount) AS amount, count(*) AS claims
      FROM plain.invoice WHERE issued_on <= :'until_on' GROUP BY 1, 2, 3, 4
), posting AS (
    SELECT i.currency, i.kind, a.kind AS how, (SELECT month FROM calendar)[a.posted_on - :'from_on'::date + 1] AS n,
           (SELECT month FROM calendar)[i.due_on - :'from_on'::date + 2] AS late_n, sum(a.amount) AS amount
      FROM plain.allocation a JOIN plain.invoice i ON i.id = a.invoice_id WHERE a.posted_on <= :'until_on' GROUP BY 1, 2, 3, 4, 5
), money AS (
    SELECT currency, (SELECT month FROM calendar)[received_on - :'from_on'::date + 1] AS n, sum(amount) AS amount FROM plain.payment WHERE received_on <= :'until_on' GROUP BY 1, 2
), movement AS (
    SELECT currency, n, sum(receivable) AS receivable, sum(overdue) AS overdue, sum(charges) AS charges, sum(account) AS account, sum(sales) AS sales, sum(charged) AS charged,
           sum(receipts) AS receipts, sum(credits) AS credits, sum(discounts) AS discounts, sum(write_offs) AS write_offs, sum(invoices) AS invoices
      FROM (SELECT currency, n, CASE WHEN kind <> 'c' THEN amount ELSE 0 END AS receivable, 0 AS overdue, CASE WHEN kind = 'c' THEN amount ELSE 0 END AS charges, 0 AS account,
                   CASE WHEN kind = 'i' THEN amount ELSE 0 END AS sales, CASE WHEN kind = 'c' THEN amount ELSE 0 END AS charged, 0 AS receipts,
                   CASE WHEN kind = 'n' THEN - amount ELSE 0 END AS credits, 0 AS discounts, 0 AS write_offs, CASE WHEN kind = 'i' THEN claims ELSE 0 END AS invoices
              FROM claim
            UNION ALL
            SELECT currency, greatest(n, late_n), 0, amount, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM claim WHERE kind <> 'c'
            UNION ALL
            SELECT currency, n, CASE WHEN kind <> 'c' THEN - amount ELSE 0 END, 0, CASE WHEN kind = 'c' THEN - amount ELSE 0 END, CASE WHEN how = 'p' THEN - amount ELSE 0 END,
                   0, 0, 0, CASE WHEN how = 'c' THEN amount ELSE 0 END, CASE WHEN how = 'd' THEN amount ELSE 0 END, CASE WHEN how = 'w' THEN amount ELSE 0 END, 0
              FROM posting
            UNION ALL
            SELECT currency, greatest(n, late_n), 0, - amount, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM posting WHERE kind <> 'c'
            UNION ALL
            SELECT currency, n, 0, 0, 0, amount, 0, 0, amount, 0, 0, 0, 0 FROM money) m
     GROUP BY 1, 2
), history AS MATERIALIZED (
    SELECT i.id, i.currency, i.amount, i.issued_on, i.due_on, h.amount AS posted, h.paid, h.last_on, h.least < 0 AS reversed
      FROM (SELECT invoice_id, sum(amount) AS amount, coalesce(sum(amount) FILTER (WHERE kind = 'p'), 0) AS paid, max(posted_on) AS last_on, min(amount) AS least
              FROM plain.allocation WHERE posted_on <= :'until_on' GROUP BY 1) h
      JOIN plain.invoice i ON i.id = h.invoice_id
     WHERE i.kind = 'i' AND (h.least < 0 OR (h.amount = i.amount AND h.paid > 0))
), turn AS (
    SELECT currency, last_on AS turned_on, 1 AS sign, amount, last_on - issued_on AS days, greatest(last_on - due_on, 0) AS late FROM history WHERE NOT reversed
    UNION ALL
    SELECT s.currency, s.posted_on, CASE WHEN s.shut THEN 1 ELSE -1 END, s.amount, s.closed_on - s.issued_on, greatest(s.closed_on - s.due_on, 0)
      FROM (SELECT d.*, CASE WHEN d.shut THEN d.posted_on ELSE lag(d.posted_on) OVER w END AS closed_on, CASE WHEN d.shut THEN d.paid ELSE lag(d.paid) OVER w END > 0 AS by_money
              FROM (SELECT d.*, lag(d.shut, 1, false) OVER (PARTITION BY d.id ORDER BY d.posted_on) AS was_shut
                      FROM (SELECT h.id, a.posted_on, h.currency, h.amount, h.issued_on, h.due_on,
                                   sum(sum(a.amount)) OVER (PARTITION BY h.id ORDER BY a.posted_on) = h.amount AS shut,
                                   sum(coalesce(sum(a.amount) FILTER (WHERE a.kind = 'p'), 0)) OVER (PARTITION BY h.id ORDER BY a.posted_on) AS paid
                              FROM history h JOIN plain.allocation a ON a.invoice_id = h.id
                             WHERE h.reversed AND a.posted_on <= :'until_on'
                             GROUP BY h.id, a.posted_on, h.currency, h.amount, h.issued_on, h.due_on) d) d
             WHERE d.shut <> d.was_shut WINDOW w AS (PARTITION BY d.id ORDER BY d.posted_on)) s
     WHERE s.by_money
), settled AS (
    SELECT currency, (SELECT month FROM calendar)[turned_on - :'from_on'::date + 1] AS n, nullif(sum(sign), 0)::numeric AS settled, sum(sign * days) AS days, sum(sign * late) AS late,
           nullif(sum(sign * amount), 0) AS amount, sum(sign * amount * days) AS amount_days, sum(sign * amount * late) AS amount_late
      FROM turn GROUP BY 1, 2
), disputed AS (
    SELECT i.currency, c.month[i.issued_on - :'from_on'::date + 1] AS n, count(DISTINCT i.id) AS disputed
      FROM calendar c CROSS JOIN plain.dispute d JOIN plain.invoice i ON i.id = d.invoice_id
     WHERE i.kind = 'i' AND i.issued_on <= :'until_on' AND c.month[d.begun_on - :'from_on'::date + 1] <= c.month[i.issued_on - :'from_on'::date + 1]
     GROUP BY 1, 2
), balance AS MATERIALIZED (
    SELECT g.*, g.until_day - g.from_day + 1 AS period, m.sales, m.charged, m.receipts, m.credits, m.discounts, m.write_offs, m.invoices,
           sum(m.receivable) OVER w AS closing, sum(m.receivable) OVER w - m.receivable AS opening, sum(m.overdue) OVER w AS overdue,
           sum(m.charges) OVER w AS charges_open, sum(m.charges) OVER w - m.charges AS charges_before,
           sum(m.account) OVER w AS account, sum(m.account) OVER w - m.account AS account_before, sum(m.sales) OVER w AS sales_so_far
      FROM (SELECT c.currency, month.* FROM month CROSS JOIN (SELECT DISTINCT currency FROM movement) c) g
      JOIN movement m ON m.currency = g.currency AND m.n = g.n
    WINDOW w AS (PARTITION BY g.currency ORDER BY g.n)
)
SELECT b.from_day, b.until_day, b.currency, b.opening AS opening_receivable, b.closing AS closing_receivable, b.closing - b.overdue AS closing_current, b.overdue AS closing_overdue,
       b.account_before AS opening_on_account, b.account AS closing_on_account, b.charges_before AS opening_charges, b.charges_open AS closing_charges,
       b.sales, b.charged AS charges, b.receipts, b.credits, b.discounts, b.write_offs,
       round(b.closing * b.period / nullif(b.sales, 0), 2) AS dso, round((b.opening + b.closing) / 2 * b.period / nullif(b.sales, 0), 2) AS dso_average, round(k.days, 2) AS dso_countback,
       round((b.closing - b.overdue) * b.period / nullif(b.sales, 0), 2) AS best_possible_dso, round(b.overdue * b.period / nullif(b.sales, 0), 2) AS average_days_delinquent,
       round(2 * b.sales / nullif(b.opening + b.closing, 0), 4) AS turnover, round((b.opening + b.closing) * b.period / nullif(2 * b.sales, 0), 2) AS collection_period,
       round((b.opening + b.sales - b.closing) * 100 / nullif(b.opening + b.sales - b.closing + b.overdue, 0), 2) AS collection_effectiveness,
       round(s.days / s.settled, 2) AS days_to_pay, round(s.amount_days / s.amount, 2) AS days_to_pay_weighted, round(s.late / s.settled, 2) AS days_late,
       round(s.amount_late / s.amount, 2) AS days_late_weighted, round(b.overdue / nullif(b.closing, 0), 4) AS overdue_ratio,
       round(b.write_offs / nullif(b.sales, 0), 4) AS bad_debt_ratio, round(coalesce(x.disputed, 0)::numeric / nullif(b.invoices, 0), 4) AS dispute_rate,
       NULL::numeric AS promise_kept_rate -- there are none in these facts
  FROM balance b
  LEFT JOIN settled s ON s.currency = b.currency AND s.n = b.n
  LEFT JOIN disputed x ON x.currency = b.currency AND x.n = b.n
  LEFT JOIN LATERAL (
       -- The newest month from which on the sales reach the receivable; of it, that part of its days.
       SELECT b.until_day - e.until_day + (b.closing - (b.sales_so_far - e.sales_so_far)) * e.period / e.sales AS days
         FROM balance e
        WHERE e.currency = b.currency AND e.n <= b.n AND b.sales_so_far - e.sales_so_far + e.sales >= b.closing
        ORDER BY e.n DESC LIMIT 1) k ON true
 ORDER BY 1, 3
