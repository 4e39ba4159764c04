--
-- outbox: messages are taken once, put back by a rollback; deliveries
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('outbox', time_zone => 'UTC');
SET search_path = outbox, debiteur;
SELECT add_customer('C1', 'Jansen', email => 'j@example.org', address => 'Kade 1', language => 'nl') AS c1, add_customer('C2', 'De Vries') AS c2, add_customer('C3', 'Bakker') AS c3;
SELECT issue_invoice('C1', 'F1', 100, '2024-01-01', '2024-01-31', reference => 'RF18') AS f1, issue_invoice('C1', 'F2', 50, '2024-01-01', '2024-02-04') AS f2, issue_invoice('C2', 'F3', 10, '2024-01-01', '2024-01-31') AS f3, issue_invoice('C3', 'F4', 10, '2024-01-01', '2024-01-31') AS f4;
CALL advance('2024-02-07');
SELECT count(*) AS messages FROM outbox;
SELECT jsonb_pretty(payload - 'notice') FROM outbox WHERE payload->>'customer' = 'C1';

BEGIN;
SELECT count(*) AS taken FROM take_messages(2);
SELECT count(*) AS left_over FROM outbox;
ROLLBACK;
SELECT count(*) AS back FROM outbox;
SELECT count(*) AS none FROM take_messages(0);
SELECT count(*) AS letters FROM take_messages(channel => 'letter');
BEGIN;
SELECT count(*) AS mails FROM take_messages(NULL, 'email');
ROLLBACK;
SELECT topic, payload->>'customer' AS customer FROM take_messages(1) ORDER BY id;
SELECT topic, payload->>'customer' AS customer FROM take_messages() ORDER BY id;
SELECT count(*) AS empty FROM take_messages();

-- Confirmed, failed, tried again, given up.
SELECT min(id) FILTER (WHERE customer_id = 1) AS one, min(id) FILTER (WHERE customer_id = 2) AS two, min(id) FILTER (WHERE customer_id = 3) AS three FROM notice \gset
SELECT confirm_notice(:one, 'sent');
SELECT fail_notice(:two, 'mailbox full');
SELECT payload->>'customer' AS customer, payload->>'attempt' AS attempt FROM take_messages();
SELECT fail_notice(:two, 'no such mailbox', retry => false);
SELECT fail_notice(:three, retry => NULL);
SELECT c.number, delivery, attempts, delivery_note FROM notice n JOIN customer c ON c.id = n.customer_id ORDER BY 1;
SELECT fail_notice(:one);
SELECT fail_notice(99);
SELECT confirm_notice(99);
SELECT confirm_notice(NULL);
SELECT confirm_notice(:two, 'arrived after all');
SELECT payload->>'customer' AS customer, payload->>'attempt' AS attempt FROM take_messages();

-- What was sent stays.
UPDATE notice SET amount = 1;
UPDATE notice SET step = 9;
UPDATE notice_line SET open_amount = 1;
DELETE FROM notice_line;
DELETE FROM notice;
SET client_min_messages = warning;
TRUNCATE notice CASCADE;
TRUNCATE notice_line;

-- A notice whose transaction is rolled back leaves no message.
BEGIN;
SELECT advance_batch('2024-02-14') IS NOT NULL AS advanced;
SELECT count(*) AS messages FROM outbox;
ROLLBACK;
SELECT count(*) AS messages, (SELECT count(*) FROM notice) AS notices, (SELECT max(as_of) FROM run) AS last_run FROM outbox;
RESET search_path;
SELECT debiteur.drop_ledger('outbox', true);
