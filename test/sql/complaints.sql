--
-- complaints: what users of other dunning systems complain about, as lessons
-- with a number each, and the smallest history that would show the defect
--
-- Numbers that are missing are not about dunning or credit limits. Every lesson
-- is a transaction that is rolled back, so each begins with an empty ledger.
--
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('complaints', time_zone => 'UTC');
SET search_path = complaints, debiteur;
SELECT set_policy('plain', '{due+7 email reminder,due+14 letter final_notice,prev+7 agency hand_over}') > 0 AS made;
UPDATE settings SET policy = 'plain', other_channels = '{}';
-- What the tests say most often: a customer owes, a run on a day, runs day by day.
CREATE PROCEDURE owes(customer text, invoice text, amount numeric, due date, policy text DEFAULT NULL, currency text DEFAULT 'EUR', issued date DEFAULT '2024-01-01')
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM customer c WHERE c.number = owes.customer) THEN
        PERFORM add_customer(customer, customer, email => 'mail@example.org', policy => policy);
    END IF;
    PERFORM issue_invoice(customer, invoice, amount, issued, due, currency);
END $$;
CREATE PROCEDURE run_on(day date, times int DEFAULT 1) LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    progress jsonb;
BEGIN
    FOR n IN 1 .. times LOOP
        LOOP
            progress := advance_batch(day, progress, 2);
            EXIT WHEN progress IS NULL;
        END LOOP;
    END LOOP;
END $$;
CREATE PROCEDURE runs(from_on date, until_on date, times int DEFAULT 1) LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    FOR n IN 0 .. until_on - from_on LOOP
        CALL run_on(from_on + n, times);
    END LOOP;
END $$;
-- A * marks a claim that is listed on a notice whose step it does not take.
CREATE VIEW sent AS
SELECT c.number AS customer, n.issued_on, n.step, n.action, n.currency, n.amount,
       (SELECT string_agg(l.number || CASE WHEN l.taken THEN '' ELSE '*' END, ' ' ORDER BY l.number) FROM notice_line l WHERE l.notice_id = n.id) AS claims
  FROM notice n JOIN customer c ON c.id = n.customer_id ORDER BY n.issued_on, c.number, n.currency, n.id;
CREATE VIEW claim AS SELECT number, status, open_amount, cycle, step, noticed_on, next_on FROM invoice ORDER BY number;

-- 1. The next step follows from dates, never from when somebody ran it last; what is kept of it may be lost.
BEGIN;
CALL owes('C1', 'A', 100, '2024-01-31'); CALL run_on('2024-02-11'); CALL runs('2024-02-12', '2024-02-14');
UPDATE invoice SET next_on = issued_on;
CALL run_on('2024-02-14'); CALL run_on('2024-02-15');
SELECT issued_on, step FROM sent;
ROLLBACK;

-- 2. When a step was planned and when it was taken are two dates, and both can be known.
BEGIN;
CALL owes('C1', 'A', 100, '2024-01-31'); CALL run_on('2024-02-09'); CALL run_on('2024-02-20'); CALL run_on('2024-02-29');
SELECT n.step, next_step_on(p.steps, n.step - 1, l.due_on, i.issued_on, lag(n.issued_on) OVER (ORDER BY n.id)) AS planned, n.issued_on, r.started_at > now() - interval '1 hour' AS done_now
  FROM notice n JOIN notice_line l ON l.notice_id = n.id JOIN invoice i ON i.id = l.invoice_id JOIN policy p ON p.id = n.policy_id JOIN run r ON r.as_of = n.issued_on;
ROLLBACK;

-- 3. A decision sees the payment that came a moment before it. (Two sessions at once: the isolation test concurrent_advance.)
BEGIN;
CALL owes('C1', 'A', 100, '2024-01-31');
SELECT count(*) FILTER (WHERE taken) AS taken FROM decide('2024-02-07');
SELECT record_payment('C1', 100, '2024-02-07') > 0 AS paid;
CALL run_on('2024-02-07');
SELECT count(*) AS notices FROM notice;
ROLLBACK;

-- 4. What follows from another number is not asked a second time: a later first step moves the steps that follow it.
BEGIN;
SELECT set_policy('early', '{due+7 email reminder,prev+7 letter final_notice,prev+7 agency hand_over}') > 0 AS made,
       set_policy('late', '{due+10 email reminder,prev+7 letter final_notice,prev+7 agency hand_over}') > 0 AS made;
CALL owes('C1', 'A', 100, '2024-01-31', 'early'); CALL owes('C2', 'B', 100, '2024-01-31', 'late'); CALL runs('2024-02-01', '2024-02-29');
SELECT customer, issued_on, step, action FROM sent;
ROLLBACK;

-- 5. A case that has ended is not looked at again: paid, credited, handed over, no step left.
BEGIN;
SELECT set_policy('short', '{due+7 email reminder}') > 0 AS made;
CALL owes('C1', 'paid', 100, '2024-01-31'); CALL owes('C2', 'handed over', 100, '2024-01-31');
CALL owes('C3', 'no step left', 100, '2024-01-31', 'short'); CALL owes('C4', 'credited', 100, '2024-01-31'); CALL runs('2024-02-01', '2024-02-15');
SELECT record_payment('C1', 100, '2024-02-15', '{paid}') > 0 AS paid, issue_credit_note('C4', 'N', 100, 'credited', '2024-02-15') > 0 AS credited;
CALL runs('2024-02-16', '2024-02-22');
SELECT number, status, step, next_on FROM claim;
SELECT count(*) AS looked_at FROM decide('2034-01-01');
ROLLBACK;

-- 6. Skipping levels for very late claims is an option of the policy, by name, and explain() says what it does.
BEGIN;
SELECT set_policy('furthest', '{due+7 email reminder,due+14 letter final_notice,prev+7 agency hand_over}', 'by_age') > 0 AS made;
CALL owes('C1', 'A', 100, '2024-01-31'); CALL owes('C2', 'B', 100, '2024-01-31', 'furthest');
SELECT number, e.* FROM (VALUES ('A'), ('B')) v(number), explain(number, '2024-06-01') e;
CALL runs('2024-06-01', '2024-06-03');
SELECT customer, issued_on, step, action FROM sent;
ROLLBACK;

-- 7. How far an interval reaches is said: the customer. A claim that waits for it says until when, and is not lost.
BEGIN;
SELECT set_policy('any day', '{due+7 email reminder}') > 0 AS made, set_policy('weekly', '{due+7 email reminder}', min_interval => 7) > 0 AS made;
CALL owes('C1', 'A', 100, '2024-01-31', 'any day'); CALL owes('C1', 'B', 10, '2024-02-02'); CALL owes('C2', 'C', 100, '2024-01-31', 'weekly');
CALL owes('C2', 'D', 10, '2024-02-02'); CALL runs('2024-02-01', '2024-02-09');
SELECT number, e.* FROM (VALUES ('B'), ('D')) v(number), explain(number, '2024-02-09') e;
CALL runs('2024-02-10', '2024-02-29');
SELECT customer, issued_on, claims FROM sent;
ROLLBACK;

-- 8. What triggers a notice and what it lists are two sets: a claim that is not due is not on it, one that is listed beside takes no step.
BEGIN;
CALL owes('C1', 'old', 100, '2024-01-31'); CALL owes('C1', 'overdue', 10, '2024-02-05'); CALL owes('C1', 'not due', 1, '2024-02-07');
CALL runs('2024-02-01', '2024-02-07');
SELECT issued_on, step, amount, claims FROM sent;
SELECT number, step, next_on FROM claim;
ROLLBACK;

-- 9. One convention of signs: minus is before the due date, plus after it, for steps and for buckets.
SELECT step, next_step_on(ARRAY[step::dunning_step], 0, '2024-06-30', '2024-01-01', NULL) - date '2024-06-30' AS days_after_due
  FROM unnest('{due-60 email upcoming,due-1 email upcoming,due+0 email upcoming,due+1 email reminder,due+60 email reminder}'::text[]) step;
SELECT as_of - date '2024-06-30' AS days_after_due, aging_bucket('2024-06-30', as_of) FROM unnest('{2024-05-01,2024-08-29}'::date[]) as_of;

-- 10. From its day on, never on its day only: a day without a run loses no step.
BEGIN;
CALL owes('C1', 'A', 100, '2024-01-31'); CALL run_on('2024-02-06'); CALL run_on('2024-02-08'); CALL run_on('2024-02-25'); CALL run_on('2024-03-31');
SELECT issued_on, step, action FROM sent;
ROLLBACK;

-- 11. Overdue, reminded, with the agency: all can be asked for, and what the agency keeps is posted.
BEGIN;
CALL owes('C1', 'A', 100, '2024-01-31'); CALL run_on('2024-02-01');
SELECT number, status, step FROM claim;
CALL run_on('2024-02-07');
SELECT number, status, step, (SELECT action FROM sent) FROM claim;
CALL run_on('2024-02-14'); CALL run_on('2024-02-21');
SELECT number, status, step FROM claim;
SELECT record_agency_payment('C1', 100, 15, '2024-03-15') > 0 AS collected;
SELECT p.amount AS collected, f.withheld, i.status FROM payment p JOIN agency_fee f ON f.payment_id = p.id CROSS JOIN invoice i;
ROLLBACK;

-- 12. How often the scheduler comes changes nothing: a step is unique, by an index and not by good luck. (Two sessions, killed backends: test/server/advance_killed.sh.)
BEGIN;
CALL owes('C1', 'A', 100, '2024-01-31'); CALL run_on('2024-02-07', times => 96);
SELECT issued_on, step FROM sent;
SELECT count(*) AS messages FROM outbox;
\set VERBOSITY sqlstate
INSERT INTO notice_line SELECT (jsonb_populate_record(l, '{"notice_id": 0}')).* FROM notice_line l;
\set VERBOSITY default
ROLLBACK;

-- 13. The invoice itself is a letter too: the shortest interval holds between it and the first notice.
BEGIN;
SELECT set_policy('eager', '{due+1 email reminder,due+2 letter final_notice}', min_interval => 5) > 0 AS made;
CALL owes('C1', 'A', 100, '2024-01-31', 'eager', issued => '2024-01-31'); CALL runs('2024-01-31', '2024-02-01');
SELECT * FROM explain('A', '2024-02-01');
CALL runs('2024-02-02', '2024-02-15');
SELECT issued_on, step FROM sent;
ROLLBACK;

-- 14. A date is a date: no time zone of a client moves it; "today" is the ledger's own.
BEGIN;
CALL owes('C1', 'A', 100, '2024-01-31');
UPDATE settings SET time_zone = 'Pacific/Kiritimati';
SET LOCAL timezone = 'Etc/GMT+12';
SELECT today() = (now() AT TIME ZONE 'Pacific/Kiritimati')::date AS of_the_ledger, today() > current_date AS not_of_the_client;
CALL run_on('2024-02-01');
SELECT due_on, status FROM invoice;
SET LOCAL timezone = 'Pacific/Kiritimati';
CALL run_on('2024-02-07');
SELECT due_on, status FROM invoice;
SET LOCAL timezone = 'America/New_York';
SELECT issued_on, claims FROM sent;
SELECT payload->>'issued_on' AS issued_on, payload->'lines'->0->>'due_on' AS due_on FROM outbox;
ROLLBACK;

-- 15. What is due today is not overdue.
BEGIN;
SELECT set_policy('first day', '{due+1 email reminder}') > 0 AS made;
CALL owes('C1', 'A', 100, '2024-01-31', 'first day'); CALL run_on('2024-01-31');
SELECT status, (SELECT count(*) FROM notice) AS notices, (SELECT bucket FROM aging('2024-01-31') WHERE amount <> 0) FROM invoice;
CALL run_on('2024-02-01');
SELECT status, (SELECT count(*) FROM notice) AS notices, (SELECT bucket FROM aging('2024-02-01') WHERE amount <> 0) FROM invoice;
ROLLBACK;

-- 16. Only a step that was issued counts: not one looked at, nor one rolled back, nor one that could not be delivered and is offered again.
BEGIN;
CALL owes('C1', 'A', 100, '2024-01-31');
SELECT step, taken FROM decide('2024-02-07');
SAVEPOINT broken_off;
CALL run_on('2024-02-07');
ROLLBACK TO broken_off;
SELECT number, step, noticed_on FROM claim;
CALL run_on('2024-02-08');
SELECT fail_notice(id, 'mailbox full') FROM notice;
CALL run_on('2024-02-14');
SELECT n.issued_on, n.step, n.attempts FROM notice n;
ROLLBACK;

-- 17. Every day has one answer, before the due date too: the ranges have no gap and don't overlap.
SELECT coalesce(next_step('{due-3 email upcoming,due+7 email reminder,due+14 letter final_notice}', 0, '2024-01-31', '2024-01-01', NULL, date '2024-01-31' + d, true), 0) AS step, min(d) AS from_day, max(d) AS to_day, max(d) - min(d) + 1 = count(*) AS no_gap
  FROM generate_series(-20, 40) d GROUP BY 1, d > 0 ORDER BY 2;
SELECT bucket, min(d) AS from_day, max(d) AS to_day, max(d) - min(d) + 1 = count(*) AS no_gap
  FROM generate_series(-1000, 1000) d, aging_bucket('2024-01-31', date '2024-01-31' + d) bucket GROUP BY 1 ORDER BY 2;

-- 18. Whether claims share a notice is a property of the policy; which step a claim has reached is a column of the claim.
BEGIN;
SELECT set_policy('each', '{due+7 email reminder}', grouped_by => 'invoice') > 0 AS made;
CALL owes('C1', 'A', 100, '2024-01-31'); CALL owes('C1', 'B', 10, '2024-01-31'); CALL owes('C2', 'C', 100, '2024-01-31', 'each');
CALL owes('C2', 'D', 10, '2024-01-31'); CALL run_on('2024-02-07');
SELECT customer, amount, claims FROM sent;
SELECT number, step, noticed_on FROM claim;
ROLLBACK;

-- 19. What was missed is caught up; a part payment, a hold that ended and another policy don't begin a case anew.
BEGIN;
CALL owes('C1', 'A', 100, '2024-01-31'); CALL run_on('2024-02-07');
SELECT record_payment('C1', 30, '2024-02-08') > 0 AS paid, hold('C1', from_on => '2024-02-08', until_on => '2024-02-16') > 0 AS held, set_policy('plain', '{due+60 email reminder}') > 0 AS version_2;
SELECT release(id, '2024-02-15') > 0 AS released FROM hold;
CALL runs('2024-02-08', '2024-02-10'); CALL run_on('2024-03-31');
SELECT issued_on, step, action, amount FROM sent;
SELECT number, cycle, step FROM claim;
ROLLBACK;

-- 20. What could not be delivered is known per notice; the others go on.
BEGIN;
UPDATE settings SET retry_after = '0';
CALL owes('C1', 'A', 100, '2024-01-31'); CALL owes('C2', 'B', 100, '2024-01-31'); CALL run_on('2024-02-07');
SELECT payload->>'customer' AS customer FROM take_messages() ORDER BY 1;
SELECT fail_notice(n.id, 'mailbox full') FROM notice n JOIN customer c ON c.id = n.customer_id WHERE c.number = 'C1';
SELECT confirm_notice(n.id) FROM notice n JOIN customer c ON c.id = n.customer_id WHERE c.number = 'C2';
CALL run_on('2024-02-07');
SELECT payload->>'customer' AS customer, payload->>'attempt' AS attempt FROM take_messages();
SELECT c.number AS customer, n.delivery, n.attempts FROM notice n JOIN customer c ON c.id = n.customer_id ORDER BY 1;
ROLLBACK;

-- 21. An event is announced once, however often one runs; currencies have their own cases.
BEGIN;
CALL owes('C1', 'A', 100, '2024-01-31'); CALL owes('C1', 'B', 100, '2024-02-07', currency => 'USD');
CALL runs('2024-02-01', '2024-02-09', times => 3);
SELECT record_payment('C1', 100, '2024-02-10', currency => 'USD') > 0 AS paid;
CALL runs('2024-02-10', '2024-03-01', times => 3);
SELECT currency, issued_on, step, action, claims FROM sent ORDER BY 1, 2;
SELECT payload->>'currency' AS currency, payload->>'action' AS action, count(*) FROM outbox GROUP BY 1, 2 ORDER BY 1, 2;
SELECT number, status, step FROM claim;
ROLLBACK;

-- 22. What is not payable yet is not dunned; what is paid does not become unpaid by a late event, but by a posting.
BEGIN;
CALL owes('C1', 'paid', 100, '2024-01-31');
SELECT record_payment('C1', 100, '2024-01-20') > 0 AS paid;
CALL owes('C1', 'later', 100, '2024-03-31', issued => '2024-03-01');
INSERT INTO invoice (customer_id, number, amount, issued_on, due_on, status) SELECT id, 'draft', 5, '2024-01-01', '2024-01-31', 'draft' FROM customer;
CALL run_on('2024-02-07');
SELECT number, status, (SELECT string_agg(e.reason, ' ') FROM explain(number, '2024-02-07') e) AS reason, step FROM claim;
UPDATE invoice SET status = 'overdue' WHERE number = 'paid';
ROLLBACK;

-- 23. The end of a procedure without payment is an event, with the open amount: the agency, another system, the order entry can act on it.
BEGIN;
SELECT set_policy('block', '{due+7 email reminder,prev+7 webhook stop_supply}') > 0 AS made;
CALL owes('C1', 'A', 100, '2024-01-31'); CALL owes('C2', 'B', 70, '2024-01-31', 'block');
SELECT record_payment('C2', 20, '2024-02-10') > 0 AS paid;
CALL runs('2024-02-01', '2024-02-29');
SELECT payload->>'customer' AS customer, payload->>'channel' AS channel, payload->>'action' AS action, payload->>'amount' AS amount FROM outbox WHERE payload->>'action' IN ('hand_over', 'stop_supply') ORDER BY 1;
SELECT supply_blocked('C2', '2024-02-13') AS before, supply_blocked('C2', '2024-02-14') AS blocked;
ROLLBACK;

-- 24. A clock that jumps loses nothing and repeats nothing. (Each ledger's own midnight: test/server/worker.sh.)
BEGIN;
CALL owes('C1', 'A', 100, today() - 7, issued => today() - 30); CALL owes('C2', 'B', 100, today() - 6, issued => today() - 30);
-- A day ahead, back again, and on.
CALL run_on(today() + 1); CALL run_on(today()); CALL run_on(today()); CALL run_on(today() + 1); CALL run_on(today() + 2);
SELECT customer, issued_on - today() AS day, step FROM sent;
SELECT run_due() AS due;
CALL owes('C3', 'C', 100, today() - 7, issued => today() - 30);
SELECT run_due() - today() AS due;
-- A failure at a time that has not come: the clock was wrong then, and the worker does not wait for it; else it waits for its minute, at most an hour.
UPDATE run SET failures = 1, failed_at = now() + interval '8 hours' WHERE as_of = today();
SELECT run_due() - today() AS due;
UPDATE run SET failures = 1, failed_at = now() - interval '50 seconds' WHERE as_of = today();
SELECT run_due() AS due;
UPDATE run SET failures = 1000, failed_at = now() - interval '61 minutes' WHERE as_of = today();
SELECT run_due() - today() AS due;
-- A day that did not exist there, 30 December 2011, and the days of summer time.
UPDATE settings SET time_zone = 'Pacific/Apia';
CALL owes('C4', 'D', 100, '2011-12-23', issued => '2011-12-01'); CALL runs('2011-12-24', '2012-01-02');
SELECT issued_on, step FROM sent WHERE customer = 'C4';
ROLLBACK;

-- 25. No infinite date is kept as a state; one that got there is put right. (Promotion of a standby: test/server/worker_standby.sh.)
BEGIN;
CALL owes('C1', 'A', 100, '2024-01-31'); CALL owes('C2', 'B', 100, '2024-01-31');
SELECT hold('C2', from_on => '2024-01-01') > 0 AS held_without_end;
CALL runs('2024-01-30', '2024-02-08');
SELECT number, next_on FROM claim;
UPDATE invoice SET next_on = '-infinity';
CALL run_on('2024-02-09');
SELECT number, next_on FROM claim;
SELECT customer, issued_on, step FROM sent;
INSERT INTO run (as_of, started_at, finished_at, failures, failed_at) VALUES (today(), now(), now(), 1, 'infinity');
SELECT run_due() - today() AS due;
UPDATE run SET failed_at = '-infinity';
SELECT run_due() - today() AS due;
ROLLBACK;

-- 26. A run mails no letter again; a letter before the due date is a step like any other.
BEGIN;
SELECT set_policy('friendly', '{due-3 email upcoming,due+7 email reminder}') > 0 AS made;
CALL owes('C1', 'A', 100, '2024-01-31', 'friendly'); CALL runs('2024-01-01', '2024-03-31'); CALL runs('2024-01-01', '2024-03-31');
SELECT issued_on, step, action FROM sent;
ROLLBACK;

-- 27. What was sent, to whom, at which step and about what is kept, and stays.
BEGIN;
CALL owes('C1', 'A', 100, '2024-01-31'); CALL run_on('2024-02-07');
UPDATE customer SET email = 'new@example.org';
SELECT n.issued_on, n.step, n.channel, n.action, n.email, l.number, l.open_amount FROM notice n JOIN notice_line l ON l.notice_id = n.id;
SELECT as_of, notices, steps FROM run;
DELETE FROM notice;
UPDATE notice SET step = 2;
UPDATE notice_line SET open_amount = 1;
ROLLBACK;

-- 28. What is paid in part is dunned for the rest.
BEGIN;
CALL owes('C1', 'A', 100, '2024-01-31');
SELECT record_payment('C1', 99.99, '2024-02-01') > 0 AS paid;
CALL run_on('2024-02-07');
SELECT issued_on, amount, claims FROM sent;
ROLLBACK;

-- 29. A notice asks for what is open, and tells it from what was invoiced.
BEGIN;
CALL owes('C1', 'A', 100, '2024-01-31'); CALL owes('C1', 'B', 50, '2024-01-31');
SELECT record_payment('C1', 60, '2024-02-01', '{A}') > 0 AS paid;
CALL run_on('2024-02-07');
SELECT payload->>'amount' AS asked, l->>'invoice' AS number, l->>'amount' AS invoiced, l->>'open_amount' AS open FROM outbox, jsonb_array_elements(payload->'lines') l ORDER BY 2;
ROLLBACK;

-- 30. A notice of which nobody reports anything does not wait for ever.
BEGIN;
CALL owes('C1', 'A', 100, '2024-01-31'); CALL run_on('2024-02-07');
UPDATE settings SET max_attempts = 2, retry_after = '0';
SELECT count(*) AS taken FROM take_messages();
UPDATE notice SET taken_at = now() - interval '4 days';
CALL run_on('2024-02-08');
SELECT delivery, attempts, delivery_note FROM notice;
SELECT count(*) AS taken FROM take_messages();
UPDATE notice SET taken_at = now() - interval '4 days';
CALL run_on('2024-02-09');
SELECT delivery, attempts, delivery_note FROM notice;
SELECT customer, reasons FROM worklist('2024-02-09');
ROLLBACK;

-- 31. Every claim has a due date; whoever owes nothing in all gets no letter.
BEGIN;
CALL owes('C1', 'A', 100, '2024-01-31'); CALL owes('C2', 'B', 100, '2024-01-31'); CALL owes('C3', 'C', 100, '2024-01-31');
SELECT record_payment('C1', 100, '2024-02-01', '{}') > 0 AS on_account, issue_credit_note('C2', 'N', 100, issued_on => '2024-02-01') > 0 AS credit, issue_credit_note('C3', 'O', 99, issued_on => '2024-02-01') > 0 AS credit;
CALL runs('2024-02-01', '2024-02-08');
SELECT customer, amount FROM sent;
SELECT number, e.* FROM (VALUES ('A'), ('B')) v(number), explain(number, '2024-02-08') e;
SELECT count(*) FILTER (WHERE due_on IS NULL) AS without_due_date FROM invoice;
ROLLBACK;

-- 32. Costs are a claim of their own: when the principal is paid they stay, and are dunned.
BEGIN;
CALL owes('C1', 'A', 100, '2024-01-31'); CALL run_on('2024-02-07');
SELECT issue_invoice('C1', 'A costs', 40, '2024-02-08', '2024-02-08', kind => 'costs', related => 'A') > 0 AS costs;
SELECT record_payment('C1', 100, '2024-02-10', '{A}') > 0 AS paid;
CALL runs('2024-02-10', '2024-02-20');
SELECT number, status, open_amount, step FROM claim;
SELECT issued_on, amount, claims FROM sent;
ROLLBACK;

-- 34. Two claims on a notice keep their own amounts, though they be equal; zero is an amount.
BEGIN;
CALL owes('C1', 'A', 100, '2024-01-31'); CALL owes('C1', 'B', 100, '2024-01-31'); CALL owes('C1', 'zero', 0, '2024-01-31');
SELECT record_payment('C1', 30, '2024-02-01', '{B}') > 0 AS paid;
CALL run_on('2024-02-07');
SELECT amount, claims FROM sent;
SELECT number, open_amount FROM notice_line ORDER BY 1;
SELECT number, status FROM claim WHERE number = 'zero';
ROLLBACK;

-- 36. A reversal mirrors what it reverses: the claim is open once more, once, for what it was, and its case begins anew.
BEGIN;
CALL owes('C1', 'A', 100, '2024-01-31'); CALL run_on('2024-02-07');
SELECT record_payment('C1', 70, '2024-02-08') AS payment, record_payment('C1', 30, '2024-02-08') AS second \gset
SELECT number, status, open_amount FROM claim;
SELECT reverse_payment(:payment, '2024-02-20') > 0 AS reversed;
SELECT reverse_payment(:payment, '2024-02-20') > 0 AS reversed_again;
SELECT number, status, open_amount, cycle FROM claim;
CALL runs('2024-02-20', '2024-02-21');
SELECT issued_on, step, amount FROM sent;
ROLLBACK;

-- 37. A hold takes claims out, not customers: what is not held goes on, and whoever has only held claims gets nothing and is not lost.
BEGIN;
CALL owes('C1', 'A', 100, '2024-01-31'); CALL owes('C1', 'B', 10, '2024-01-31'); CALL owes('C2', 'C', 100, '2024-01-31');
SELECT hold(invoice => 'A', until_on => '2024-02-10', from_on => '2024-02-01') > 0 AS held, hold(invoice => 'C', until_on => '2024-02-10', from_on => '2024-02-01') > 0 AS held;
CALL runs('2024-02-01', '2024-02-11');
SELECT customer, issued_on, amount, claims FROM sent;
ROLLBACK;

-- 46. Amounts of different currencies are never added: a limit is in one, and what is owed in others is listed by itself.
BEGIN;
CALL owes('C1', 'A', 600, '2024-01-31'); CALL owes('C1', 'B', 600, '2024-01-31', currency => 'USD');
SELECT set_credit_limit('C1', 1000) > 0 AS set;
SELECT currency, exposure, credit_limit, available FROM exposure('C1');
SELECT ok FROM check_credit('C1', 400);
ROLLBACK;

-- 47. An order counts once: reserved again, invoiced in parts, and for what was not delivered yet. Cancelled and opened again, it is checked as a new one. (Two sessions at once: the isolation test concurrent_credit.)
BEGIN;
CALL owes('C1', 'A', 600, '2024-01-31');
SELECT set_credit_limit('C1', 1000) > 0 AS set, reserve_credit('C1', 300, 'O1') > 0 AS o1, reserve_credit('C1', 400, 'O1') > 0 AS changed;
SELECT receivable, reserved, exposure FROM exposure('C1');
SELECT issue_invoice('C1', 'B', 150, reference => 'O1') > 0 AS part_delivered;
SELECT receivable, reserved, exposure FROM exposure('C1');
SELECT release_credit('C1', 'O1') AS closed, reserve_credit('C1', 250, 'O2') > 0 AS another_order;
SELECT reserve_credit('C1', 250, 'O1') > 0 AS opened_again;
CALL run_on(today());
SELECT supply_blocked('C1') AS blocked;
ROLLBACK;

SELECT * FROM complaints.verify();
RESET search_path;
SELECT debiteur.drop_ledger('complaints', true);
