--
-- worklist: calls and tasks, ordered by expected gain; contacts; the agency; supply
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('worklist', time_zone => 'UTC');
SET search_path = worklist, debiteur;
SELECT set_policy('default', '{due+1 phone call,due+5 task escalate,due+8 letter stop_supply,due+10 agency hand_over}') > 0 AS made;
SELECT add_customer('C1', 'Jansen', phone => '1', account_manager => 'Anna') AS c1, add_customer('C2', 'De Vries', phone => '2') AS c2, add_customer('C3', 'Bakker', phone => '3') AS c3,
       add_customer('C4', 'Visser') AS c4;
SELECT count(issue_invoice(c, 'F' || c, a, '2024-01-01', '2024-01-31', currency => x)) AS issued
  FROM (VALUES ('C1', 100, 'EUR'), ('C2', 300, 'EUR'), ('C3', 80, 'USD'), ('C4', 50, 'EUR')) v(c, a, x);
SELECT * FROM worklist('2024-02-01');
CALL advance('2024-02-01');
SELECT customer, account_manager, currency, reasons, notices, overdue, days_late, last_outcome, chance, expected_gain FROM worklist('2024-02-01');
SELECT count(*) AS not_yet FROM worklist('2024-01-31');

-- Nobody there: again on a day; reached: done.
SELECT record_contact('C2', 'no_answer', 2, again_on => '2024-02-03', contacted_on => '2024-02-01', note => 'line busy') AS one, record_contact('C1', 'promised', 1, contacted_on => '2024-02-01') AS two;
SELECT customer, reasons, notices, last_contact_on, last_outcome FROM worklist('2024-02-02');
SELECT customer, reasons, notices, last_contact_on, last_outcome FROM worklist('2024-02-03');
SELECT record_contact('C2', 'left_message', 2, contacted_on => '2024-02-03') AS three;
SELECT customer, reasons, notices, last_contact_on, last_outcome FROM worklist('2024-02-03') WHERE customer = 'C2';
SELECT id, delivery, delivery_note FROM notice ORDER BY id;
-- What was paid meanwhile is off the list; what failed for good is on it.
SELECT record_payment('C3', 80, '2024-02-02', currency => 'USD') > 0 AS paid;
UPDATE settings SET other_channels = '{}';
SELECT fail_notice(4, 'no number', retry => false);
SELECT customer, reasons, overdue FROM worklist('2024-02-04') ORDER BY 1;
-- Who answered before is likelier to answer: he comes before a larger amount.
SELECT count(record_payment('C4', 1, date '2023-09-01' + n * 10)) AS payments FROM generate_series(0, 9) n;
SELECT count(record_contact('C4', 'reached', contacted_on => date '2023-09-01' + n * 10)) + count(record_contact('C2', 'reached', contacted_on => date '2023-09-01' + n * 10)) AS contacts FROM generate_series(0, 9) n;
SELECT customer, overdue, chance, expected_gain FROM worklist('2024-02-04') ORDER BY expected_gain DESC;
-- A second way to the chance: by hand for each customer.
SELECT c.number, w.chance = round(((SELECT count(*) FROM (SELECT issued_on AS d FROM notice WHERE customer_id = c.id UNION SELECT contacted_on FROM contact WHERE customer_id = c.id) e
                                     WHERE d BETWEEN date '2024-02-04' - 372 AND date '2024-02-04' - 7
                                       AND EXISTS (SELECT FROM payment p WHERE p.customer_id = c.id AND p.received_on BETWEEN d AND d + 7)) + 1)
                         / ((SELECT count(*) FROM (SELECT issued_on AS d FROM notice WHERE customer_id = c.id UNION SELECT contacted_on FROM contact WHERE customer_id = c.id) e
                              WHERE d BETWEEN date '2024-02-04' - 372 AND date '2024-02-04' - 7) + 2)::numeric, 4) AS same
  FROM worklist('2024-02-04') w JOIN customer c ON c.number = w.customer ORDER BY 1;

-- What is refused.
SELECT record_contact('nobody', 'reached');
SELECT record_contact('C1', 'gone fishing');
SELECT record_contact('C1', 'reached', channel => 'smoke');
SELECT record_contact('C1', 'reached', 2);
SELECT record_contact('C1', 'reached', 99);
SELECT record_contact('C1', 'reached', contacted_on => '2024-02-05', again_on => '2024-02-05');
SELECT record_contact('C1', 'reached', contacted_on => 'infinity');
SELECT record_contact('C1', 'reached', again_on => 'infinity');
SELECT worklist('infinity');
SELECT record_contact('C1', 'reached', contacted_on => '2024-02-04', key => 'k') = record_contact('C1', 'reached', contacted_on => '2024-02-04', key => 'k') AS once;

-- Supply: dunning blocks and releases its own; a block by hand stays.
CALL advance('2024-02-05');
SELECT customer, reasons, account_manager FROM worklist('2024-02-05') ORDER BY 1;
CALL advance('2024-02-08');
SELECT c.number, b.source, b.blocked_on, b.released_on, b.notice_id IS NOT NULL AS has_notice FROM supply_block b JOIN customer c ON c.id = b.customer_id ORDER BY 1, 2;
SELECT supply_blocked('C1', '2024-02-07') AS before, supply_blocked('C1', '2024-02-08') AS since, supply_blocked('C3', '2024-02-08') AS paid, supply_blocked('nobody') IS NULL AS unknown;
SELECT block_supply('C2', 'bad news in the paper', '2024-02-08') = block_supply('C2', blocked_on => '2024-02-09') AS one_block;
SELECT record_payment('C1', 100, '2024-02-09', '{FC1}') > 0 AS c1, record_payment('C2', 300, '2024-02-09', '{FC2}') > 0 AS c2;
CALL advance('2024-02-09');
SELECT c.number, b.source, b.blocked_on, b.released_on FROM supply_block b JOIN customer c ON c.id = b.customer_id ORDER BY 1, 2;
SELECT supply_blocked('C1', '2024-02-09') AS released, supply_blocked('C1', '2024-02-08') AS then_not, supply_blocked('C2', '2024-02-09') AS by_hand;
SELECT release_supply('C2', '2024-02-10') AS ended;
SELECT release_supply('C2') AS none, supply_blocked('C2', '2024-02-09') AS until_then, supply_blocked('C2', '2024-02-10') AS blocked;
SELECT block_supply('nobody');
SELECT release_supply('nobody');
SELECT block_supply('C1', blocked_on => 'infinity');

-- Handed over with the dossier; nothing is dunned meanwhile; recalled; the agency's payment.
SELECT add_customer('C5', 'Smit', email => 's@example.org', address => 'Plein 5') AS c5;
SELECT issue_invoice('C5', 'G1', 1000, '2024-02-01', '2024-03-01') > 0 AS g1, issue_invoice('C5', 'G2', 40, '2024-02-02', '2024-03-01', kind => 'costs', related => 'G1') > 0 AS g2;
SELECT record_payment('C5', 100, '2024-02-20', '{G1}') > 0 AS paid;
SELECT hold('C5', 'G1', 'dispute', '2024-03-03', '2024-03-04', 'says it was broken') > 0 AS disputed;
DO $$ BEGIN FOR n IN 2 .. 14 LOOP PERFORM worklist.advance_batch(date '2024-03-01' + n - 1); END LOOP; END $$;
SELECT record_contact('C5', 'refused', contacted_on => '2024-03-06', note => 'will not pay') > 0 AS contacted;
SELECT number, status, noticed_on FROM invoice WHERE number IN ('G1', 'G2') ORDER BY 1;
SELECT jsonb_pretty(payload->'dossier') FROM outbox WHERE payload->>'action' = 'hand_over' AND payload->>'customer' = 'C5' ORDER BY id LIMIT 1;
SELECT jsonb_pretty(dossier('C5', '2024-03-20') - '{notices,customer}'::text[]);
SELECT * FROM explain('G1', '2024-04-01');
CALL advance('2024-04-01');
SELECT count(*) AS none FROM notice WHERE issued_on = '2024-04-01';
-- The agency is told what is paid without it, what comes back, and what is credited.
SELECT record_payment('C5', 15, '2024-04-01', '{G2}', reference => 'paid to us') AS direct \gset
SELECT reverse_payment(:direct, '2024-04-01', 'bounced') > 0 AS reversed;
SELECT issue_credit_note('C5', 'GN', 100, 'G1', '2024-04-01') > 0 AS credited;
SELECT payload - '{channel,name}'::text[] AS told FROM outbox WHERE topic = 'open_amount' AND payload->>'channel' = 'agency' ORDER BY id;
SELECT recall_claim('G1', '2024-04-02', restart => true, note => 'settled with us') > 0 AS recalled;
SELECT topic, payload FROM outbox WHERE topic = 'recall';
SELECT number, status, step, cycle, next_on FROM invoice WHERE number IN ('G1', 'G2') ORDER BY 1;
CALL advance('2024-04-02');
SELECT n.action, l.number, l.cycle FROM notice n JOIN notice_line l ON l.notice_id = n.id WHERE n.issued_on = '2024-04-02';
SELECT record_agency_payment('C5', 50, 12.1, '2024-04-03', reference => 'AG-1') AS payment \gset
SELECT i.number, a.amount FROM allocation a JOIN invoice i ON i.id = a.invoice_id WHERE a.payment_id = :payment ORDER BY 1;
SELECT p.amount, p.unallocated, f.withheld FROM payment p JOIN agency_fee f ON f.payment_id = p.id WHERE p.id = :payment;
SELECT payload->>'invoice' AS invoice, payload->>'before' AS before, payload->>'open_amount' AS open_amount, payload->>'status' AS status FROM outbox WHERE topic = 'open_amount' ORDER BY id;
SELECT record_agency_payment('C5', 50, 51);
SELECT record_agency_payment('C5', 50, -1);
SELECT record_agency_payment('C5', 50, 0.001);
SELECT record_agency_payment('C5', 50, NULL);
SELECT record_agency_payment('C5', NULL);
SELECT record_agency_payment('C5', 50, invoices => '{FC1}');
SELECT recall_claim('G2');
SELECT recall_claim('G1');
SELECT recall_claim('nothing');
SELECT recall_claim(NULL);
SELECT dossier('nobody');
SELECT dossier('C5', NULL);
-- A later step is on the list, though the next contact is to be later; with the agency, nothing is.
SELECT add_customer('C6', 'Mulder', phone => '6') AS c6, issue_invoice('C6', 'K1', 100, '2025-03-01', '2025-03-31') > 0 AS k1,
       issue_invoice('C6', 'K2', 10, '2025-03-05', '2025-03-31', kind => 'interest', related => 'K1') > 0 AS k2,
       issue_invoice('C6', 'K3', 40, '2025-03-06', '2025-04-01', kind => 'costs', related => 'K1') > 0 AS k3, issue_invoice('C6', 'K4', 50, '2025-03-06', '2025-04-30') > 0 AS not_due,
       issue_invoice('C6', 'K5', 70, '2025-03-01', '2025-03-31') > 0 AS k5;
CREATE PROCEDURE days(from_on date, until_on date) LANGUAGE plpgsql AS $$
BEGIN FOR n IN 0 .. until_on - from_on LOOP CALL worklist.advance(from_on + n); END LOOP; END $$;
CALL days('2025-04-01', '2025-04-02');
SELECT record_contact('C6', 'no_answer', contacted_on => '2025-04-02', again_on => '2025-04-30') > 0 AS nobody;
CALL days('2025-04-03', '2025-04-05');
SELECT reasons, overdue FROM worklist('2025-04-04') WHERE customer = 'C6';
SELECT reasons, overdue FROM worklist('2025-04-05') WHERE customer = 'C6';
CALL days('2025-04-06', '2025-04-15');
SELECT number, status FROM invoice WHERE number LIKE 'K%' ORDER BY 1;
SELECT count(*) AS of_the_agency FROM worklist('2025-04-15') WHERE customer = 'C6';
-- Recalled on the day it was handed over, not before; without restart nothing follows.
SELECT recall_claim('K5', '2025-04-09');
SELECT recall_claim('K5', '2025-04-10') > 0 AS recalled;
SELECT status, step, next_on FROM invoice WHERE number = 'K5';
-- Of what the agency collects costs come first, then interest, however old the principal is; what it does not have gets nothing.
SELECT record_agency_payment('C6', 45, received_on => '2025-04-20') AS first, record_agency_payment('C6', 120, received_on => '2025-04-22') AS second \gset
SELECT p.received_on, i.number, a.amount, p.unallocated FROM allocation a JOIN invoice i ON i.id = a.invoice_id JOIN payment p ON p.id = a.payment_id WHERE p.id IN (:first, :second) ORDER BY a.id;
-- A dossier is as of its date: what was open, posted, sent and said by then.
SELECT as_of, jsonb_path_query_array(d, '$.claims[*].number') AS claims, jsonb_path_query_array(d, '$.claims[*].postings[*].amount') AS postings,
       jsonb_array_length(d->'notices') AS notices, jsonb_array_length(d->'contacts') AS contacts
  FROM unnest('{2025-04-01,2025-04-02,2025-04-19,2025-04-20,2025-04-22}'::date[]) as_of, dossier('C6', as_of) d ORDER BY 1;
-- A claim with the agency that is looked at again, for its hold ended, is on no notice about the others.
SELECT add_customer('C10', 'Peters') AS c10, issue_invoice('C10', 'W1', 100, '2025-03-01', '2025-03-20') > 0 AS w1, issue_invoice('C10', 'W2', 30, '2025-03-02', '2025-04-10') > 0 AS w2;
CALL days('2025-03-21', '2025-04-10');
SELECT release(hold(invoice => 'W1', from_on => '2025-04-10', until_on => '2025-04-20'), '2025-04-11') > 0 AS released;
SELECT number, status, next_on FROM invoice WHERE number LIKE 'W%' ORDER BY 1;
CALL advance('2025-04-11');
SELECT n.action, n.amount, l.number, l.taken FROM notice n JOIN notice_line l ON l.notice_id = n.id WHERE n.issued_on = '2025-04-11' AND l.number LIKE 'W%';
-- With what was on account, what he promised, and what became of it and of his plan.
SELECT add_customer('C9', 'Vos') AS c9, issue_invoice('C9', 'V1', 100, '2025-03-01', '2025-03-10') > 0 AS v1, promise('2025-03-15', 'C9', from_on => '2025-03-11', tolerance_days => 1, note => 'on the phone') > 0 AS promised;
SELECT record_payment('C9', 40, '2025-03-14', '{V1}') > 0 AS part, record_payment('C9', 10, '2025-03-14', '{}') AS on_account, agree_plan('{2025-03-20,2025-04-20}', 'C9', from_on => '2025-03-17', broken_after_days => 0) AS plan \gset
SELECT allocate(:on_account, 'V1', posted_on => '2025-03-22') > 0 AS allocated;
SELECT as_of, d->'on_account' AS on_account, jsonb_path_query_array(d, '$.promises[*].status') AS promises, jsonb_path_query_array(d, '$.plans[*].status') AS plans
  FROM unnest('{2025-03-10,2025-03-12,2025-03-17,2025-03-21,2025-03-22}'::date[]) as_of, dossier('C9', as_of) d ORDER BY 1;
SELECT d->'promises' AS promises, d->'plans' AS plans FROM dossier('C9', '2025-03-22') d;
-- Supply goes on as soon as nothing is overdue: what is due that day is not.
SELECT add_customer('C7', 'Bos') AS c7, issue_invoice('C7', 'S1', 10, '2025-04-01', '2025-05-01') > 0 AS s1, issue_invoice('C7', 'S2', 10, '2025-04-01', '2025-05-10') > 0 AS s2;
CALL days('2025-05-02', '2025-05-09');
SELECT record_payment('C7', 10, '2025-05-10', '{S1}') > 0 AS paid, supply_blocked('C7', '2025-05-10') AS blocked;
CALL advance('2025-05-10');
SELECT supply_blocked('C7', '2025-05-10') AS blocked;
-- Or what is overdue is covered, by money on account and credit notes of its currency.
CALL days('2025-05-11', '2025-05-18');
SELECT record_payment('C7', 6, '2025-05-20', '{}') > 0 AS part, record_payment('C7', 10, '2025-05-18', '{}', 'USD') > 0 AS other_currency, issue_credit_note('C7', 'S3', 4, issued_on => '2025-05-19') > 0 AS rest;
CALL days('2025-05-19', '2025-05-20');
SELECT as_of, supply_blocked('C7', as_of) AS blocked FROM unnest('{2025-05-18,2025-05-19,2025-05-20}'::date[]) as_of ORDER BY 1;
-- Money on account comes off, from the day it came in; whoever has paid all of it is not called. What was taken back is no answer.
SELECT add_customer('C8', 'Meijer') AS c8, issue_invoice('C8', 'M1', 50, '2025-06-01', '2025-06-10') > 0 AS m1;
SELECT record_contact('C8', 'reached', contacted_on => '2025-05-01') > 0 AS before, record_payment('C8', 5, '2025-05-02', '{}') AS refused_by_bank \gset
SELECT reverse_payment(:refused_by_bank, '2025-05-03') > 0 AS reversed;
CALL days('2025-06-11', '2025-06-12');
SELECT record_payment('C8', 20, '2025-06-12', '{}') > 0 AS part, record_payment('C8', 30, '2025-06-13', '{}') > 0 AS rest, record_payment('C8', 30, '2025-06-11', '{}', 'USD') > 0 AS dollars;
SELECT as_of, w.overdue, w.chance, w.expected_gain FROM unnest('{2025-06-11,2025-06-12,2025-06-13}'::date[]) as_of LEFT JOIN worklist(as_of) w ON w.customer = 'C8' ORDER BY 1;
SELECT count(*) AS faults FROM verify();
RESET search_path;
