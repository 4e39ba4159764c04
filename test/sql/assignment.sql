--
-- assignment: under which policy a customer is, and why; never under two
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('assignment', time_zone => 'UTC');
SET search_path = assignment, debiteur;
SELECT set_policy('soft', '{due+20 email reminder}') AS soft, set_policy('hard', '{due+1 letter final_notice,due+2 agency hand_over}') AS hard, set_policy('hard', '{due+2 letter final_notice}') AS hard_2;
SELECT count(add_customer('C' || n, 'Customer ' || n, segment => CASE WHEN n < 4 THEN 'public' END)) AS customers FROM generate_series(1, 5) n;
SELECT count(issue_invoice('C' || n, 'F' || n, 100, '2024-01-01', '2024-01-31')) AS invoices FROM generate_series(1, 5) n;
CREATE VIEW planned AS SELECT a.customer, a.policy, a.version, a.source, i.next_on FROM customer_policy a JOIN invoice i ON i.customer_id = a.customer_id ORDER BY 1, 5;
SELECT * FROM planned;

-- Each level goes before the one below it; what waits for a step is looked at again, and only that.
SELECT assign_policy('soft', segment => 'public') AS soft;
SELECT * FROM planned;
SELECT assign_policy('hard', 'C1') AS hard;
SELECT assign_policy('hard') AS ledger;
SELECT * FROM planned;
CALL advance('2024-02-05');
SELECT a.customer, n.action, p.name, p.version FROM notice n JOIN customer_policy a USING (customer_id) JOIN policy p ON p.id = n.policy_id ORDER BY 1;
SELECT * FROM planned;
-- Taken away, the next level counts again.
SELECT assign_policy(NULL, 'C1') AS soft;
SELECT * FROM planned WHERE customer = 'C1';
SELECT assign_policy(NULL, segment => 'public') AS hard;
SELECT * FROM planned;
-- A case that has begun stays where it was.
SELECT i.number, p.name, p.version FROM invoice i JOIN policy p ON p.id = i.policy_id ORDER BY 1;

-- A customer who moves to another segment; nothing to do where neither has a policy.
SELECT assign_policy('soft', segment => 'retail') AS soft, assign_policy('default', segment => 'wholesale') AS standard;
CALL advance('2024-02-06');
SELECT issue_invoice('C2', 'G2', 100, '2024-02-01', '2024-03-31') > 0 AS issued;
SELECT next_on FROM invoice WHERE number = 'G2';
UPDATE customer SET segment = 'retail' WHERE number IN ('C2', 'C4');
SELECT * FROM planned WHERE customer IN ('C2', 'C4');
CALL advance('2024-02-07');
SELECT number, step, next_on FROM invoice WHERE number IN ('G2', 'F4') ORDER BY 1;
UPDATE customer SET segment = 'nothing' WHERE number = 'C5';
UPDATE segment SET policy = 'hard' WHERE name = 'retail';
SELECT next_on FROM invoice WHERE number = 'G2';
UPDATE segment SET name = 'shops' WHERE name = 'retail';
SELECT * FROM planned WHERE customer = 'C2';
DELETE FROM segment;
SELECT customer, policy, source FROM customer_policy ORDER BY 1;
-- A new invoice is planned by the policy of its customer's segment.
SELECT assign_policy('soft', segment => 'shops') AS soft, add_customer('C6', 'Six', segment => 'shops') > 0 AS c6, issue_invoice('C6', 'F6', 1, '2024-02-10', '2024-02-20') > 0 AS f6;
CALL advance('2024-02-21');
SELECT next_on FROM invoice WHERE number = 'F6';

-- Whatever is assigned in whatever order: exactly one policy, that of the most special level that has one.
DO $$
BEGIN
    PERFORM setseed(0.4);
    FOR n IN 1 .. 200 LOOP
        CASE floor(random() * 4)
            WHEN 0 THEN PERFORM assign_policy((ARRAY['soft', 'hard', 'default', NULL])[1 + floor(random() * 4)::int], customer => 'C' || 1 + floor(random() * 6)::int);
            WHEN 1 THEN PERFORM assign_policy((ARRAY['soft', 'hard', 'default', NULL])[1 + floor(random() * 4)::int], segment => 'S' || floor(random() * 3)::int);
            WHEN 2 THEN PERFORM assign_policy((ARRAY['soft', 'hard', 'default'])[1 + floor(random() * 3)::int]);
            ELSE UPDATE customer SET segment = 'S' || floor(random() * 4)::int WHERE number = 'C' || 1 + floor(random() * 6)::int;
        END CASE;
        IF EXISTS (SELECT FROM customer c
                     LEFT JOIN (SELECT customer_id, array_agg(a.policy || '/' || a.source || '/' || a.policy_id) AS given FROM customer_policy a GROUP BY 1) a ON a.customer_id = c.id
                    WHERE a.given IS DISTINCT FROM ARRAY[
                          CASE WHEN c.policy IS NOT NULL THEN c.policy || '/customer'
                               WHEN EXISTS (SELECT FROM segment s WHERE s.name = c.segment) THEN (SELECT s.policy FROM segment s WHERE s.name = c.segment) || '/segment'
                               ELSE (SELECT s.policy FROM settings s) || '/ledger' END
                          || '/' || (SELECT p.id FROM policy p WHERE p.current AND p.name = coalesce(c.policy, (SELECT s.policy FROM segment s WHERE s.name = c.segment), (SELECT s.policy FROM settings s)))]) THEN
            RAISE 'differs';
        END IF;
    END LOOP;
END $$;
SELECT count(DISTINCT source) AS sources FROM customer_policy;

-- Refused, and nothing is changed.
SELECT assign_policy('nonesuch');
SELECT assign_policy('soft', 'C99');
SELECT assign_policy('soft', 'C1', 'public');
\set VERBOSITY terse
SELECT assign_policy(NULL);
SELECT assign_policy('nonesuch', 'C1');
SELECT assign_policy('nonesuch', segment => 'public');
SELECT assign_policy('soft', segment => '');
INSERT INTO segment VALUES ('public', 'nonesuch');
INSERT INTO segment VALUES ('public', NULL);
UPDATE customer SET policy = 'nonesuch' WHERE number = 'C1';
UPDATE settings SET policy = 'nonesuch';
\set VERBOSITY default

SELECT * FROM assignment.verify();
RESET search_path;
SELECT debiteur.drop_ledger('assignment', true);
