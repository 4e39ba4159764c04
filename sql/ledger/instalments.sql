/*
 * instalments: the dated amounts of payment plans, how they stand, and the
 * notices that announce them and ask for them.
 *
 * draft_instalment_notices() alone says which instalments are reminded of on a
 * day, and for how much: remind_instalments() does it, preview() shows it,
 * simulate() counts it. It looks at nothing that dunning changes on that day,
 * so all three agree, in whatever order they come.
 */
CREATE OR REPLACE FUNCTION instalment_dates(first_on date, count int, every interval DEFAULT '1 month') RETURNS date[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM require_date(first_on, 'first_on');
    IF count IS NULL OR count NOT BETWEEN 1 AND 1000 THEN
        RAISE EXCEPTION 'a plan can''t have % instalments', coalesce(count::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value', DETAIL = 'It was given as count.', HINT = 'Give 1 to 1000.';
    END IF;
    -- Counted from the first day, so that months that begin on a 31st don't creep.
    RETURN ARRAY(SELECT (first_on + n * every)::date FROM generate_series(0, count - 1) n);
END $$;
COMMENT ON FUNCTION instalment_dates(date, int, interval) IS 'So many dates, the first one and each this much later (a month), for agree_plan(). Errors: RV016 not a date; 22023 not 1 to 1000.';

CREATE OR REPLACE FUNCTION add_instalments(plan bigint, due_on date[], amounts numeric[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    terms record;
    shares numeric[] := amounts;
    share numeric;
    unit numeric;
BEGIN
    SELECT p.*, minor_units(p.currency) AS digits INTO terms FROM plan p WHERE p.id = add_instalments.plan;
    IF coalesce(cardinality(due_on), 0) NOT BETWEEN 1 AND 1000 OR array_position(due_on, NULL) IS NOT NULL
       OR EXISTS (SELECT FROM unnest(due_on) d WHERE d < terms.agreed_on OR d > '9999-12-31') OR (SELECT count(DISTINCT d) FROM unnest(due_on) d) < cardinality(due_on) THEN
        RAISE EXCEPTION 'the due dates of a plan of % can''t be %', terms.agreed_on, coalesce(due_on::text, 'NULL')
            USING ERRCODE = 'RV016', DETAIL = 'They are 1 to 1000 different days, none before it begins.', HINT = 'instalment_dates() makes them from the first one.';
    END IF;
    unit := round(10::numeric ^ - terms.digits, terms.digits);
    IF amounts IS NULL THEN
        -- Equal parts, exactly: the first ones are one unit larger.
        share := trunc(terms.amount / cardinality(due_on), terms.digits);
        shares := ARRAY(SELECT share + CASE WHEN n <= (terms.amount - share * cardinality(due_on)) / unit THEN unit ELSE 0 END
                          FROM generate_series(1, cardinality(due_on)) n);
    END IF;
    IF cardinality(shares) <> cardinality(due_on) THEN
        RAISE EXCEPTION '% amounts can''t be due on % days', cardinality(shares), cardinality(due_on)
            USING ERRCODE = 'RV004', DETAIL = 'Each instalment has an amount and a due date.', HINT = 'Without amounts it is split into equal parts.';
    END IF;
    PERFORM require_amount(s, terms.currency) FROM unnest(shares) s;
    IF (SELECT sum(s) FROM unnest(shares) s) <> terms.amount THEN
        RAISE EXCEPTION 'the instalments sum to %, not to %', (SELECT sum(s) FROM unnest(shares) s), terms.amount
            USING ERRCODE = 'RV004', DETAIL = format('%s %s is open of the claims of the plan.', terms.currency, terms.amount), HINT = 'Without amounts it is split into equal parts.';
    END IF;
    INSERT INTO instalment (plan_id, number, customer_id, due_on, amount, remind_on)
    SELECT terms.id, row_number() OVER (ORDER BY n.due_on), terms.customer_id, n.due_on, round(n.amount, terms.digits), terms.agreed_on
      FROM unnest(due_on, shares) AS n(due_on, amount);
END $$;
COMMENT ON FUNCTION add_instalments(bigint, date[], numeric[]) IS 'Gives a plan its instalments; amounts NULL: equal parts that sum to the whole. Errors: RV016 days missing, twice or before the plan; RV004 the amounts are none, too few, or don''t sum to what is open.';

CREATE OR REPLACE FUNCTION value_instalments(plans bigint[], as_of date)
RETURNS TABLE (plan_id bigint, number int, due_on date, amount numeric, paid numeric, open_amount numeric, status text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT q.plan_id, q.number, q.due_on, q.amount, q.paid, q.open_amount,
           CASE WHEN q.open_amount = 0 THEN 'paid' WHEN q.due_on < value_instalments.as_of THEN 'late' WHEN q.paid > 0 THEN 'partly' ELSE 'due' END
      FROM (SELECT n.plan_id, n.number, n.due_on, n.amount, greatest(least(v.came_in, n.upto) - n.upto + n.amount, 0) AS paid,
                   -- What credits took from the end is not asked for; what came in counts from the begin.
                   greatest(least(n.upto, v.came_in + v.open_amount)
                            - greatest(CASE WHEN n.number > 1 THEN least(n.upto - n.amount, v.came_in + v.open_amount) END, v.came_in), 0) AS open_amount
              FROM (SELECT s.*, sum(s.amount) OVER (PARTITION BY s.plan_id ORDER BY s.number) AS upto FROM instalment s WHERE s.plan_id = ANY (plans)) n
              JOIN value_plans(plans, value_instalments.as_of) v ON v.plan_id = n.plan_id) q
     ORDER BY 1, 2;
END $$;
COMMENT ON FUNCTION value_instalments(bigint[], date) IS 'How the instalments of these plans stood on a date; see instalments().';

CREATE OR REPLACE FUNCTION instalments(as_of date DEFAULT today(), plan bigint DEFAULT NULL)
RETURNS TABLE (plan_id bigint, number int, due_on date, amount numeric, paid numeric, open_amount numeric, status text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT * FROM value_instalments(CASE WHEN instalments.plan IS NULL THEN ARRAY(SELECT p.id FROM plan p WHERE p.agreed_on <= instalments.as_of) ELSE ARRAY[instalments.plan] END,
                                    instalments.as_of);
END $$;
COMMENT ON FUNCTION instalments(date, bigint) IS
'Instalments of a plan (NULL: of all agreed by then) as they stood on a date. Money counts in the order of the due dates, early money for the next ones; credits and write-offs take from the last. status: paid: nothing is open of it; late: after its due date; partly, due: before.';

CREATE OR REPLACE FUNCTION reminder_days(plans bigint[], under_policy bigint DEFAULT NULL)
RETURNS TABLE (plan_id bigint, number int, announce_on date, ask_on date, send_days int[], quiet datemultirange)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    days_off CONSTANT date[] := holidays();
BEGIN
    RETURN QUERY
    SELECT n.plan_id, n.number,
           -- What would be announced when it is agreed, or before, is not.
           CASE WHEN n.due_on - p.remind_before > p.agreed_on
                THEN greatest(sending_day(n.due_on - p.remind_before, d.send_days, y.quiet, days_off, true), p.agreed_on + 1) END,
           sending_day(n.due_on + p.remind_after, d.send_days, y.quiet, days_off), d.send_days, y.quiet
      FROM instalment n
      JOIN plan p ON p.id = n.plan_id
      JOIN customer_policy a ON a.customer_id = p.customer_id
      LEFT JOIN policy y ON y.id = coalesce(reminder_days.under_policy, a.policy_id)
     -- A convention is about business days.
     CROSS JOIN LATERAL (SELECT CASE WHEN y.send_days IS NULL AND y.convention <> 'unadjusted' THEN '{1,2,3,4,5}'::int[] ELSE y.send_days END) AS d(send_days)
     WHERE n.plan_id = ANY (plans);
END $$;
COMMENT ON FUNCTION reminder_days(bigint[], bigint) IS
'From which day on each instalment of these plans is announced (NULL: it is not) and asked for (NULL: it is not), by the calendar of the customer''s policy, or (under_policy) of this one: announced on the last sending day up to remind_before days before it is due, but after the plan was agreed; asked for on the first one from remind_after days after. Sending days are those of send_days and quiet: of the policy, or, where it has a convention and no send_days, business days.';

CREATE OR REPLACE FUNCTION draft_instalment_notices(
    as_of date, customers bigint[], simulated claim_state[] DEFAULT NULL, kept_from date DEFAULT NULL, under_policy bigint DEFAULT NULL
) RETURNS TABLE (
    plan_id bigint, number int, customer_id bigint, currency text, channel text, action text, due_on date, open_amount numeric, asked numeric,
    taken boolean, lead_id bigint, next_on date
)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT SET jit = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    days_off CONSTANT date[] := holidays();
    in_force CONSTANT bigint[] := ARRAY(SELECT DISTINCT p.id FROM hold h JOIN plan p ON p.id = h.plan_id
                                         WHERE h.customer_id = ANY (customers)
                                           AND CASE WHEN kept_from IS NULL THEN h.during @> draft_instalment_notices.as_of
                                                    ELSE upper(h.during) > kept_from AND p.agreed_on <= draft_instalment_notices.as_of
                                                         AND (p.ended_on <= draft_instalment_notices.as_of) IS NOT TRUE END);
    looked_at CONSTANT bigint[] := ARRAY(SELECT n.plan_id FROM instalment n
                                          WHERE simulated IS NULL AND n.customer_id = ANY (customers) AND n.remind_on <= draft_instalment_notices.as_of);
BEGIN
    RETURN QUERY
    WITH claim AS (
        -- Of the first two and the third, one is left when this is planned.
        SELECT i.id, i.customer_id, i.currency, i.kind, i.related_id, i.due_on, i.open_amount
          FROM invoice i WHERE simulated IS NULL AND i.customer_id = ANY (customers) AND i.open_amount <> 0 AND is_open(i.status) AND i.issued_on <= draft_instalment_notices.as_of
        UNION ALL
        SELECT NULL, m.customer_id, m.currency, 'credit_note', NULL, m.received_on, - m.unallocated
          FROM payment m WHERE simulated IS NULL AND m.customer_id = ANY (customers) AND m.unallocated <> 0 AND m.received_on <= draft_instalment_notices.as_of
        UNION ALL
        SELECT s.id, s.customer_id, s.currency, s.kind, s.related_id, s.due_on, s.open_amount
          FROM unnest(simulated) s WHERE simulated IS NOT NULL AND s.issued_on <= draft_instalment_notices.as_of
    ), credit AS (
        -- What credit notes and money on account leave when what is overdue and not held has had its part; those of claims of a plan are the plan's.
        SELECT c.customer_id, c.currency,
               coalesce(- sum(c.open_amount) FILTER (WHERE b.of_plan), 0)
               + greatest(- sum(CASE WHEN c.kind = 'credit_note' THEN c.open_amount WHEN c.due_on < draft_instalment_notices.as_of THEN greatest(c.open_amount - coalesce(k.amount, 0), 0) ELSE 0 END)
                            FILTER (WHERE NOT b.of_plan), 0) AS amount
          FROM claim c
          LEFT JOIN held(draft_instalment_notices.as_of, customers) k ON k.invoice_id = c.id AND c.kind <> 'credit_note'
         CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM hold h WHERE h.invoice_id = c.related_id AND h.plan_id = ANY (in_force)) AND c.kind = 'credit_note' AS of_plan) b
         GROUP BY 1, 2
    ), held_besides AS (
        -- What is disputed, promised or held by hand is not asked for; the claims of a plan that is kept are settled by then in a simulation, but not all of its instalments.
        SELECT h.plan_id, sum(least(CASE WHEN kept_from IS NULL THEN coalesce(c.open_amount, 0) ELSE i.open_amount END, k.amount)) AS amount
          FROM hold h
          JOIN held(draft_instalment_notices.as_of, customers, by_plans => false) k ON k.invoice_id = h.invoice_id
          JOIN invoice i ON i.id = h.invoice_id
          LEFT JOIN claim c ON c.id = h.invoice_id
         WHERE h.plan_id = ANY (in_force) GROUP BY 1
    ), item AS (
        SELECT v.plan_id, v.number, v.due_on, p.customer_id, p.currency, p.channel, p.id = ANY (in_force) AS holds,
               CASE WHEN kept_from IS NOT NULL AND v.due_on <= draft_instalment_notices.as_of THEN 0 ELSE v.open_amount END AS open_amount
          FROM value_instalments(in_force || looked_at, draft_instalment_notices.as_of) v JOIN plan p ON p.id = v.plan_id
    ), weighed AS (
        -- Credits go to the instalments in the order of their due dates; what is held takes from a plan's last ones.
        SELECT t.*, greatest(least(t.open_amount, sum(t.open_amount) OVER from_here - coalesce(b.amount, 0))
                             - greatest(coalesce(c.amount, 0) - coalesce(sum(t.open_amount) FILTER (WHERE t.holds) OVER earlier, 0), 0), 0) AS asked
          FROM item t
          LEFT JOIN credit c ON c.customer_id = t.customer_id AND c.currency = t.currency
          LEFT JOIN held_besides b ON b.plan_id = t.plan_id
        WINDOW earlier AS (PARTITION BY t.customer_id, t.currency ORDER BY t.due_on, t.plan_id, t.number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
               from_here AS (PARTITION BY t.plan_id ORDER BY t.number DESC)
    ), dated AS (
        SELECT w.*, d.announce_on, d.ask_on, sending_day(draft_instalment_notices.as_of, d.send_days, d.quiet, days_off) = draft_instalment_notices.as_of AS sends,
               nullif(sending_day(draft_instalment_notices.as_of + 1, d.send_days, d.quiet, days_off), 'infinity') AS sends_again_on,
               CASE WHEN draft_instalment_notices.as_of > w.due_on THEN CASE WHEN draft_instalment_notices.as_of >= d.ask_on THEN 'instalment_late' END
                    WHEN draft_instalment_notices.as_of >= d.announce_on THEN 'instalment_upcoming' END AS action,
               (SELECT (array_agg(i.id ORDER BY i.due_on, i.id))[1] FROM hold h JOIN invoice i ON i.id = h.invoice_id AND i.open_amount > 0 WHERE h.plan_id = w.plan_id) AS lead_id
          FROM weighed w
          JOIN reminder_days(in_force || looked_at, draft_instalment_notices.under_policy) d ON d.plan_id = w.plan_id AND d.number = w.number
          LEFT JOIN instalment n ON n.plan_id = w.plan_id AND n.number = w.number AND simulated IS NULL
         WHERE simulated IS NOT NULL OR n.remind_on <= draft_instalment_notices.as_of
    ), wanted AS (
        SELECT d.*, d.holds AND d.open_amount > 0 AND d.action IS NOT NULL
                    AND (simulated IS NOT NULL
                         OR (d.lead_id IS NOT NULL AND NOT EXISTS (SELECT FROM notice n WHERE n.plan_id = d.plan_id AND n.instalment = d.number AND n.action = d.action))) AS wanted
          FROM dated d
    )
    SELECT w.plan_id, w.number, w.customer_id, w.currency, w.channel, w.action, w.due_on, w.open_amount, w.asked, w.wanted AND w.sends AND w.asked > 0, w.lead_id,
           CASE WHEN draft_instalment_notices.as_of < w.announce_on THEN w.announce_on
                -- Tried again while there is time: credits may be used for something else by then.
                WHEN w.wanted AND NOT (w.sends AND w.asked > 0) AND (draft_instalment_notices.as_of > w.due_on OR w.sends_again_on <= w.due_on) THEN w.sends_again_on
                WHEN draft_instalment_notices.as_of < w.ask_on THEN w.ask_on END
      FROM wanted w;
END $$;
COMMENT ON FUNCTION draft_instalment_notices(date, bigint[], claim_state[], date, bigint) IS
'Of the instalments of these customers that advance would look at on a date, which are announced or asked for (taken), by which action, and with what amount (asked): what is open of it, less what is left of the customer''s credit notes and money on account in its currency when his overdue claims that are not held have had their part; they go to his instalments in the order of their due dates. What is disputed, promised or held by hand of the claims takes from the last instalments. So all that is asked of him on a day is never more than he owes net. next_on: when it is looked at again; NULL: no more. simulated: claims and money on account in the place of those that are posted, as of decide(); then all instalments of plans that hold are looked at, whether they were reminded of or not. kept_from: plans that hold then or later are kept: each instalment is paid when it is due. under_policy: by its calendar (NULL: that of the customer''s policy).';

-- As execute_decisions(): by the indexes.
CREATE OR REPLACE FUNCTION remind_instalments(as_of date, most int) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT SET jit = off SET plan_cache_mode = force_custom_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    owners bigint[] := ARRAY(SELECT q.customer_id FROM (SELECT n.customer_id FROM instalment n WHERE n.remind_on <= remind_instalments.as_of
                                                         ORDER BY n.remind_on, n.plan_id, n.number LIMIT most) q);
    done record;
BEGIN
    IF owners = '{}' THEN
        RETURN 0;
    END IF;
    PERFORM FROM customer c WHERE c.id = ANY (owners) ORDER BY c.id FOR NO KEY UPDATE;
    WITH draft AS MATERIALIZED (
        SELECT * FROM draft_instalment_notices(remind_instalments.as_of, owners)
    ), put AS (
        INSERT INTO notice AS m (customer_id, currency, plan_id, instalment, channel, action, issued_on, lead_id, amount, name, address, country, email, phone, language, text_id, sent_by)
        SELECT d.customer_id, d.currency, d.plan_id, d.number, d.channel, d.action, remind_instalments.as_of, d.lead_id, d.asked,
               c.name, c.address, c.country, c.email, c.phone, c.language, find_notice_text(d.action, d.channel, c.language), d.channel
          FROM draft d JOIN customer c ON c.id = d.customer_id
         WHERE d.taken
         ORDER BY d.plan_id, d.number
        RETURNING m.id
    ), move AS (
        UPDATE instalment n SET remind_on = d.next_on FROM draft d WHERE n.plan_id = d.plan_id AND n.number = d.number
    )
    SELECT (SELECT array_agg(p.id) FROM put p) AS notices, (SELECT count(*) FROM draft) AS looked_at INTO done;
    IF done.notices IS NOT NULL THEN
        PERFORM post_messages(done.notices);
        PERFORM count_run(remind_instalments.as_of, cardinality(done.notices), 0, 0, '{}');
    END IF;
    -- Where another session was faster, there may be more.
    RETURN greatest(done.looked_at, 1);
END $$;
COMMENT ON FUNCTION remind_instalments(date, int) IS 'Announces the instalments that are due soon and asks for those that are late, each once, for the customers of the next so many; returns how many it looked at.';

CREATE OR REPLACE FUNCTION remind_anew(customers bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE instalment n SET remind_on = p.agreed_on
      FROM plan p WHERE p.id = n.plan_id AND n.customer_id = ANY (customers) AND n.remind_on > p.agreed_on;
END $$;
COMMENT ON FUNCTION remind_anew(bigint[]) IS 'Has the next advance look again at the instalments of these customers that it would look at later: their sending days may be others now.';
