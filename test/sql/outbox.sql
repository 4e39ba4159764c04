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
SELECT jsonb_pretty(payload - '{notice,body}'::text[]) FROM outbox WHERE payload->>'customer' = 'C1';
SELECT payload->>'body' AS body FROM outbox WHERE payload->>'customer' = 'C1';

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
UPDATE settings SET retry_after = '0', other_channels = '{}';
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

-- Tried so often, then over another channel by which the customer can be reached, over each once.
SELECT add_customer('C4', 'Visser', email => 'v@example.org', phone => '+31 20 1', address => NULL) AS c4, add_customer('C5', 'Smit') AS c5;
SELECT issue_invoice('C4', 'F5', 10, '2024-01-02', '2024-01-31') AS f5, issue_invoice('C5', 'F6', 10, '2024-01-02', '2024-01-31') AS f6;
UPDATE settings SET max_attempts = 2, retry_after = '1 hour', other_channels = '{"email": "letter", "letter": "sms", "sms": "phone", "phone": "email"}';
CALL advance('2024-02-08');
SELECT min(id) FILTER (WHERE name = 'Visser') AS four, min(id) FILTER (WHERE name = 'Smit') AS five FROM notice \gset
SELECT count(*) AS taken FROM take_messages();
SELECT count(*) FILTER (WHERE taken_at IS NOT NULL) AS taken, count(*) AS of FROM notice WHERE id IN (:four, :five);
SELECT fail_notice(:four, 'soft bounce');
SELECT count(*) AS not_yet FROM take_messages();
SELECT payload->>'channel' AS channel, payload->>'attempt' AS attempt, not_before BETWEEN now() + interval '59 minutes' AND now() + interval '1 hour' AS in_an_hour FROM outbox WHERE (payload->>'notice')::bigint = :four;
DELETE FROM outbox;
SELECT fail_notice(:four, 'soft bounce again');
SELECT sent_by, attempts, delivery, delivery_note, tried, taken_at FROM notice WHERE id = :four;
SELECT payload->>'channel' AS channel, payload->>'attempt' AS attempt FROM take_messages();
SELECT fail_notice(:four, 'no such number', retry => false);
SELECT payload->>'channel' AS channel, payload->>'attempt' AS attempt FROM take_messages();
SELECT fail_notice(:four, 'no answer', retry => false);
SELECT sent_by, attempts, delivery, delivery_note, tried FROM notice WHERE id = :four;
SELECT count(*) AS none FROM take_messages();
-- Nothing to reach Smit by, and a circle of channels ends.
SELECT fail_notice(:five, 'no address', retry => false);
SELECT sent_by, attempts, delivery, delivery_note, tried FROM notice WHERE id = :five;
SELECT channel_after('email', '{}', NULL, NULL, NULL) AS circle, channel_after('fax', '{}', 'x', 'x', 'x') AS no_such, channel_after(NULL, '{}', 'x', 'x', 'x') AS nothing;

-- A deliverer who doesn't report has failed, a person has not.
SELECT issue_invoice('C1', 'F7', 10, '2024-01-03', '2024-01-31') AS f7, issue_invoice('C4', 'F8', 10, '2024-01-03', '2024-01-31') AS f8;
CALL advance('2024-02-09');
SELECT count(*) AS taken FROM take_messages();
SELECT time_out_notices() AS none;
UPDATE notice SET taken_at = now() - interval '4 days' WHERE delivery = 'pending' AND taken_at IS NOT NULL;
UPDATE notice SET sent_by = 'phone' WHERE name = 'Visser' AND delivery = 'pending';
CALL advance('2024-02-09');
SELECT name, sent_by, attempts, delivery, delivery_note, taken_at IS NULL AS back FROM notice WHERE issued_on = '2024-02-09' ORDER BY name;
SELECT count(*) AS offered_again FROM outbox;
UPDATE settings SET other_channels = '[]';
UPDATE settings SET max_attempts = 0;
UPDATE settings SET retry_after = '-1 second';
DELETE FROM outbox;

-- What was sent stays.
UPDATE notice SET address = 'elsewhere' WHERE id = :one;
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
SELECT * FROM outbox.verify();
RESET search_path;
SELECT debiteur.drop_ledger('outbox', true);
