--
-- promise: what was promised, what came in, and what that makes of it
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('promise', time_zone => 'UTC');
SET search_path = promise, debiteur;
CREATE VIEW sent AS
SELECT n.issued_on, n.action, l.number, l.asked, l.open_amount FROM notice n JOIN notice_line l ON l.notice_id = n.id ORDER BY n.id, l.number;
CREATE PROCEDURE days(from_on date, until_on date) LANGUAGE plpgsql AS $$
BEGIN FOR n IN 0 .. until_on - from_on LOOP CALL promise.advance(from_on + n); END LOOP; END $$;
SELECT set_policy('default', '{due+7 email reminder,due+14 email final_notice,due+21 letter default_notice}') > 0 AS made;
SELECT count(add_customer(c, c)) AS customers, count(issue_invoice(c, c || '-1', 100, '2024-01-01', '2024-01-31')) AS invoices FROM unnest('{kept,early,partly,broken,tolerance,returned,credited,discounted,off,before}'::text[]) c;

SELECT count(promise('2024-02-20', c, from_on => '2024-02-05', note => 'by phone')) AS promised FROM unnest('{kept,early,partly,broken,tolerance,returned,credited,off}'::text[]) c;
SELECT kind, amount, during, received, count(*) FROM hold GROUP BY 1, 2, 3, 4;
SELECT record_payment('early', 100, '2024-02-06') > 0 AS early, record_payment('kept', 60, '2024-02-10') > 0 AS kept, record_payment('kept', 40, '2024-02-20') > 0 AS kept2, record_payment('partly', 40, '2024-02-10') > 0 AS partly,
       record_payment('tolerance', 100, '2024-02-22') > 0 AS tolerance, record_payment('broken', 100, '2024-02-23') > 0 AS broken_late, record_payment('returned', 100, '2024-02-10') AS returned \gset
SELECT reverse_payment(:returned, '2024-02-15', 'refused by the bank') > 0 AS reversed, issue_credit_note('credited', 'N1', 100, 'credited-1', '2024-02-07') > 0 AS credited, write_off('off-1', 50, '2024-02-08') > 0 AS off, record_payment('off', 50, '2024-02-09') > 0 AS off_paid;
SELECT as_of, jsonb_object_agg(customer, status ORDER BY customer) AS promises FROM (VALUES (date '2024-02-05'), ('2024-02-07'), ('2024-02-20'), ('2024-02-22'), ('2024-02-23'), ('2024-03-31')) d(as_of), promises(as_of) GROUP BY 1 ORDER BY 1;
SELECT * FROM promises('2024-03-31') WHERE customer IN ('partly', 'kept') ORDER BY 1;
SELECT * FROM promises('2024-02-04');
SELECT * FROM explain('partly-1', '2024-02-21');
SELECT * FROM explain('partly-1', '2024-02-23');
-- Not dunned until the tolerance is over; then at the step where it was, one a day.
CALL days('2024-02-01', '2024-02-28');
SELECT * FROM sent WHERE number IN ('partly-1', 'returned-1');
-- The rate: of those whose tolerance ended in the period, 4 of 7; one is void.
SELECT from_day, promise_kept_rate FROM kpi_series('2024-01-01', '2024-03-31');
SELECT promise_kept_rate FROM kpi('2024-02-22', '2024-02-22');
SELECT promise_kept_rate FROM kpi('2024-02-23', '2024-02-23');
SELECT promise_kept_rate FROM kpi('2024-02-01', '2024-02-21');

-- What came in before does not count, what is discounted does.
SELECT record_payment('before', 30, '2024-02-05') > 0 AS before, promise('2024-02-20', 'before', amount => 30, from_on => '2024-02-05') AS before_id \gset
SELECT came_in, status FROM promises('2024-02-06') WHERE promise = :before_id;
SELECT hold.amount AS held, hold.received FROM hold WHERE promise_id = :before_id;
SELECT issue_invoice('discounted', 'discounted-2', 100, '2024-02-01', terms => '2/10 net 30') > 0 AS issued;
SELECT promise('2024-02-11', invoices => '{discounted-2}', from_on => '2024-02-05') AS discounted_id \gset
SELECT record_payment('discounted', 98, '2024-02-10', '{discounted-2}') > 0 AS paid;
SELECT came_in, status FROM promises('2024-02-10') WHERE promise = :discounted_id;

-- A part is promised of several: the oldest due first, or in the order named. What comes in is no longer held.
SELECT add_customer('some', 'Some') > 0 AS added, issue_invoice('some', 'S1', 100, '2024-01-01', '2024-01-30') > 0 AS s1, issue_invoice('some', 'S2', 100, '2024-01-01', '2024-01-31') > 0 AS s2, issue_invoice('some', 'S3', 100, '2024-01-01', '2024-02-01') > 0 AS s3;
SELECT promise('2024-02-20', 'some', amount => 150, from_on => '2024-02-05') AS some_id \gset
SELECT i.number, h.amount, h.during FROM hold h JOIN invoice i ON i.id = h.invoice_id WHERE promise_id = :some_id ORDER BY 1;
SELECT invoice, asked FROM decide('2024-02-08', ARRAY[(SELECT id FROM customer WHERE number = 'some')]) ORDER BY 1;
SELECT record_payment('some', 130, '2024-02-09') > 0 AS paid;
SELECT invoice, asked, open_amount FROM decide('2024-02-10', ARRAY[(SELECT id FROM customer WHERE number = 'some')]) ORDER BY 1;
SELECT invoices, amount, came_in, status FROM promises('2024-02-10') WHERE promise = :some_id;
SELECT promise('2024-03-20', 'some', '{S3,S2}', 120, from_on => '2024-02-23') AS named_id \gset
SELECT i.number, h.amount, h.during FROM hold h JOIN invoice i ON i.id = h.invoice_id WHERE promise_id = :named_id ORDER BY h.id;
-- Exactly what the first of them is over: the next is not part of it.
SELECT add_customer('exact', 'Exact') > 0 AS added, issue_invoice('exact', 'X1', 100, '2024-01-01', '2024-01-30') > 0 AS x1, issue_invoice('exact', 'X2', 100, '2024-01-01', '2024-01-31') > 0 AS x2;
SELECT promise('2024-02-20', 'exact', amount => 100, from_on => '2024-02-05') AS exact_id \gset
SELECT i.number, h.amount FROM hold h JOIN invoice i ON i.id = h.invoice_id WHERE promise_id = :exact_id ORDER BY 1;
-- Released: dunned again from then on, but still a promise.
SELECT release(h.id, '2024-02-25') > 0 AS released FROM hold h WHERE promise_id = :named_id;
SELECT status FROM promises('2024-02-26') WHERE promise = :named_id;
SELECT count(*) AS held FROM held('2024-02-26', ARRAY[(SELECT id FROM customer WHERE number = 'some')]);

-- What is refused.
SELECT promise('2024-02-20', from_on => '2024-02-05');
SELECT promise('2024-02-20', 'nobody', from_on => '2024-02-05');
SELECT promise('2024-02-20', 'kept', from_on => '2024-02-25');
SELECT promise('2024-02-20', 'kept', from_on => '2024-02-05');
SELECT promise('2024-02-20', 'some', '{S2,kept-1}', from_on => '2024-02-15');
SELECT promise('2024-02-20', 'some', '{}', from_on => '2024-02-15');
SELECT promise('2024-02-20', 'some', '{S2,NULL}', from_on => '2024-02-15');
SELECT promise('2024-02-20', 'some', from_on => '2024-02-15', currency => 'USD');
SELECT promise('2024-02-20', 'some', from_on => '2024-02-15', currency => 'XXY');
SELECT promise('2024-03-20', 'some', amount => 1000, from_on => '2024-02-25');
SELECT promise('2024-03-20', 'some', amount => 0.001, from_on => '2024-02-25');
SELECT promise('2024-03-20', 'some', '{S2}', from_on => '2024-02-05');
SELECT promise('2024-03-20', 'partly', from_on => '2024-02-20');
SELECT promise('infinity', 'partly');
SELECT promise('2024-03-20', 'partly', tolerance_days => -1, from_on => '2024-02-26');
SELECT promise('2024-03-20', 'partly', from_on => '2024-02-26') > 0 AS again;
SELECT promise('2024-03-20', 'partly', from_on => '2024-02-26');
SELECT hold(invoice => 'partly-1', kind => 'promise');
SELECT count(*) AS verified FROM verify();

RESET search_path;
SELECT debiteur.drop_ledger('promise', true);
