--
-- simulate: what advance() would do on days to come, and on days that are past
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('simulate', time_zone => 'UTC');
SET search_path = simulate, debiteur;
SELECT add_customer('C1', 'Bakkerij Jansen') > 0 AS c1;
SELECT issue_invoice('C1', 'F1', 100, '2024-01-01') > 0 AS f1, issue_invoice('C1', 'F2', 50, '2024-01-09') > 0 AS f2;
SELECT hold(invoice => 'F2', from_on => '2024-02-01', until_on => '2024-02-20', kind => 'manual') > 0 AS held;
SELECT set_policy('brisk', '{due+1 email reminder,due+10 phone call,prev+7 agency hand_over}') > 0 AS made;
SELECT * FROM simulate(NULL, '2024-01-20', '2024-03-20');
SELECT * FROM simulate('brisk', '2024-01-20', '2024-03-20');
SELECT * FROM compare_policies('{brisk,NULL}', '2024-01-20', '2024-03-20');
-- Nothing is written: a read-only transaction is enough.
BEGIN READ ONLY;
SELECT sum(notices) AS notices FROM simulate(NULL, '2024-01-20', '2024-03-20');
COMMIT;
SELECT (SELECT count(*) FROM notice) AS notices, (SELECT count(*) FROM run) AS runs, (SELECT sum(step) FROM invoice) AS steps;
SELECT * FROM simulate('nobody''s', '2024-01-20', '2024-03-20');
SELECT * FROM simulate(NULL, '2024-01-20', '2024-01-19');
SELECT * FROM simulate(NULL, NULL, '2024-01-19');
SELECT * FROM simulate(NULL, '2024-01-20', 'infinity');
SELECT * FROM simulate(NULL, '2024-01-20', '2044-01-19');
SELECT * FROM simulate(NULL, '2024-01-20', '2024-01-21', 'perhaps');
SELECT * FROM compare_policies(NULL, '2024-01-20', '2024-03-20');
SELECT * FROM simulate.verify();
SELECT debiteur.drop_ledger('simulate', true);

-- What is handed over counts, where a credit note belongs to it, or a share of all that is open is wanted; from the first day, and from one after it.
SELECT debiteur.create_ledger('simulate', time_zone => 'UTC');
SELECT set_policy('default', '{due+1 email reminder,prev+5 agency hand_over}') > 0 AS made, add_customer('C1', 'Credited') > 0 AS c1, add_customer('C2', 'Shared') > 0 AS c2;
SELECT issue_invoice('C1', 'K1', 100, '2024-01-01') > 0 AS k1, issue_invoice('C1', 'K2', 50, '2024-01-11') > 0 AS k2;
SELECT record_payment('C1', 100, '2024-01-12', '{K1}') AS payment \gset
SELECT issue_credit_note('C1', 'N1', 60, 'K1', '2024-01-13') > 0 AS n1, reverse_payment(:payment, '2024-01-14') > 0 AS reversed;
SELECT day, action, reason, claims, amount FROM simulate(NULL, '2024-02-01', '2024-02-12');
CALL advance('2024-02-01');
CALL advance('2024-02-06');
SELECT day, action, reason, claims, amount FROM simulate(NULL, '2024-02-08', '2024-02-12');
CALL advance('2024-02-12');
-- The minimum is compared with all that is overdue, due on the day or not, and nothing else of a customer without credits.
SELECT set_policy('minimum', '{due+1 email reminder,due+20 letter final_notice}', minimum_amount => 50) > 0 AS made, add_customer('C3', 'Small', policy => 'minimum') > 0 AS c3;
SELECT issue_invoice('C3', 'M1', 30, '2024-01-01', '2024-01-31') > 0 AS m1, issue_invoice('C3', 'M2', 15, '2024-01-01', '2024-02-02') > 0 AS m2, issue_invoice('C3', 'M3', 10, '2024-01-01', '2024-02-20') > 0 AS m3;
SELECT day, step, action, reason, notices, claims, amount FROM simulate('minimum', '2024-02-13', '2024-03-12') WHERE day IN ('2024-02-21', '2024-03-11', '2024-03-12') OR step IS NOT NULL;
SELECT set_policy('share', '{due+1 email reminder,prev+5 agency hand_over}', minimum_share => 0.4) > 0 AS made, assign_policy('share', customer => 'C2') > 0 AS assigned;
SELECT issue_invoice('C2', 'S1', 100, '2024-02-01') > 0 AS s1, issue_invoice('C2', 'S2', 50, '2024-02-11') > 0 AS s2;
SELECT day, action, reason, claims, amount FROM simulate(NULL, '2024-03-03', '2024-03-13') WHERE amount <> 50 OR reason IS NOT NULL;
SELECT * FROM simulate.verify();
SELECT debiteur.drop_ledger('simulate', true);

--
-- A random ledger is simulated, and then really advanced, day by day.
--
SELECT debiteur.create_ledger('simulate', time_zone => 'UTC', terms => 'net 14');
SELECT set_policy('short', '{due+1 email reminder,due+9 letter final_notice,prev+3bd phone call,prev+7 agency hand_over}', 'by_age', 'invoice', 20, 3, send_days => '{1,2,3,4,5}') > 0 AS made,
       set_policy('wide', '{due-5 email upcoming,due+3 email reminder,due+6 letter final_notice,prev+9 letter default_notice}', 'one_step', 'customer', 40, 2, 'following') > 0 AS made;
SELECT count(add_customer('R' || n, 'Random ' || n, policy => (ARRAY['short', 'wide'])[n % 3])) AS customers FROM generate_series(1, 30) n;
SELECT setseed(0.25);
SELECT count(issue_invoice('R' || 1 + floor(random() * 30)::int, 'X' || n, ceil(random() * 200)::numeric, date '2024-03-01' + n / 6, currency => (ARRAY['EUR', 'EUR', 'USD'])[1 + floor(random() * 3)::int])) AS invoices
  FROM generate_series(1, 360) n;

CREATE FUNCTION pay(day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    claim simulate.invoice;
    payer text;
    choice float8 := random();
BEGIN
    SELECT i.* INTO claim FROM simulate.invoice i WHERE i.open_amount > 0 AND i.issued_on <= day AND debiteur.is_open(i.status) ORDER BY random() LIMIT 1;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT c.number INTO payer FROM simulate.customer c WHERE c.id = claim.customer_id;
    IF choice < 0.5 THEN
        PERFORM simulate.record_payment(payer, claim.open_amount, day, ARRAY[claim.number], claim.currency);
    ELSIF choice < 0.7 THEN
        PERFORM simulate.record_payment(payer, ceil(claim.open_amount / 3), day, ARRAY[claim.number], claim.currency);
    ELSIF choice < 0.8 THEN
        PERFORM simulate.record_payment(payer, ceil(claim.open_amount / 3), day, '{}', claim.currency);
    ELSIF choice < 0.9 THEN
        PERFORM simulate.issue_credit_note(payer, 'N' || nextval('simulate.invoice_id_seq'), ceil(claim.open_amount / 2), issued_on => day, currency => claim.currency);
    ELSE
        PERFORM simulate.allocate(p.id, posted_on => day) FROM simulate.payment p WHERE p.unallocated > 0 AND p.customer_id = claim.customer_id;
    END IF;
    IF random() < 0.25 THEN
        SELECT i.* INTO claim FROM simulate.invoice i
         WHERE i.open_amount > 0 AND i.issued_on <= day AND i.status IN ('open', 'overdue') AND NOT EXISTS (SELECT FROM simulate.hold h WHERE h.invoice_id = i.id) ORDER BY random() LIMIT 1;
        PERFORM simulate.agree_plan(simulate.instalment_dates(day + 1 + floor(random() * 9)::int, 3, '9 days'), invoices => ARRAY[claim.number], from_on => day,
                                    remind_before => 1 + floor(random() * 5)::int, remind_after => 1 + floor(random() * 3)::int, broken_after_days => floor(random() * 9)::int);
    END IF;
    IF random() < 0.4 THEN
        PERFORM simulate.pay_plan(h.plan_id, day, 1) FROM (SELECT * FROM simulate.hold h WHERE h.plan_id IS NOT NULL AND h.during @> day ORDER BY random() LIMIT 1) h;
    END IF;
END $$;
CREATE FUNCTION pay_plan(of_plan bigint, day date, until_number int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM simulate.record_payment(p.customer, n.amount, day, p.invoices, p.currency)
       FROM simulate.plans(day) p
       JOIN (SELECT sum(n.open_amount) AS amount FROM simulate.instalments(day, of_plan) n WHERE n.number <= until_number) n ON n.amount > 0
      WHERE p.plan = of_plan;
END $$;
\getenv abs_srcdir PG_ABS_SRCDIR
\set days :abs_srcdir '/test/days.sql'
\i :days
CREATE VIEW issued AS
SELECT n.issued_on AS day, n.currency, n.step, n.channel, n.action, count(*) AS notices, coalesce(sum(l.taken), 0)::bigint AS claims, sum(n.amount) AS amount
  FROM notice n LEFT JOIN (SELECT notice_id, count(*) FILTER (WHERE taken) AS taken FROM notice_line GROUP BY 1) l ON l.notice_id = n.id GROUP BY 1, 2, 3, 4, 5;
CREATE VIEW skipped AS
SELECT r.as_of AS day, s.key AS reason, s.value::bigint AS claims FROM run r, jsonb_each_text(r.skipped) s;

DO $$ BEGIN
    FOR n IN 0 .. 59 LOOP
        PERFORM simulate.pay(date '2024-03-01' + n) FROM generate_series(1, 3);
        CALL simulate.days(date '2024-03-01' + n, date '2024-03-01' + n);
    END LOOP;
END $$;
SELECT count(*) > 150 AS notices, count(DISTINCT action) AS actions, count(*) FILTER (WHERE action = 'instalment_upcoming') > 20 AS announced, count(*) FILTER (WHERE action = 'instalment_late') > 20 AS asked_for FROM notice;

-- What the agency was told last is open; what it was never told is open since the hand-over.
SELECT count(*) > 10 AS with_agency, count(m.invoice) > 0 AS told, count(*) FILTER (WHERE i.open_amount <> coalesce(m.open_amount, h.open_amount)) AS wrong
  FROM invoice i
  JOIN LATERAL (SELECT l.open_amount, n.id FROM notice_line l JOIN notice n ON n.id = l.notice_id WHERE l.invoice_id = i.id AND l.taken AND n.action = 'hand_over' ORDER BY n.id DESC LIMIT 1) h ON true
  LEFT JOIN (SELECT DISTINCT ON (payload->>'invoice') payload->>'invoice' AS invoice, (payload->>'open_amount')::numeric AS open_amount
               FROM outbox WHERE topic = 'open_amount' ORDER BY payload->>'invoice', id DESC) m ON m.invoice = i.number
 WHERE i.status = 'in_collection';

-- The past, replayed from the first day, and from one in between: the notices that there were.
CREATE TEMPORARY TABLE replayed AS SELECT day, currency, step, channel, action, notices, claims, amount FROM simulate(NULL, '2024-03-01', '2024-04-29', 'actual') WHERE reason IS NULL;
SELECT count(*) AS replayed_otherwise FROM ((TABLE replayed EXCEPT ALL TABLE issued) UNION ALL (TABLE issued EXCEPT ALL TABLE replayed)) d;
CREATE TEMPORARY TABLE replayed_late AS SELECT day, currency, step, channel, action, notices, claims, amount FROM simulate(NULL, '2024-04-05', '2024-04-29', 'actual') WHERE reason IS NULL;
SELECT count(*) AS replayed_otherwise FROM ((TABLE replayed_late EXCEPT ALL SELECT * FROM issued WHERE day >= '2024-04-05') UNION ALL (SELECT * FROM issued WHERE day >= '2024-04-05' EXCEPT ALL TABLE replayed_late)) d;

-- The days to come. What was held back is as the runs say, but for claims on hold that these look at once more, to mark them as overdue.
SELECT count(hold(invoice => number, kind => 'manual', from_on => date '2024-05-01' + (id % 9)::int, until_on => date '2024-05-20' + (id % 9)::int)) > 10 AS holds FROM invoice WHERE id % 11 = 0 AND status IN ('open', 'overdue') AND kind = 'invoice';
SELECT count(hold(customer => number, kind => 'manual', from_on => '2024-05-03', until_on => '2024-05-13')) AS holds FROM customer WHERE id % 10 = 4;
SELECT count(agree_plan(instalment_dates(date '2024-05-02' + (i.id % 7)::int, 4, '12 days'), invoices => ARRAY[i.number], from_on => date '2024-04-30' + (i.id % 3)::int, broken_after_days => 3)) > 10 AS plans
  FROM (SELECT * FROM invoice i WHERE i.open_amount > 0 AND i.status IN ('open', 'overdue') AND NOT EXISTS (SELECT FROM hold h WHERE h.invoice_id = i.id) ORDER BY i.id % 5, i.id LIMIT 20) i;
CREATE TEMPORARY TABLE simulated AS SELECT NULL::text AS policy, * FROM simulate(NULL, '2024-04-30', '2024-06-30');
INSERT INTO simulated SELECT 'wide', * FROM simulate('wide', '2024-04-30', '2024-06-30');
INSERT INTO simulated SELECT 'behaviour', * FROM simulate(NULL, '2024-04-30', '2024-06-30', 'behaviour');
CREATE VIEW to_come AS SELECT * FROM issued WHERE day >= '2024-04-30';
CREATE FUNCTION differ(of text) RETURNS TABLE (days bigint, notices numeric, differ bigint) LANGUAGE sql AS $$
    WITH s AS (SELECT day, currency, step, channel, action, notices, claims, amount FROM simulated WHERE policy IS NOT DISTINCT FROM of AND reason IS NULL)
    SELECT (SELECT count(DISTINCT day) FROM s), (SELECT sum(notices) FROM s),
           (SELECT count(*) FROM ((TABLE s EXCEPT ALL TABLE to_come) UNION ALL (TABLE to_come EXCEPT ALL TABLE s)) d)
$$;

BEGIN;
CALL days('2024-04-30', '2024-06-30');
SELECT days > 40 AS days, notices > 150 AS notices, differ FROM differ(NULL);
SELECT reason, simulated > 20 AS some, CASE reason WHEN 'hold' THEN really - simulated BETWEEN 0 AND 5 ELSE simulated = really END AS as_run
  FROM (SELECT reason, sum(claims) AS simulated FROM simulated WHERE policy IS NULL AND reason IS NOT NULL GROUP BY 1) s
  FULL JOIN (SELECT reason, sum(claims) AS really FROM skipped WHERE day >= '2024-04-30' GROUP BY 1) r USING (reason) ORDER BY 1;
ROLLBACK;

-- One policy for all: claims under another one begin anew.
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE customer SET policy = 'wide';
UPDATE invoice i SET policy_id = NULL, step = 0, noticed_on = NULL FROM policy p WHERE p.id = i.policy_id AND p.name <> 'wide' AND i.status IN ('open', 'overdue') AND kind = 'invoice';
UPDATE invoice SET next_on = greatest(issued_on, '2024-04-30') WHERE status IN ('open', 'overdue') AND kind = 'invoice';
SET LOCAL session_replication_role = origin;
SELECT remind_anew(array_agg(id)) FROM customer;
CALL days('2024-04-30', '2024-06-30');
SELECT days > 30 AS days, notices > 100 AS notices, differ FROM differ('wide');
ROLLBACK;

-- Everybody pays as he has paid so far, and keeps his plans; the mean once more, with plain sums.
BEGIN;
CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT DISTINCT plan_id FROM hold WHERE plan_id IS NOT NULL AND upper(during) > '2024-04-30';
CREATE TEMPORARY TABLE habit ON COMMIT DROP AS
SELECT c.id, round(coalesce((SELECT sum(i.amount * (i.closed_on - i.due_on)) / sum(i.amount) FROM invoice i WHERE i.customer_id = c.id AND i.status = 'paid' AND i.kind = 'invoice'),
                            (SELECT sum(i.amount * (i.closed_on - i.due_on)) / sum(i.amount) FROM invoice i WHERE i.status = 'paid' AND i.kind = 'invoice')))::int AS days_late FROM customer c;
CREATE TEMPORARY TABLE payer ON COMMIT DROP AS
SELECT i.number, c.number AS customer, i.currency, i.open_amount, i.due_on + h.days_late AS day
  FROM invoice i JOIN habit h ON h.id = i.customer_id JOIN customer c ON c.id = i.customer_id
 WHERE NOT EXISTS (SELECT FROM hold k WHERE k.invoice_id = i.id AND k.plan_id IS NOT NULL AND upper(k.during) > '2024-04-30') AND i.kind = 'invoice' AND i.status IN ('open', 'overdue') AND i.due_on + h.days_late BETWEEN '2024-04-30' AND '2024-06-30';
SELECT count(*) > 40 AS paying, count(DISTINCT day) > 10 AS days FROM payer;
DO $$ BEGIN
    FOR n IN 0 .. 61 LOOP
        PERFORM simulate.record_payment(p.customer, p.open_amount, p.day, ARRAY[p.number], p.currency) FROM payer p WHERE p.day = date '2024-04-30' + n;
        PERFORM simulate.pay_plan(k.plan_id, date '2024-04-30' + n, (SELECT max(i.number) FROM simulate.instalment i WHERE i.plan_id = k.plan_id AND i.due_on <= date '2024-04-30' + n)) FROM kept k;
        CALL simulate.days(date '2024-04-30' + n, date '2024-04-30' + n);
    END LOOP;
END $$;
SELECT days > 20 AS days, notices > 50 AS notices, differ FROM differ('behaviour');
ROLLBACK;

-- Slices of the customers, at the same time in parallel workers: in sum the same.
CREATE VIEW slices AS
SELECT NULL AS policy, day, currency, step, channel, action, reason, sum(notices)::bigint AS notices, sum(claims)::bigint AS claims, sum(amount) AS amount
  FROM (SELECT * FROM simulate_customers(0, 11, NULL, '2024-04-30', '2024-06-30', 'none', NULL) UNION ALL SELECT * FROM simulate_customers(12, 13, NULL, '2024-04-30', '2024-06-30', 'none', NULL)
        UNION ALL SELECT * FROM simulate_customers(14, 1000, NULL, '2024-04-30', '2024-06-30', 'none', NULL)) s GROUP BY 2, 3, 4, 5, 6, 7;
CREATE FUNCTION plan() RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) TABLE simulate.slices'; END $$;
SET max_parallel_workers_per_gather = 2;
SELECT count(*) AS parallel FROM plan() line WHERE line LIKE '%Parallel Append%';
SELECT (SELECT count(*) FROM slices) > 100 AS rows, count(*) AS differ
  FROM (((SELECT * FROM simulated WHERE policy IS NULL) EXCEPT ALL TABLE slices) UNION ALL (TABLE slices EXCEPT ALL (SELECT * FROM simulated WHERE policy IS NULL))) d;
RESET max_parallel_workers_per_gather;
-- Again, and for a shorter time: the same; and side by side.
SELECT count(*) AS differ FROM (SELECT * FROM simulate(NULL, '2024-04-30', '2024-05-30') EXCEPT ALL SELECT day, currency, step, channel, action, reason, notices, claims, amount FROM simulated WHERE policy IS NULL) d;
SELECT policy, notices = (SELECT sum(s.notices) FROM simulated s WHERE s.policy IS NOT DISTINCT FROM p.policy AND s.currency = p.currency) AS as_simulated, handed_over > 0 AS handed_over
  FROM compare_policies('{NULL,wide}', '2024-04-30', '2024-06-30') p ORDER BY 1;
SELECT * FROM simulate.verify();
SELECT debiteur.drop_ledger('simulate', true);
