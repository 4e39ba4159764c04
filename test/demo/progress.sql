-- progress.sql: one line on the month that has passed.
SELECT format('%s %10s %14s %14s %8s %14s', to_char(month, 'YYYY-MM'),
              (SELECT count(*) FROM ar.invoice WHERE kind = 'invoice' AND issued_on >= month AND issued_on < month + interval '1 month'),
              (SELECT to_char(sum(amount), 'FM999,999,990.00') FROM ar.invoice WHERE kind = 'invoice' AND issued_on >= month AND issued_on < month + interval '1 month'),
              (SELECT to_char(sum(amount), 'FM999,999,990.00') FROM ar.payment WHERE received_on >= month AND received_on < month + interval '1 month'),
              (SELECT count(*) FROM ar.notice WHERE issued_on >= month AND issued_on < month + interval '1 month'),
              (SELECT to_char(coalesce(sum(open_amount), 0), 'FM999,999,990.00') FROM ar.invoice WHERE open_amount > 0 AND due_on < least(month + interval '1 month - 1 day', until)))
  FROM CAST(:'month' AS date) AS month, demo.period;
