/*
 * month.sql
 *		Lets the days of one month pass: each day's invoices, disputes, credit
 *		notes, payments and write-offs are posted as an application would, then
 *		the ledger is advanced, and a mailer takes the notices out of the outbox.
 */
\o /dev/null
SELECT format('SELECT ar.issue_invoice(customer, number, amount, issued_on => issued_on) FROM demo.invoice WHERE issued_on = %L ORDER BY number', day),
       format('SELECT ar.hold(invoice => number, kind => ''dispute'', from_on => due_on, until_on => paid_on, reason => ''goods damaged'') FROM demo.invoice WHERE disputed AND due_on = %L', day),
       format('SELECT ar.issue_credit_note(customer, ''CN-'' || number, credited, invoice => number, issued_on => due_on + 30) FROM demo.invoice WHERE credited > 0 AND due_on + 30 = %L', day),
       format('SELECT ar.record_payment(customer, amount, received_on => received_on, invoices => invoices, reference => reference) FROM demo.payment WHERE received_on = %L ORDER BY customer', day),
       -- Of those who stopped paying, one is given up.
       CASE WHEN day = until - 20 THEN format('SELECT ar.write_off(i.number, posted_on => %L, reason => ''bankrupt'') FROM ar.invoice i JOIN ar.customer c ON c.id = i.customer_id WHERE i.open_amount > 0 AND c.number = (SELECT min(number) FROM demo.customer WHERE behaviour = ''going bust'')', day) END,
       format('CALL ar.advance(%L)', day),
       -- The messages of the last days stay, to be looked at.
       CASE WHEN day < until - 2 THEN 'SELECT ar.confirm_notice((payload->>''notice'')::bigint, ''sent'') FROM ar.take_messages(1000) WHERE topic = ''notice''' END
  FROM demo.period,
       generate_series(greatest(date :'month', first), least((date :'month' + interval '1 month - 1 day')::date, until), interval '1 day') AS t(at),
       CAST(at AS date) AS day
 ORDER BY day
\gexec
\o
