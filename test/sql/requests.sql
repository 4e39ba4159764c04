--
-- requests: the same key again gets the first result and posts nothing
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('requests', time_zone => 'UTC');
SET search_path = requests, debiteur;

-- Every function that posts, twice with one key.
CREATE TABLE call (n int, name text, command text);
INSERT INTO call VALUES
    (1, 'add_customer', 'add_customer(''C1'', ''Jansen'', terms => ''net 30'', key => ''k1'')'),
    (2, 'issue_invoice', 'issue_invoice(''C1'', ''F1'', 100.10, ''2024-01-01'', ''2024-01-31'', key => ''k2'')'),
    (3, 'issue_invoice', 'issue_invoice(''C1'', ''F2'', 50, ''2024-01-01'', ''2024-01-31'', key => ''k3'')'),
    (4, 'record_payment', 'record_payment(''C1'', 30, ''2024-01-05'', ''{F1}'', key => ''k4'')'),
    (5, 'record_payment', 'record_payment(''C1'', 20, ''2024-01-05'', ''{}'', key => ''k5'')'),
    (6, 'allocate', 'allocate(2, ''F2'', 10, ''2024-01-06'', key => ''k6'')'),
    (7, 'reverse_payment', 'reverse_payment(1, ''2024-01-07'', ''refused'', key => ''k7'')'),
    (8, 'issue_credit_note', 'issue_credit_note(''C1'', ''N1'', 5, issued_on => ''2024-01-08'', key => ''k8'')'),
    (9, 'apply_credit', 'apply_credit(''N1'', ''F1'', 2, ''2024-01-09'', key => ''k9'')'),
    (10, 'hold', 'hold(''C1'', from_on => ''2024-01-10'', key => ''k10'')'),
    (11, 'release', 'release(1, ''2024-01-12'', key => ''k11'')'),
    (12, 'write_off', 'write_off(''F1'', 1, ''2024-01-13'', key => ''k12'')'),
    (13, 'issue_invoice', 'issue_invoice(''C1'', ''F3'', 50, ''2024-01-01'', key => ''k13'')'),
    (14, 'cancel_invoice', 'cancel_invoice(''F3'', ''2024-01-14'', key => ''k14'')'),
    (15, 'set_policy', 'set_policy(''p'', ''{due+1 email reminder}'', key => ''k15'')'),
    (24, 'dispute', 'dispute(''F2'', ''price'', 5, from_on => ''2024-01-15'', key => ''k316'')'),
    (25, 'add_note', 'add_note(2, ''see the letter'', key => ''k317'')'),
    (26, 'resolve_dispute', 'resolve_dispute(2, ''granted'', resolved_on => ''2024-01-16'', key => ''k318'')'),
    (27, 'promise', 'promise(''2024-01-20'', ''C1'', ''{F2}'', from_on => ''2024-01-17'', key => ''k319'')'),
    (28, 'agree_plan', 'agree_plan(''{2024-02-01,2024-03-01}'', ''C1'', ''{F2}'', from_on => ''2024-01-17'', key => ''k320'')'),
    (29, 'revise_plan', 'revise_plan(1, ''{2024-02-10}'', from_on => ''2024-01-18'', key => ''k321'')'),
    (30, 'cancel_plan', 'cancel_plan(2, ''2024-01-19'', key => ''k322'')'),
    (16, 'set_notice_text', 'set_notice_text(''reminder'', ''nl'', ''{invoice}'', ''{lines}'', key => ''k16'')'),
    (17, 'record_contact', 'record_contact(''C1'', ''reached'', contacted_on => ''2024-01-15'', key => ''k17'')'),
    (18, 'block_supply', 'block_supply(''C1'', key => ''k18'')'),
    (19, 'release_supply', 'release_supply(''C1'', key => ''k19'')'),
    (20, 'add_holiday', 'add_holiday(''2024-05-10'', ''Closed'', key => ''kh1'')'),
    (21, 'remove_holiday', 'remove_holiday(''2024-05-10'', key => ''kh2'')'),
    (24, 'assign_policy', 'assign_policy(''default'', segment => ''s'', key => ''kp1'')'),
    (25, 'migrate_policy', 'migrate_policy(''default'', key => ''kp2'')'),
    (22, 'add_dutch_holidays', 'add_dutch_holidays(2024, 2024, key => ''kh3'')'),
    (23, 'reschedule', 'reschedule(''F2'', ''2024-02-01'', posted_on => ''2024-01-15'', key => ''k30'')');
CREATE FUNCTION pg_temp.rows_of_all() RETURNS bigint LANGUAGE sql AS
$$ SELECT (SELECT count(*) FROM customer) + (SELECT count(*) FROM invoice) + (SELECT count(*) FROM payment) + (SELECT count(*) FROM allocation) + (SELECT count(*) FROM hold) + (SELECT count(*) FROM reschedule) + (SELECT count(*) FROM policy) + (SELECT count(*) FROM holiday) + (SELECT count(*) FROM request)
       + (SELECT count(*) FROM segment) + (SELECT count(*) FROM migration) + (SELECT count(*) FROM dispute) + (SELECT count(*) FROM hold_note) + (SELECT count(*) FROM promise) + (SELECT count(*) FROM plan) + (SELECT count(*) FROM instalment) + (SELECT count(*) FROM credit_limit) + (SELECT count(*) FROM credit_reservation) $$;
CREATE FUNCTION pg_temp.twice(command text) RETURNS TABLE (result bigint, rows bigint, again bigint, rows_again bigint) LANGUAGE plpgsql AS $$
DECLARE
    before bigint := pg_temp.rows_of_all();
BEGIN
    EXECUTE 'SELECT ' || command INTO result;
    rows := pg_temp.rows_of_all() - before;
    EXECUTE 'SELECT ' || command INTO again;
    rows_again := pg_temp.rows_of_all() - before - rows;
    RETURN NEXT;
END $$;
SELECT name, t.* FROM (SELECT * FROM call ORDER BY n) c CROSS JOIN LATERAL pg_temp.twice(command) t;
-- With the agency, and on credit.
SELECT set_policy('default', '{due+1 agency hand_over}') > 0 AS made;
SELECT advance_batch('2024-02-10') IS NOT NULL AS handed_over;
INSERT INTO call VALUES (31, 'recall_claim', 'recall_claim(''F1'', ''2024-02-11'', key => ''k31'')'), (32, 'record_agency_payment', 'record_agency_payment(''C1'', 5, 1, ''2024-02-11'', key => ''k32'')'),
    (33, 'set_credit_limit', 'set_credit_limit(''C1'', 1000, key => ''k33'')'), (34, 'reserve_credit', 'reserve_credit(''C1'', 10.50, ''O1'', key => ''k34'')'), (35, 'release_credit', 'release_credit(''C1'', ''O1'', key => ''k35'')');
SELECT name, t.* FROM (SELECT * FROM call WHERE n > 30 ORDER BY n) c CROSS JOIN LATERAL pg_temp.twice(command) t;
-- And after all the others, with amounts written another way.
SELECT issue_invoice('C1', 'F1', 100.1000, '2024-01-01', '2024-01-31', key => 'k2') AS f1, record_payment('C1', 30.00, '2024-01-05', '{F1}', key => 'k4') AS payment;
SELECT key, function, result FROM request ORDER BY length(key), key;
SELECT arguments FROM request WHERE key = 'k4';
-- All functions with a key have been called.
SELECT proname AS not_tested FROM pg_proc WHERE pronamespace = 'requests'::regnamespace AND 'key' = ANY (proargnames) AND proname NOT IN ('request_begin', 'request_end') AND proname NOT IN (SELECT name FROM call) ORDER BY 1;

-- Other values, another function, NULL for a value.
SELECT record_payment('C1', 31, '2024-01-05', '{F1}', key => 'k4');
SELECT record_payment('C1', 30, '2024-01-05', key => 'k4');
SELECT issue_invoice('C1', 'F9', 30, key => 'k4');
SELECT add_customer('C1', 'Jansen', terms => 'net 31', key => 'k1');
\set VERBOSITY sqlstate
SELECT record_payment('C1', 31, '2024-01-05', '{F1}', key => 'k4');
\set VERBOSITY default

-- A call that failed has used no key.
SELECT record_payment('C1', -1, '2024-01-05', key => 'k20');
SELECT record_payment('C1', 1, '2024-01-05', '{}', key => 'k20') AS payment;
BEGIN;
SELECT record_payment('C1', 2, '2024-01-05', '{}', key => 'k21') > 0 AS posted;
ROLLBACK;
SELECT record_payment('C1', 3, '2024-01-05', '{}', key => 'k21') > 0 AS posted;
-- Without a key each call posts.
SELECT record_payment('C1', 3, '2024-01-05', '{}') <> record_payment('C1', 3, '2024-01-05', '{}') AS two_payments;
-- In one transaction, too.
BEGIN;
SELECT record_payment('C1', 4, '2024-01-05', '{}', key => '') = record_payment('C1', 4, '2024-01-05', '{}', key => '') AS one_payment;
COMMIT;
SELECT amount, count(*) FROM payment WHERE amount < 5 AND amount > 0 GROUP BY 1 ORDER BY 1;
RESET search_path;
SELECT debiteur.drop_ledger('requests', true);
