-- Aging of a past day, amounts only: what was issued less what was posted, each summed by due date first. No claim is looked at by itself.
SELECT t.currency, b.bucket, b.amount
  FROM (SELECT d.currency,
               coalesce(sum(d.amount) FILTER (WHERE d.due_on >= :'as_of'), 0) AS a0,
               coalesce(sum(d.amount) FILTER (WHERE :'as_of' - d.due_on BETWEEN 1 AND 30), 0) AS a1,
               coalesce(sum(d.amount) FILTER (WHERE :'as_of' - d.due_on BETWEEN 31 AND 60), 0) AS a2,
               coalesce(sum(d.amount) FILTER (WHERE :'as_of' - d.due_on BETWEEN 61 AND 90), 0) AS a3,
               coalesce(sum(d.amount) FILTER (WHERE :'as_of' - d.due_on > 90), 0) AS a4
          FROM (SELECT currency, due_on, sum(amount) AS amount FROM plain.invoice WHERE issued_on <= :'as_of' GROUP BY currency, due_on
                UNION ALL
                SELECT i.currency, i.due_on, - sum(a.amount)
                  FROM plain.allocation a JOIN plain.invoice i ON i.id = a.invoice_id WHERE a.posted_on <= :'as_of' GROUP BY i.currency, i.due_on) d
         GROUP BY d.currency) t
 CROSS JOIN LATERAL (VALUES ('not due', a0), ('1-30', a1), ('31-60', a2), ('61-90', a3), ('90+', a4)) AS b(bucket, amount)
