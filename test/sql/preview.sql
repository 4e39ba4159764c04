--
-- preview: shows, before it is run, what advance() then writes
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('preview', time_zone => 'UTC');
SET search_path = preview, debiteur;
SELECT add_customer('C1', 'Bakkerij Jansen') > 0 AS c1, add_customer('C2', 'Acme') > 0 AS c2;
SELECT issue_invoice('C1', 'F1', 100, '2024-01-01') > 0 AS f1, issue_invoice('C1', 'F2', 50, '2024-01-09') > 0 AS f2, issue_invoice('C2', 'F3', 70, '2024-01-08', currency => 'USD') > 0 AS f3;
SELECT draft, customer, name, currency, policy, step, channel, action, lead, amount, claims FROM preview('2024-02-07');
SELECT draft, line.* FROM preview('2024-02-07'), jsonb_to_recordset(lines) AS line(invoice text, due_on date, days_late int, open_amount numeric, asked numeric, taken boolean) ORDER BY 1, 2;
SELECT draft, customer, step, amount, claims FROM preview('2024-02-08');
SELECT draft, customer, step, amount, claims FROM preview('2024-02-08', 'C1');
-- A read-only transaction is enough; nobody is written to.
BEGIN READ ONLY;
SELECT count(*) AS drafts FROM preview('2024-02-08');
COMMIT;
SELECT count(*) AS notices, count(*) FILTER (WHERE step > 0) AS steps FROM notice;
SELECT * FROM preview(NULL);
SELECT * FROM preview('infinity');
SELECT * FROM preview('2024-02-08', 'nobody');

-- A random ledger, advanced day by day: before each run, the notices that it then writes, line by line.
SELECT set_policy('short', '{due+1 email reminder,due+9 letter final_notice,prev+3bd phone call,prev+7 agency hand_over}', 'by_age', 'invoice', 20, 3, send_days => '{1,2,3,4,5}') > 0 AS made,
       set_policy('wide', '{due-5 email upcoming,due+3 email reminder,due+6 letter final_notice,prev+9 letter default_notice}', 'one_step', 'customer', 40, 2, 'following') > 0 AS made;
SELECT count(add_customer('R' || n, 'Random ' || n, policy => (ARRAY['short', 'wide'])[n % 3])) AS customers FROM generate_series(1, 40) n;
SELECT setseed(0.5);
SELECT count(issue_invoice('R' || 1 + floor(random() * 40)::int, 'X' || n, ceil(random() * 200)::numeric, date '2024-03-01' + n / 8, currency => (ARRAY['EUR', 'EUR', 'USD'])[1 + floor(random() * 3)::int],
                           terms => 'net 14')) AS invoices FROM generate_series(1, 400) n;
CREATE TABLE written (as_of date, drafts bigint, lines bigint, differ bigint);
CREATE FUNCTION some_posting(day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    claim preview.invoice;
    choice float8 := random();
BEGIN
    SELECT * INTO claim FROM preview.invoice i WHERE i.open_amount > 0 AND i.issued_on <= day AND debiteur.is_open(i.status) ORDER BY random() LIMIT 1;
    CASE WHEN claim.id IS NULL THEN
        NULL;
    WHEN choice < 0.4 THEN
        PERFORM preview.record_payment(c.number, claim.open_amount, day, ARRAY[claim.number], claim.currency) FROM preview.customer c WHERE c.id = claim.customer_id;
    WHEN choice < 0.5 THEN
        PERFORM preview.record_payment(c.number, ceil(claim.open_amount / 3), day, ARRAY[claim.number], claim.currency) FROM preview.customer c WHERE c.id = claim.customer_id;
    WHEN choice < 0.6 THEN
        PERFORM preview.record_payment(c.number, ceil(claim.open_amount / 3), day, '{}', claim.currency) FROM preview.customer c WHERE c.id = claim.customer_id;
    WHEN choice < 0.75 AND NOT EXISTS (SELECT FROM preview.hold h WHERE h.invoice_id = claim.id) THEN
        PERFORM preview.hold(invoice => claim.number, kind => 'manual', from_on => day, until_on => day + 15);
    WHEN choice < 0.85 THEN
        PERFORM preview.issue_credit_note(c.number, 'N' || nextval('preview.invoice_id_seq'), ceil(claim.open_amount / 2), issued_on => day, currency => claim.currency) FROM preview.customer c WHERE c.id = claim.customer_id;
    WHEN claim.status <> 'in_collection' THEN
        PERFORM preview.reschedule(claim.number, greatest(claim.due_on, day) + 6, posted_on => day);
    ELSE
    END CASE;
    IF random() < 0.5 AND claim.status IN ('open', 'overdue') THEN
        BEGIN
            PERFORM preview.agree_plan(preview.instalment_dates(day + 2 + floor(random() * 6)::int, 3, '8 days'), invoices => ARRAY[claim.number], from_on => day,
                                       remind_before => 1 + floor(random() * 5)::int, remind_after => 1 + floor(random() * 3)::int, broken_after_days => floor(random() * 9)::int);
        EXCEPTION WHEN SQLSTATE 'RV009' OR SQLSTATE 'RV018' THEN
            -- It was paid above, or has a plan.
        END;
    END IF;
    IF random() < 0.3 THEN
        PERFORM preview.record_payment(c.number, least(n.open_amount, i.open_amount), day, ARRAY[i.number], i.currency)
           FROM (SELECT * FROM preview.hold h WHERE h.plan_id IS NOT NULL AND h.during @> day ORDER BY random() LIMIT 1) h
           JOIN LATERAL (SELECT * FROM preview.instalments(day, h.plan_id) q WHERE q.open_amount > 0 ORDER BY q.number LIMIT 1) n ON true
           JOIN preview.invoice i ON i.id = h.invoice_id JOIN preview.customer c ON c.id = h.customer_id;
    END IF;
END $$;
DO $$
DECLARE
    last_notice bigint;
    day date;
    progress jsonb;
BEGIN
    FOR n IN 0 .. 100 LOOP
        day := date '2024-03-01' + n;
        PERFORM preview.some_posting(day) FROM generate_series(1, 2);
        -- Now and then a day without a run.
        CONTINUE WHEN random() < 0.15;
        last_notice := (SELECT coalesce(max(o.id), 0) FROM preview.notice o);
        CREATE TEMPORARY TABLE drafted AS
            SELECT p.customer, p.currency, p.policy, p.step, p.channel, p.action, p.lead, p.amount, p.claims, l.* FROM preview.preview(day) p,
                   jsonb_to_recordset(p.lines) AS l(invoice text, due_on date, open_amount numeric, asked numeric, taken boolean, plan bigint, instalment int);
        progress := NULL;
        LOOP
            progress := preview.advance_batch(day, progress, 7);
            EXIT WHEN progress IS NULL;
        END LOOP;
        CREATE TEMPORARY TABLE issued AS
            SELECT c.number AS customer, o.currency, p.name AS policy, o.step, o.channel, o.action, i.number AS lead, o.amount, count(*) OVER (PARTITION BY o.id) AS claims,
                   l.number AS invoice, l.due_on, l.open_amount, l.asked, l.taken, NULL::bigint AS plan, NULL::int AS instalment
              FROM preview.notice o JOIN preview.customer c ON c.id = o.customer_id JOIN preview.policy p ON p.id = o.policy_id JOIN preview.invoice i ON i.id = o.lead_id
              JOIN preview.notice_line l ON l.notice_id = o.id WHERE o.id > last_notice
            UNION ALL
            SELECT c.number, o.currency, NULL, NULL, o.channel, o.action, i.number, o.amount, 0, NULL, n.due_on, n.open_amount, o.amount, NULL, o.plan_id, o.instalment
              FROM preview.notice o JOIN preview.customer c ON c.id = o.customer_id JOIN preview.invoice i ON i.id = o.lead_id
              JOIN LATERAL preview.instalments(day, o.plan_id) n ON n.number = o.instalment WHERE o.id > last_notice;
        INSERT INTO preview.written
        SELECT day, (SELECT count(DISTINCT (customer, currency, policy, step, lead, instalment)) FROM drafted), (SELECT count(*) FROM drafted),
               (SELECT count(*) FROM ((TABLE drafted EXCEPT ALL TABLE issued) UNION ALL (TABLE issued EXCEPT ALL TABLE drafted)) d);
        DROP TABLE drafted, issued;
    END LOOP;
END $$;
SELECT count(*) > 60 AS runs, sum(drafts) > 300 AS notices, sum(lines) > sum(drafts) AS lines, sum(differ) AS differ FROM written;
-- Every kind of it was there: listed beside, partly open, each policy.
SELECT count(*) FILTER (WHERE NOT taken) > 20 AS listed, count(*) FILTER (WHERE open_amount < amount) > 20 AS partly_open FROM notice_line;
SELECT o.action, count(*) > 10 AS notices FROM notice o JOIN instalment n ON n.plan_id = o.plan_id AND n.number = o.instalment GROUP BY 1 ORDER BY 1;
SELECT p.name, count(*) > 30 AS notices FROM notice o JOIN policy p ON p.id = o.policy_id WHERE p.name <> 'default' GROUP BY 1 ORDER BY 1;
-- The leading claim: the oldest due, then the largest, then the first.
SELECT add_customer('C3', 'De Boer') > 0 AS c3;
SELECT count(issue_invoice('C3', n, a, '2025-01-01', d)) AS issued
  FROM (VALUES ('L1', 10, date '2025-01-31'), ('L2', 30, '2025-01-31'), ('L3', 30, '2025-01-31'), ('L4', 90, '2025-02-01'), ('L5', 90, '2025-01-31')) v(n, a, d);
SELECT record_payment('C3', 80, '2025-01-10', '{L5}') > 0 AS little_is_open;
SELECT lead, claims FROM preview('2025-02-07', 'C3');
SELECT record_payment('C3', 30, '2025-01-10', '{L2}') > 0 AS paid;
SELECT lead, claims FROM preview('2025-02-07', 'C3');
SELECT * FROM preview.verify();
SELECT debiteur.drop_ledger('preview', true);
