/*
 * The figures of a period from two passes: one over the claims, one over the
 * postings, each summed by what tells the figures apart. Money and settlements
 * need no more than their own indexes, and the postings of the period.
 */
WITH claim AS (
    SELECT currency, kind, issued_on >= :'from_on' AS new, due_on < :'until_on' AS late, sum(amount) AS amount, count(*) AS n
      FROM plain.invoice WHERE issued_on <= :'until_on' GROUP BY 1, 2, 3, 4
), posting AS (
    SELECT i.currency, i.kind, a.kind AS how, a.posted_on >= :'from_on' AS new, i.due_on < :'until_on' AS late, sum(a.amount) AS amount
      FROM plain.allocation a JOIN plain.invoice i ON i.id = a.invoice_id WHERE a.posted_on <= :'until_on' GROUP BY 1, 2, 3, 4, 5
), money AS (
    SELECT currency, received_on >= :'from_on' AS new, sum(amount) AS amount FROM plain.payment WHERE received_on <= :'until_on' GROUP BY 1, 2
), touched AS MATERIALIZED (
    SELECT i.id, i.currency, i.amount, i.issued_on, i.due_on, t.amount AS posted, t.paid, t.last_on, t.least < 0 AS reversed
      FROM (SELECT invoice_id, sum(amount) AS amount, coalesce(sum(amount) FILTER (WHERE kind = 'p'), 0) AS paid, max(posted_on) AS last_on, min(amount) AS least
              FROM plain.allocation WHERE posted_on BETWEEN :'from_on' AND :'until_on' GROUP BY 1) t
      JOIN plain.invoice i ON i.id = t.invoice_id
     WHERE i.kind = 'i'
), turn AS (
    -- Nothing was taken back in the period: if all is allocated at its end, the last posting did it. For most the period's postings tell, for some the earlier ones too.
    SELECT currency, 1 AS sign, amount, last_on - issued_on AS days, greatest(last_on - due_on, 0) AS late
      FROM touched WHERE NOT reversed AND posted = amount AND paid > 0
    UNION ALL
    SELECT t.currency, 1, t.amount, t.last_on - t.issued_on, greatest(t.last_on - t.due_on, 0)
      FROM touched t
     CROSS JOIN LATERAL (SELECT sum(a.amount) AS amount, sum(a.amount) FILTER (WHERE a.kind = 'p') AS paid
                           FROM plain.allocation a WHERE a.invoice_id = t.id AND a.posted_on <= :'until_on') h
     WHERE NOT t.reversed AND t.posted <> t.amount AND h.amount = t.amount AND h.paid > 0
    UNION ALL
    -- Of the others, day by day: what a settlement added is taken off on the day on which the claim opens again.
    SELECT s.currency, CASE WHEN s.shut THEN 1 ELSE -1 END, s.amount, s.closed_on - s.issued_on, greatest(s.closed_on - s.due_on, 0)
      FROM (SELECT d.*, CASE WHEN d.shut THEN d.posted_on ELSE lag(d.posted_on) OVER w END AS closed_on, CASE WHEN d.shut THEN d.paid ELSE lag(d.paid) OVER w END > 0 AS by_money
              FROM (SELECT d.*, lag(d.shut, 1, false) OVER (PARTITION BY d.id ORDER BY d.posted_on) AS was_shut
                      FROM (SELECT t.id, a.posted_on, t.currency, t.amount, t.issued_on, t.due_on,
                                   sum(sum(a.amount)) OVER (PARTITION BY t.id ORDER BY a.posted_on) = t.amount AS shut,
                                   sum(coalesce(sum(a.amount) FILTER (WHERE a.kind = 'p'), 0)) OVER (PARTITION BY t.id ORDER BY a.posted_on) AS paid
                              FROM touched t JOIN plain.allocation a ON a.invoice_id = t.id
                             WHERE t.reversed AND a.posted_on <= :'until_on'
                             GROUP BY t.id, a.posted_on, t.currency, t.amount, t.issued_on, t.due_on) d) d
             WHERE d.shut <> d.was_shut WINDOW w AS (PARTITION BY d.id ORDER BY d.posted_on)) s
     WHERE s.posted_on >= :'from_on' AND s.by_money
), settled AS (
    SELECT currency, nullif(sum(sign), 0) AS n, sum(sign * days) AS days, sum(sign * late) AS late, nullif(sum(sign * amount), 0) AS amount,
           sum(sign * amount * days) AS amount_days, sum(sign * amount * late) AS amount_late
      FROM turn GROUP BY 1
), disputed AS (
    SELECT i.currency, count(DISTINCT i.id) AS n
      FROM plain.dispute d JOIN plain.invoice i ON i.id = d.invoice_id
     WHERE d.begun_on <= :'until_on' AND i.issued_on BETWEEN :'from_on' AND :'until_on' AND i.kind = 'i' GROUP BY 1
), base AS (
    SELECT c.currency, :'until_on'::date - :'from_on'::date + 1 AS period,
           c.receivable_before - p.receivable_before AS opening, c.receivable - p.receivable AS closing, c.overdue - p.overdue AS overdue,
           m.before - p.used_before AS account_before, m.total - p.used AS account, c.charges_before - p.charges_before AS charges_before,
           c.charges - p.charges AS charges_open, c.sales, c.charged, m.total - m.before AS receipts, c.credits + p.credits AS credits, p.discounts, p.write_offs, c.invoices
      FROM (SELECT currency, coalesce(sum(amount) FILTER (WHERE kind <> 'c' AND NOT new), 0) AS receivable_before, coalesce(sum(amount) FILTER (WHERE kind <> 'c'), 0) AS receivable,
                   coalesce(sum(amount) FILTER (WHERE kind <> 'c' AND late), 0) AS overdue, coalesce(sum(amount) FILTER (WHERE kind = 'c' AND NOT new), 0) AS charges_before,
                   coalesce(sum(amount) FILTER (WHERE kind = 'c'), 0) AS charges, coalesce(sum(amount) FILTER (WHERE kind = 'i' AND new), 0) AS sales,
                   coalesce(sum(amount) FILTER (WHERE kind = 'c' AND new), 0) AS charged, - coalesce(sum(amount) FILTER (WHERE kind = 'n' AND new), 0) AS credits,
                   coalesce(sum(n) FILTER (WHERE kind = 'i' AND new), 0) AS invoices
              FROM claim GROUP BY 1) c
      JOIN (SELECT currency, coalesce(sum(amount) FILTER (WHERE kind <> 'c' AND NOT new), 0) AS receivable_before, coalesce(sum(amount) FILTER (WHERE kind <> 'c'), 0) AS receivable,
                   coalesce(sum(amount) FILTER (WHERE kind <> 'c' AND late), 0) AS overdue, coalesce(sum(amount) FILTER (WHERE kind = 'c' AND NOT new), 0) AS charges_before,
                   coalesce(sum(amount) FILTER (WHERE kind = 'c'), 0) AS charges, coalesce(sum(amount) FILTER (WHERE how = 'p' AND NOT new), 0) AS used_before,
                   coalesce(sum(amount) FILTER (WHERE how = 'p'), 0) AS used, coalesce(sum(amount) FILTER (WHERE how = 'c' AND new), 0) AS credits,
                   coalesce(sum(amount) FILTER (WHERE how = 'd' AND new), 0) AS discounts, coalesce(sum(amount) FILTER (WHERE how = 'w' AND new), 0) AS write_offs
              FROM posting GROUP BY 1) p USING (currency)
      JOIN (SELECT currency, coalesce(sum(amount) FILTER (WHERE NOT new), 0) AS before, sum(amount) AS total FROM money GROUP BY 1) m USING (currency)
), countback AS (
    -- The month in which the sales since then exceed the receivable; of it, that part of its days.
    SELECT DISTINCT ON (s.currency) s.currency, s.days_after + (b.closing - s.sales_after) * s.days / s.sales AS days
      FROM base b
      JOIN (SELECT m.currency, m.sales, m.days, sum(m.sales) OVER w - m.sales AS sales_after, sum(m.days) OVER w - m.days AS days_after
              FROM (SELECT d.currency, date_trunc('month', d.issued_on::timestamp)::date AS month, sum(d.sales) AS sales,
                           least((date_trunc('month', d.issued_on::timestamp) + interval '1 month')::date, :'until_on'::date + 1) - date_trunc('month', d.issued_on::timestamp)::date AS days
                      FROM (SELECT currency, issued_on, sum(amount) AS sales FROM plain.invoice
                             WHERE kind = 'i' AND issued_on BETWEEN date_trunc('month', :'until_on'::timestamp) - interval '12 months' AND :'until_on' GROUP BY 1, 2) d
                     GROUP BY 1, 2, 4) m
            WINDOW w AS (PARTITION BY m.currency ORDER BY m.month DESC)) s ON s.currency = b.currency AND b.closing <= s.sales_after + s.sales
     ORDER BY s.currency, s.days_after
)
SELECT b.currency, b.opening AS opening_receivable, b.closing AS closing_receivable, b.closing - b.overdue AS closing_current, b.overdue AS closing_overdue,
       b.account_before AS opening_on_account, b.account AS closing_on_account, b.charges_before AS opening_charges, b.charges_open AS closing_charges,
       b.sales, b.charged AS charges, b.receipts, b.credits, b.discounts, b.write_offs,
       round(b.closing * period / nullif(sales, 0), 2) AS dso, round((b.opening + b.closing) / 2 * period / nullif(sales, 0), 2) AS dso_average, round(k.days, 2) AS dso_countback,
       round((b.closing - b.overdue) * period / nullif(sales, 0), 2) AS best_possible_dso, round(b.overdue * period / nullif(sales, 0), 2) AS average_days_delinquent,
       round(2 * sales / nullif(b.opening + b.closing, 0), 4) AS turnover, round((b.opening + b.closing) * period / nullif(2 * sales, 0), 2) AS collection_period,
       round((b.opening + sales - b.closing) * 100 / nullif(b.opening + sales - b.closing + b.overdue, 0), 2) AS collection_effectiveness,
       round(s.days::numeric / s.n, 2) AS days_to_pay, round(s.amount_days / s.amount, 2) AS days_to_pay_weighted, round(s.late::numeric / s.n, 2) AS days_late,
       round(s.amount_late / s.amount, 2) AS days_late_weighted, round(b.overdue / nullif(b.closing, 0), 4) AS overdue_ratio,
       round(b.write_offs / nullif(sales, 0), 4) AS bad_debt_ratio, round(coalesce(x.n, 0)::numeric / nullif(b.invoices, 0), 4) AS dispute_rate,
       NULL::numeric AS promise_kept_rate -- there are none in these facts
  FROM base b
  LEFT JOIN settled s USING (currency)
  LEFT JOIN disputed x USING (currency)
  LEFT JOIN countback k USING (currency)
 ORDER BY 1
