/*
 * ledger.sql
 *		The facts of the schema `plain` once more, as the ledger `ar`. Rows are
 *		written as the ledger's triggers would leave them, only faster; but flow is
 *		written by these triggers, and verify() says afterwards whether all is right.
 */
SET client_min_messages = warning;
SELECT debiteur.drop_ledger(name, true) FROM debiteur.ledgers WHERE name = 'ar';
SELECT debiteur.create_ledger('ar', time_zone => 'UTC');
ALTER TABLE ar.invoice ENABLE ALWAYS TRIGGER roll_up;
ALTER TABLE ar.payment ENABLE ALWAYS TRIGGER roll_up;
ALTER TABLE ar.allocation ENABLE ALWAYS TRIGGER roll_up;
SET session_replication_role = replica;

INSERT INTO ar.customer (id, number, name) SELECT id, number, name FROM plain.customer ORDER BY id;

INSERT INTO ar.invoice (id, customer_id, number, kind, related_id, currency, amount, issued_on, due_on, terms, allocated, status, closed_on, next_on)
SELECT i.id, i.customer_id, 'I' || i.id, CASE i.kind WHEN 'i' THEN 'invoice' WHEN 'n' THEN 'credit_note' ELSE 'costs' END, i.related_id, i.currency, i.amount,
       i.issued_on, i.due_on, 'net 30', coalesce(a.amount, 0),
       CASE WHEN i.amount = a.amount THEN CASE WHEN a.written_off THEN 'written_off' WHEN a.paid <> 0 THEN 'paid' ELSE 'credited' END
            WHEN i.due_on < date '2024-12-31' AND i.kind <> 'n' THEN 'overdue' ELSE 'open' END::debiteur.invoice_status,
       CASE WHEN i.amount = a.amount THEN a.last_on END,
       CASE WHEN i.amount <> coalesce(a.amount, 0) AND i.kind <> 'n' THEN greatest(i.due_on - 3, date '2025-01-01') END
  FROM plain.invoice i
  LEFT JOIN (SELECT invoice_id, sum(amount) AS amount, max(posted_on) AS last_on, sum(amount) FILTER (WHERE kind = 'p') AS paid, bool_or(kind = 'w') AS written_off
               FROM plain.allocation GROUP BY 1) a ON a.invoice_id = i.id
 ORDER BY i.id;

INSERT INTO ar.payment (id, customer_id, currency, amount, received_on, reverses_id, allocated, reversed_on)
SELECT p.id, p.customer_id, p.currency, p.amount, p.received_on, p.reverses_id,
       CASE WHEN p.reverses_id IS NULL AND r.id IS NULL THEN p.amount - coalesce(o.amount, 0) ELSE 0 END, CASE WHEN p.reverses_id IS NULL THEN r.received_on ELSE p.received_on END
  FROM plain.payment p
  LEFT JOIN plain.payment r ON r.reverses_id = p.id
  LEFT JOIN plain.on_account o ON o.payment_id = p.id
 ORDER BY p.id;

-- A reversal names the allocation of the payment that it takes back; of such payments there is one each.
INSERT INTO ar.allocation (id, customer_id, invoice_id, kind, amount, posted_on, payment_id, counter_id, reverses_id)
WITH posting AS (
    SELECT row_number() OVER (ORDER BY a.posted_on, a.invoice_id, a.payment_id, a.kind) AS id, i.customer_id, a.*, p.reverses_id AS reversed_payment,
           CASE WHEN a.kind = 'c' THEN coalesce(i.related_id, n.id) END AS counter_id
      FROM plain.allocation a
      JOIN plain.invoice i ON i.id = a.invoice_id
      LEFT JOIN plain.payment p ON p.id = a.payment_id
      LEFT JOIN plain.invoice n ON n.related_id = i.id AND n.kind = 'n'
)
SELECT a.id, a.customer_id, a.invoice_id,
       CASE WHEN r.id IS NOT NULL THEN 'reversal' ELSE CASE a.kind WHEN 'p' THEN 'payment' WHEN 'd' THEN 'discount' WHEN 'c' THEN 'credit' ELSE 'write_off' END END,
       a.amount, a.posted_on, coalesce(a.reversed_payment, a.payment_id), a.counter_id, r.id
  FROM posting a LEFT JOIN posting r ON r.payment_id = a.reversed_payment
 ORDER BY a.id;

INSERT INTO ar.hold (customer_id, invoice_id, kind, during) SELECT customer_id, invoice_id, 'dispute', daterange(begun_on, begun_on + 30) FROM plain.dispute ORDER BY begun_on, invoice_id;
SELECT setval('ar.' || t || '_id_seq', (xpath('//m/text()', query_to_xml('SELECT max(id) AS m FROM ar.' || t, true, true, '')))[1]::text::bigint)
  FROM unnest('{customer,invoice,payment,allocation}'::text[]) t;

SET session_replication_role = origin;
ALTER TABLE ar.invoice ENABLE TRIGGER roll_up;
ALTER TABLE ar.payment ENABLE TRIGGER roll_up;
ALTER TABLE ar.allocation ENABLE TRIGGER roll_up;
