/*
 * ibm.sql
 *		Lets the two years of the data set ibm pass through a ledger, day by day,
 *		as they happened: invoices on their date, the whole amount on the day it
 *		was settled, then the ledger is advanced and its messages are taken.
 *
 * replay.row has the file as text, so numbers keep their leading zeros.
 */
SET datestyle = 'ISO, MDY';
CREATE TABLE replay.invoice AS
SELECT "invoiceNumber" AS number, "customerID" AS customer, "InvoiceDate"::date AS issued_on, "DueDate"::date AS due_on,
       "InvoiceAmount"::numeric AS amount, "SettledDate"::date AS settled_on, "Disputed" = 'Yes' AS disputed
  FROM replay.row;
CREATE INDEX ON replay.invoice (issued_on);
CREATE INDEX ON replay.invoice (settled_on);
ANALYZE replay.invoice;

CREATE TABLE replay.message (payload jsonb);

-- advance commits, so this one has no SET clause either, and qualifies names.
CREATE PROCEDURE replay.pass(first date, last date) LANGUAGE plpgsql AS $$
DECLARE
    day date := first;
BEGIN
    WHILE day <= last LOOP
        PERFORM ar.issue_invoice(r.customer, r.number, r.amount, issued_on => r.issued_on)
           FROM replay.invoice r WHERE r.issued_on = day ORDER BY r.number;
        PERFORM ar.record_payment(r.customer, r.amount, received_on => day, invoices => ARRAY[r.number], reference => r.number)
           FROM replay.invoice r WHERE r.settled_on = day ORDER BY r.number;
        CALL ar.advance(day);
        INSERT INTO replay.message SELECT m.payload FROM ar.take_messages(1000) m;
        COMMIT;
        day := day + 1;
    END LOOP;
END $$;

SELECT debiteur.create_ledger('ar', currency => 'USD', time_zone => 'UTC', terms => 'net 30');
UPDATE ar.settings SET worker = false;
SELECT ar.add_customer(customer, customer) FROM (SELECT DISTINCT customer FROM replay.invoice ORDER BY 1) AS c;

SELECT min(issued_on) AS first, max(settled_on) + 31 AS last, clock_timestamp() AS began FROM replay.invoice
\gset
CALL replay.pass(:'first', :'last');
SELECT format('# %s invoices, %s payments, %s days, %s notices in %s s: %s invoices per second',
              (SELECT count(*) FROM ar.invoice), (SELECT count(*) FROM ar.payment), (SELECT count(*) FROM ar.run),
              (SELECT count(*) FROM ar.notice), round(seconds, 1), round((SELECT count(*) FROM ar.invoice) / seconds))
  FROM (SELECT extract(epoch FROM clock_timestamp() - :'began') AS seconds) AS t;
