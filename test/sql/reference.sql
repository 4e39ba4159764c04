--
-- reference: random histories, dunned by advance() and by a second computation
-- of the same rules that shares no code with it (test/reference.sql)
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET client_min_messages = warning;
\getenv abs_srcdir PG_ABS_SRCDIR
\set reference :abs_srcdir '/test/reference.sql'
SELECT debiteur.create_ledger(n) FROM unnest('{large,small,second,third}'::text[]) n;
-- The second computation, into each of them.
\set ECHO none
SET search_path = large, debiteur;
\i :reference
SET search_path = small, debiteur;
\i :reference
SET search_path = second, debiteur;
\i :reference
SET search_path = third, debiteur;
\i :reference
\set ECHO all
-- The same history in batches of all claims and of one claim; two others.
SET search_path = large, debiteur;
SELECT setseed(0.4);
SELECT begin_history(8);
CALL run_history('2024-01-01', '2024-04-10', 1000);
SELECT * FROM difference ORDER BY run, what, detail LIMIT 10;
SELECT * FROM broken_rule;
SET search_path = small, debiteur;
SELECT setseed(0.4);
SELECT begin_history(8);
CALL run_history('2024-01-01', '2024-04-10', 1);
SELECT * FROM difference ORDER BY run, what, detail LIMIT 10;
SELECT * FROM broken_rule;
SET search_path = second, debiteur;
SELECT setseed(0.5);
SELECT begin_history(8);
CALL run_history('2024-01-01', '2024-04-10', 3);
SELECT * FROM difference ORDER BY run, what, detail LIMIT 10;
SELECT * FROM broken_rule;
SET search_path = third, debiteur;
SELECT setseed(0.8);
SELECT begin_history(8);
CALL run_history('2024-01-01', '2024-04-10', 1000);
SELECT * FROM difference ORDER BY run, what, detail LIMIT 10;
SELECT * FROM broken_rule;
-- How a run is cut into batches leaves no trace.
SELECT count(*) AS differ FROM (SELECT * FROM large.written_text EXCEPT ALL SELECT * FROM small.written_text) x;
SELECT count(*) AS differ FROM (SELECT number, status, cycle, step, noticed_on, next_on FROM large.invoice EXCEPT ALL SELECT number, status, cycle, step, noticed_on, next_on FROM small.invoice) x;
SELECT count(*) AS differ FROM (SELECT as_of, notices, steps, overdue, skipped FROM large.run EXCEPT ALL SELECT as_of, notices, steps, overdue, skipped FROM small.run) x;

-- All that is to be compared has happened.
CREATE TEMPORARY TABLE taken AS
SELECT p.catch_up, p.grouped_by, l.cycle, n.action, l.taken, l.due_on - n.issued_on AS before_due
  FROM large.notice_line l JOIN large.notice n ON n.id = l.notice_id JOIN large.policy p ON p.id = n.policy_id
UNION ALL
SELECT p.catch_up, p.grouped_by, l.cycle, n.action, l.taken, l.due_on - n.issued_on
  FROM second.notice_line l JOIN second.notice n ON n.id = l.notice_id JOIN second.policy p ON p.id = n.policy_id
UNION ALL
SELECT p.catch_up, p.grouped_by, l.cycle, n.action, l.taken, l.due_on - n.issued_on
  FROM third.notice_line l JOIN third.notice n ON n.id = l.notice_id JOIN third.policy p ON p.id = n.policy_id;
SELECT count(*) > 250 AS runs, sum(claims) > 3000 AS claims, sum(notices) > 200 AS notices, count(*) FILTER (WHERE day < last_day) > 50 AS of_past_days, sum(fell) > 20 AS fell_back
  FROM (SELECT c.*, max(c.day) OVER (ORDER BY c.run ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS last_day FROM large.compared c UNION ALL
        SELECT c.*, max(c.day) OVER (ORDER BY c.run ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) FROM second.compared c UNION ALL
        SELECT c.*, max(c.day) OVER (ORDER BY c.run ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) FROM third.compared c) x;
SELECT catch_up, grouped_by, count(*) > 20 AS lines, count(*) FILTER (WHERE NOT taken) > 0 AS listed, count(*) FILTER (WHERE cycle > 1) > 0 AS again,
       count(*) FILTER (WHERE before_due >= 0) > 0 AS upcoming, count(*) FILTER (WHERE action = 'hand_over') > 0 AS handed_over
  FROM taken GROUP BY GROUPING SETS (catch_up, grouped_by) ORDER BY 1, 2;
SELECT s.reason, sum(s.n::int) > 10 AS often FROM (SELECT * FROM large.run UNION ALL SELECT * FROM second.run UNION ALL SELECT * FROM third.run) r, jsonb_each_text(r.skipped) s(reason, n) GROUP BY 1 ORDER BY 1;

RESET search_path;
SELECT debiteur.drop_ledger(n, true) FROM unnest('{large,small,second,third}'::text[]) n;
