/*
 * reference.sql: dunning a second time, slowly and plainly, to compare with
 * what advance() does. Read into a ledger: SET search_path = LEDGER, debiteur.
 *
 * It shares no code with decide(), next_step() and the triggers: it reads facts
 * alone (invoices and allocations, payments, holds, policies, customers) and
 * keeps in predicted_case what it believes of each claim. It looks at every open
 * claim in every run; the one thing it takes over is that a date that was run
 * for a claim is over for it, until something wakes the claim again.
 *
 * predict(run, day) comes before a run, compare(run, day) after it; random
 * histories are at the end.
 */
CREATE TABLE predicted_case (
    invoice_id bigint PRIMARY KEY, open_amount numeric, status text DEFAULT 'open', cycle int DEFAULT 1, step int DEFAULT 0,
    policy_id bigint, noticed_on date, look_from date
);
CREATE TABLE predicted_notice (
    id serial PRIMARY KEY, run int, customer_id bigint, currency text, policy_id bigint, step int, action text, issued_on date, lead_id bigint, grouped boolean
);
CREATE TABLE predicted_line (notice_id int, invoice_id bigint, taken boolean, cycle int, open_amount numeric, asked numeric, PRIMARY KEY (notice_id, invoice_id));
-- Holds as they were when it looked last.
CREATE TABLE known_hold (id bigint PRIMARY KEY, customer_id bigint, invoice_id bigint, amount numeric, during daterange);
-- What the run looks at: a row a claim. step: that of its notice, else the furthest; fell_from: the furthest, if that is not its notice's.
CREATE TABLE looked_at (
    invoice_id bigint PRIMARY KEY, customer_id bigint, currency text, due_on date, open_amount numeric, asked numeric, policy_id bigint, step int, waits boolean, sends boolean, reasons text[],
    fell_from int, short text
);
-- What could be asked today of every open claim, before credits and after.
CREATE TABLE owed (
    invoice_id bigint PRIMARY KEY, customer_id bigint, currency text, due_on date, severity int, dunnable boolean, before_credits numeric, to_ask numeric
);
CREATE TABLE compared (run int PRIMARY KEY, day date, claims int, notices int, fell int);
CREATE TABLE difference (run int, what text, detail text);

-- Facts.
CREATE FUNCTION plain_on_account(customer bigint, currency text, as_of date) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    money record;
    rest numeric := 0;
BEGIN
    FOR money IN SELECT * FROM payment p
                  WHERE p.customer_id = customer AND p.currency = plain_on_account.currency AND p.received_on <= as_of AND p.reverses_id IS NULL
                    AND NOT EXISTS (SELECT FROM payment r WHERE r.reverses_id = p.id) LOOP
        rest := rest + money.amount - coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.payment_id = money.id AND a.kind IN ('payment', 'reversal')), 0);
    END LOOP;
    RETURN rest;
END $$;

-- What may be asked for of a claim: what is open and not held. Of a promise, what has not come in yet is held.
CREATE FUNCTION plain_asked(claim bigint, customer bigint, open_amount numeric, as_of date) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    held hold;
    rest numeric := open_amount;
    came_in numeric;
BEGIN
    FOR held IN SELECT * FROM hold h WHERE h.customer_id = customer AND coalesce(h.invoice_id, claim) = claim
                                       AND as_of >= lower(h.during) AND (upper(h.during) IS NULL OR as_of < upper(h.during)) LOOP
        IF held.amount IS NULL THEN
            RETURN 0;
        END IF;
        came_in := 0;
        IF held.promise_id IS NOT NULL THEN
            came_in := (SELECT coalesce(sum(a.amount), 0) FROM allocation a
                         WHERE a.invoice_id = claim AND (a.kind IN ('payment', 'discount')
                                                         OR a.reverses_id IN (SELECT r.id FROM allocation r WHERE r.kind IN ('payment', 'discount')))) - held.received;
        END IF;
        rest := rest - greatest(held.amount - greatest(came_in, 0), 0);
    END LOOP;
    RETURN greatest(rest, 0);
END $$;

-- The days on which a payment plan holds its claims, day by day: until it is over, ended, or at the end of a day too little was in.
CREATE FUNCTION plain_plan_days(of_plan plan) RETURNS daterange LANGUAGE plpgsql AS $$
DECLARE
    until_day date := (SELECT max(n.due_on) FROM instalment n WHERE n.plan_id = of_plan.id) + of_plan.broken_after_days + 1;
    needed numeric;
    came_in numeric;
    open_amount numeric;
    day date;
BEGIN
    FOR n IN 0 .. until_day - of_plan.agreed_on - 1 LOOP
        day := of_plan.agreed_on + n;
        needed := (SELECT sum(n.amount) FROM instalment n WHERE n.plan_id = of_plan.id AND n.due_on + of_plan.broken_after_days <= day);
        came_in := (SELECT sum(a.amount) FROM allocation a JOIN hold h ON h.invoice_id = a.invoice_id AND h.plan_id = of_plan.id
                     WHERE a.posted_on <= day AND (a.kind IN ('payment', 'discount') OR a.reverses_id IN (SELECT r.id FROM allocation r WHERE r.kind IN ('payment', 'discount'))));
        open_amount := (SELECT sum(i.amount - coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.invoice_id = i.id AND a.posted_on <= day), 0))
                          FROM hold h JOIN invoice i ON i.id = h.invoice_id WHERE h.plan_id = of_plan.id);
        IF needed > coalesce(came_in, 0) - (SELECT sum(h.received) FROM hold h WHERE h.plan_id = of_plan.id) AND open_amount > 0 THEN
            until_day := day + 1;
            EXIT;
        END IF;
    END LOOP;
    until_day := least(until_day, of_plan.ended_on);
    RETURN CASE WHEN until_day > of_plan.agreed_on THEN daterange(of_plan.agreed_on, until_day) ELSE 'empty' END;
END $$;

-- Looks at the postings and holds since it looked last. A settled claim that is open again is a new case.
CREATE FUNCTION observe() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    claim record;
BEGIN
    FOR claim IN
        SELECT i.id, i.issued_on, i.due_on, i.amount - coalesce(s.allocated, 0) AS open_amount, s.last_on, p.open_amount AS known_amount
          FROM invoice i
          LEFT JOIN (SELECT a.invoice_id, sum(a.amount) AS allocated, max(a.posted_on) AS last_on FROM allocation a GROUP BY 1) s ON s.invoice_id = i.id
          LEFT JOIN predicted_case p ON p.invoice_id = i.id
         WHERE i.status <> 'draft' AND p.open_amount IS DISTINCT FROM i.amount - coalesce(s.allocated, 0)
    LOOP
        IF claim.known_amount IS NULL THEN
            INSERT INTO predicted_case (invoice_id, open_amount, look_from) VALUES (claim.id, claim.open_amount, claim.issued_on);
        ELSIF claim.known_amount = 0 THEN
            UPDATE predicted_case p SET open_amount = claim.open_amount, status = CASE WHEN claim.due_on < claim.last_on THEN 'overdue' ELSE 'open' END,
                   cycle = p.cycle + 1, step = 0, policy_id = NULL, noticed_on = NULL, look_from = claim.last_on WHERE p.invoice_id = claim.id;
        ELSE
            UPDATE predicted_case p SET open_amount = claim.open_amount,
                   look_from = CASE WHEN claim.open_amount > claim.known_amount THEN least(p.look_from, claim.last_on) ELSE p.look_from END WHERE p.invoice_id = claim.id;
        END IF;
    END LOOP;
    PERFORM wake(k.customer_id, k.invoice_id, coalesce(upper(h.during), lower(k.during)))
       FROM known_hold k JOIN hold h ON h.id = k.id WHERE h.during <> k.during;
    DELETE FROM known_hold;
    INSERT INTO known_hold SELECT h.id, h.customer_id, h.invoice_id, h.amount, h.during FROM hold h;
END $$;

-- These claims of a customer (NULL: all; only those without a notice) are looked at again from a day on.
CREATE FUNCTION wake(customer bigint, claim bigint, from_day date, fresh_only boolean DEFAULT false) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE predicted_case p SET look_from = least(p.look_from, greatest(from_day, i.issued_on))
      FROM invoice i
     WHERE i.id = p.invoice_id AND i.customer_id = customer AND (claim IS NULL OR i.id = claim) AND (NOT fresh_only OR p.step = 0);
END $$;

-- Rules.
CREATE FUNCTION plain_business_day(day date) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RETURN extract(isodow FROM day) < 6 AND NOT EXISTS (SELECT FROM holiday h WHERE h.day = plain_business_day.day);
END $$;

-- Day of a step: so many days from a day, moved to a business day by the convention, but not across that day.
CREATE FUNCTION plain_day(from_day date, step dunning_step, convention text) RETURNS date LANGUAGE plpgsql AS $$
DECLARE
    day date := from_day;
    forth int := sign(days(step));
    following date;
    preceding date;
    moved date;
BEGIN
    FOR n IN 1 .. abs(days(step)) LOOP
        day := day + forth;
        WHILE in_business_days(step) AND NOT plain_business_day(day) LOOP
            day := day + forth;
        END LOOP;
    END LOOP;
    IF convention = 'unadjusted' OR plain_business_day(day) THEN
        RETURN day;
    END IF;
    following := day;
    WHILE NOT plain_business_day(following) LOOP
        following := following + 1;
    END LOOP;
    preceding := day;
    WHILE NOT plain_business_day(preceding) LOOP
        preceding := preceding - 1;
    END LOOP;
    moved := CASE convention WHEN 'following' THEN following
                             WHEN 'preceding' THEN preceding
                             WHEN 'modified_following' THEN CASE WHEN to_char(following, 'YYYYMM') = to_char(day, 'YYYYMM') THEN following ELSE preceding END
                             WHEN 'modified_preceding' THEN CASE WHEN to_char(preceding, 'YYYYMM') = to_char(day, 'YYYYMM') THEN preceding ELSE following END END;
    RETURN CASE WHEN day > from_day AND moved <= from_day THEN following WHEN day <= from_day AND moved > from_day THEN preceding ELSE moved END;
END $$;

CREATE FUNCTION plain_sending_day(day date, rule policy) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF rule.send_days IS NOT NULL AND (extract(isodow FROM day)::int <> ALL (rule.send_days) OR EXISTS (SELECT FROM holiday h WHERE h.day = plain_sending_day.day)) THEN
        RETURN false;
    END IF;
    RETURN coalesce(NOT rule.quiet @> day, true);
END $$;

-- Step to take; 0: its day has not come; NULL: none is left.
CREATE FUNCTION plain_waits(customer bigint, issued date, rule policy, as_of date) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RETURN as_of - issued < rule.min_interval
        OR EXISTS (SELECT FROM predicted_notice n WHERE n.customer_id = customer AND abs(as_of - n.issued_on) < rule.min_interval)
        OR EXISTS (SELECT FROM notice n WHERE n.customer_id = customer AND n.plan_id IS NOT NULL AND abs(as_of - n.issued_on) < rule.min_interval);
END $$;

CREATE FUNCTION plain_step(rule policy, taken int, due date, issued date, noticed date, as_of date) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    steps dunning_step[] := rule.steps;
    answer int;
    day date;
BEGIN
    FOR k IN taken + 1 .. cardinality(steps) LOOP
        IF anchor(steps[k]) = 'prev' THEN
            day := plain_day(coalesce(noticed, due), steps[k], rule.convention);
            RETURN coalesce(answer, CASE WHEN as_of >= day AND coalesce(as_of > noticed, true) THEN k ELSE 0 END);
        END IF;
        day := plain_day(due, steps[k], rule.convention);
        IF days(steps[k]) <= 0 AND (greatest(as_of, noticed + 1) > due OR day <= issued) THEN
            CONTINUE;
        END IF;
        IF as_of < day OR as_of <= noticed THEN
            RETURN coalesce(answer, 0);
        END IF;
        answer := k;
        IF rule.catch_up = 'one_step' THEN
            RETURN k;
        END IF;
    END LOOP;
    RETURN answer;
END $$;

-- The last step before this one that a claim may take by its age; NULL: none.
CREATE FUNCTION plain_step_before(rule policy, step int, taken int, due date, issued date, as_of date) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    FOR k IN REVERSE step - 1 .. taken + 1 LOOP
        IF rule.catch_up = 'by_age' AND anchor(rule.steps[k]) = 'due'
            AND (days(rule.steps[k]) > 0 OR (as_of <= due AND plain_day(due, rule.steps[k], rule.convention) > issued)) THEN
            RETURN k;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

-- What is open of the credit notes of one invoice, or (0) of all of a customer, as a positive amount.
CREATE FUNCTION plain_credit_notes(customer bigint, of_currency text, as_of date, invoice bigint) RETURNS numeric LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT coalesce(- sum(p.open_amount), 0) FROM invoice i JOIN predicted_case p ON p.invoice_id = i.id
             WHERE i.kind = 'credit_note' AND i.customer_id = customer AND i.currency = of_currency AND i.issued_on <= as_of AND (invoice = 0 OR i.related_id = invoice));
END $$;

-- Credits come off: those of an invoice off that one; the others and the money on account off what is overdue, the furthest step first, then the oldest.
CREATE FUNCTION weigh(as_of date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    claim record;
    rule policy;
    next int;
    own numeric;
    own_used numeric;
    rest numeric;
    taken_off numeric;
    debtor record;
BEGIN
    DELETE FROM owed;
    FOR debtor IN SELECT DISTINCT i.customer_id, i.currency FROM predicted_case p JOIN invoice i ON i.id = p.invoice_id WHERE i.kind <> 'credit_note' AND p.open_amount > 0 LOOP
        own_used := 0;
        FOR claim IN SELECT i.id, i.customer_id, i.currency, i.issued_on, i.due_on, p.*, c.policy AS policy_name
                       FROM predicted_case p JOIN invoice i ON i.id = p.invoice_id JOIN customer c ON c.id = i.customer_id
                      WHERE i.customer_id = debtor.customer_id AND i.currency = debtor.currency AND i.kind <> 'credit_note' AND p.open_amount > 0 AND i.issued_on <= as_of LOOP
            SELECT * INTO STRICT rule FROM policy p
             WHERE CASE WHEN claim.policy_id IS NULL THEN p.current AND p.name = coalesce(claim.policy_name, (SELECT s.policy FROM settings s)) ELSE p.id = claim.policy_id END;
            next := plain_step(rule, claim.step, claim.due_on, claim.issued_on,
                               CASE WHEN anchor(rule.steps[claim.step + 1]) = 'prev' AND EXISTS (SELECT FROM reschedule r WHERE r.invoice_id = claim.id)
                                    THEN greatest(claim.noticed_on, claim.due_on) ELSE claim.noticed_on END, as_of);
            own := least(claim.open_amount, plain_credit_notes(claim.customer_id, claim.currency, as_of, claim.id));
            own_used := own_used + own;
            INSERT INTO owed VALUES (claim.id, claim.customer_id, claim.currency, claim.due_on, CASE WHEN next > 0 THEN next ELSE claim.step END,
                claim.status <> 'in_collection' AND (claim.due_on < as_of
                    OR (next > 0 AND plain_sending_day(as_of, rule) AND NOT plain_waits(claim.customer_id, claim.issued_on, rule, as_of))),
                greatest(plain_asked(claim.id, claim.customer_id, claim.open_amount, as_of) - own, 0), NULL);
        END LOOP;
        rest := greatest(plain_credit_notes(debtor.customer_id, debtor.currency, as_of, 0) - own_used + plain_on_account(debtor.customer_id, debtor.currency, as_of), 0);
        FOR claim IN SELECT * FROM owed o WHERE o.customer_id = debtor.customer_id AND o.currency = debtor.currency
                      ORDER BY o.due_on < as_of DESC, o.severity DESC, o.due_on, o.invoice_id LOOP
            taken_off := CASE WHEN claim.dunnable THEN least(rest, claim.before_credits) ELSE 0 END;
            rest := rest - taken_off;
            UPDATE owed o SET to_ask = claim.before_credits - taken_off WHERE o.invoice_id = claim.invoice_id;
        END LOOP;
    END LOOP;
END $$;

-- All that can be asked of a customer.
CREATE FUNCTION plain_net(customer bigint, of_currency text, as_of date, before_due boolean) RETURNS numeric LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT coalesce(sum(o.before_credits) FILTER (WHERE o.dunnable AND (o.due_on < as_of OR before_due)), 0) FROM owed o WHERE o.customer_id = customer AND o.currency = of_currency)
           - greatest(plain_credit_notes(customer, of_currency, as_of, 0) + plain_on_account(customer, of_currency, as_of)
                      - (SELECT coalesce(sum(least(p.open_amount, plain_credit_notes(customer, of_currency, as_of, o.invoice_id))), 0)
                           FROM owed o JOIN predicted_case p ON p.invoice_id = o.invoice_id WHERE o.customer_id = customer AND o.currency = of_currency), 0);
END $$;

-- Minimums of notices, from the last step to the first: the claims of a notice that is below go to the step before, or wait if they have none.
CREATE FUNCTION fall_back(as_of date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    claim record;
    letter record;
    rule policy;
    asked numeric;
    total numeric;
    what text;
    before int;
BEGIN
    FOR level IN REVERSE (SELECT coalesce(max(l.step), 0) FROM looked_at l) .. 1 LOOP
        FOR letter IN SELECT DISTINCT l.customer_id, l.currency, l.policy_id, CASE p.grouped_by WHEN 'invoice' THEN l.invoice_id END AS single
                        FROM looked_at l JOIN policy p ON p.id = l.policy_id WHERE l.reasons = '{}' AND l.step = level LOOP
            SELECT * INTO STRICT rule FROM policy p WHERE p.id = letter.policy_id;
            asked := (SELECT sum(o.to_ask) FROM looked_at l JOIN owed o ON o.invoice_id = l.invoice_id
                       WHERE l.reasons = '{}' AND l.step = level AND l.customer_id = letter.customer_id AND l.currency = letter.currency
                         AND l.policy_id = letter.policy_id AND l.invoice_id = coalesce(letter.single, l.invoice_id));
            total := (SELECT sum(p.open_amount) FROM owed o JOIN predicted_case p ON p.invoice_id = o.invoice_id
                       WHERE o.customer_id = letter.customer_id AND o.currency = letter.currency);
            what := CASE WHEN rule.currency = letter.currency AND asked < rule.step_minimums[level] THEN 'below_minimum'
                         WHEN asked < rule.minimum_share * total THEN 'below_share' END;
            CONTINUE WHEN what IS NULL;
            FOR claim IN SELECT l.*, p.step AS taken, i.issued_on FROM looked_at l JOIN predicted_case p ON p.invoice_id = l.invoice_id JOIN invoice i ON i.id = l.invoice_id
                          WHERE l.reasons = '{}' AND l.step = level AND l.customer_id = letter.customer_id AND l.currency = letter.currency
                            AND l.policy_id = letter.policy_id AND l.invoice_id = coalesce(letter.single, l.invoice_id) LOOP
                before := plain_step_before(rule, level, claim.taken, claim.due_on, claim.issued_on, as_of);
                UPDATE looked_at l SET fell_from = CASE WHEN before IS NOT NULL THEN coalesce(l.fell_from, level) END,
                       short = coalesce(l.short, what),
                       step = coalesce(before, l.fell_from, level),
                       reasons = CASE WHEN before IS NULL THEN ARRAY[coalesce(l.short, what)] ELSE '{}' END
                 WHERE l.invoice_id = claim.invoice_id;
            END LOOP;
        END LOOP;
    END LOOP;
END $$;

CREATE FUNCTION predict(of_run int, as_of date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    claim record;
    rule policy;
    net numeric;
    why text[];
    head predicted_notice;
BEGIN
    PERFORM observe();
    DELETE FROM looked_at;
    -- Which step by dates alone.
    FOR claim IN SELECT i.id, i.customer_id, i.currency, i.issued_on, i.due_on, p.*, c.policy AS policy_name
                   FROM predicted_case p JOIN invoice i ON i.id = p.invoice_id JOIN customer c ON c.id = i.customer_id
                  WHERE i.kind <> 'credit_note' AND p.open_amount > 0 AND i.issued_on <= as_of AND p.look_from <= as_of ORDER BY i.id LOOP
        SELECT * INTO STRICT rule FROM policy p
         WHERE CASE WHEN claim.policy_id IS NULL THEN p.current AND p.name = coalesce(claim.policy_name, (SELECT s.policy FROM settings s)) ELSE p.id = claim.policy_id END;
        INSERT INTO looked_at VALUES (claim.id, claim.customer_id, claim.currency, claim.due_on, claim.open_amount,
            plain_asked(claim.id, claim.customer_id, claim.open_amount, as_of), rule.id,
            plain_step(rule, claim.step, claim.due_on, claim.issued_on,
                       -- A claim with another due date: what counts from the notice before waits for that date.
                       CASE WHEN anchor(rule.steps[claim.step + 1]) = 'prev' AND EXISTS (SELECT FROM reschedule r WHERE r.invoice_id = claim.id)
                            THEN greatest(claim.noticed_on, claim.due_on) ELSE claim.noticed_on END, as_of),
            plain_waits(claim.customer_id, claim.issued_on, rule, as_of),
            plain_sending_day(as_of, rule), '{}');
    END LOOP;
    PERFORM weigh(as_of);
    -- What speaks against it.
    FOR claim IN SELECT l.*, p.status, i.issued_on, o.to_ask FROM looked_at l JOIN owed o ON o.invoice_id = l.invoice_id JOIN predicted_case p ON p.invoice_id = l.invoice_id JOIN invoice i ON i.id = l.invoice_id LOOP
        SELECT * INTO STRICT rule FROM policy p WHERE p.id = claim.policy_id;
        why := '{}';
        IF claim.status = 'in_collection' THEN
            why := why || 'in_collection'::text;
        ELSIF claim.step IS NULL THEN
            why := why || 'no_step_left'::text;
        ELSIF claim.step = 0 THEN
            why := why || 'not_due'::text;
        END IF;
        IF claim.asked = 0 THEN
            why := why || 'hold'::text;
        END IF;
        IF claim.waits THEN
            why := why || 'min_interval'::text;
        END IF;
        IF claim.step > 0 AND NOT claim.sends THEN
            why := why || 'not_sending_day'::text;
        END IF;
        IF claim.status <> 'in_collection' AND claim.step > 0 AND claim.asked > 0 AND claim.sends AND NOT (claim.waits AND claim.due_on >= as_of) THEN
            net := plain_net(claim.customer_id, claim.currency, as_of, claim.due_on >= as_of);
            IF claim.to_ask <= 0 THEN
                why := why || 'net_credit'::text;
            ELSIF claim.currency = rule.currency AND (CASE rule.grouped_by WHEN 'invoice' THEN claim.to_ask ELSE net END) < rule.minimum_amount THEN
                why := why || 'below_minimum'::text;
            END IF;
        END IF;
        UPDATE looked_at l SET reasons = why WHERE l.invoice_id = claim.invoice_id;
    END LOOP;
    PERFORM fall_back(as_of);
    -- Notices: the claim that comes first leads.
    FOR claim IN SELECT l.*, p.cycle, o.to_ask FROM looked_at l JOIN predicted_case p ON p.invoice_id = l.invoice_id JOIN owed o ON o.invoice_id = l.invoice_id
                  WHERE l.reasons = '{}' ORDER BY l.due_on, l.open_amount DESC, l.invoice_id LOOP
        SELECT * INTO STRICT rule FROM policy p WHERE p.id = claim.policy_id;
        SELECT * INTO head FROM predicted_notice n
         WHERE n.run = of_run AND n.customer_id = claim.customer_id AND n.currency = claim.currency AND n.policy_id = claim.policy_id AND n.step = claim.step AND n.grouped;
        IF NOT FOUND THEN
            INSERT INTO predicted_notice (run, customer_id, currency, policy_id, step, action, issued_on, lead_id, grouped)
                VALUES (of_run, claim.customer_id, claim.currency, claim.policy_id, claim.step, action(rule.steps[claim.step]), as_of, claim.invoice_id, rule.grouped_by = 'customer')
                RETURNING * INTO head;
        END IF;
        INSERT INTO predicted_line VALUES (head.id, claim.invoice_id, true, claim.cycle, claim.open_amount, claim.to_ask);
    END LOOP;
    -- The most severe of a customer's notices that ask for what is overdue lists the rest of it.
    FOR head IN SELECT DISTINCT ON (n.customer_id, n.currency) n.* FROM predicted_notice n
                 WHERE n.run = of_run AND n.grouped AND n.action <> 'hand_over'
                   AND NOT EXISTS (SELECT FROM predicted_line l JOIN invoice i ON i.id = l.invoice_id WHERE l.notice_id = n.id AND i.due_on >= as_of)
                 ORDER BY n.customer_id, n.currency, n.step DESC, n.lead_id LOOP
        INSERT INTO predicted_line
        SELECT head.id, i.id, false, p.cycle, p.open_amount, o.to_ask
          FROM invoice i JOIN predicted_case p ON p.invoice_id = i.id JOIN owed o ON o.invoice_id = i.id
         WHERE i.customer_id = head.customer_id AND i.currency = head.currency AND i.kind <> 'credit_note' AND i.due_on < as_of
           AND p.open_amount > 0 AND p.status <> 'in_collection' AND o.to_ask > 0
           AND NOT EXISTS (SELECT FROM looked_at l WHERE l.invoice_id = i.id AND l.reasons = '{}');
    END LOOP;
    -- What is so from now on.
    FOR claim IN SELECT l.*, l.reasons = '{}' AS taken, l.reasons = '{}' AND action(p.steps[l.step]) = 'hand_over' AS handed_over
                   FROM looked_at l JOIN policy p ON p.id = l.policy_id LOOP
        UPDATE predicted_case p SET look_from = as_of + 1,
               status = CASE WHEN claim.handed_over THEN 'in_collection' WHEN p.status = 'open' AND claim.due_on < as_of THEN 'overdue' ELSE p.status END
         WHERE p.invoice_id = claim.invoice_id;
        IF claim.taken THEN
            UPDATE predicted_case p SET step = claim.step, policy_id = claim.policy_id, noticed_on = as_of WHERE p.invoice_id = claim.invoice_id;
        END IF;
    END LOOP;
END $$;

-- Comparing: decide() after predict() and before the run, the rows after it.
CREATE FUNCTION compare_decisions(of_run int, as_of date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO difference
    SELECT of_run, 'decision', format('%s on %s: decided %s %s %s %s, predicted %s %s %s', coalesce(d.invoice_id, l.invoice_id), as_of, d.taken, d.step, d.fell_from, d.reasons, l.step, l.fell_from, l.reasons)
      FROM (SELECT * FROM decide(as_of) q WHERE q.looked_at) d FULL JOIN looked_at l ON l.invoice_id = d.invoice_id
     WHERE CASE WHEN d.invoice_id IS NULL THEN l.reasons = '{}'
                ELSE (d.taken, d.step, d.fell_from, d.reasons) IS DISTINCT FROM (l.reasons = '{}', nullif(l.step, 0), l.fell_from, l.reasons) END;
END $$;

CREATE VIEW predicted_text AS
SELECT n.issued_on, format('customer %s %s policy %s step %s %s lead %s asks %s: %s', n.customer_id, n.currency, n.policy_id, n.step, n.action, n.lead_id,
                           trim_scale(sum(l.asked)), string_agg(format('%s%s/%s %s of %s', l.invoice_id, CASE WHEN l.taken THEN '' ELSE '*' END, l.cycle, trim_scale(l.asked), trim_scale(l.open_amount)), ', ' ORDER BY l.invoice_id)) AS notice
  FROM predicted_notice n JOIN predicted_line l ON l.notice_id = n.id GROUP BY n.id;
CREATE VIEW written_text AS
SELECT n.issued_on, format('customer %s %s policy %s step %s %s lead %s asks %s: %s', n.customer_id, n.currency, n.policy_id, n.step, n.action, n.lead_id,
                           trim_scale(n.amount), (SELECT string_agg(format('%s%s/%s %s of %s', l.invoice_id, CASE WHEN l.taken THEN '' ELSE '*' END, l.cycle, trim_scale(l.asked), trim_scale(l.open_amount)), ', ' ORDER BY l.invoice_id)
                                        FROM notice_line l WHERE l.notice_id = n.id)) AS notice
  FROM notice n WHERE n.plan_id IS NULL;

CREATE FUNCTION compare_rows(of_run int, as_of date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO difference
    SELECT of_run, 'missing', format('%s %s', as_of, x.notice)
      FROM (SELECT p.notice FROM predicted_text p WHERE p.issued_on = as_of EXCEPT ALL SELECT w.notice FROM written_text w WHERE w.issued_on = as_of) x
    UNION ALL
    SELECT of_run, 'too many', format('%s %s', as_of, x.notice)
      FROM (SELECT w.notice FROM written_text w WHERE w.issued_on = as_of EXCEPT ALL SELECT p.notice FROM predicted_text p WHERE p.issued_on = as_of) x
    UNION ALL
    SELECT of_run, 'case', format('%s after %s: is %s, predicted %s', i.number, as_of, (i.open_amount, i.status, i.cycle, i.step, i.policy_id, i.noticed_on), p)
      FROM invoice i JOIN predicted_case p ON p.invoice_id = i.id
     WHERE i.kind <> 'credit_note'
       AND ((i.open_amount, i.cycle, i.step, i.policy_id, i.noticed_on) IS DISTINCT FROM (p.open_amount, p.cycle, p.step, p.policy_id, p.noticed_on)
            OR CASE WHEN p.open_amount > 0 THEN i.status::text <> p.status ELSE is_open(i.status) END);
    INSERT INTO compared SELECT of_run, as_of, count(*), (SELECT count(*) FROM predicted_notice n WHERE n.run = of_run), count(l.fell_from) FROM looked_at l;
END $$;

-- What no history may show, whatever was predicted.
CREATE VIEW broken_rule AS
WITH taken AS (
    SELECT l.*, n.issued_on, p.steps, p.catch_up, p.convention, lag(l.step, 1, 0) OVER of_case AS step_before, lag(n.issued_on) OVER of_case AS day_before
      FROM notice_line l JOIN notice n ON n.id = l.notice_id JOIN policy p ON p.id = l.policy_id
     WHERE l.taken WINDOW of_case AS (PARTITION BY l.invoice_id, l.cycle ORDER BY l.step, n.id)
)
SELECT 'step twice' AS rule, t.number FROM taken t WHERE t.step = t.step_before
UNION ALL
SELECT 'two steps a day, or backwards', t.number FROM taken t WHERE t.issued_on <= t.day_before
UNION ALL
SELECT 'step skipped', t.number FROM taken t, generate_series(t.step_before + 1, t.step - 1) k
 WHERE anchor(t.steps[k]) = 'prev' OR (t.catch_up = 'one_step' AND days(t.steps[k]) > 0)
UNION ALL
SELECT 'step before its day', t.number FROM taken t
 WHERE t.issued_on < plain_day(CASE anchor(t.steps[t.step]) WHEN 'due' THEN t.due_on ELSE coalesce(t.day_before, t.due_on) END, t.steps[t.step], t.convention)
UNION ALL
SELECT 'not a sending day', t.number FROM taken t JOIN policy p ON p.id = t.policy_id WHERE NOT plain_sending_day(t.issued_on, p)
UNION ALL
SELECT 'nothing to ask for', l.number FROM notice_line l WHERE l.asked <= 0 OR l.asked > l.open_amount
UNION ALL
SELECT 'interval', n.id::text FROM notice n JOIN policy p ON p.id = n.policy_id
 WHERE EXISTS (SELECT FROM notice o WHERE o.customer_id = n.customer_id AND o.id < n.id AND o.issued_on <> n.issued_on AND abs(o.issued_on - n.issued_on) < p.min_interval)
UNION ALL
SELECT 'sum', n.id::text FROM notice n WHERE n.plan_id IS NULL AND n.amount <> (SELECT sum(l.asked) FROM notice_line l WHERE l.notice_id = n.id)
UNION ALL
SELECT 'plan', h.plan_id::text FROM hold h JOIN plan p ON p.id = h.plan_id WHERE h.during <> plain_plan_days(p)
UNION ALL
SELECT 'no message', n.id::text FROM notice n WHERE (SELECT count(*) FROM outbox o WHERE (o.payload->>'notice')::bigint = n.id) <> 1;

-- Random histories.
CREATE SEQUENCE happened_seq;
CREATE FUNCTION dice(n int) RETURNS int LANGUAGE sql AS $$ SELECT floor(random() * n)::int $$;
CREATE FUNCTION one_of(list text[]) RETURNS text LANGUAGE sql AS $$ SELECT list[1 + floor(random() * cardinality(list))::int] $$;

CREATE FUNCTION random_steps() RETURNS dunning_step[] LANGUAGE plpgsql AS $$
DECLARE
    steps text[];
    day int;
BEGIN
    LOOP
        steps := '{}';
        day := dice(12) - 6;
        FOR n IN 1 .. 2 + dice(4) LOOP
            steps := steps || format('due%s%s %s', to_char(day, 'SGFM99'), one_of('{"","","",bd}'),
                                     CASE WHEN day <= 0 THEN 'email upcoming' ELSE one_of('{email reminder,letter final_notice,phone call,webhook stop_supply}') END);
            day := day + 1 + dice(8);
        END LOOP;
        FOR n IN 1 .. dice(3) LOOP
            steps := steps || format('prev+%s%s letter default_notice', 1 + dice(9), one_of('{"","",bd}'));
        END LOOP;
        IF dice(3) > 0 THEN
            steps := steps || format('prev+%s agency hand_over', 1 + dice(9));
        END IF;
        EXIT WHEN policy_problem(steps::dunning_step[]) IS NULL;
    END LOOP;
    RETURN steps::dunning_step[];
END $$;

-- A new policy, or a new version of one: who is under it is looked at again.
CREATE FUNCTION random_policy(name text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    steps dunning_step[] := random_steps();
    catch_up text := one_of('{one_step,by_age}');
BEGIN
    PERFORM observe(),
            set_policy(name, steps, catch_up, one_of('{customer,invoice}'), one_of('{0,0,20,50}')::numeric, one_of('{0,0,3,10}')::int,
                       one_of('{unadjusted,unadjusted,following,preceding,modified_following,modified_preceding}'),
                       one_of('{NULL,NULL,"{1,2,3,4,5}","{2,4}"}')::int[], one_of('{NULL,NULL,NULL,"{[2024-02-10,2024-02-16],[2024-03-20,2024-03-22]}"}')::datemultirange,
                       CASE WHEN catch_up = 'by_age' OR dice(3) = 0 THEN ARRAY(SELECT n * 20 * dice(3) FROM generate_subscripts(steps, 1) n) END, one_of('{0,0,0,0.1,0.2}')::numeric, one_of('{NULL,EUR,EUR,USD}')),
            (SELECT count(wake(c.id, NULL, '-infinity', true)) FROM customer c WHERE c.policy = random_policy.name);
END $$;

CREATE FUNCTION begin_history(customers int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- Enough of them to be in the way.
    PERFORM add_holiday(date '2023-12-20' + dice(140), 'holiday') FROM generate_series(1, 15) n;
    PERFORM random_policy('policy ' || n) FROM generate_series(1, 4) n;
    PERFORM add_customer('C' || n, 'Customer ' || n, policy => 'policy ' || 1 + dice(4)) FROM generate_series(1, customers) n;
END $$;

-- Something that happens on a day, or is posted a few days late. What is refused changes nothing.
CREATE FUNCTION happen(today date) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    what text := one_of('{issue,issue,issue,issue,issue,issue,issue,issue,old,old,old,old,old,old,old,old,future,pay,pay,pay part,pay part,pay oldest,on account,on account,allocate,reverse,reverse,credit note,credit,credit,apply,write off,cancel,hold,hold,hold all,dispute,dispute,resolve,promise,promise,plan,plan,instalment,instalment,instalment,instalment,cancel plan,release,release,release,version,policy,reschedule,reschedule,recall}');
    day date := today - dice(4);
    who text := (SELECT c.number FROM customer c ORDER BY c.id OFFSET dice((SELECT count(*)::int FROM customer)) LIMIT 1);
    number text := 'I' || nextval('happened_seq');
    amount numeric := one_of('{10,20,20,30,50,60,100}')::numeric;
    currency text := one_of('{EUR,EUR,EUR,USD}');
    claim record;
    old record;
BEGIN
    -- A claim that is open, if there is one; and one that may be anything.
    SELECT i.*, c.number AS customer INTO claim FROM invoice i JOIN customer c ON c.id = i.customer_id WHERE i.kind <> 'credit_note' AND i.open_amount > 0
     ORDER BY i.id OFFSET dice((SELECT count(*)::int FROM invoice i WHERE i.kind <> 'credit_note' AND i.open_amount > 0)) LIMIT 1;
    CASE what
        WHEN 'issue' THEN PERFORM issue_invoice(who, number, amount, day, day + dice(30), currency);
        WHEN 'old' THEN PERFORM issue_invoice(who, number, amount, day - 60, day - 60 + dice(30), currency);
        WHEN 'future' THEN PERFORM issue_invoice(who, number, amount, day + 8, day + 8 + dice(10), currency);
        WHEN 'pay' THEN PERFORM record_payment(claim.customer, claim.open_amount, day, ARRAY[claim.number], claim.currency);
        WHEN 'pay part' THEN PERFORM record_payment(claim.customer, ceil(claim.open_amount / 3), day, ARRAY[claim.number], claim.currency);
        WHEN 'pay oldest' THEN PERFORM record_payment(who, amount * 2, day, currency => currency);
        WHEN 'on account' THEN PERFORM record_payment(who, amount, day, '{}', currency);
        WHEN 'allocate' THEN PERFORM allocate(p.id, posted_on => day) FROM (SELECT q.id FROM payment q WHERE q.unallocated > 0 ORDER BY q.id LIMIT 1) p;
        WHEN 'reverse' THEN PERFORM reverse_payment(p.id, today) FROM (SELECT q.id FROM payment q ORDER BY q.id OFFSET dice((SELECT count(*)::int FROM payment)) LIMIT 1) p;
        WHEN 'credit note' THEN PERFORM issue_credit_note(claim.customer, number, amount, claim.number, greatest(day, claim.issued_on));
        WHEN 'credit' THEN PERFORM issue_credit_note(who, number, amount, issued_on => day, currency => currency);
        WHEN 'apply' THEN PERFORM apply_credit(k.number, claim.number, posted_on => day) FROM invoice k
                           WHERE k.kind = 'credit_note' AND k.open_amount < 0 AND k.customer_id = claim.customer_id AND k.currency = claim.currency ORDER BY k.id LIMIT 1;
        WHEN 'write off' THEN PERFORM write_off(claim.number, claim.open_amount, today) WHERE dice(3) = 0;
        WHEN 'cancel' THEN PERFORM cancel_invoice(claim.number, today) WHERE dice(3) = 0;
        WHEN 'hold' THEN PERFORM hold(invoice => claim.number, kind => one_of('{manual,legal}'), from_on => today - 3 + dice(9), until_on => today + 6 + CASE WHEN dice(4) > 0 THEN dice(15) END,
                                      amount => CASE WHEN dice(2) = 0 THEN ceil(claim.open_amount / 2) END);
        WHEN 'dispute' THEN PERFORM dispute(claim.number, 'price', CASE WHEN dice(3) > 0 THEN ceil(claim.open_amount / 2) END, from_on => today);
        WHEN 'resolve' THEN PERFORM resolve_dispute(d.hold_id, one_of('{granted,rejected}'), resolved_on => today) FROM (SELECT * FROM dispute e WHERE e.resolved_on IS NULL ORDER BY e.hold_id LIMIT 1) d;
        WHEN 'promise' THEN PERFORM promise(today + dice(12), invoices => ARRAY[claim.number], amount => CASE WHEN dice(2) = 0 THEN ceil(claim.open_amount / 2) END, from_on => today);
        WHEN 'plan' THEN PERFORM agree_plan(ARRAY[today + 7, today + 14, today + 21], invoices => ARRAY[claim.number], from_on => today, remind_before => NULL, remind_after => 1 + NULLIF(dice(2), 0));
        WHEN 'instalment' THEN PERFORM record_payment(c.number, ceil(i.amount / 3), today, ARRAY[i.number], i.currency)
                                 FROM (SELECT * FROM hold k WHERE num_nonnulls(k.plan_id, k.promise_id) > 0 AND k.during @> today ORDER BY random() LIMIT 1) h
                                 JOIN invoice i ON i.id = h.invoice_id JOIN customer c ON c.id = i.customer_id WHERE i.open_amount > 0;
        WHEN 'cancel plan' THEN PERFORM cancel_plan(p.id, today) FROM (SELECT * FROM plan q WHERE q.ended_on IS NULL ORDER BY q.id LIMIT 1) p;
        WHEN 'hold all' THEN PERFORM hold(who, from_on => today - 3 + dice(9), until_on => today + 6 + CASE WHEN dice(4) > 0 THEN dice(15) END);
        WHEN 'release' THEN PERFORM release(h.id, today - dice(2))
                              FROM (SELECT * FROM hold k WHERE upper(k.during) > today IS NOT FALSE ORDER BY k.id
                                    OFFSET dice((SELECT count(*)::int FROM hold k WHERE upper(k.during) > today IS NOT FALSE)) LIMIT 1) h;
        WHEN 'reschedule' THEN
            PERFORM reschedule(claim.number, today + dice(25) - 8, posted_on => today);
            UPDATE predicted_case p SET look_from = today, status = CASE WHEN i.due_on >= today THEN 'open' ELSE p.status END
              FROM invoice i WHERE i.id = claim.id AND p.invoice_id = i.id;
        WHEN 'recall' THEN
            SELECT i.* INTO old FROM invoice i WHERE i.status = 'in_collection' ORDER BY i.id LIMIT 1;
            PERFORM recall_claim(old.number, greatest(today, old.noticed_on), dice(3) > 0);
            -- Without a restart nothing follows the hand-over, which is the last step.
            UPDATE predicted_case p SET status = 'overdue' WHERE p.invoice_id = old.id;
            UPDATE predicted_case p SET cycle = p.cycle + 1, step = 0, policy_id = NULL, noticed_on = NULL, look_from = r.recalled_on
              FROM recall r WHERE r.invoice_id = old.id AND p.invoice_id = old.id AND r.restarted AND r.id = (SELECT max(l.id) FROM recall l);
        WHEN 'version' THEN PERFORM random_policy('policy ' || 1 + dice(4)) WHERE dice(2) = 0;
        WHEN 'policy' THEN
            SELECT c.* INTO old FROM customer c WHERE c.number = who;
            UPDATE customer c SET policy = 'policy ' || 1 + (right(c.policy, 1)::int % 4) WHERE c.id = old.id;
            PERFORM wake(old.id, NULL, '-infinity', true);
    END CASE;
    PERFORM observe();
    RETURN what;
EXCEPTION WHEN SQLSTATE 'RV004' OR SQLSTATE 'RV006' OR SQLSTATE 'RV007' OR SQLSTATE 'RV009' OR SQLSTATE 'RV016' OR SQLSTATE 'RV018' THEN
    RETURN what || ' refused: ' || SQLSTATE;
END $$;

-- The run of a day: the day itself, and now and then some days ahead, or one that is past.
CREATE FUNCTION some_run_day(today date) RETURNS date LANGUAGE sql AS
$$ SELECT today + CASE dice(10) WHEN 0 THEN 3 WHEN 1 THEN -2 WHEN 2 THEN -5 WHEN 3 THEN -12 ELSE 0 END $$;

CREATE PROCEDURE run_history(from_day date, until_day date, batch_size int) LANGUAGE plpgsql AS $$
DECLARE
    of_run int := 0;
    as_of date;
    progress jsonb;
BEGIN
    FOR n IN 0 .. until_day - from_day LOOP
        PERFORM happen(from_day + n) FROM generate_series(1, dice(6));
        -- Some days have no run, some have more than one.
        FOR m IN 1 .. one_of('{0,0,1,1,1,1,1,2,3}')::int LOOP
            of_run := of_run + 1;
            as_of := some_run_day(from_day + n);
            PERFORM predict(of_run, as_of), compare_decisions(of_run, as_of);
            LOOP
                progress := advance_batch(as_of, progress, batch_size);
                EXIT WHEN progress IS NULL;
            END LOOP;
            PERFORM compare_rows(of_run, as_of);
            PERFORM happen(from_day + n) FROM generate_series(1, dice(2));
        END LOOP;
        -- What is dead by now is cleaned up: else every look at the tables reads it too.
        COMMIT;
    END LOOP;
END $$;
