--
-- policy: versions, what is under which, what can't work; holds
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('policy', time_zone => 'UTC');
SET search_path = policy, debiteur;
SELECT add_customer('C1', 'Jansen') AS c1, add_customer('C2', 'De Vries') AS c2;
CREATE VIEW sent AS SELECT n.issued_on, i.number, p.name, p.version, n.step, n.action FROM notice n JOIN notice_line l ON l.notice_id = n.id AND l.taken JOIN invoice i ON i.id = l.invoice_id JOIN policy p ON p.id = n.policy_id ORDER BY n.issued_on, i.number;

-- A claim stays on the version of its first notice.
SELECT set_policy('default', '{due+5 email reminder,due+10 letter final_notice}') AS version_2;
SELECT name, version, current, steps FROM policy ORDER BY id;
SELECT issue_invoice('C1', 'F1', 100, '2024-01-01', '2024-01-31') AS f1, issue_invoice('C1', 'F2', 100, '2024-01-01', '2024-02-03') AS f2;
CALL advance('2024-02-05');
SELECT * FROM sent;
SELECT set_policy('default', '{due+6 phone call,due+12 letter default_notice}', catch_up => 'by_age', grouped_by => 'invoice', minimum_amount => 5, min_interval => 2) AS version_3;
CALL advance('2024-02-08');
CALL advance('2024-02-09');
CALL advance('2024-02-10');
CALL advance('2024-02-15');
SELECT * FROM sent;
SELECT number, step, (SELECT version FROM policy p WHERE p.id = policy_id) AS version FROM invoice ORDER BY number;

-- Another policy for a customer, for the ledger: claims without a notice go over at once.
SELECT set_policy('soft', '{due+20 email reminder}') AS soft;
SELECT issue_invoice('C2', 'G1', 100, '2024-03-01', '2024-03-31') AS g1, issue_invoice('C2', 'G2', 100, '2024-03-01', '2024-04-05') AS g2;
SELECT number, next_on FROM invoice WHERE number LIKE 'G%' ORDER BY 1;
UPDATE customer SET policy = 'soft' WHERE number = 'C2';
CALL advance('2024-04-06');
SELECT * FROM sent WHERE number LIKE 'G%';
SELECT number, status, next_on FROM invoice WHERE number LIKE 'G%' ORDER BY 1;
UPDATE customer SET policy = NULL WHERE number = 'C2';
CALL advance('2024-04-07');
SELECT * FROM sent WHERE number LIKE 'G%';
UPDATE settings SET policy = 'soft';
CALL advance('2024-04-25');
SELECT * FROM sent WHERE number LIKE 'G%';

-- What can't work, and nothing is changed.
SELECT set_policy('bad', '{}');
SELECT set_policy('bad', NULL);
SELECT set_policy('bad', '{due+7 email reminder,due+3 email upcoming}');
SELECT set_policy('bad', '{prev+7 email reminder,due+3 email upcoming}');
SELECT set_policy('bad', '{due+7 agency hand_over,due+9 email reminder}');
SELECT set_policy('bad', ARRAY[NULL]::dunning_step[]);
\set VERBOSITY terse
SELECT set_policy('bad', '{due+7 email reminder}', 'sometimes');
SELECT set_policy('bad', '{due+7 email reminder}', grouped_by => 'country');
SELECT set_policy('bad', '{due+7 email reminder}', minimum_amount => -1);
SELECT set_policy('bad', '{due+7 email reminder}', minimum_amount => 'NaN');
SELECT set_policy('bad', '{due+7 email reminder}', min_interval => -1);
SELECT set_policy('bad', '{due+7 email reminder}', minimum_share => 1.01);
SELECT set_policy('bad', '{due+7 email reminder}', minimum_share => 'NaN');
SELECT set_policy('bad', '{due+7 email reminder}', minimum_share => NULL);
SELECT set_policy('bad', '{due+7 email reminder}', step_minimums => '{1,2}');
SELECT set_policy('bad', '{due+7 email reminder}', step_minimums => '{}');
SELECT set_policy('bad', '{due+7 email reminder}', step_minimums => '{NULL}');
SELECT set_policy('bad', '{due+7 email reminder}', step_minimums => '{-1}');
SELECT set_policy('bad', '{due+7 email reminder}', step_minimums => '{NaN}');
SELECT set_policy('bad', '{due+7 email reminder}', step_minimums => '[2:2]={1}');
INSERT INTO policy (name, version, steps, step_minimums) VALUES ('bad', 9, '{due+1 email reminder}', '{NULL}'), ('bad', 10, '{due+1 email reminder}', '{1}');
INSERT INTO policy (name, version, steps, minimum_amount) VALUES ('bad', 9, '{due+1 email reminder}', 5);
SELECT set_policy('', '{due+7 email reminder}');
SELECT set_policy('bad', '{sometime email reminder}');
INSERT INTO policy (name, version, steps) VALUES ('default', 9, '{due+1 email reminder}');
\set VERBOSITY default
SELECT count(*) AS policies, count(*) FILTER (WHERE current) AS current FROM policy;
UPDATE policy SET steps = '{due+1 email reminder}' WHERE name = 'soft';
UPDATE policy SET min_interval = 9 WHERE name = 'soft';
UPDATE policy SET step_minimums = '{9}' WHERE name = 'soft';
UPDATE policy SET minimum_share = 0.5 WHERE name = 'soft';
UPDATE policy SET currency = 'USD' WHERE name = 'soft';
DELETE FROM policy WHERE name = 'soft';

-- Holds.
SELECT issue_invoice('C1', 'H1', 100, '2024-05-01', '2024-05-31') AS h1;
SELECT hold(invoice => 'H1', kind => 'dispute', from_on => '2024-06-01', until_on => '2024-06-10', reason => 'too late') AS dispute,
       hold('C1', kind => 'legal', from_on => '2024-06-05') AS legal, hold('C1', 'H1', from_on => '2024-06-01', until_on => '2024-06-01') AS a_day;
SELECT kind, invoice_id IS NULL AS all_claims, during, reason FROM hold ORDER BY id;
SELECT hold('C2', 'H1');
SELECT hold();
SELECT hold('C9');
SELECT hold(invoice => 'F99');
SELECT hold('C1', from_on => '2024-06-10', until_on => '2024-06-09');
SELECT hold('C1', from_on => 'infinity');
SELECT hold('C1', from_on => '2024-06-10', until_on => '5874897-12-31');
SELECT hold('C1', from_on => '0001-01-01 BC');
SELECT hold('C1', from_on => '2024-06-10', until_on => 'infinity') > 0 AS without_end;
\set VERBOSITY terse
SELECT hold('C1', kind => 'whim', from_on => '2024-06-10');
INSERT INTO hold (customer_id, during) VALUES (1, 'empty'), (1, '(,)');
\set VERBOSITY default
SELECT release(99);
SELECT release(NULL);
SELECT release(1, 'infinity');
-- Ended; ended again; before it began; on its first day.
SELECT release(2, '2024-06-08') AS ended, release(2, '2024-06-20') AS again, release(1, '2024-05-01') AS never_began, release(3, '2024-06-01') AS first_day, release(4, '2024-06-15');
SELECT id, during FROM hold ORDER BY id;
-- A hold that is changed by hand: what it held is looked at again, and it is of the invoice's own customer.
SELECT add_customer('H1', 'Held') > 0 AS h1, add_customer('H2', 'Other') > 0 AS h2, issue_invoice('H1', 'H1-1', 10, '2024-01-01') > 0 AS first, issue_invoice('H1', 'H1-2', 10, '2024-01-01') > 0 AS second;
SELECT hold(invoice => 'H1-1', from_on => '2024-01-01') AS held \gset
CALL advance('2024-03-01');
SELECT number, step, next_on FROM invoice WHERE number LIKE 'H1-%' ORDER BY 1;
UPDATE hold SET invoice_id = (SELECT id FROM invoice WHERE number = 'H1-2') WHERE id = :held;
SELECT number, step, next_on FROM invoice WHERE number LIKE 'H1-%' ORDER BY 1;
UPDATE hold SET customer_id = (SELECT id FROM customer WHERE number = 'H2') WHERE id = :held;
DELETE FROM hold WHERE id = :held;

SELECT * FROM policy.verify();
RESET search_path;
SELECT debiteur.drop_ledger('policy', true);
