-- Aging by customer on the last day: the open items and the money on account, from tables that hold nothing else.
SELECT c.number AS customer, c.name, coalesce(o.currency, a.currency) AS currency, coalesce(o.a0, 0) AS not_due, coalesce(o.a1, 0) AS days_1_30,
       coalesce(o.a2, 0) AS days_31_60, coalesce(o.a3, 0) AS days_61_90, coalesce(o.a4, 0) AS days_over_90, coalesce(o.total, 0) AS total,
       coalesce(a.amount, 0) AS on_account, coalesce(o.total, 0) - coalesce(a.amount, 0) AS balance
  FROM (SELECT customer_id, currency,
               sum(open_amount) FILTER (WHERE due_on >= :'today') AS a0, sum(open_amount) FILTER (WHERE :'today' - due_on BETWEEN 1 AND 30) AS a1,
               sum(open_amount) FILTER (WHERE :'today' - due_on BETWEEN 31 AND 60) AS a2, sum(open_amount) FILTER (WHERE :'today' - due_on BETWEEN 61 AND 90) AS a3,
               sum(open_amount) FILTER (WHERE :'today' - due_on > 90) AS a4, sum(open_amount) AS total
          FROM plain.open_item GROUP BY customer_id, currency) o
  FULL JOIN (SELECT customer_id, currency, sum(amount) AS amount FROM plain.on_account GROUP BY customer_id, currency) a
    ON a.customer_id = o.customer_id AND a.currency = o.currency
  JOIN plain.customer c ON c.id = coalesce(o.customer_id, a.customer_id)
 ORDER BY 3, 11 DESC, 1
