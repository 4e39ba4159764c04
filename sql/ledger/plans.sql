/*
 * plans: payment plans. Its holds keep a plan's claims from being dunned until
 * the day on which it breaks, given what has come in so far. That day follows
 * from the postings: whenever one is made on a claim of a plan, its trigger
 * computes the end of the plan's holds anew (follow_plans()). So nobody has to
 * break a plan, and decide() sees a hold like any other.
 *
 * Money counts in the order of the due dates: what comes early counts for the
 * next instalments. What lowers the claims otherwise (a credit, a write-off)
 * takes from the last ones: a plan with nothing left open can't break.
 *
 * Postings wait for it: each table is read by its index for the plans given,
 * whatever the planner thinks of the rows that functions return.
 */
CREATE OR REPLACE FUNCTION agree_plan(
    due_on date[], customer text DEFAULT NULL, invoices text[] DEFAULT NULL, amounts numeric[] DEFAULT NULL, from_on date DEFAULT NULL, broken_after_days int DEFAULT 5,
    remind_before int DEFAULT 3, remind_after int DEFAULT 1, channel text DEFAULT 'email', currency text DEFAULT NULL, note text DEFAULT NULL, key text DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    new_id bigint := request_begin(key, 'agree_plan', jsonb_build_object('due_on', due_on, 'customer', customer, 'invoices', invoices, 'amounts', amounts,
        'from_on', from_on, 'broken_after_days', broken_after_days, 'remind_before', remind_before, 'remind_after', remind_after, 'channel', channel,
        'currency', currency, 'note', note));
    about record;
    first_day date := coalesce(agree_plan.from_on, today());
BEGIN
    IF new_id IS NOT NULL THEN
        RETURN new_id;
    END IF;
    PERFORM require_date(first_day, 'from_on'), require_choice(agree_plan.channel, 'channel', '{email,letter,phone,sms,task,webhook}');
    IF agree_plan.broken_after_days IS NULL OR agree_plan.broken_after_days NOT BETWEEN 0 AND 3650 OR agree_plan.remind_before NOT BETWEEN 1 AND 3650
       OR agree_plan.remind_after NOT BETWEEN 1 AND 3650 THEN
        RAISE EXCEPTION 'a plan can''t break after % days, and remind % days before and % days after', coalesce(agree_plan.broken_after_days::text, 'NULL'),
                coalesce(agree_plan.remind_before::text, 'no'), coalesce(agree_plan.remind_after::text, 'no')
            USING ERRCODE = 'invalid_parameter_value', DETAIL = 'broken_after_days is from 0, remind_before and remind_after from 1, to 3650.', HINT = 'NULL for a reminder: none.';
    END IF;
    SELECT * INTO about FROM claims_to_settle(agree_plan.customer, agree_plan.invoices, agree_plan.currency);
    -- A plan that is broken by then holds no more, whatever is posted back.
    PERFORM end_plans(ARRAY(SELECT DISTINCT h.plan_id FROM hold h JOIN plan p ON p.id = h.plan_id
                             WHERE h.invoice_id = ANY (about.claims) AND p.ended_on IS NULL AND upper(h.during) <= first_day), first_day);
    INSERT INTO plan AS p (customer_id, currency, amount, agreed_on, broken_after_days, remind_before, remind_after, channel, note)
        VALUES (about.owner_id, about.used_currency, (SELECT sum(o) FROM unnest(about.open_amounts) o), first_day, agree_plan.broken_after_days,
                agree_plan.remind_before, agree_plan.remind_after, agree_plan.channel, agree_plan.note) RETURNING p.id INTO new_id;
    PERFORM begin_plan(new_id, agree_plan.due_on, agree_plan.amounts, about.claims);
    RETURN request_end(key, new_id);
END $$;
COMMENT ON FUNCTION agree_plan(date[], text, text[], numeric[], date, int, int, int, text, text, text, text) IS
'Agrees that a customer pays these invoices, or (NULL) all that is open of his, by instalments: due dates (instalment_dates() makes them) and amounts (NULL: equal parts) that sum to what is open. From from_on (today) on the claims are not dunned until broken_after_days after an instalment that is not in by then: that breaks the plan, and dunning goes on the day after. Each instalment is announced remind_before days before it is due, and asked for remind_after days after (NULL: not), by notices of their own over channel, on the sending days of the customer''s policy (reminder_days()), for what credit notes and money on account leave of it. currency: that of the invoices, else of settings. Returns the plan''s id. How it stands: plans(), instalments(). Errors: RV009 no such customer or open invoice; RV004 the amounts don''t sum to what is open; RV006 one of them is with an agency; RV007 nothing is open; RV016 a day is missing or before from_on, or something was posted after from_on; RV018 one of the claims has a plan already; 22023, 23514 another value out of range.';

CREATE OR REPLACE FUNCTION begin_plan(plan bigint, due_on date[], amounts numeric[], claims bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    handed_over record;
BEGIN
    SELECT i.number, i.noticed_on INTO handed_over FROM invoice i WHERE i.id = ANY (begin_plan.claims) AND i.status = 'in_collection' LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'invoice % is with an agency', quote_literal(handed_over.number)
            USING ERRCODE = 'RV006', DETAIL = format('It was handed over on %s; two would ask for it.', handed_over.noticed_on),
                  HINT = 'recall_claim() takes it back; a plan for some invoices names them: invoices.';
    END IF;
    PERFORM add_instalments(begin_plan.plan, begin_plan.due_on, begin_plan.amounts);
    -- Before it has claims, nothing breaks it: it may hold that long.
    PERFORM hold_claims(begin_plan.claims, array_fill(NULL::numeric, ARRAY[cardinality(begin_plan.claims)]), 'plan', e.during, p.note, NULL, p.id)
       FROM plan p JOIN plan_ends(ARRAY[begin_plan.plan]) e ON e.plan_id = p.id WHERE p.id = begin_plan.plan;
    PERFORM follow_plans(ARRAY[begin_plan.plan]);
END $$;
COMMENT ON FUNCTION begin_plan(bigint, date[], numeric[], bigint[]) IS 'Gives a new plan its instalments and its holds. Error RV006: one of the claims is with an agency.';

CREATE OR REPLACE FUNCTION find_plan(plan bigint) RETURNS plan
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    terms plan;
BEGIN
    PERFORM FROM customer c WHERE c.id = (SELECT p.customer_id FROM plan p WHERE p.id = find_plan.plan) FOR NO KEY UPDATE;
    SELECT * INTO terms FROM plan p WHERE p.id = find_plan.plan;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no plan %', coalesce(find_plan.plan::text, 'NULL')
            USING ERRCODE = 'RV009', DETAIL = 'It was given as plan.', HINT = 'agree_plan() returns the id of a plan; plans() lists them.';
    END IF;
    IF terms.ended_on IS NOT NULL THEN
        RAISE EXCEPTION 'plan % ended on %', terms.id, terms.ended_on
            USING ERRCODE = 'RV006', DETAIL = coalesce((SELECT format('Plan %s took its place.', p.id) FROM plan p WHERE p.replaces_id = terms.id), 'It was cancelled, or another plan was agreed.'),
                  HINT = 'agree_plan() makes a new one.';
    END IF;
    RETURN terms;
END $$;
COMMENT ON FUNCTION find_plan(bigint) IS 'A plan that has not ended, its customer locked. Errors: RV009 no such plan; RV006 it was cancelled or revised.';

CREATE OR REPLACE FUNCTION end_plans(plans bigint[], ended_on date) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE plan p SET ended_on = end_plans.ended_on WHERE p.id = ANY (plans);
    PERFORM follow_plans(plans);
END $$;
COMMENT ON FUNCTION end_plans(bigint[], date) IS 'From this day on these plans hold no more, and nothing of them is reminded of.';

CREATE OR REPLACE FUNCTION cancel_plan(plan bigint, cancelled_on date DEFAULT NULL, note text DEFAULT NULL, key text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    done bigint := request_begin(key, 'cancel_plan', jsonb_build_object('plan', plan, 'cancelled_on', cancelled_on, 'note', note));
    terms plan;
    day date := coalesce(cancel_plan.cancelled_on, today());
BEGIN
    IF done IS NOT NULL THEN
        RETURN done;
    END IF;
    PERFORM require_date(day, 'cancelled_on');
    terms := find_plan(cancel_plan.plan);
    PERFORM end_plans(ARRAY[terms.id], day);
    IF cancel_plan.note IS NOT NULL THEN
        PERFORM add_note(h.id, cancel_plan.note) FROM hold h WHERE h.plan_id = terms.id;
    END IF;
    RETURN request_end(key, terms.id);
END $$;
COMMENT ON FUNCTION cancel_plan(bigint, date, text, text) IS 'Ends a payment plan: from cancelled_on (today) on its claims are dunned again. note: kept with its holds. Returns the plan''s id. Errors: RV009 no such plan; RV006 it has ended; RV016 not a date.';

CREATE OR REPLACE FUNCTION revise_plan(plan bigint, due_on date[], amounts numeric[] DEFAULT NULL, from_on date DEFAULT NULL, note text DEFAULT NULL, key text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    new_id bigint := request_begin(key, 'revise_plan', jsonb_build_object('plan', plan, 'due_on', due_on, 'amounts', amounts, 'from_on', from_on, 'note', note));
    terms plan;
    claims bigint[];
    owed numeric;
    first_day date := coalesce(revise_plan.from_on, today());
BEGIN
    IF new_id IS NOT NULL THEN
        RETURN new_id;
    END IF;
    PERFORM require_date(first_day, 'from_on');
    terms := find_plan(revise_plan.plan);
    IF first_day < terms.agreed_on THEN
        RAISE EXCEPTION 'a plan of % can''t be revised on %', terms.agreed_on, first_day
            USING ERRCODE = 'RV016', DETAIL = CASE WHEN revise_plan.from_on IS NULL THEN 'The latter is today: from_on was not given.' ELSE 'The latter was given as from_on.' END,
                  HINT = 'Give a later from_on.';
    END IF;
    SELECT array_agg(i.id ORDER BY h.id), sum(i.open_amount) INTO claims, owed
      FROM hold h JOIN invoice i ON i.id = h.invoice_id WHERE h.plan_id = terms.id AND i.open_amount > 0 AND is_open(i.status);
    IF claims IS NULL THEN
        RAISE EXCEPTION 'nothing is open of plan %', terms.id
            USING ERRCODE = 'RV007', DETAIL = 'All its claims are settled.', HINT = 'There is nothing to revise.';
    END IF;
    PERFORM end_plans(ARRAY[terms.id], first_day);
    INSERT INTO plan AS p (customer_id, currency, amount, agreed_on, broken_after_days, remind_before, remind_after, channel, replaces_id, note)
        VALUES (terms.customer_id, terms.currency, owed, first_day, terms.broken_after_days, terms.remind_before, terms.remind_after, terms.channel,
                terms.id, revise_plan.note) RETURNING p.id INTO new_id;
    PERFORM begin_plan(new_id, revise_plan.due_on, revise_plan.amounts, claims);
    RETURN request_end(key, new_id);
END $$;
COMMENT ON FUNCTION revise_plan(bigint, date[], numeric[], date, text, text) IS
'Replaces a payment plan, broken or not, from from_on (today) on by one over what is open of its claims, on the same conditions; due_on and amounts as of agree_plan(). Returns the new plan''s id. Errors: RV009 no such plan; RV006 it has ended, or one of its claims is with an agency; RV007 nothing is open; RV016, RV004 as of agree_plan().';

CREATE OR REPLACE FUNCTION plan_ends(plans bigint[]) RETURNS TABLE (plan_id bigint, broken_on date, during daterange)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH event AS (
        -- What must be in by a day, what came in on it, and by what it changed what is open.
        SELECT n.plan_id, n.due_on + p.broken_after_days AS day, n.amount AS needed, 0::numeric AS came_in, 0::numeric AS open_amount
          FROM instalment n JOIN plan p ON p.id = n.plan_id WHERE n.plan_id = ANY (plans)
        UNION ALL
        SELECT h.plan_id, p.agreed_on, 0, - h.received, i.amount
          FROM hold h JOIN plan p ON p.id = h.plan_id JOIN invoice i ON i.id = h.invoice_id WHERE h.plan_id = ANY (plans)
        UNION ALL
        SELECT h.plan_id, a.posted_on, 0, CASE WHEN coalesce(o.kind, a.kind) IN ('payment', 'discount') THEN a.amount ELSE 0 END, - a.amount
          FROM hold h JOIN allocation a ON a.invoice_id = h.invoice_id LEFT JOIN allocation o ON o.id = a.reverses_id WHERE h.plan_id = ANY (plans)
    ), state AS (
        SELECT e.plan_id, e.day, sum(sum(e.needed)) OVER upto AS needed, sum(sum(e.came_in)) OVER upto AS came_in, sum(sum(e.open_amount)) OVER upto AS open_amount
          FROM event e GROUP BY 1, 2 WINDOW upto AS (PARTITION BY e.plan_id ORDER BY e.day)
    ), term AS (
        SELECT p.id AS plan_id, max(n.due_on) + p.broken_after_days + 1 AS over_on FROM plan p JOIN instalment n ON n.plan_id = p.id WHERE p.id = ANY (plans) GROUP BY p.id
    ), broken AS (
        -- Money that is taken back when it is over and holds nothing breaks it on that day.
        SELECT s.plan_id, min(least(s.day + 1, greatest(s.day, t.over_on))) AS broken_on
          FROM state s JOIN term t ON t.plan_id = s.plan_id WHERE s.needed > 0 AND s.came_in < s.needed AND s.open_amount > 0 GROUP BY 1
    )
    SELECT p.id, b.broken_on,
           CASE WHEN least(t.over_on, b.broken_on, p.ended_on) > p.agreed_on THEN daterange(p.agreed_on, least(t.over_on, b.broken_on, p.ended_on)) ELSE 'empty' END
      FROM plan p
      JOIN term t ON t.plan_id = p.id
      LEFT JOIN broken b ON b.plan_id = p.id
     WHERE p.id = ANY (plans);
END $$;
COMMENT ON FUNCTION plan_ends(bigint[]) IS 'Of these plans, by all that is posted: the first day on which each is broken (NULL: none; the day after one at whose end less had come in than was to be in by then, and something was open; that day itself when the plan was over), and the days on which it holds.';

CREATE OR REPLACE FUNCTION follow_plans(plans bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF cardinality(plans) = 0 THEN
        RETURN;
    END IF;
    UPDATE hold h SET during = e.during FROM plan_ends(plans) e WHERE h.plan_id = e.plan_id AND h.plan_id = ANY (plans) AND h.during <> e.during;
    IF FOUND THEN
        -- What was paid, or broken, when it was looked at, may not be so now.
        UPDATE instalment n SET remind_on = p.agreed_on
          FROM plan p WHERE n.plan_id = ANY (plans) AND p.id = n.plan_id AND p.ended_on IS NULL AND n.remind_on IS DISTINCT FROM p.agreed_on;
    END IF;
END $$;
COMMENT ON FUNCTION follow_plans(bigint[]) IS 'Brings the holds of these plans in line with what is posted, and has the next advance look again at the instalments of those that changed.';

CREATE OR REPLACE FUNCTION value_plans(ids bigint[], as_of date) RETURNS TABLE (plan_id bigint, came_in numeric, open_amount numeric, broken_on date, status text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT p.id, s.came_in, s.open_amount, CASE WHEN e.broken_on <= least(value_plans.as_of, p.ended_on) THEN e.broken_on END,
           CASE WHEN p.ended_on <= value_plans.as_of AND EXISTS (SELECT FROM plan r WHERE r.replaces_id = p.id) THEN 'revised'
                WHEN e.broken_on <= least(value_plans.as_of, p.ended_on) THEN 'broken'
                WHEN p.ended_on <= value_plans.as_of THEN 'cancelled'
                WHEN s.open_amount <= 0 OR s.came_in >= p.amount THEN 'fulfilled'
                ELSE 'active' END
      FROM plan p
      JOIN plan_ends(value_plans.ids) e ON e.plan_id = p.id
      JOIN (SELECT h.plan_id, sum(m.came_in) AS came_in, sum(m.open_amount) AS open_amount
              FROM (SELECT array_agg(h.id) AS holds, array_agg(value_plans.as_of) AS days FROM hold h WHERE h.plan_id = ANY (value_plans.ids)) n
             CROSS JOIN LATERAL money_since(n.holds, n.days) m
              JOIN hold h ON h.id = m.hold_id GROUP BY 1) s ON s.plan_id = p.id
     WHERE p.id = ANY (value_plans.ids);
END $$;
COMMENT ON FUNCTION value_plans(bigint[], date) IS 'How these plans stood on a date; see plans().';

CREATE OR REPLACE FUNCTION plans(as_of date DEFAULT today())
RETURNS TABLE (plan bigint, customer text, invoices text[], currency text, amount numeric, agreed_on date, came_in numeric, open_amount numeric, broken_on date, status text, note text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT p.id, c.number, ARRAY(SELECT i.number FROM hold h JOIN invoice i ON i.id = h.invoice_id WHERE h.plan_id = p.id ORDER BY h.id),
           p.currency, p.amount, p.agreed_on, v.came_in, v.open_amount, v.broken_on, v.status, p.note
      FROM value_plans(ARRAY(SELECT q.id FROM plan q WHERE q.agreed_on <= plans.as_of), plans.as_of) v
      JOIN plan p ON p.id = v.plan_id
      JOIN customer c ON c.id = p.customer_id
     ORDER BY p.agreed_on, p.id;
END $$;
COMMENT ON FUNCTION plans(date) IS
'Payment plans agreed up to a date, as they stood then. came_in: money (and discount that it earned) on their claims since; open_amount: what was open of them; broken_on: since when it is broken. status: active; fulfilled: all came in, or nothing is open of its claims; broken; cancelled, or revised.';
