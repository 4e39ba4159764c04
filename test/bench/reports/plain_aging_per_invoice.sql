-- Aging of a past day, the usual way: what is open of each claim, then its bucket.
SELECT t.currency, b.bucket, b.claims, coalesce(b.amount, 0) AS amount
  FROM (SELECT c.currency,
               count(*) FILTER (WHERE c.late <= 0) AS n0, sum(c.open) FILTER (WHERE c.late <= 0) AS a0,
               count(*) FILTER (WHERE c.late BETWEEN 1 AND 30) AS n1, sum(c.open) FILTER (WHERE c.late BETWEEN 1 AND 30) AS a1,
               count(*) FILTER (WHERE c.late BETWEEN 31 AND 60) AS n2, sum(c.open) FILTER (WHERE c.late BETWEEN 31 AND 60) AS a2,
               count(*) FILTER (WHERE c.late BETWEEN 61 AND 90) AS n3, sum(c.open) FILTER (WHERE c.late BETWEEN 61 AND 90) AS a3,
               count(*) FILTER (WHERE c.late > 90) AS n4, sum(c.open) FILTER (WHERE c.late > 90) AS a4
          FROM (SELECT i.currency, :'as_of'::date - i.due_on AS late, i.amount - coalesce(a.allocated, 0) AS open
                  FROM plain.invoice i
                  LEFT JOIN (SELECT invoice_id, sum(amount) AS allocated FROM plain.allocation WHERE posted_on <= :'as_of' GROUP BY invoice_id) a ON a.invoice_id = i.id
                 WHERE i.issued_on <= :'as_of') c
         WHERE c.open <> 0
         GROUP BY c.currency) t
 CROSS JOIN LATERAL (VALUES ('not due', n0, a0), ('1-30', n1, a1), ('31-60', n2, a2), ('61-90', n3, a3), ('90+', n4, a4)) AS b(bucket, claims, amount)
