--
-- roll_up: the trigger that appends to flow, whatever the statement; what it
-- appends is compared with the postings by verify(), and between statements
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET search_path = public, debiteur;
SELECT debiteur.create_ledger('at_once', time_zone => 'UTC'), debiteur.create_ledger('one_by_one', time_zone => 'UTC');

-- The flow of a ledger, whatever its rows.
CREATE FUNCTION flow_of(ledger text) RETURNS TABLE (posted_on date, currency text, due_on date, measure text, value numeric) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT f.posted_on, f.currency, CASE WHEN e.key IN (''receivable'', ''charges'', ''items'') THEN f.due_on END, e.key, sum(e.value::numeric)
           FROM %I.flow f CROSS JOIN LATERAL jsonb_each_text(to_jsonb(f) - ''{id,posted_on,currency,due_on}''::text[]) e
          GROUP BY 1, 2, 3, 4 HAVING sum(e.value::numeric) <> 0', ledger);
END $$;
CREATE FUNCTION differences(one text, other text) RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM ((SELECT * FROM flow_of(one) EXCEPT SELECT * FROM flow_of(other)) UNION ALL (SELECT * FROM flow_of(other) EXCEPT SELECT * FROM flow_of(one))) d
$$;

--
-- One statement of many rows, and a statement a row: the same flow. Two ledgers in turn, in one session.
--
INSERT INTO at_once.customer (number, name) SELECT 'C' || g, 'Customer ' || g FROM generate_series(1, 50) g;
INSERT INTO one_by_one.customer (number, name) SELECT 'C' || g, 'Customer ' || g FROM generate_series(1, 50) g;
CREATE TABLE issued AS
SELECT g AS id, 1 + g % 50 AS customer_id, 'I' || g AS number, (ARRAY['invoice', 'invoice', 'invoice', 'costs', 'interest', 'credit_note'])[1 + g % 6] AS kind,
       (ARRAY['EUR', 'USD', 'JPY', 'KWD'])[1 + g % 4] AS currency,
       CASE WHEN g % 97 = 0 AND g % 6 <> 5 THEN 0 ELSE (CASE WHEN g % 6 = 5 THEN -1 ELSE 1 END) * CASE g % 4 WHEN 2 THEN g WHEN 3 THEN g + 0.125 ELSE g + 0.25 END END AS amount,
       date '2024-12-20' + g % 40 AS issued_on, CASE WHEN g % 11 = 0 THEN 'draft' ELSE 'open' END::debiteur.invoice_status AS status
  FROM generate_series(1, 1000) g;
INSERT INTO at_once.invoice (customer_id, number, kind, currency, amount, issued_on, status) SELECT customer_id, number, kind, currency, amount, issued_on, status FROM issued ORDER BY id;
DO $$
DECLARE
    n record;
BEGIN
    FOR n IN SELECT * FROM issued ORDER BY id LOOP
        INSERT INTO one_by_one.invoice (customer_id, number, kind, currency, amount, issued_on, status)
        VALUES (n.customer_id, n.number, n.kind, n.currency, n.amount, n.issued_on, n.status);
    END LOOP;
END $$;
SELECT (SELECT count(*) FROM at_once.flow) < 200 AS grouped, (SELECT count(*) FROM one_by_one.flow) = (SELECT count(*) FROM issued WHERE status <> 'draft') AS single, differences('at_once', 'one_by_one');

CREATE TABLE received AS SELECT i.id, i.customer_id, i.currency, abs(i.amount) + 10 AS amount, i.issued_on + 5 AS received_on FROM issued i WHERE i.amount > 0 AND i.status = 'open';
INSERT INTO at_once.payment (id, customer_id, currency, amount, received_on) SELECT * FROM received ORDER BY id;
DO $$
DECLARE
    n record;
BEGIN
    FOR n IN SELECT * FROM received ORDER BY id LOOP
        INSERT INTO one_by_one.payment (id, customer_id, currency, amount, received_on) VALUES (n.id, n.customer_id, n.currency, n.amount, n.received_on);
    END LOOP;
END $$;
SELECT setval('at_once.payment_id_seq', 5000), setval('one_by_one.payment_id_seq', 5000), differences('at_once', 'one_by_one');

-- Several postings to a claim, on one day and on others, of all kinds; some settle it, some leave a part open.
CREATE TABLE allotted AS
SELECT i.number, k.kind, CASE WHEN k.part < 0 THEN i.amount - (i.amount - i.amount % 4) * 0.75 ELSE (i.amount - i.amount % 4) * k.part END AS amount,
       i.issued_on + k.day AS posted_on, CASE WHEN k.kind = 'payment' THEN i.id END AS payment_id
  FROM issued i CROSS JOIN LATERAL (VALUES ('payment', 0.25, 6), ('payment', 0.25, 6), (CASE WHEN i.id % 3 = 0 THEN 'write_off' ELSE 'credit' END, 0.25, 7),
                                           (CASE WHEN i.id % 5 = 0 THEN 'discount' WHEN i.id % 5 = 1 THEN 'credit' ELSE 'payment' END, -1, 8 + i.id % 60)) AS k(kind, part, day)
 WHERE i.amount >= 4 AND i.status = 'open' AND (k.part > 0 OR i.id % 7 <> 0)
UNION ALL
SELECT i.number, 'write_off', i.amount, i.issued_on, NULL FROM issued i WHERE i.amount < 0 AND i.status = 'open' AND i.id % 4 = 1;
INSERT INTO at_once.allocation (invoice_id, kind, amount, posted_on, payment_id)
SELECT i.id, n.kind, n.amount, n.posted_on, n.payment_id FROM allotted n JOIN at_once.invoice i ON i.number = n.number;
DO $$
DECLARE
    n record;
BEGIN
    FOR n IN SELECT * FROM allotted ORDER BY posted_on, number, amount DESC LOOP
        INSERT INTO one_by_one.allocation (invoice_id, kind, amount, posted_on, payment_id)
        SELECT i.id, n.kind, n.amount, n.posted_on, n.payment_id FROM one_by_one.invoice i WHERE i.number = n.number;
    END LOOP;
END $$;
SELECT count(*) > 1500 AS many, (SELECT count(*) > 300 FROM at_once.invoice WHERE status IN ('paid', 'written_off', 'credited')) AS settled,
       (SELECT count(DISTINCT kind) FROM at_once.allocation) AS kinds, differences('at_once', 'one_by_one') FROM allotted;
SELECT * FROM at_once.verify() UNION ALL SELECT * FROM one_by_one.verify();

-- Reversals of some, together with other postings, in one statement and in several.
CREATE TABLE taken_back AS
SELECT i.number, a.kind, a.amount, a.posted_on, a.id AS one_id, row_number() OVER (PARTITION BY i.number, a.kind, a.amount, a.posted_on ORDER BY a.id) AS n
  FROM one_by_one.allocation a JOIN one_by_one.invoice i ON i.id = a.invoice_id WHERE i.id % 9 = 0 AND a.kind <> 'payment';
INSERT INTO one_by_one.allocation (invoice_id, kind, amount, posted_on, reverses_id)
SELECT a.invoice_id, 'reversal', - a.amount, a.posted_on + 100, a.id FROM taken_back t JOIN one_by_one.allocation a ON a.id = t.one_id WHERE a.id % 2 = 0;
INSERT INTO one_by_one.allocation (invoice_id, kind, amount, posted_on, reverses_id)
SELECT a.invoice_id, 'reversal', - a.amount, a.posted_on + 100, a.id FROM taken_back t JOIN one_by_one.allocation a ON a.id = t.one_id WHERE a.id % 2 = 1;
INSERT INTO one_by_one.allocation (invoice_id, kind, amount, posted_on) SELECT i.id, 'write_off', 1, i.issued_on + 400 FROM one_by_one.invoice i WHERE i.open_amount >= 1 AND i.id % 4 < 2 AND i.status <> 'draft' AND i.id % 3 = 0;
INSERT INTO at_once.allocation (invoice_id, kind, amount, posted_on, reverses_id)
SELECT i.id, 'reversal', - t.amount, t.posted_on + 100, a.id
  FROM taken_back t JOIN at_once.invoice i ON i.number = t.number
  JOIN (SELECT a.*, row_number() OVER (PARTITION BY a.invoice_id, a.kind, a.amount, a.posted_on ORDER BY a.id) AS n FROM at_once.allocation a) a
    ON a.invoice_id = i.id AND a.kind = t.kind AND a.amount = t.amount AND a.posted_on = t.posted_on AND a.n = t.n
UNION ALL
SELECT i.id, 'write_off', 1, i.issued_on + 400, NULL FROM at_once.invoice i JOIN one_by_one.invoice o ON o.number = i.number
  JOIN one_by_one.allocation a ON a.invoice_id = o.id AND a.kind = 'write_off' AND a.amount = 1 AND a.posted_on = o.issued_on + 400;
SELECT count(*) > 30 AS some, differences('at_once', 'one_by_one') FROM taken_back;
SELECT * FROM at_once.verify() UNION ALL SELECT * FROM one_by_one.verify();

--
-- COPY, savepoints, statements without rows, a failing one
--
BEGIN;
COPY at_once.invoice (customer_id, number, amount, issued_on) FROM stdin;
1	V1	10	2027-03-01
2	V2	20	2027-03-01
1	V3	30	2027-03-02
\.
SAVEPOINT before;
COPY at_once.invoice (customer_id, number, amount, issued_on) FROM stdin;
1	W1	10	2027-03-01
\.
SELECT at_once.record_payment('C1', 10, '2027-03-04', '{V1}') > 0 AS paid;
ROLLBACK TO before;
SELECT at_once.record_payment('C2', 20, '2027-03-05', '{V2}') > 0 AS paid;
SAVEPOINT failing;
INSERT INTO at_once.allocation (invoice_id, kind, amount, posted_on) SELECT id, 'write_off', 1000000, '2027-03-09' FROM at_once.invoice WHERE number = 'V3';
ROLLBACK TO failing;
INSERT INTO at_once.allocation (invoice_id, kind, amount, posted_on) SELECT id, 'write_off', 30, '2027-03-09' FROM at_once.invoice WHERE number = 'V3';
INSERT INTO at_once.allocation (invoice_id, kind, amount, posted_on) SELECT id, 'write_off', 30, '2027-03-09' FROM at_once.invoice WHERE false;
COMMIT;
SELECT posted_on, due_on, receivable, on_account, items, invoices, sales, receipts, write_offs, closed, days, late, closed_amount, amount_days, amount_late
  FROM at_once.flow WHERE posted_on BETWEEN '2027-03-01' AND '2027-03-09' ORDER BY posted_on, due_on;
SELECT * FROM at_once.verify();

--
-- A ledger that is renamed and another one in its place: each posting goes to its own.
--
SELECT debiteur.rename_ledger('one_by_one', 'renamed'), debiteur.create_ledger('one_by_one', time_zone => 'UTC');
SELECT renamed.issue_invoice('C1', 'X1', 100, '2025-05-01') > 0 AS issued, renamed.record_payment('C1', 100, '2025-05-09', '{X1}') > 0 AS paid;
SELECT one_by_one.add_customer('C1', 'Another') > 0 AS added, one_by_one.issue_invoice('C1', 'X1', 70, '2025-05-01') > 0 AS issued, one_by_one.record_payment('C1', 50, '2025-05-08', '{X1}') > 0 AS paid;
SELECT * FROM renamed.verify() UNION ALL SELECT * FROM one_by_one.verify();
SELECT count(*), sum(receivable) FROM one_by_one.flow;
-- A column that a user added and one that is gone stand in nobody's way.
ALTER TABLE one_by_one.invoice ADD COLUMN note text, ADD COLUMN gone int;
ALTER TABLE one_by_one.invoice DROP COLUMN gone;
ALTER TABLE one_by_one.allocation ADD COLUMN gone int;
ALTER TABLE one_by_one.allocation DROP COLUMN gone, ADD COLUMN note text DEFAULT 'x';
SELECT one_by_one.issue_invoice('C1', 'X2', 30, '2025-05-01') > 0 AS issued, one_by_one.record_payment('C1', 50, '2025-05-09') > 0 AS paid;
SELECT * FROM one_by_one.verify();
-- The caller's search_path and temporary tables redirect nothing.
CREATE TEMPORARY TABLE flow (LIKE one_by_one.flow);
CREATE SCHEMA evil;
CREATE FUNCTION evil.same(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT false';
CREATE OPERATOR evil.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = evil.same);
SET search_path = evil, pg_catalog, public;
INSERT INTO one_by_one.allocation (invoice_id, kind, amount, posted_on) SELECT id, 'write_off', 1, '2025-05-20' FROM one_by_one.invoice WHERE open_amount > 1;
SET search_path = public, debiteur;
SELECT * FROM one_by_one.verify();
SELECT count(*) AS elsewhere FROM pg_temp.flow;

--
-- Amounts near the limit, a due date after the last year that reports know, and
-- an opening and a settlement in one statement of which only days and amounts are left.
--
SELECT debiteur.create_ledger('edge', time_zone => 'UTC');
SELECT edge.add_customer('C1', 'Customer 1') > 0 AS added, edge.issue_invoice('C1', 'L1', 999999999999999.99, '2020-01-01', '2020-01-31') > 0 AS large,
       edge.issue_invoice('C1', 'F1', 10, '2020-01-01', '20000-01-01') > 0 AS far, edge.issue_invoice('C1', 'A1', 100, '2024-01-01', '2024-01-31') > 0 AS a,
       edge.issue_invoice('C1', 'B1', 70, '2024-01-05', '2024-01-31') > 0 AS b;
SELECT edge.record_payment('C1', 999999999999999.99, '2024-01-01', '{L1}') > 0 AS large, edge.record_payment('C1', 100, '2024-01-10', '{A1}') > 0 AS a,
       edge.record_payment('C1', 70, '2024-01-12', '{}', reference => 'for B1') > 0 AS b, edge.issue_credit_note('C1', 'N1', 5, issued_on => '2024-01-12') > 0 AS note;
INSERT INTO edge.allocation (invoice_id, kind, amount, posted_on) SELECT id, 'write_off', 70, '2024-01-06' FROM edge.invoice WHERE number = 'B1';
INSERT INTO edge.allocation (invoice_id, kind, amount, posted_on, reverses_id) SELECT invoice_id, 'reversal', -70, '2024-01-07', id FROM edge.allocation WHERE kind = 'write_off';
INSERT INTO edge.allocation (invoice_id, kind, amount, posted_on, payment_id, reverses_id)
SELECT a.invoice_id, 'reversal', -100, date '2024-02-01', a.payment_id, a.id FROM edge.allocation a JOIN edge.invoice i ON i.id = a.invoice_id WHERE i.number = 'A1'
UNION ALL
SELECT i.id, 'payment', 70, '2024-02-01', p.id, NULL FROM edge.invoice i, edge.payment p WHERE i.number = 'B1' AND p.reference = 'for B1';
SELECT posted_on, due_on, items, closed, days, late, closed_amount, amount_days, amount_late FROM edge.flow WHERE closed_amount <> 0 ORDER BY posted_on, due_on;
SELECT * FROM edge.verify();
SELECT edge.fold() > 0 AS folded;
SELECT * FROM edge.verify();
SELECT bucket, invoices, amount FROM edge.aging('9999-12-31');

-- What follows from the postings, and was changed behind the triggers' back: verify() says so.
SELECT edge.record_payment('C1', 3, '2024-03-01', '{}', reference => 'back') > 0 AS paid;
SELECT edge.reverse_payment(id, '2024-03-05', 'refused') > 0 AS reversed FROM edge.payment WHERE reference = 'back';
SELECT * FROM edge.verify();
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE edge.invoice SET status = 'credited' WHERE number = 'L1';
UPDATE edge.invoice SET closed_on = NULL WHERE number = 'B1';
UPDATE edge.invoice SET closed_on = '2024-03-01' WHERE number = 'F1';
UPDATE edge.invoice SET next_on = '2024-03-01' WHERE number = 'N1';
UPDATE edge.payment SET reversed_on = '2024-03-02' WHERE reference = 'for B1';
UPDATE edge.payment SET reversed_on = NULL WHERE reference = 'back';
UPDATE edge.payment SET reversed_on = '2024-03-06' WHERE reverses_id IS NOT NULL;
SELECT * FROM edge.verify() ORDER BY what, subject;
ROLLBACK;

--
-- A roll-up that was damaged is made anew; with nothing posted, nothing.
--
SELECT at_once.fold(NULL) > 0 AS folded;
DELETE FROM at_once.flow_by_due WHERE level = 2;
TRUNCATE at_once.flow_total;
SET session_replication_role = replica;
SELECT at_once.record_payment('C1', 5, '2027-04-01', '{}') > 0 AS paid;
SET session_replication_role = origin;
SELECT count(*) > 1000 AS told FROM at_once.verify();
SELECT at_once.rebuild_flow() > 500 AS rebuilt;
SELECT * FROM at_once.verify();
SELECT renamed.rebuild_flow() > 500 AS rebuilt;
SELECT count(*) AS unfolded FROM renamed.flow;
SELECT * FROM renamed.verify();
SELECT debiteur.create_ledger('empty', time_zone => 'UTC');
SELECT empty.rebuild_flow() AS nothing;

--
-- Made a trigger of something else, it says so.
--
CREATE SCHEMA odd;
CREATE TABLE odd.thing (amount text, currency text, received_on date);
CREATE TRIGGER odd AFTER INSERT ON odd.thing FOR EACH ROW EXECUTE FUNCTION debiteur.roll_up('payment');
INSERT INTO odd.thing VALUES ('1', 'EUR', '2025-01-01');
CREATE OR REPLACE TRIGGER odd AFTER INSERT ON odd.thing REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION debiteur.roll_up('payment');
INSERT INTO odd.thing VALUES ('1', 'EUR', '2025-01-01');
ALTER TABLE odd.thing ALTER COLUMN amount TYPE numeric USING 1;
INSERT INTO odd.thing VALUES (NULL, 'EUR', '2025-01-01');
INSERT INTO odd.thing VALUES (1, 'EUR', '2025-01-01');
CREATE OR REPLACE TRIGGER odd AFTER INSERT ON odd.thing REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION debiteur.roll_up('allocation');
ALTER TABLE odd.thing ADD COLUMN id bigint DEFAULT 1, ADD COLUMN invoice_id bigint DEFAULT 1, ADD COLUMN kind text DEFAULT 'payment', ADD COLUMN posted_on date DEFAULT '2025-01-01';
CREATE VIEW odd.claim_rolled_up AS SELECT 1::bigint AS id, 7 AS amount;
INSERT INTO odd.thing VALUES (1, 'EUR', '2025-01-01');
DROP VIEW odd.claim_rolled_up;
CREATE VIEW odd.claim_rolled_up AS SELECT * FROM one_by_one.claim_rolled_up WHERE false;
INSERT INTO odd.thing VALUES (1, 'EUR', '2025-01-01');
SET client_min_messages = warning;
DROP SCHEMA odd, evil CASCADE;
SELECT debiteur.drop_ledger('empty', true), debiteur.drop_ledger('at_once', true), debiteur.drop_ledger('one_by_one', true), debiteur.drop_ledger('renamed', true), debiteur.drop_ledger('edge', true);
DROP TABLE issued, received, allotted, taken_back;
DROP FUNCTION flow_of, differences;
