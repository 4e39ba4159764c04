--
-- verify: what it finds of claims and their cases. Of the roll-up and the
-- postings it is in roll_up.sql, of plans in plan.sql, of due dates in reschedule.sql.
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('verify', time_zone => 'UTC');
SET search_path = verify, debiteur;
SELECT * FROM verify();
SELECT set_policy('default', '{due+7 email reminder,due+14 email final_notice,prev+14 agency hand_over}') > 0 AS made;
SELECT add_customer('C1', 'One') > 0 AS c1, add_customer('C2', 'Two') > 0 AS c2, add_customer('C3', 'Credited') > 0 AS c3;
SELECT count(issue_invoice('C1', 'A' || n, 100, '2024-01-01', date '2024-01-31' + n)) AS invoices FROM generate_series(1, 6) n;
SELECT issue_invoice('C2', 'B1', 100, '2023-11-01', '2023-12-01') > 0 AS b1, issue_invoice('C3', 'D1', 100, '2024-01-01', '2024-01-31') > 0 AS d1, issue_credit_note('C3', 'N1', 100, issued_on => '2024-01-01') > 0 AS n1;
CALL advance('2024-01-01');
CALL advance('2024-01-02');
CALL advance('2024-01-16');
CALL advance('2024-02-07');
SELECT number, status, step, noticed_on, next_on FROM invoice ORDER BY id;
SELECT * FROM verify();
-- Behind the triggers' back; and set right again.
CREATE PROCEDURE broken(change text) LANGUAGE plpgsql AS $$
DECLARE
    f record;
BEGIN
    SET LOCAL session_replication_role = replica;
    EXECUTE change;
    SET LOCAL session_replication_role = origin;
    RAISE NOTICE '%', change;
    FOR f IN SELECT * FROM verify() ORDER BY 1, 2 LOOP
        RAISE NOTICE '% %', f.what, format('%s: %s, not %s', f.subject, coalesce(f.kept, 'NULL'), coalesce(f.should_be, 'NULL'));
    END LOOP;
    ROLLBACK;
END $$;
-- Due on the day after the last run, but never or later looked at; what is looked at in time is not named, nor what is not due, held or covered by a credit.
CALL broken('UPDATE invoice SET next_on = NULL');
CALL broken('UPDATE invoice SET next_on = next_on + 1');
CALL broken('UPDATE invoice SET next_on = ''2024-01-01'' WHERE kind <> ''credit_note''');
SELECT hold(invoice => 'A1', from_on => '2024-02-08', until_on => '2024-02-08') > 0 AS held;
CALL broken('UPDATE invoice SET next_on = NULL');
-- A case that its notices contradict.
CALL broken('UPDATE invoice SET noticed_on = noticed_on - 1 WHERE number = ''B1''');
CALL broken('UPDATE invoice SET noticed_on = NULL WHERE number = ''B1''');
CALL broken('UPDATE invoice SET status = ''overdue'' WHERE number = ''B1''');
CALL advance('2024-02-09');
CALL broken('UPDATE invoice SET status = ''in_collection'' WHERE number = ''A1''');
-- Recalled; and what came into the ledger with its history.
SELECT recall_claim('B1', '2024-02-09') > 0 AS recalled;
CALL broken('UPDATE invoice SET status = ''in_collection'', step = 3, noticed_on = ''2024-02-01'', next_on = NULL WHERE number = ''A5''');
SELECT debiteur.drop_ledger('verify', true);
