--
-- instalment: when instalments of payment plans are reminded of, and for how much
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('instalment', time_zone => 'UTC');
SET search_path = instalment, debiteur;
CREATE VIEW sent AS
SELECT c.number AS customer, to_char(n.issued_on, 'Dy') AS weekday, n.issued_on, n.action, n.amount, n.instalment FROM notice n JOIN customer c ON c.id = n.customer_id ORDER BY n.issued_on, n.id;
CREATE PROCEDURE days(from_on date, until_on date) LANGUAGE plpgsql AS $$
BEGIN FOR n IN 0 .. until_on - from_on LOOP CALL instalment.advance(from_on + n); END LOOP; END $$;

-- Which days: of plans due on a Monday, on one after a holiday, in quiet days, and on the second day after they were agreed.
SELECT set_policy('weekdays', '{due+7 email reminder}', send_days => '{1,2,3,4,5}', quiet => '{[2024-06-10,2024-06-23]}') > 0 AS made,
       set_policy('business', '{due+7 email reminder}', convention => 'following') > 0 AS made,
       set_policy('saturdays', '{due+7 email reminder}', convention => 'following', send_days => '{6}') > 0 AS made;
SELECT add_holiday('2024-04-12', 'Founder''s day') AS added;
SELECT add_customer('all', 'All'), add_customer('week', 'Weekdays', policy => 'weekdays'), add_customer('business', 'Business', policy => 'business'), add_customer('sat', 'Saturdays', policy => 'saturdays') \gset
SELECT count(issue_invoice(c, c || '-' || n, 100, '2024-01-01', '2024-03-01')) AS issued FROM unnest('{all,week,business,sat}'::text[]) c, generate_series(1, 4) n;
SELECT c, agree_plan('{2024-04-01,2024-04-15,2024-06-17}', invoices => ARRAY[c || '-1'], from_on => '2024-02-10', remind_before => 2, remind_after => 5) > 0 AS agreed,
       agree_plan('{2024-04-08}', invoices => ARRAY[c || '-2'], from_on => '2024-04-05', remind_before => 2) > 0 AS friday FROM unnest('{all,week,business,sat}'::text[]) c;
SELECT c.number AS customer, d.plan_id - min(d.plan_id) OVER (PARTITION BY c.id) AS plan, d.number, n.due_on, d.announce_on, to_char(d.announce_on, 'Dy') AS weekday, d.ask_on, to_char(d.ask_on, 'Dy') AS weekday
  FROM reminder_days(ARRAY(SELECT id FROM plan)) d JOIN instalment n ON n.plan_id = d.plan_id AND n.number = d.number JOIN customer c ON c.id = n.customer_id ORDER BY c.id, d.plan_id, d.number;
CALL days('2024-03-20', '2024-04-09');
SELECT * FROM sent WHERE action LIKE 'inst%';
-- A new holiday, and then another policy: looked at again, and a day earlier, or later.
SELECT add_customer('moved', 'Moved') > 0 AS added, issue_invoice('moved', 'M1', 100, '2024-01-01', '2024-06-01') > 0 AS issued, assign_policy('weekdays', 'moved') > 0 AS assigned;
SELECT agree_plan('{2024-05-03,2024-05-17}', 'moved', from_on => '2024-04-12', remind_before => 2, broken_after_days => 90) > 0 AS agreed;
CALL advance('2024-04-29');
SELECT add_holiday('2024-05-01', 'Labour Day') AS added;
CALL days('2024-04-30', '2024-05-10');
SELECT assign_policy('saturdays', 'moved') > 0 AS assigned;
CALL days('2024-05-11', '2024-05-25');
SELECT weekday, issued_on, action, instalment FROM sent WHERE customer = 'moved' AND action LIKE 'inst%';
-- A day that was missed: the next sending day, but no announcement after the due date.
SELECT add_customer('missed', 'Missed', policy => 'weekdays') > 0 AS added, issue_invoice('missed', 'X1', 100, '2024-01-01', '2024-06-01') > 0 AS issued;
SELECT agree_plan('{2024-05-06,2024-05-20}', 'missed', from_on => '2024-04-12', remind_before => 4, broken_after_days => 90) > 0 AS agreed;
CALL days('2024-05-04', '2024-05-07');
CALL days('2024-05-18', '2024-05-19');
CALL days('2024-05-21', '2024-05-22');
SELECT weekday, issued_on, action, instalment FROM sent WHERE customer = 'missed' AND action LIKE 'inst%';

-- The same days once more, day by day: of random plans, under random policies.
SELECT setseed(0.5);
SELECT count(set_policy('p' || n, '{due+7 email reminder}', convention => (ARRAY['unadjusted', 'following', 'modified_preceding'])[1 + n % 3],
           send_days => CASE WHEN n % 2 = 0 THEN ARRAY(SELECT w FROM generate_series(1, 7) w WHERE random() < 0.6 OR w = 3) END,
           quiet => CASE WHEN n % 4 > 1 THEN datemultirange(daterange('2024-03-01'::date + n, '2024-03-09'::date + n), daterange(NULL, '2024-02-03')) END)) AS made FROM generate_series(1, 40) n;
SELECT sum(add_holiday('2024-02-01'::date + 7 * n + (random() * 7)::int, 'x')) > 10 AS holidays FROM generate_series(0, 14) n;
SELECT count(add_customer('p' || n, 'P', policy => 'p' || n)) AS customers, count(issue_invoice('p' || n, 'p' || n, 700, '2024-01-01')) AS invoices FROM generate_series(1, 40) n;
SELECT count(agree_plan(ARRAY(SELECT DISTINCT '2024-02-01'::date + (random() * 90)::int + 0 * n FROM generate_series(1, 7)), 'p' || n, from_on => '2024-01-30',
                        remind_before => 1 + (random() * 9)::int, remind_after => 1 + (random() * 9)::int)) AS plans FROM generate_series(1, 40) n;
CREATE FUNCTION sends(day date, rule policy) RETURNS boolean LANGUAGE sql AS $$
    SELECT CASE WHEN rule.send_days IS NOT NULL THEN extract(isodow FROM day)::int = ANY (rule.send_days) AND NOT EXISTS (SELECT FROM holiday h WHERE h.day = sends.day)
                WHEN rule.convention <> 'unadjusted' THEN extract(isodow FROM day) < 6 AND NOT EXISTS (SELECT FROM holiday h WHERE h.day = sends.day)
                ELSE true END AND NOT coalesce(rule.quiet @> day, false) $$;
SELECT count(*) > 200 AS instalments, count(a.day) > 200 AS announced,
       count(*) FILTER (WHERE d.announce_on IS DISTINCT FROM coalesce(a.day, CASE WHEN n.due_on - p.remind_before > p.agreed_on THEN p.agreed_on + 1 END)) AS differ,
       count(*) FILTER (WHERE d.ask_on <> b.day) AS differ, count(*) FILTER (WHERE a.day < n.due_on - p.remind_before) > 50 AS earlier, count(*) FILTER (WHERE b.day > n.due_on + p.remind_after) > 50 AS later
  FROM instalment n JOIN plan p ON p.id = n.plan_id JOIN customer c ON c.id = n.customer_id JOIN policy y ON y.name = c.policy AND y.current AND c.number ~ '^p[0-9]'
  JOIN reminder_days(ARRAY(SELECT id FROM plan)) d ON d.plan_id = n.plan_id AND d.number = n.number
 CROSS JOIN LATERAL (SELECT max(x::date) AS day FROM generate_series(p.agreed_on + 1, n.due_on - p.remind_before, interval '1 day') x WHERE sends(x::date, y)) a
 CROSS JOIN LATERAL (SELECT min(x::date) AS day FROM generate_series(n.due_on + p.remind_after, n.due_on + 90, interval '1 day') x WHERE sends(x::date, y)) b;
SELECT debiteur.drop_ledger('instalment', true);

--
-- For how much: never for more than is owed.
--
SELECT debiteur.create_ledger('instalment', time_zone => 'UTC');
CREATE VIEW sent AS
SELECT c.number AS customer, n.issued_on, n.action, n.amount, n.instalment FROM notice n JOIN customer c ON c.id = n.customer_id ORDER BY n.issued_on, n.id;
CREATE PROCEDURE days(from_on date, until_on date) LANGUAGE plpgsql AS $$
BEGIN FOR n IN 0 .. until_on - from_on LOOP CALL instalment.advance(from_on + n); END LOOP; END $$;
SELECT set_policy('default', '{due+7 email reminder}') > 0 AS made;
SELECT add_customer('C1', 'One') > 0 AS c1, issue_invoice('C1', 'A1', 900, '2024-01-01', '2024-01-31') > 0 AS a1, issue_invoice('C1', 'A2', 50, '2024-01-01', '2024-02-10') > 0 AS a2;
SELECT agree_plan(instalment_dates('2024-03-01', 3, '10 days'), invoices => '{A1}', from_on => '2024-02-01', broken_after_days => 60) > 0 AS agreed;
CALL days('2024-02-01', '2024-02-20');
-- On account: 50 is for A2, which is overdue; 130 for the first instalment; what is not needed for that goes to the next.
SELECT record_payment('C1', 180, '2024-02-25', '{}') > 0 AS on_account;
CALL days('2024-02-21', '2024-03-07');
SELECT issue_credit_note('C1', 'N1', 350, issued_on => '2024-03-08') > 0 AS credited, issue_credit_note('C1', 'N2', 350, issued_on => '2024-03-08', currency => 'USD') > 0 AS in_dollars;
CALL days('2024-03-08', '2024-03-13');
-- Covered: no notice, until the money is used for something else.
SELECT record_payment('C1', 420, '2024-03-14', '{}') > 0 AS on_account;
CALL days('2024-03-14', '2024-03-25');
SELECT allocate(id, 'A2', posted_on => '2024-03-26') > 0 AS allocated FROM payment WHERE amount = 180;
SELECT reverse_payment(id, '2024-03-26') > 0 AS bounced FROM payment WHERE amount = 420;
CALL days('2024-03-26', '2024-03-28');
SELECT * FROM sent;
-- What is disputed of the claim takes from the last instalments; while all of the customer's is held, nothing is asked for.
SELECT add_customer('C2', 'Two') > 0 AS c2, issue_invoice('C2', 'B1', 900, '2024-01-01', '2024-01-31') > 0 AS b1;
SELECT agree_plan(instalment_dates('2024-03-05', 3, '10 days'), invoices => '{B1}', from_on => '2024-02-01', broken_after_days => 60) > 0 AS agreed;
SELECT dispute('B1', 'price', 400, from_on => '2024-03-01') > 0 AS disputed, hold('C2', kind => 'legal', from_on => '2024-03-06', until_on => '2024-03-09') > 0 AS held;
CALL days('2024-03-01', '2024-03-28');
SELECT * FROM sent WHERE customer = 'C2';
-- Taken back in time: asked for, although it had been looked at; and taken back when the plan is over, it is broken on that day.
SELECT add_customer('C3', 'Three') > 0 AS c3, issue_invoice('C3', 'D1', 900, '2024-01-01', '2024-01-31') > 0 AS d1;
SELECT agree_plan('{2024-04-01,2024-04-11}', 'C3', from_on => '2024-03-28') AS plan \gset
SELECT record_payment('C3', 450, '2024-04-01') AS first \gset
CALL days('2024-03-29', '2024-04-02');
SELECT reverse_payment(:first, '2024-04-03') > 0 AS bounced;
CALL days('2024-04-03', '2024-04-03');
SELECT record_payment('C3', 450, '2024-04-04') > 0 AS paid, record_payment('C3', 450, '2024-04-11') AS second \gset
CALL days('2024-04-04', '2024-04-17');
SELECT issued_on, action, instalment FROM sent WHERE customer = 'C3';
SELECT status, broken_on FROM plans('2024-04-17') WHERE plan = :plan;
SELECT reverse_payment(:second, '2024-05-02') > 0 AS bounced;
SELECT d.day, status, broken_on FROM unnest('{2024-05-01,2024-05-02}'::date[]) d(day), plans(d.day) WHERE plan = :plan;
SELECT * FROM explain('D1', '2024-05-02');
-- Cancelled, or revised, from a later day on: it reminds until then.
SELECT add_customer('C4', 'Four') > 0 AS c4, issue_invoice('C4', 'E1', 900, '2024-01-01', '2024-01-31') > 0 AS e1;
SELECT agree_plan('{2024-06-01,2024-06-08,2024-06-15}', 'C4', from_on => '2024-05-01', remind_before => 3, broken_after_days => 30) AS plan \gset
SELECT revise_plan(:plan, '{2024-06-20}', from_on => '2024-06-06') AS other \gset
CALL days('2024-05-20', '2024-06-18');
SELECT cancel_plan(:other, '2024-06-21') > 0 AS cancelled;
CALL days('2024-06-19', '2024-06-22');
SELECT issued_on, action, instalment FROM sent WHERE customer = 'C4';
-- Not while an agency has the claim.
SELECT set_policy('agency', '{due+7 email reminder,prev+1 agency hand_over}') > 0 AS made, add_customer('C5', 'Five', policy => 'agency') > 0 AS c5, issue_invoice('C5', 'G1', 900, '2024-01-01', '2024-06-14') > 0 AS g1;
SELECT agree_plan('{2024-06-15}', 'C5', from_on => '2024-06-14', broken_after_days => 5) AS broken \gset
CALL days('2024-06-23', '2024-06-24');
SELECT agree_plan('{2024-07-01}', 'C5', from_on => '2024-06-25');
SELECT revise_plan(:broken, '{2024-07-01}', from_on => '2024-06-25');
SELECT recall_claim('G1', '2024-06-25') > 0 AS recalled, agree_plan('{2024-07-01}', 'C5', from_on => '2024-06-25') > 0 AS agreed;

-- A random history of plans, payments and credits; on every day all that is asked of a customer, and all that he owes.
SELECT set_policy('early', '{due-3 email upcoming,due+1 email reminder,due+5 email final_notice,prev+9 agency hand_over}', send_days => '{1,2,3,4,5}') > 0 AS made;
SELECT count(add_customer('R' || n, 'R', policy => (ARRAY['early', 'default'])[1 + n % 2])) AS customers FROM generate_series(1, 12) n;
CREATE TABLE asked (day date, customer_id bigint, currency text, amount numeric, net numeric, notices bigint, reminders bigint);
CREATE TABLE reminder (day date, plan_id bigint, number int, amount numeric, by_hand numeric);
CREATE TABLE outcome (operation text, code text);
CREATE FUNCTION by_hand(of_plan bigint, of_number int, as_of date) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    owner bigint := (SELECT customer_id FROM instalment.plan WHERE id = of_plan);
    money text := (SELECT currency FROM instalment.plan WHERE id = of_plan);
    pot numeric := coalesce((SELECT sum(unallocated) FROM instalment.payment p WHERE p.customer_id = owner AND p.currency = money), 0);
    own numeric := 0;
    besides numeric := 0;
    n record;
BEGIN
    -- Credit notes fill the pot, those of claims of a plan another one; overdue claims take from the first what is not held.
    FOR n IN SELECT i.*, EXISTS (SELECT FROM instalment.hold h WHERE h.invoice_id = i.related_id AND h.plan_id IS NOT NULL AND h.during @> as_of) AS of_plan,
                    EXISTS (SELECT FROM instalment.hold h WHERE (h.invoice_id = i.id OR h.invoice_id IS NULL AND h.customer_id = owner) AND h.amount IS NULL AND h.during @> as_of) AS is_held,
                    EXISTS (SELECT FROM instalment.hold h WHERE h.invoice_id IS NULL AND h.customer_id = owner AND h.during @> as_of) AS all_held,
                    EXISTS (SELECT FROM instalment.hold h WHERE h.invoice_id = i.id AND h.plan_id = by_hand.of_plan) AS of_this,
                    (SELECT coalesce(sum(h.amount), 0) FROM instalment.hold h WHERE h.invoice_id = i.id AND h.during @> as_of) AS part_held
               FROM instalment.invoice i WHERE i.customer_id = owner AND i.currency = money AND i.open_amount <> 0 LOOP
        IF n.of_this THEN
            besides := besides + CASE WHEN n.all_held THEN n.open_amount ELSE least(n.part_held, n.open_amount) END;
        END IF;
        IF n.kind = 'credit_note' AND n.of_plan THEN
            own := own - n.open_amount;
        ELSIF n.kind = 'credit_note' THEN
            pot := pot - n.open_amount;
        ELSIF n.due_on < as_of AND NOT n.is_held THEN
            pot := pot - greatest(n.open_amount - n.part_held, 0);
        END IF;
    END LOOP;
    pot := greatest(pot, 0) + own;
    FOR n IN SELECT s.* FROM instalment.plan p CROSS JOIN LATERAL instalment.instalments(as_of, p.id) s
              WHERE p.customer_id = owner AND p.currency = money AND EXISTS (SELECT FROM instalment.hold h WHERE h.plan_id = p.id AND h.during @> as_of) ORDER BY s.due_on, s.plan_id, s.number LOOP
        IF n.plan_id = of_plan AND n.number = of_number THEN
            -- What is held besides is taken from the last ones.
            besides := greatest(besides - coalesce((SELECT sum(s.open_amount) FROM instalment.instalments(as_of, of_plan) s WHERE s.number > of_number), 0), 0);
            RETURN greatest(n.open_amount - besides - pot, 0);
        END IF;
        pot := pot - least(n.open_amount, pot);
    END LOOP;
END $$;
CREATE FUNCTION operate(n int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    day date := date '2024-08-01' + n / 6;
    kinds text[] := '{issue,issue,issue,issue,issue,plan,plan,plan,plan,plan all,pay,pay,pay,back,on account,credit,credit of it,reverse,dispute,dispute,hold all,cancel plan,revise}';
    operation text := kinds[1 + floor(random() * cardinality(kinds))::int];
    owner text := 'R' || 1 + floor(random() * 12)::int;
    claim instalment.invoice;
    part numeric := (20 + floor(random() * 80))::numeric;
    code text := '00000';
    last_notice bigint;
    progress jsonb;
BEGIN
    SELECT i.* INTO claim FROM invoice i JOIN customer c ON c.id = i.customer_id WHERE c.number = owner AND i.kind = 'invoice' AND i.open_amount > 0 ORDER BY random() LIMIT 1;
    BEGIN
        CASE operation
            WHEN 'issue' THEN PERFORM issue_invoice(owner, 'I' || n, (50 + floor(random() * 300))::numeric, day, day + 3 + floor(random() * 9)::int, currency => CASE WHEN random() < 0.2 THEN 'USD' ELSE 'EUR' END);
            WHEN 'plan' THEN PERFORM agree_plan(instalment_dates(day + 3, 3, '7 days'), invoices => ARRAY[claim.number], from_on => day, broken_after_days => 12);
            WHEN 'plan all' THEN PERFORM agree_plan(instalment_dates(day + 2, 4, '6 days'), owner, from_on => day, broken_after_days => 8, remind_before => 1);
            WHEN 'pay' THEN PERFORM record_payment(owner, part, day, currency => claim.currency);
            WHEN 'back' THEN PERFORM record_payment(owner, part, day - 4, currency => claim.currency);
            WHEN 'on account' THEN PERFORM record_payment(owner, part, day, '{}', claim.currency);
            WHEN 'credit' THEN PERFORM issue_credit_note(owner, 'N' || n, part, issued_on => day, currency => claim.currency);
            WHEN 'credit of it' THEN
                -- More than is open of it, and then the claim opens again: the note is the claim's, and not used.
                PERFORM record_payment(owner, claim.open_amount, day, ARRAY[claim.number], claim.currency);
                PERFORM issue_credit_note(owner, 'N' || n, part, claim.number, day);
                PERFORM reverse_payment((SELECT max(p.id) FROM payment p), day);
            WHEN 'reverse' THEN PERFORM reverse_payment((SELECT p.id FROM payment p WHERE p.amount > 0 AND p.reversed_on IS NULL ORDER BY p.id DESC OFFSET floor(random() * 10) LIMIT 1), day);
            WHEN 'dispute' THEN PERFORM dispute(claim.number, 'price', least(part, claim.open_amount), from_on => day, until_on => day + 9);
            WHEN 'hold all' THEN PERFORM hold(owner, kind => 'legal', from_on => day, until_on => day + 5);
            WHEN 'cancel plan' THEN PERFORM cancel_plan((SELECT p.id FROM plan p WHERE p.ended_on IS NULL ORDER BY random() LIMIT 1), day);
            WHEN 'revise' THEN PERFORM revise_plan((SELECT p.id FROM plan p WHERE p.ended_on IS NULL ORDER BY random() LIMIT 1), instalment_dates(day + 2, 2, '8 days'), from_on => day);
        END CASE;
    EXCEPTION WHEN OTHERS THEN
        code := SQLSTATE;
    END;
    INSERT INTO outcome VALUES (operation, code);
    IF n % 6 = 5 THEN
        last_notice := (SELECT coalesce(max(id), 0) FROM notice);
        LOOP
            progress := advance_batch(day, progress);
            EXIT WHEN progress IS NULL;
        END LOOP;
        INSERT INTO asked
        SELECT day, m.customer_id, m.currency, sum(m.amount),
               (SELECT sum(i.open_amount) FROM invoice i WHERE i.customer_id = m.customer_id AND i.currency = m.currency)
               - coalesce((SELECT sum(p.unallocated) FROM payment p WHERE p.customer_id = m.customer_id AND p.currency = m.currency), 0), count(*), count(m.plan_id)
          FROM notice m WHERE m.id > last_notice GROUP BY 2, 3;
        INSERT INTO reminder SELECT day, m.plan_id, m.instalment, m.amount, by_hand(m.plan_id, m.instalment, day) FROM notice m WHERE m.id > last_notice AND m.plan_id IS NOT NULL;
    END IF;
END $$;
SELECT setseed(0.25);
DO $$ BEGIN FOR n IN 0 .. 899 LOOP PERFORM instalment.operate(n); END LOOP; END $$;
SELECT operation, count(*) FILTER (WHERE code = '00000') >= 5 AS succeeded FROM outcome GROUP BY 1 ORDER BY 1;
SELECT operation, code FROM outcome WHERE code !~ '^(00000|RV)' GROUP BY 1, 2 ORDER BY 1, 2;
SELECT count(*) > 100 AS days, count(*) FILTER (WHERE reminders BETWEEN 1 AND notices - 1) > 5 AS both, count(*) FILTER (WHERE net <= 0) AS for_nothing, count(*) FILTER (WHERE amount > net) AS too_much FROM asked;
SELECT count(*) > 60 AS reminders, count(*) FILTER (WHERE r.amount IS DISTINCT FROM r.by_hand) AS differ, count(*) FILTER (WHERE r.amount < s.open_amount) > 10 AS less
  FROM reminder r CROSS JOIN LATERAL instalments(r.day, r.plan_id) s WHERE s.number = r.number;
SELECT * FROM verify();
SELECT debiteur.drop_ledger('instalment', true);
