--
-- minimums: a step waits until its notice asks for enough, or its claims fall back; every reason that decide() knows, with its figures
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('minimums', time_zone => 'UTC');
SET search_path = minimums, debiteur;
CREATE VIEW sent AS
SELECT n.issued_on, n.step, n.currency, n.amount, (SELECT string_agg(l.number || CASE WHEN l.taken THEN '' ELSE '*' END, ' ' ORDER BY l.number) FROM notice_line l WHERE l.notice_id = n.id) AS lines
  FROM notice n ORDER BY n.issued_on, n.id;
\getenv abs_srcdir PG_ABS_SRCDIR
\set days :abs_srcdir '/test/days.sql'
\i :days

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
SELECT set_policy('dollars', '{due+1 email reminder,due+5 phone call,due+9 agency hand_over}', minimum_amount => 10, step_minimums => '{0,50,100}', minimum_share => 0.1, currency => 'USD') > 0 AS made,
       add_customer('D', 'D', policy => 'dollars') > 0 AS customer;
SELECT issue_invoice('D', 'D1', 55, '2024-01-01', '2024-03-10', 'USD') > 0 AS usd, record_payment('D', 6, '2024-03-14', '{}', currency => 'USD') > 0 AS on_account;
CALL days('2024-03-12', '2024-03-15');
SELECT * FROM explain('D1', '2024-03-15');
SELECT skipped FROM run WHERE as_of = '2024-03-15';
SELECT * FROM sent WHERE issued_on > '2024-03-11';
SELECT * FROM sent WHERE currency = 'USD';

-- Minimums are in the currency of the policy, the ledger's if none is given. Claims in another one have none, but the share.
SELECT name, currency, minimum_amount, step_minimums, minimum_share FROM policy WHERE current ORDER BY id;
SELECT issue_invoice('D', 'D2', 9, '2024-01-01', '2024-03-15', 'EUR') > 0 AS eur, issue_invoice('D', 'D3', 9, '2024-01-01', '2024-03-15', 'JPY') > 0 AS jpy,
       issue_invoice('D', 'D4', 82, '2024-01-01', '2024-12-31', 'JPY') > 0 AS more_jpy, add_customer('D5', 'D5', policy => 'dollars') > 0 AS other, issue_invoice('D5', 'D5', 9, '2024-01-01', '2024-03-15', 'USD') > 0 AS usd;
SELECT i, e.* FROM unnest('{D2,D3,D5}'::text[]) i, explain(i, '2024-03-16') e;
SELECT invoice, minimum_amount FROM decide('2024-03-16', (SELECT array_agg(id) FROM customer)) WHERE invoice IN ('D2', 'D5') ORDER BY 1;
-- They are amounts of it.
SELECT set_policy('yen', '{due+1 email reminder,due+5 phone call}', minimum_amount => 500, step_minimums => '{0,1500.00}', currency => 'JPY') > 0 AS made;
SELECT set_policy('yen', '{due+1 email reminder,due+5 phone call}', minimum_amount => 0.5, currency => 'JPY');
SELECT set_policy('yen', '{due+1 email reminder,due+5 phone call}', step_minimums => '{0,1500.5}', currency => 'JPY');
SELECT set_policy('yen', '{due+1 email reminder,due+5 phone call}', minimum_amount => 0.005);
SELECT set_policy('yen', '{due+1 email reminder}', currency => 'yen');

-- By age: what is below its step's minimum falls back to the furthest step before that it can take. Nobody is called about less than 100.
CREATE VIEW letters AS
SELECT n.issued_on, c.number AS customer, n.step, n.currency, n.amount, (SELECT string_agg(l.number || CASE WHEN l.taken THEN '' ELSE '*' END, ' ' ORDER BY l.number) FROM notice_line l WHERE l.notice_id = n.id) AS lines
  FROM notice n JOIN customer c ON c.id = n.customer_id ORDER BY 1, 2, 3, lines;
SELECT set_policy('ages', '{due+1 email reminder,due+5 email final_notice,due+9 phone call,prev+5 agency hand_over}', 'by_age', step_minimums => '{0,30,100,0}') > 0 AS made, add_customer('A', 'A', policy => 'ages') > 0 AS customer;
SELECT issue_invoice('A', 'A1', 20, '2024-01-01', '2024-03-20') > 0 AS a1;
-- Over two steps.
SELECT * FROM explain('A1', '2024-04-20');
SELECT step, fell_from, taken, notice_amount, step_minimum, next_on, step_on FROM decide('2024-04-20', ARRAY[(SELECT id FROM customer WHERE number = 'A')]);
SELECT step, action, amount, claims, lines->0->>'taken' AS taken FROM preview('2024-04-20', 'A');
CALL days('2024-04-20', '2024-04-20');
-- The step that was taken is none to fall back to.
SELECT * FROM explain('A1', '2024-04-21');
-- With another one it is enough for step 2: one of them was at step 1, the other at none. Then they wait again.
SELECT issue_invoice('A', 'A2', 15, '2024-01-01', '2024-03-25') > 0 AS a2;
SELECT i, e.* FROM unnest('{A1,A2}'::text[]) i, explain(i, '2024-04-22') e;
CALL days('2024-04-22', '2024-04-23');
SELECT * FROM explain('A2', '2024-04-24');
-- With a third it is enough for the call, which was not made yet.
SELECT issue_invoice('A', 'A3', 65, '2024-01-01', '2024-04-01') > 0 AS a3;
CALL days('2024-04-24', '2024-04-25');
SELECT * FROM letters WHERE customer = 'A';
-- With claims whose step it is: B1 alone falls back from step 2; with B2, which comes from step 3, it is enough.
SELECT add_customer('B', 'B', policy => 'ages') > 0 AS customer, issue_invoice('B', 'B1', 25, '2024-01-01', '2024-04-20') > 0 AS b1;
SELECT * FROM explain('B1', '2024-04-26');
SELECT issue_invoice('B', 'B2', 5, '2024-01-01', '2024-04-01') > 0 AS b2;
SELECT i, e.* FROM unnest('{B1,B2}'::text[]) i, explain(i, '2024-04-26') e;
-- What stays below counts where it came to, and the reason is that of the furthest step.
SELECT record_payment('B', 10, '2024-04-26', '{B1}') > 0 AS paid;
SELECT invoice, step, fell_from, taken, notice_amount, next_on FROM decide('2024-04-26', ARRAY[(SELECT id FROM customer WHERE number = 'B')]) ORDER BY 1;
CALL days('2024-04-26', '2024-04-26');
SELECT i, e.* FROM unnest('{B1,B2}'::text[]) i, explain(i, '2024-04-27') e;
SELECT * FROM letters WHERE customer = 'B';
-- Each invoice for itself; in another currency; by the share, which claims of a lower step bring up.
SELECT set_policy('each', '{due+1 email reminder,due+5 email final_notice,due+9 phone call}', 'by_age', 'invoice', step_minimums => '{0,30,100}') > 0 AS made,
       set_policy('half', '{due+1 email reminder,due+5 email final_notice,due+9 phone call}', 'by_age', minimum_share => 0.5) > 0 AS made_half,
       set_policy('announced', '{due-3 email upcoming,due+5 email reminder}', 'by_age', step_minimums => '{0,50}') > 0 AS made_announced,
       set_policy('in turn', '{due+1 email reminder,due+5 email final_notice}', step_minimums => '{50,0}') > 0 AS made_in_turn,
       set_policy('both', '{due+1 email reminder,due+5 email final_notice}', 'by_age', step_minimums => '{30,0}', minimum_share => 0.5) > 0 AS made_both;
SELECT count(add_customer(c, c, policy => p)) AS customers FROM (VALUES ('E', 'each'), ('H', 'half'), ('U', 'announced'), ('T', 'in turn'), ('S', 'both')) v(c, p);
SELECT count(issue_invoice(c, n, amount, '2024-01-01', due::date, currency)) AS invoices
  FROM (VALUES ('E', 'E1', 60, '2024-04-01', 'EUR'), ('E', 'E2', 60, '2024-04-01', 'EUR'), ('E', 'E3', 10, '2024-04-01', 'EUR'), ('E', 'E4', 10, '2024-04-01', 'USD'),
               ('H', 'H1', 10, '2024-04-01', 'EUR'), ('H', 'H2', 60, '2024-04-25', 'EUR'), ('H', 'H3', 70, '2024-12-31', 'EUR'),
               -- An announcement has lapsed; by turns no lower step is left; the first of two reasons, that of the furthest step.
               ('U', 'U1', 20, '2024-04-01', 'EUR'), ('U', 'U2', 20, '2024-04-29', 'EUR'), ('T', 'T1', 20, '2024-04-01', 'EUR'),
               ('S', 'S1', 20, '2024-04-01', 'EUR'), ('S', 'S2', 80, '2024-12-31', 'EUR')) v(c, n, amount, due, currency);
SELECT i, e.* FROM unnest('{E1,E2,E3,E4,H1,H2,H3,U1,U2,T1,S1}'::text[]) i, explain(i, '2024-04-28') e;
SELECT record_payment('H', 1, '2024-04-28', '{H2}') > 0 AS too_little;
SELECT i, e.* FROM unnest('{H1,H2}'::text[]) i, explain(i, '2024-04-28') e;
-- A simulation falls as the runs do.
CREATE TEMPORARY TABLE simulated AS SELECT day, currency, step, action, sum(notices)::bigint AS notices, sum(claims)::bigint AS claims, sum(amount) AS amount FROM simulate(NULL, '2024-04-28', '2024-05-10') WHERE step IS NOT NULL GROUP BY 1, 2, 3, 4;
CALL days('2024-04-28', '2024-05-10');
SELECT * FROM letters WHERE issued_on >= '2024-04-28';
SELECT count(*) = 5 AS rows, bool_and(s = r) AS same
  FROM simulated s FULL JOIN (SELECT n.issued_on AS day, n.currency, n.step, n.action, count(*) AS notices, sum((SELECT count(*) FROM notice_line l WHERE l.notice_id = n.id AND l.taken))::bigint AS claims, sum(n.amount) AS amount
                                FROM notice n WHERE n.issued_on >= '2024-04-28' GROUP BY 1, 2, 3, 4) r USING (day, currency, step, action);

-- The list of reasons is closed; each is produced by a claim of its own.
SELECT set_policy('reasons', '{due+1 email reminder,due+5 email final_notice}', min_interval => 10, send_days => '{1,2,3,4,5}') > 0 AS made, set_policy('away', '{due+1 agency hand_over}') > 0 AS away,
       set_policy('once', '{due+1 email reminder}') > 0 AS once, set_policy('least', '{due+1 email reminder}', minimum_amount => 20) > 0 AS least, set_policy('share', '{due+1 email reminder}', minimum_share => 0.5) > 0 AS share;
INSERT INTO customer (number, name, policy) VALUES ('no_policy', 'x', 'nonesuch'), ('in_collection', 'x', 'away'), ('no_step_left', 'x', 'once'), ('not_due', 'x', 'once'), ('hold', 'x', 'once'),
    ('min_interval', 'x', 'reasons'), ('not_sending_day', 'x', 'reasons'), ('net_credit', 'x', 'once'), ('below_minimum', 'x', 'least'), ('below_share', 'x', 'share');
SELECT count(issue_invoice(c.number, c.number, 10, '2024-03-01', CASE c.number WHEN 'not_due' THEN '2024-07-01' WHEN 'below_minimum' THEN '2024-05-31' WHEN 'below_share' THEN '2024-05-31' WHEN 'net_credit' THEN '2024-05-31'
                                                                      WHEN 'hold' THEN '2024-05-31' WHEN 'not_sending_day' THEN '2024-05-31' WHEN 'min_interval' THEN '2024-05-22' ELSE '2024-03-31' END::date)) AS issued FROM customer c WHERE c.name = 'x';
SELECT hold(invoice => 'hold', from_on => '2024-05-31', until_on => '2024-06-30', reason => 'asked for a copy') > 0 AS held, record_payment('net_credit', 10, '2024-05-31', '{}') > 0 AS paid,
       issue_invoice('below_share', 'later', 1000, '2024-03-01', '2024-12-31') > 0 AS later;
CALL days('2024-05-20', '2024-05-31');
-- On Saturday.
SELECT i, e.* FROM unnest('{no_policy,in_collection,no_step_left,not_due,hold,min_interval,not_sending_day,net_credit,below_minimum,below_share}'::text[]) i, explain(i, '2024-06-01') e ORDER BY 1, 2;
SELECT count(*) AS not_produced FROM unnest('{no_policy,in_collection,no_step_left,not_due,hold,min_interval,not_sending_day,net_credit,below_minimum,below_share}'::text[]) r WHERE NOT EXISTS (SELECT FROM explain(r, '2024-06-01') e WHERE e.reason = r);
SELECT DISTINCT r AS not_in_the_list FROM generate_series(date '2024-05-20', '2024-07-20', '1 day') d, customer c, decide(d::date, ARRAY[c.id]) x, unnest(x.reasons) r
 WHERE (c.name = 'x' OR c.number IN ('A', 'C')) AND r <> ALL ('{no_policy,in_collection,no_step_left,not_due,hold,min_interval,not_sending_day,net_credit,below_minimum,below_share}');

-- All that apply are named, though each alone would be enough: held beside, issued lately, on a Saturday, too little; or covered by what is on account.
SELECT set_policy('several', '{due-1 email upcoming,due+1 email reminder}', minimum_amount => 20, min_interval => 10, send_days => '{1,2,3,4,5}') > 0 AS made, add_customer('several', 'y', policy => 'several') > 0 AS added,
       issue_invoice('several', 'N1', 10, '2024-05-25', '2024-05-31') > 0 AS n1,
       hold(invoice => 'N1', from_on => '2024-05-31', until_on => '2024-06-10', amount => 2) > 0 AS part;
-- What would be announced, but not today, does not count in what is owed: no minimum keeps it.
SELECT set_policy('waiting', '{due-1 email upcoming,due+1 email reminder}', minimum_amount => 20, min_interval => 10) > 0 AS made, add_customer('announced', 'y', policy => 'several') > 0 AS a1, add_customer('waiting', 'y', policy => 'waiting') > 0 AS a2;
SELECT issue_invoice('announced', 'N2', 100, '2024-05-01', '2024-06-02') > 0 AS n2, issue_invoice('waiting', 'N3', 100, '2024-05-25', '2024-06-02') > 0 AS n3;
SELECT i, e.* FROM unnest('{N1,N2,N3}'::text[]) i, explain(i, '2024-06-01') e;
SELECT record_payment('several', 10, '2024-06-01', '{}') > 0 AS on_account;
SELECT e.* FROM explain('N1', '2024-06-01') e;

SELECT * FROM minimums.verify();
RESET search_path;
SELECT debiteur.drop_ledger('minimums', true);
