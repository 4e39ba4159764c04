--
-- holiday: a ledger's calendar, and what it does to steps
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('holiday', time_zone => 'UTC');
SET search_path = holiday, debiteur;
CREATE VIEW sent AS
SELECT c.number AS customer, to_char(n.issued_on, 'Dy YYYY-MM-DD') AS issued_on, n.step, (SELECT string_agg(i.number, ' ' ORDER BY i.number) FROM notice_line l JOIN invoice i ON i.id = l.invoice_id WHERE l.notice_id = n.id AND l.taken) AS lines
  FROM notice n JOIN customer c ON c.id = n.customer_id ORDER BY n.issued_on, n.id;
CREATE PROCEDURE days(from_on date, until_on date) LANGUAGE plpgsql AS $$
BEGIN
    FOR n IN 0 .. until_on - from_on LOOP
        CALL holiday.advance(from_on + n);
    END LOOP;
END $$;

-- The table.
SELECT add_dutch_holidays(2024, 2025) AS two_years, add_dutch_holidays(2024, 2025) AS again, add_dutch_holidays(2023, 2024, good_friday => false, liberation_day => 'never') AS one_more_year;
SELECT count(*), min(day), max(day), bool_and(day = ANY (holidays())) AS all_listed FROM holiday;
SELECT add_holiday('2024-05-10', 'Day after Ascension Day') AS added, add_holiday('2024-05-10', 'Another name') AS again, remove_holiday('2024-05-05') AS removed, remove_holiday('2024-05-05') AS again;
SELECT * FROM holiday WHERE day BETWEEN '2024-05-01' AND '2024-05-31' ORDER BY day;
SELECT debiteur.add_business_days('2024-05-08', 1, holidays()), debiteur.business_days_between('2024-05-01', '2024-05-31', holidays());
-- Two holidays on one day have one row.
SELECT add_dutch_holidays(2016, 2016) AS added;
SELECT name FROM holiday WHERE day = '2016-05-05';
SELECT add_holiday('infinity', 'Never');
SELECT add_holiday(NULL, 'Never');
SELECT add_holiday('2024-06-01', '');
SELECT remove_holiday(NULL);
SELECT add_dutch_holidays(2025, 2024);
SELECT add_dutch_holidays(2024, NULL);
SELECT add_dutch_holidays(1, 2024);
SELECT add_dutch_holidays(2024, 10000);
SELECT add_dutch_holidays(2024, 2024, liberation_day => 'sometimes');
INSERT INTO holiday VALUES ('infinity', 'Never');

-- What set_policy() checks.
\set VERBOSITY terse
SELECT set_policy('bad', '{due+1 email reminder}', convention => 'sometimes');
SELECT set_policy('bad', '{due+1 email reminder}', convention => NULL);
\set VERBOSITY default
SELECT set_policy('bad', '{due+1 email reminder}', send_days => '{}');
SELECT set_policy('bad', '{due+1 email reminder}', send_days => '{0,1}');
SELECT set_policy('bad', '{due+1 email reminder}', send_days => '{1,NULL}');
SELECT set_policy('bad', '{due+1 email reminder}', quiet => '{[2024-12-24,)}');
SELECT set_policy('bad', '{due+1 email reminder}', quiet => '{[2024-12-24,infinity)}');
\set VERBOSITY terse
INSERT INTO policy (name, version, steps, send_days) VALUES ('bad', 1, '{due+1 email reminder}', '{8}');
INSERT INTO policy (name, version, steps, quiet) VALUES ('bad', 1, '{due+1 email reminder}', '{(,)}');
INSERT INTO policy (name, version, steps, convention) VALUES ('bad', 1, '{due+1 email reminder}', 'sometimes');
\set VERBOSITY default

-- Steps in business days count with the holidays: three after Monday 23 December are 24, 27, 30.
SELECT set_policy('bd', '{due-2bd email upcoming,due+3bd email reminder,prev+2bd letter final_notice}') > 0 AS made;
SELECT add_customer('bd', 'Business Days', policy => 'bd') > 0 AS added, issue_invoice('bd', 'B1', 100, '2024-12-01', '2024-12-23') > 0 AS issued, issue_invoice('bd', 'B2', 100, '2024-12-01', '2024-12-27') > 0 AS issued2;
SELECT number, next_on FROM invoice WHERE number LIKE 'B%' ORDER BY 1;
CALL days('2024-12-10', '2025-01-15');
SELECT * FROM sent WHERE customer = 'bd';

-- Payment terms in business days too.
SELECT issue_invoice('bd', 'B3', 100, '2024-12-20', terms => '5 working days') > 0 AS issued, issue_invoice('bd', 'B4', 100, '2024-12-20', terms => 'net 7') > 0 AS issued2;
SELECT number, terms, to_char(due_on, 'Dy YYYY-MM-DD') AS due_on FROM invoice WHERE number IN ('B3', 'B4') ORDER BY 1;

-- Conventions. Seven days after Monday 25 March 2024 is Easter Monday, three before Wednesday 1 May a Sunday.
SELECT set_policy(c, '{due-3 email upcoming,due+7 email reminder}', convention => c) > 0 AS made FROM unnest('{unadjusted,following,preceding,modified_following}'::text[]) c;
SELECT add_customer(c, c, policy => c) > 0 AS added, issue_invoice(c, c || ' 1', 100, '2024-03-24', '2024-03-25') > 0 AS issued, issue_invoice(c, c || ' 2', 100, '2024-04-01', '2024-05-01') > 0 AS issued2
  FROM unnest('{unadjusted,following,preceding,modified_following}'::text[]) c;
CALL days('2024-03-24', '2024-05-20');
SELECT * FROM sent WHERE customer IN ('unadjusted', 'following', 'preceding', 'modified_following') ORDER BY lines, step;

-- Days on which nothing is sent: weekends and holidays; Christmas to New Year. The step waits, and so does one whose hold ends.
SELECT set_policy('week', '{due+1 email reminder,due+3 letter final_notice,prev+1 phone call}', send_days => '{1,2,3,4,5}', quiet => '{[2024-12-24,2025-01-02]}') > 0 AS made;
SELECT add_customer('week', 'Weekdays', policy => 'week') > 0 AS added, issue_invoice('week', 'W1', 100, '2024-05-01', '2024-05-08') > 0 AS w1, issue_invoice('week', 'W2', 100, '2024-12-01', '2024-12-20') > 0 AS w2,
       hold(invoice => 'W2', from_on => '2024-12-21', until_on => '2025-01-03') > 0 AS held;
CALL days('2024-05-08', '2024-05-09');
SELECT * FROM explain('W1', '2024-05-09');
SELECT taken, reasons, next_on, step_on, sends_on, step FROM decide('2024-05-09', only_invoice => (SELECT id FROM invoice WHERE number = 'W1'));
SELECT number, status, step, next_on FROM invoice WHERE number = 'W1';
SELECT skipped FROM run WHERE as_of = '2024-05-09';
-- Again, on the same day: nothing. Before its day: not due, and nothing else.
CALL advance('2024-05-09');
SELECT skipped FROM run WHERE as_of = '2024-05-09';
SELECT * FROM explain('W1', '2024-05-08');
-- Monday 13 May has no run: the step is taken on Tuesday.
CALL days('2024-05-10', '2024-05-12');
CALL days('2024-05-14', '2024-05-31');
CALL days('2024-12-21', '2024-12-29');
SELECT * FROM explain('W2', '2024-12-29');
CALL days('2024-12-30', '2025-01-10');
SELECT * FROM sent WHERE customer = 'week';

-- An announcement that can't go out lapses; the claim is overdue all the same, on the day after it is due.
SELECT set_policy('lapse', '{due-1 email upcoming,due+2 email reminder}', send_days => '{1}') > 0 AS made;
SELECT add_customer('lapse', 'Mondays', policy => 'lapse') > 0 AS added, issue_invoice('lapse', 'L1', 100, '2024-06-01', '2024-06-05') > 0 AS l1;
CALL days('2024-06-01', '2024-06-06');
SELECT number, status, next_on FROM invoice WHERE number = 'L1';
CALL days('2024-06-07', '2024-06-12');
SELECT * FROM sent WHERE customer = 'lapse';
-- What does not go out today does not count in what does: N1 is under a version that sends on weekdays only, so the announcement of N2 on a Saturday is below the minimum.
SELECT set_policy('min', '{due-3 email upcoming,due-1 email upcoming}', send_days => '{1,2,3,4,5}') > 0 AS made, add_customer('net', 'Net', policy => 'min') > 0 AS added, issue_invoice('net', 'N1', 100, '2024-06-01', '2024-06-16') > 0 AS n1;
CALL days('2024-06-13', '2024-06-14');
SELECT reasons FROM decide('2024-06-15', ARRAY(SELECT id FROM customer WHERE number = 'net'));
SELECT set_policy('min', '{due-1 email upcoming}', minimum_amount => 50) > 0 AS made, issue_invoice('net', 'N2', 30, '2024-06-01', '2024-06-16') > 0 AS n2;
SELECT invoice, step, reasons, net FROM decide('2024-06-15', ARRAY(SELECT id FROM customer WHERE number = 'net')) ORDER BY 1;

-- The calendar is changed: who waits for a day is looked at again. Due on Friday 5 July, three business days later is Wednesday 10, or Thursday with the holiday.
SELECT add_customer('change', 'Change', policy => 'bd') > 0 AS added, issue_invoice('change', 'C1', 100, '2024-06-20', '2024-07-05') > 0 AS issued, issue_invoice('change', 'C2', 100, '2025-06-20', '2025-07-05') > 0 AS later;
SELECT add_holiday('2024-07-08', 'Closed') AS added;
CALL days('2024-07-01', '2024-07-08');
SELECT number, next_on FROM invoice WHERE number LIKE 'C%' ORDER BY 1;
SELECT remove_holiday('2024-07-08') AS removed;
SELECT number, next_on FROM invoice WHERE number LIKE 'C%' ORDER BY 1;
CALL days('2024-07-09', '2024-07-20');
SELECT * FROM sent WHERE customer = 'change';
-- Claims under policies without a calendar are left alone.
SELECT add_customer('plain', 'Plain') > 0 AS added, issue_invoice('plain', 'P1', 100, '2024-06-20', '2024-07-05') > 0 AS issued;
CALL advance('2024-07-21');
SELECT next_on AS before FROM invoice WHERE number = 'P1' \gset
SELECT add_holiday('2024-07-22', 'Closed') AS added, (SELECT next_on FROM invoice WHERE number = 'P1') = :'before' AS left_alone;
UPDATE policy SET convention = 'following' WHERE name = 'bd';
UPDATE policy SET quiet = '{[2024-01-01,2024-01-02]}' WHERE name = 'bd';
UPDATE policy SET send_days = NULL WHERE name = 'week';

-- Random claims under random calendars, advanced every day, or twice a day, or on one day of three, against steps found day by day.
SELECT * FROM holiday.verify();
SELECT debiteur.drop_ledger('holiday', true);
SELECT debiteur.create_ledger('holiday', time_zone => 'UTC');
SELECT add_dutch_holidays(2024, 2025) > 0 AS filled;
SELECT setseed(0.4);
SELECT count(set_policy('p' || n, (ARRAY['{due-3 email upcoming,due+2 email reminder,due+6bd letter final_notice,prev+3bd phone call}', '{due-2bd email upcoming,due+1 email reminder,prev+2 email final_notice}', '{due+4bd email reminder,due+9 email final_notice,prev+7 agency hand_over}'])[1 + n % 3]::dunning_step[],
           CASE WHEN n % 2 = 0 THEN 'by_age' ELSE 'one_step' END, 'invoice', convention => (ARRAY['unadjusted', 'following', 'modified_following', 'preceding', 'modified_preceding'])[1 + n % 5],
           send_days => (ARRAY['{1,2,3,4,5}', NULL, '{2,4}', '{1,2,3,4,5,6,7}'])[1 + n % 4]::int[],
           quiet => CASE WHEN n % 3 > 0 THEN '{[2024-05-01,2024-05-04],[2024-12-24,2025-01-02]}' END::datemultirange)) AS policies FROM generate_series(1, 60) n;
SELECT count(add_customer('K' || n, 'K', policy => 'p' || n)) AS customers FROM generate_series(1, 60) n;
CREATE TABLE claim AS SELECT m, 'K' || 1 + m % 60 AS customer, 'F' || m AS number, issued_on, issued_on + (random() * 20)::int AS due_on FROM (SELECT m, CASE WHEN m / 60 % 2 = 0 THEN date '2024-03-10' ELSE date '2024-12-01' END + (random() * 40)::int AS issued_on FROM generate_series(1, 360) m) x;
SELECT count(issue_invoice(customer, number, 100, issued_on, due_on)) AS claims FROM claim;
CREATE FUNCTION plain(claim_number text, run_days date[]) RETURNS TABLE (on_day date, step int) LANGUAGE plpgsql AS $$
DECLARE
    c record;
    last int := 0;
    noticed date;
BEGIN
    SELECT f.*, p.steps, p.catch_up = 'by_age' AS by_age, p.convention, p.send_days, p.quiet INTO c
      FROM claim f JOIN customer k ON k.number = f.customer JOIN policy p ON p.name = k.policy AND p.current WHERE f.number = claim_number;
    FOREACH on_day IN ARRAY run_days LOOP
        CONTINUE WHEN on_day < c.issued_on OR on_day <@ c.quiet
                   OR (c.send_days IS NOT NULL AND (extract(isodow FROM on_day) <> ALL (c.send_days) OR EXISTS (SELECT FROM holiday h WHERE h.day = on_day)));
        step := next_step(c.steps, last, c.due_on, c.issued_on, noticed, on_day, c.by_age, (SELECT array_agg(h.day) FROM holiday h), c.convention);
        CONTINUE WHEN step IS NULL;
        last := step;
        noticed := on_day;
        RETURN NEXT;
        EXIT WHEN action(c.steps[step]) = 'hand_over';
    END LOOP;
END $$;
CREATE TABLE run_day AS SELECT d::date AS day FROM generate_series(timestamp '2024-03-01', '2025-04-30', '1 day') d WHERE d < '2024-12-20' OR extract(doy FROM d)::int % 3 = 0;
DO $$ DECLARE r record; BEGIN FOR r IN SELECT day FROM run_day ORDER BY day LOOP
    PERFORM holiday.advance_batch(r.day, holiday.advance_batch(r.day, NULL, 100000), 100000);
    IF extract(day FROM r.day)::int % 2 = 0 THEN PERFORM holiday.advance_batch(r.day, holiday.advance_batch(r.day, NULL, 100000), 100000); END IF;
END LOOP; END $$;
CREATE TEMPORARY VIEW got AS SELECT i.number, n.issued_on AS on_day, n.step FROM notice n JOIN notice_line l ON l.notice_id = n.id AND l.taken JOIN invoice i ON i.id = l.invoice_id;
CREATE TEMPORARY TABLE expected AS SELECT c.number, p.* FROM claim c, plain(c.number, ARRAY(SELECT day FROM run_day ORDER BY day)) p;
SELECT (SELECT count(*) FROM got) > 700 AS notices, (SELECT count(*) FROM (TABLE got EXCEPT ALL TABLE expected) d) AS unexpected, (SELECT count(*) FROM (TABLE expected EXCEPT ALL TABLE got) d) AS missing,
       (SELECT count(*) FROM invoice WHERE next_on <= '2025-04-30') AS not_looked_at, (SELECT count(*) FROM run WHERE (skipped->>'not_sending_day')::int > 0) > 20 AS days_of_waiting;

SELECT * FROM holiday.verify();
RESET search_path;
SELECT debiteur.drop_ledger('holiday', true);
