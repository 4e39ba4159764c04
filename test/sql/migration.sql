--
-- migration: cases stay on their version until they are moved, and take no step twice then
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('migration', time_zone => 'UTC');
SET search_path = migration, debiteur;
CREATE VIEW sent AS SELECT i.number, n.issued_on, p.name, p.version, n.step, n.channel, n.action
  FROM notice n JOIN notice_line l ON l.notice_id = n.id AND l.taken JOIN invoice i ON i.id = l.invoice_id JOIN policy p ON p.id = n.policy_id ORDER BY i.number, n.issued_on;
CREATE VIEW moved AS SELECT i.number, f.name || ' ' || f.version AS before, m.from_step, t.name || ' ' || t.version AS after, m.to_step, m.matched_by
  FROM migration m JOIN invoice i ON i.id = m.invoice_id JOIN policy f ON f.id = m.from_policy_id JOIN policy t ON t.id = m.to_policy_id ORDER BY m.id;
\getenv abs_srcdir PG_ABS_SRCDIR
\set days :abs_srcdir '/test/days.sql'
\i :days

-- Two versions; a case stays on the first, also when the second is made; one that has not begun is under the second.
SELECT set_policy('a', '{due+7 email reminder,due+14 email final_notice,due+21 phone call}') > 0 AS made, assign_policy('a') > 0 AS assigned;
SELECT count(add_customer('C' || n, 'Customer ' || n)) AS customers FROM generate_series(1, 4) n;
SELECT count(issue_invoice('C' || n, 'F' || n, 100, '2024-01-01', '2024-01-31'::date + CASE n WHEN 4 THEN 20 ELSE 0 END)) AS invoices FROM generate_series(1, 4) n;
CALL days('2024-01-01', '2024-02-15');
-- The reminder comes earlier, a letter between it and the final notice, the call later.
SELECT set_policy('a', '{due+5 email reminder,due+10 letter reminder,due+15 email final_notice,due+25 phone call,prev+10 task escalate}') > 0 AS made;
SELECT migrate_policy('a', invoice => 'F1') AS one_claim, migrate_policy('a', 'C2') AS one_customer, migrate_policy('a', 'C2') AS again;
SELECT * FROM moved;
SELECT number, step, (SELECT version FROM policy p WHERE p.id = policy_id) AS version FROM invoice ORDER BY 1;
CALL days('2024-02-16', '2024-03-31');
SELECT * FROM sent;
SELECT migrate_policy('a') AS the_rest;
SELECT * FROM moved;

-- Nth of its action: the first of two reminders was taken, as a letter.
SELECT set_policy('b', '{due+1 letter reminder,due+9 phone call}') > 0 AS made, add_customer('B', 'B', policy => 'b') > 0 AS customer, issue_invoice('B', 'B1', 100, '2024-01-01', '2024-03-31') > 0 AS issued;
CALL days('2024-04-01', '2024-04-02');
SELECT set_policy('b', '{due+3 email reminder,due+6 email reminder,due+9 phone call}') > 0 AS made;
SELECT migrate_policy('b') AS moved;
CALL days('2024-04-03', '2024-04-12');
SELECT * FROM sent WHERE number = 'B1';
-- Another order: the final notice is passed over, for the call that follows it was made.
SELECT set_policy('c', '{due+1 email reminder,due+2 phone call,due+30 agency hand_over}') > 0 AS made, add_customer('C', 'C', policy => 'c') > 0 AS customer, issue_invoice('C', 'O1', 100, '2024-01-01', '2024-03-31') > 0 AS issued;
CALL days('2024-04-01', '2024-04-03');
SELECT set_policy('c', '{due+1 email reminder,due+5 letter final_notice,due+8 phone call,prev+10 task escalate}') > 0 AS made;
SELECT migrate_policy('c') AS moved;
CALL days('2024-04-04', '2024-04-30');
SELECT * FROM sent WHERE number = 'O1';
-- Nothing that was taken is in the new version: by the age on the day of the last notice. One in it that is all too late: from the first.
SELECT set_policy('d', '{due+3 email reminder,due+12 letter final_notice}') > 0 AS made, add_customer('D', 'D', policy => 'd') > 0 AS customer, issue_invoice('D', 'D1', 100, '2024-01-01', '2024-03-31') > 0 AS issued, issue_invoice('D', 'D2', 100, '2024-01-01', '2024-04-10') > 0 AS later;
CALL days('2024-04-01', '2024-04-13');
SELECT set_policy('d', '{due+2 phone call,due+9 task escalate,due+30 letter default_notice}') > 0 AS made;
SELECT migrate_policy('d') AS moved;
SELECT set_policy('d', '{due+90 letter stop_supply}') > 0 AS made;
SELECT migrate_policy('d', invoice => 'D2') AS moved;
CALL days('2024-04-14', '2024-07-31');
SELECT * FROM sent WHERE number LIKE 'D%';
-- To another policy and back: under a version where it was before no step is taken again, whatever was skipped there.
SELECT set_policy('e', '{due+1 letter reminder,due+5 letter reminder,due+9 letter reminder,due+12 phone call}', 'by_age') > 0 AS made, set_policy('f', '{due+20 task escalate,due+40 agency hand_over}') > 0 AS other,
       add_customer('E', 'E', policy => 'e') > 0 AS customer, issue_invoice('E', 'E1', 100, '2024-01-01', '2024-07-31') > 0 AS issued;
CALL advance('2024-08-09');
SELECT assign_policy('f', 'E') > 0 AS assigned, migrate_policy('f') AS moved;
SELECT assign_policy('e', 'E') > 0 AS assigned, migrate_policy('e') AS moved;
CALL days('2024-08-10', '2024-08-20');
SELECT * FROM sent WHERE number = 'E1';
-- A cycle of its own: a claim that opened again begins anew, and what was taken before counts no more.
SELECT set_policy('g', '{due+1 email reminder}') > 0 AS made, add_customer('G', 'G', policy => 'g') > 0 AS customer, issue_invoice('G', 'G1', 100, '2024-01-01', '2024-07-31') > 0 AS issued;
CALL days('2024-08-21', '2024-08-21');
SELECT record_payment('G', 100, '2024-08-21', '{G1}') AS payment \gset
SELECT reverse_payment(:payment, '2024-08-22') > 0 AS reversed;
SELECT set_policy('g', '{due+2 email reminder}') > 0 AS made, migrate_policy('g') AS none;
CALL days('2024-08-22', '2024-08-23');
SELECT * FROM sent WHERE number = 'G1';
SELECT * FROM moved OFFSET 3;
-- A claim that was handed over stays so.
SELECT set_policy('h', '{due+1 agency hand_over}') > 0 AS made, add_customer('H', 'H', policy => 'h') > 0 AS customer, issue_invoice('H', 'H1', 100, '2024-01-01', '2024-07-31') > 0 AS issued;
CALL advance('2024-08-24');
SELECT set_policy('h', '{due+1 email reminder,due+2 agency hand_over}') > 0 AS made, migrate_policy('h') AS moved;
CALL advance('2024-08-25');
SELECT i.number, i.status, i.step, s.action, s.version FROM invoice i JOIN sent s USING (number) WHERE number = 'H1';

-- Random versions, many times: no step twice under one version, and no action more often than the version that has it most.
SELECT count(add_customer('R' || n, 'Random ' || n)) AS customers FROM generate_series(1, 10) n;
SELECT count(issue_invoice('R' || n % 10 + 1, 'R-' || n, 10 + n, '2024-06-01', '2024-08-20'::date + n)) AS invoices FROM generate_series(1, 30) n;
DO $$
DECLARE
    day date := '2024-08-26';
    name text;
BEGIN
    PERFORM setseed(0.7);
    FOR n IN 1 .. 30 LOOP
        name := 'r' || floor(random() * 2)::int;
        PERFORM set_policy(name, (SELECT array_agg(format('%s %s', what, act)::dunning_step ORDER BY k)
                                    FROM (SELECT k, CASE WHEN k < 4 THEN format('due+%s', k * 6 + floor(random() * 5)::int) ELSE format('prev+%s', 1 + floor(random() * 5)::int) END AS what,
                                                 (ARRAY['email reminder', 'letter reminder', 'letter final_notice', 'phone call', 'task escalate'])[1 + floor(random() * 5)::int] AS act
                                            FROM generate_series(1, 5) k) s),
                           (ARRAY['one_step', 'by_age'])[1 + floor(random() * 2)::int]);
        PERFORM assign_policy(name);
        PERFORM migrate_policy(name);
        CALL migration.days(day, day + 2);
        day := day + 3;
    END LOOP;
END $$;
SELECT count(*) > 30 AS many_moves, count(DISTINCT matched_by) AS ways, count(DISTINCT number) > 20 AS claims FROM moved WHERE number LIKE 'R-%';
SELECT count(*) AS too_often, (SELECT count(*) > 50 FROM sent WHERE number LIKE 'R-%') AS many_sent
  FROM (SELECT number, action, count(*) AS n FROM sent WHERE number LIKE 'R-%' GROUP BY 1, 2) s
 WHERE n > (SELECT max(k) FROM (SELECT count(*) AS k FROM policy p, unnest(p.steps) u WHERE p.name LIKE 'r_' AND action(u) = s.action GROUP BY p.id) x);
SELECT count(*) AS verified FROM verify();

-- Refused; kept as it was.
SELECT migrate_policy('nonesuch');
SELECT migrate_policy('a', 'D');
SELECT migrate_policy('a', 'C1', 'F2');
\set VERBOSITY terse
SELECT migrate_policy(NULL);
SELECT migrate_policy('a', 'C99');
SELECT migrate_policy('a', invoice => 'F99');
\set VERBOSITY default
UPDATE migration SET to_step = 1;
DELETE FROM migration;
TRUNCATE migration;
RESET search_path;
SELECT debiteur.drop_ledger('migration', true);
