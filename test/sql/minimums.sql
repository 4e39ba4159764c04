--
-- minimums: a step waits until its notice asks for enough; every reason that decide() knows, with its figures
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('minimums', time_zone => 'UTC');
SET search_path = minimums, debiteur;
CREATE VIEW sent AS
SELECT n.issued_on, n.step, n.currency, n.amount, (SELECT string_agg(l.number || CASE WHEN l.taken THEN '' ELSE '*' END, ' ' ORDER BY l.number) FROM notice_line l WHERE l.notice_id = n.id) AS lines
  FROM notice n ORDER BY n.issued_on, n.id;
CREATE PROCEDURE days(from_on date, until_on date) LANGUAGE plpgsql AS $$
DECLARE
    progress jsonb;
BEGIN
    FOR n IN 0 .. until_on - from_on LOOP
        progress := NULL;
        LOOP
            progress := minimums.advance_batch(from_on + n, progress, 5);
            EXIT WHEN progress IS NULL;
        END LOOP;
    END LOOP;
END $$;

-- Nothing below 10 in all; a call is worth it from 50 on, the agency from 100 on and for a tenth of what is open.
SELECT set_policy('default', '{due+1 email reminder,due+5 phone call,due+9 agency hand_over}', minimum_amount => 10, step_minimums => '{0,50,100}', minimum_share => 0.1) > 0 AS made;
SELECT add_customer('C', 'C') > 0 AS customer, issue_invoice('C', 'C1', 9, '2024-01-01', '2024-01-31') > 0 AS c1;
SELECT * FROM explain('C1', '2024-02-01');
CALL days('2024-02-01', '2024-02-02');
-- A second one: together they are enough for a reminder, and on the fifth day not for a call.
SELECT issue_invoice('C', 'C2', 31, '2024-01-01', '2024-02-02') > 0 AS c2;
CALL days('2024-02-03', '2024-02-07');
SELECT * FROM explain('C1', '2024-02-08');
SELECT * FROM explain('C2', '2024-02-08');
-- One that is below its step's minimum is listed with the others.
SELECT issue_invoice('C', 'C3', 45, '2024-01-01', '2024-02-07') > 0 AS c3;
CALL days('2024-02-08', '2024-02-08');
-- Four days later they are called about all three: 85. The agency isn't, however long it takes.
CALL days('2024-02-09', '2024-03-01');
SELECT * FROM explain('C1', '2024-03-02');
-- Until more is as old; that it isn't due counts for the share of what is open.
SELECT issue_invoice('C', 'C4', 2000, '2024-01-01', '2024-12-31') > 0 AS big, issue_invoice('C', 'C5', 16, '2024-01-01', '2024-02-20') > 0 AS c5;
CALL days('2024-03-02', '2024-03-05');
SELECT i, e.* FROM unnest('{C1,C5}'::text[]) i, explain(i, '2024-03-06') e;
SELECT issue_invoice('C', 'C6', 60, '2024-01-01', '2024-02-20') > 0 AS c6;
CALL days('2024-03-06', '2024-03-09');
SELECT e.* FROM explain('C1', '2024-03-10') e;
SELECT record_payment('C', 1500, '2024-03-10', '{C4}') > 0 AS share_rises;
CALL days('2024-03-10', '2024-03-11');
SELECT * FROM sent;
-- A credit counts: what it covers is not asked for.
SELECT issue_invoice('C', 'D1', 55, '2024-01-01', '2024-03-10', 'USD') > 0 AS usd, record_payment('C', 6, '2024-03-14', '{}', currency => 'USD') > 0 AS on_account;
CALL days('2024-03-12', '2024-03-15');
SELECT * FROM explain('D1', '2024-03-15');
SELECT skipped FROM run WHERE as_of = '2024-03-15';
SELECT * FROM sent WHERE issued_on > '2024-03-11';
SELECT * FROM sent WHERE currency = 'USD';

-- The list of reasons is closed; each is produced by a claim of its own.
SELECT set_policy('reasons', '{due+1 email reminder,due+5 email final_notice}', min_interval => 10, send_days => '{1,2,3,4,5}') > 0 AS made, set_policy('away', '{due+1 agency hand_over}') > 0 AS away,
       set_policy('once', '{due+1 email reminder}') > 0 AS once, set_policy('least', '{due+1 email reminder}', minimum_amount => 20) > 0 AS least, set_policy('share', '{due+1 email reminder}', minimum_share => 0.5) > 0 AS share;
INSERT INTO customer (number, name, policy) VALUES ('no_policy', 'x', 'nonesuch'), ('in_collection', 'x', 'away'), ('no_step_left', 'x', 'once'), ('not_due', 'x', 'once'), ('hold', 'x', 'once'),
    ('min_interval', 'x', 'reasons'), ('not_sending_day', 'x', 'reasons'), ('net_credit', 'x', 'once'), ('below_minimum', 'x', 'least'), ('below_share', 'x', 'share');
SELECT count(issue_invoice(c.number, c.number, 10, '2024-03-01', CASE c.number WHEN 'not_due' THEN '2024-07-01' WHEN 'below_minimum' THEN '2024-05-31' WHEN 'below_share' THEN '2024-05-31' WHEN 'net_credit' THEN '2024-05-31'
                                                                      WHEN 'hold' THEN '2024-05-31' WHEN 'not_sending_day' THEN '2024-05-31' WHEN 'min_interval' THEN '2024-05-22' ELSE '2024-03-31' END::date)) AS issued FROM customer c WHERE c.policy IS NOT NULL;
SELECT hold(invoice => 'hold', from_on => '2024-05-31', until_on => '2024-06-30', reason => 'asked for a copy') > 0 AS held, record_payment('net_credit', 10, '2024-05-31', '{}') > 0 AS paid,
       issue_invoice('below_share', 'later', 1000, '2024-03-01', '2024-12-31') > 0 AS later;
CALL days('2024-05-20', '2024-05-31');
-- On Saturday.
SELECT i, e.* FROM unnest('{no_policy,in_collection,no_step_left,not_due,hold,min_interval,not_sending_day,net_credit,below_minimum,below_share}'::text[]) i, explain(i, '2024-06-01') e ORDER BY 1, 2;
SELECT count(*) AS not_produced FROM unnest('{no_policy,in_collection,no_step_left,not_due,hold,min_interval,not_sending_day,net_credit,below_minimum,below_share}'::text[]) r WHERE NOT EXISTS (SELECT FROM explain(r, '2024-06-01') e WHERE e.reason = r);
SELECT DISTINCT r AS not_in_the_list FROM generate_series(date '2024-05-20', '2024-07-20', '1 day') d, customer c, decide(d::date, ARRAY[c.id]) x, unnest(x.reasons) r
 WHERE r <> ALL ('{no_policy,in_collection,no_step_left,not_due,hold,min_interval,not_sending_day,net_credit,below_minimum,below_share}');

RESET search_path;
SELECT debiteur.drop_ledger('minimums', true);
