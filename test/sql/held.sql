--
-- held: a random history of holds, disputes, promises, plans and payments, and
-- the part of each claim that can be dunned computed once more, day by day
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('held', time_zone => 'UTC');
SET search_path = held, debiteur;
SELECT count(set_policy('default', '{due+1 email reminder,due+8 letter final_notice,prev+7 letter default_notice,prev+7 letter escalate,prev+7 letter escalate,prev+7 letter escalate}')) AS made;
SELECT count(add_customer('C' || n, 'Customer ' || n)) AS customers FROM generate_series(1, 5) n;
CREATE TABLE outcome (operation text, code text);
CREATE TABLE fault (as_of date, what text, claim bigint, got text, wanted text);
CREATE TABLE checked (what text, n bigint);

-- Slow and plain: what came in on a claim up to a day, and what was open of it then.
CREATE FUNCTION came_in(claim bigint, day date) RETURNS numeric LANGUAGE sql AS
$$ SELECT coalesce(sum(a.amount), 0) FROM held.allocation a WHERE a.invoice_id = claim AND a.posted_on <= day
      AND (a.kind IN ('payment', 'discount') OR (SELECT o.kind FROM held.allocation o WHERE o.id = a.reverses_id) IN ('payment', 'discount')) $$;
CREATE FUNCTION was_open(claim bigint, day date) RETURNS numeric LANGUAGE sql AS
$$ SELECT i.amount - coalesce((SELECT sum(a.amount) FROM held.allocation a WHERE a.invoice_id = i.id AND a.posted_on <= day), 0) FROM held.invoice i WHERE i.id = claim $$;
-- The first day on which a plan is broken: each evening is looked at.
CREATE FUNCTION plan_broken_on(plan_id bigint) RETURNS date LANGUAGE plpgsql AS $$
DECLARE
    p held.plan;
    evening date;
    due numeric;
    paid numeric;
    owed numeric;
BEGIN
    SELECT * INTO p FROM held.plan WHERE id = plan_id;
    FOR evening IN SELECT p.agreed_on + n FROM generate_series(0, 150) n LOOP
        SELECT sum(i.amount) INTO due FROM held.instalment i WHERE i.plan_id = p.id AND i.due_on + p.broken_after_days <= evening;
        IF due IS NULL THEN CONTINUE; END IF;
        SELECT sum(held.came_in(h.invoice_id, evening) - h.received), sum(held.was_open(h.invoice_id, evening)) INTO paid, owed FROM held.hold h WHERE h.plan_id = p.id;
        -- When it is over, nothing is held until the next morning.
        IF paid < due AND owed > 0 THEN RETURN evening + CASE WHEN evening > (SELECT max(i.due_on) + p.broken_after_days FROM held.instalment i WHERE i.plan_id = p.id) THEN 0 ELSE 1 END; END IF;
    END LOOP;
    RETURN NULL;
END $$;
-- The last day on which each plan holds; filled anew before it is looked at.
CREATE TABLE last_day (plan_id bigint PRIMARY KEY, day date);
CREATE FUNCTION fill_last_day(today date) RETURNS void LANGUAGE sql AS $$
    DELETE FROM held.last_day;
    INSERT INTO held.last_day
    SELECT p.id, CASE WHEN p.ended_on <= today THEN p.ended_on - 1 WHEN l.last_on < today THEN l.last_on ELSE least(l.last_on, p.ended_on - 1, held.plan_broken_on(p.id) - 1) END
      FROM held.plan p CROSS JOIN LATERAL (SELECT max(i.due_on) + p.broken_after_days AS last_on FROM held.instalment i WHERE i.plan_id = p.id) l $$;
-- What of a claim can be dunned on a day: hold by hold.
CREATE FUNCTION free_part(claim bigint, day date) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    h held.hold;
    i held.invoice;
    rest numeric;
BEGIN
    SELECT * INTO i FROM held.invoice WHERE id = claim;
    rest := i.open_amount;
    FOR h IN SELECT * FROM held.hold x WHERE x.customer_id = i.customer_id AND (x.invoice_id IS NULL OR x.invoice_id = i.id) LOOP
        CONTINUE WHEN h.plan_id IS NOT NULL AND (day < lower(h.during) OR day > (SELECT l.day FROM held.last_day l WHERE l.plan_id = h.plan_id));
        CONTINUE WHEN h.plan_id IS NULL AND NOT h.during @> day;
        IF h.amount IS NULL THEN RETURN 0; END IF;
        rest := rest - CASE WHEN h.promise_id IS NULL THEN h.amount ELSE greatest(0, h.amount - greatest(held.came_in(claim, 'infinity') - h.received, 0)) END;
    END LOOP;
    RETURN greatest(rest, 0);
END $$;

-- Before a day is advanced: what decide() says against the slow way; of what is held, that nothing becomes free before next_on.
CREATE FUNCTION check_day(day date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM held.fill_last_day(day);
    CREATE TEMPORARY TABLE d AS SELECT x.*, held.free_part(x.invoice_id, day) AS free FROM held.decide(day) x;
    INSERT INTO held.checked SELECT CASE WHEN free = 0 THEN 'held' WHEN free < open_amount THEN 'part held' ELSE 'free' END, count(*) FROM d GROUP BY 1;
    INSERT INTO held.fault SELECT day, 'asked', invoice_id, asked + credit, free FROM d WHERE asked + credit <> free;
    INSERT INTO held.fault SELECT day, 'hold', invoice_id, reasons::text, free FROM d WHERE ('hold' = ANY (reasons)) <> (free = 0);
    INSERT INTO held.fault SELECT day, 'taken', invoice_id, taken::text, free FROM d WHERE taken AND free = 0;
    -- Resumption: not a day later than something is free, and on that day a hold has ended.
    INSERT INTO held.fault
    SELECT day, 'sleeps', d.invoice_id, d.next_on::text, e.later::text FROM d CROSS JOIN LATERAL (SELECT check_day.day + n AS later FROM generate_series(1, least(d.next_on, check_day.day + 25) - check_day.day - 1) n) e
     WHERE d.step IS NOT NULL AND free = 0 AND coalesce(d.next_on > d.due_on + 1, true) AND held.free_part(d.invoice_id, e.later) > 0;
    INSERT INTO held.fault
    SELECT day, 'wakes', d.invoice_id, d.next_on::text, NULL FROM d
     WHERE d.step IS NOT NULL AND free = 0 AND d.next_on > d.due_on + 1
       AND NOT EXISTS (SELECT FROM held.hold h WHERE h.customer_id = d.customer_id AND coalesce(h.invoice_id, d.invoice_id) = d.invoice_id AND upper(h.during) = d.next_on);
    DROP TABLE d;
END $$;

CREATE FUNCTION any_claim() RETURNS text LANGUAGE sql AS
$$ SELECT i.number FROM held.invoice i WHERE i.kind = 'invoice' ORDER BY (i.open_amount > 0) AND random() < 0.9 DESC, random() LIMIT 1 $$;
CREATE FUNCTION operate(n int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    day date := date '2024-01-01' + n / 8;
    operation text := (ARRAY['issue', 'issue', 'issue', 'pay', 'pay', 'pay', 'pay', 'back', 'reverse', 'credit', 'write off', 'hold', 'hold', 'part', 'part', 'customer', 'release', 'dispute', 'dispute', 'resolve', 'resolve', 'promise', 'promise',
                             'promise all', 'plan', 'plan', 'plan all', 'revise', 'cancel plan'])[1 + floor(random() * 29)::int];
    customer text := 'C' || 1 + floor(random() * 5)::int;
    part numeric := 5 + floor(random() * 60);
    claim text := held.any_claim();
    code text := '00000';
    progress jsonb;
BEGIN
    BEGIN
        CASE operation
            WHEN 'issue' THEN PERFORM issue_invoice(customer, 'I' || n, (20 + floor(random() * 200))::numeric, day, day + 5 + floor(random() * 10)::int);
            WHEN 'pay' THEN PERFORM record_payment(c.number, ceil(i.open_amount * (ARRAY[0.3, 0.5, 1])[1 + floor(random() * 3)::int]), day, ARRAY[claim]) FROM invoice i JOIN customer c ON c.id = i.customer_id WHERE i.number = claim;
            WHEN 'back' THEN PERFORM record_payment(c.number, ceil(i.open_amount / 2), greatest(day - floor(random() * 12)::int, i.issued_on), ARRAY[claim]) FROM invoice i JOIN customer c ON c.id = i.customer_id WHERE i.number = claim;
            WHEN 'reverse' THEN PERFORM reverse_payment((SELECT p.id FROM payment p WHERE p.amount > 0 ORDER BY p.id DESC OFFSET floor(random() * 10) LIMIT 1), day);
            WHEN 'credit' THEN PERFORM issue_credit_note(c.number, 'N' || n, part, claim, greatest(day, i.issued_on)) FROM invoice i JOIN customer c ON c.id = i.customer_id WHERE i.number = claim;
            WHEN 'write off' THEN PERFORM write_off(claim, part, day);
            WHEN 'hold' THEN PERFORM hold(invoice => claim, kind => (ARRAY['manual', 'legal'])[1 + floor(random() * 2)::int], from_on => day + floor(random() * 5)::int, until_on => day + 5 + floor(random() * 20)::int);
            WHEN 'part' THEN PERFORM hold(invoice => claim, kind => (ARRAY['manual', 'legal'])[1 + floor(random() * 2)::int], from_on => day, until_on => CASE WHEN random() < 0.8 THEN day + 5 + floor(random() * 20)::int END, amount => part);
            WHEN 'customer' THEN PERFORM hold(customer, kind => 'legal', from_on => day, until_on => day + floor(random() * 6)::int);
            WHEN 'release' THEN PERFORM release((SELECT h.id FROM hold h ORDER BY h.id DESC OFFSET floor(random() * 12) LIMIT 1), day + floor(random() * 4)::int);
            WHEN 'dispute' THEN PERFORM dispute(claim, 'price', CASE WHEN random() < 0.7 THEN part END, from_on => day);
            WHEN 'resolve' THEN PERFORM resolve_dispute(d.hold_id, o, CASE o WHEN 'partly_granted' THEN 2 END, day) FROM (SELECT * FROM dispute WHERE outcome IS NULL ORDER BY random() LIMIT 1) d, unnest((ARRAY['granted', 'partly_granted', 'rejected'])[1 + floor(random() * 3)::int : 1 + floor(random() * 3)::int]) o LIMIT 1;
            WHEN 'promise' THEN PERFORM promise(day + floor(random() * 12)::int, invoices => ARRAY[claim], amount => CASE WHEN random() < 0.7 THEN part END, from_on => day, tolerance_days => floor(random() * 4)::int);
            WHEN 'promise all' THEN PERFORM promise(day + floor(random() * 12)::int, customer, amount => CASE WHEN random() < 0.7 THEN 3 * part END, from_on => day);
            WHEN 'plan' THEN PERFORM agree_plan(instalment_dates(day + floor(random() * 5)::int, 1 + floor(random() * 4)::int, '6 days'), invoices => ARRAY[claim], from_on => day, broken_after_days => floor(random() * 4)::int, remind_before => 2);
            WHEN 'plan all' THEN PERFORM agree_plan(instalment_dates(day + 3, 3, '5 days'), customer, from_on => day, broken_after_days => 2);
            WHEN 'revise' THEN PERFORM revise_plan((SELECT p.id FROM plan p WHERE p.ended_on IS NULL ORDER BY random() LIMIT 1), instalment_dates(day + 2, 2, '8 days'), from_on => day);
            WHEN 'cancel plan' THEN PERFORM cancel_plan((SELECT p.id FROM plan p WHERE p.ended_on IS NULL ORDER BY random() LIMIT 1), day);
        END CASE;
    EXCEPTION WHEN OTHERS THEN
        code := SQLSTATE;
    END;
    INSERT INTO held.outcome VALUES (operation, code);
    IF n % 8 = 7 THEN
        PERFORM held.check_day(day);
        LOOP
            progress := advance_batch(day, progress);
            EXIT WHEN progress IS NULL;
        END LOOP;
    END IF;
END $$;
SELECT setseed(0.5);
DO $$ BEGIN FOR n IN 0 .. 799 LOOP PERFORM held.operate(n); END LOOP; END $$;

-- All kinds of operations succeeded, and failed only by our own codes; all cases came up, and nothing was wrong.
SELECT operation, count(*) FILTER (WHERE code = '00000') >= 5 AS succeeded FROM outcome GROUP BY 1 ORDER BY 1;
SELECT operation, code FROM outcome WHERE code !~ '^(00000|RV)' GROUP BY 1, 2 ORDER BY 1, 2;
SELECT what, sum(n) >= 20 AS often FROM checked GROUP BY 1 ORDER BY 1;
SELECT what, count(*), min(as_of) AS first, min(claim) AS claim, min(got) AS got, min(wanted) AS wanted FROM fault GROUP BY 1;
-- No claim is held by two of a kind on one day; what is dunned is what was free when it was.
SELECT count(*) AS overlapping FROM hold a JOIN hold b ON a.id < b.id AND a.customer_id = b.customer_id AND a.invoice_id IS NOT DISTINCT FROM b.invoice_id AND a.kind = b.kind AND a.during && b.during;
SELECT count(*) FILTER (WHERE asked <= 0 OR asked > open_amount) AS wrong, count(*) FILTER (WHERE asked < open_amount) > 10 AS parts FROM notice_line;

-- Plans and promises, once more by hand: on every tenth day.
CREATE TABLE plan_state AS
SELECT p.id, d.day, b.broken_on, p.ended_on, p.agreed_on, p.amount,
       (SELECT sum(held.came_in(h.invoice_id, d.day) - h.received) FROM hold h WHERE h.plan_id = p.id) AS came_in, (SELECT sum(held.was_open(h.invoice_id, d.day)) FROM hold h WHERE h.plan_id = p.id) AS open
  FROM plan p CROSS JOIN LATERAL (SELECT plan_broken_on(p.id) AS broken_on) b CROSS JOIN (SELECT date '2024-01-01' + 10 * n AS day FROM generate_series(0, 18) n) d WHERE p.agreed_on <= d.day;
SELECT count(*) > 100 AS plans, count(DISTINCT v.status) AS statuses,
       count(*) FILTER (WHERE v.came_in <> s.came_in OR v.open_amount <> s.open) AS amounts_differ,
       count(*) FILTER (WHERE v.status IS DISTINCT FROM CASE WHEN s.ended_on <= s.day AND EXISTS (SELECT FROM plan r WHERE r.replaces_id = s.id) THEN 'revised'
                                                              WHEN s.broken_on <= s.day AND (s.ended_on IS NULL OR s.broken_on <= s.ended_on) THEN 'broken'
                                                              WHEN s.ended_on <= s.day THEN 'cancelled' WHEN s.open <= 0 OR s.came_in >= s.amount THEN 'fulfilled' ELSE 'active' END) AS statuses_differ
  FROM plan_state s LEFT JOIN LATERAL (SELECT * FROM plans(s.day) q WHERE q.plan = s.id) v ON true;
-- Instalments: money is given to one after the other.
CREATE FUNCTION instalments_by_hand(plan_id bigint, came_in numeric, owed numeric) RETURNS TABLE (number int, open numeric) LANGUAGE plpgsql AS $$
DECLARE
    i held.instalment;
    money numeric := came_in;
    total numeric := (SELECT sum(amount) FROM held.instalment x WHERE x.plan_id = instalments_by_hand.plan_id);
    credited numeric := greatest(total - came_in - owed, 0);
    later numeric;
BEGIN
    FOR i IN SELECT * FROM held.instalment x WHERE x.plan_id = instalments_by_hand.plan_id ORDER BY x.number LOOP
        later := (SELECT coalesce(sum(amount), 0) FROM held.instalment x WHERE x.plan_id = i.plan_id AND x.number > i.number);
        number := i.number;
        open := i.amount - least(greatest(credited - later, 0), i.amount);
        open := least(open - least(money, open), owed);
        owed := owed - open;
        money := money - least(money, i.amount - least(greatest(credited - later, 0), i.amount));
        RETURN NEXT;
    END LOOP;
END $$;
SELECT count(*) > 200 AS instalments, count(*) FILTER (WHERE n.open_amount IS DISTINCT FROM h.open) AS differ, count(DISTINCT n.status) AS statuses,
       count(*) FILTER (WHERE n.status IS DISTINCT FROM CASE WHEN h.open = 0 THEN 'paid' WHEN n.due_on < s.day THEN 'late' WHEN n.paid > 0 THEN 'partly' ELSE 'due' END) AS statuses_differ
  FROM plan_state s CROSS JOIN LATERAL instalments_by_hand(s.id, s.came_in, s.open) h
  LEFT JOIN LATERAL instalments(s.day, s.id) n ON n.number = h.number;
CREATE TABLE promise_state AS
SELECT p.*, d.day, least(d.day, p.until_on) AS last,
       (SELECT sum(held.came_in(h.invoice_id, least(d.day, p.until_on)) - h.received) FROM hold h WHERE h.promise_id = p.id) AS came_in,
       (SELECT sum(held.was_open(h.invoice_id, least(d.day, p.until_on))) FROM hold h WHERE h.promise_id = p.id) AS open
  FROM promise p CROSS JOIN (SELECT date '2024-01-01' + 10 * n AS day FROM generate_series(0, 18) n) d WHERE p.made_on <= d.day;
ALTER TABLE promise_state ADD status text;
UPDATE promise_state SET status = CASE WHEN came_in >= amount THEN 'kept' WHEN open = 0 AND came_in > 0 THEN 'kept' WHEN open = 0 THEN 'void' WHEN day <= until_on THEN 'pending' WHEN came_in > 0 THEN 'partly' ELSE 'broken' END;
SELECT count(*) > 100 AS promises, count(DISTINCT v.status) AS statuses, count(*) FILTER (WHERE (v.came_in, v.status) IS DISTINCT FROM (s.came_in, s.status)) AS differ
  FROM promise_state s LEFT JOIN LATERAL (SELECT * FROM promises(s.day) q WHERE q.promise = s.id) v ON true;
SELECT count(*) > 4 AS periods, count(*) FILTER (WHERE k.promise_kept_rate IS DISTINCT FROM e.rate) AS differ, count(e.rate) > 3 AS some
  FROM kpi_series('2024-01-01', '2024-06-28') k
  LEFT JOIN LATERAL (SELECT round(avg((s.status = 'kept')::int), 4) AS rate FROM promise_state s WHERE s.until_on BETWEEN k.from_day AND k.until_day AND s.day = (SELECT max(day) FROM promise_state) AND s.status <> 'void') e ON true;

-- Reminders: each instalment once each way, never when nothing was open of it.
SELECT count(*) > 10 AS notices, count(DISTINCT action) AS actions, count(*) - count(DISTINCT (n.plan_id, n.instalment, n.action)) AS twice, count(*) FILTER (WHERE n.amount <= 0) AS for_nothing,
       count(*) FILTER (WHERE (n.issued_on <= i.due_on) <> (action = 'instalment_upcoming')) AS wrong_time
  FROM notice n JOIN instalment i ON i.plan_id = n.plan_id AND i.number = n.instalment;
SELECT * FROM verify();

RESET search_path;
SELECT debiteur.drop_ledger('held', true);
