/*
 * simulate: what a policy would do, day by day, without writing anything.
 *
 * Customers have nothing to do with each other, so the claims are kept by the
 * day on which their customer is next looked at: agenda, an array with an
 * element a day. A day takes its element, has draft_notices() decide for these
 * claims, counts, and puts each customer's claims, as they are after it, to
 * the day on which the next of them is due. So a day costs what is due on it,
 * as with advance; and all is in memory, for a slice of the customers at a
 * time: no table is written or made, nor does it matter who else simulates.
 * Slices are simulated at the same time, where there are parallel workers.
 */
CREATE OR REPLACE FUNCTION simulated_claims(customers bigint[], policy text, from_on date, until_on date, payments text, days_late numeric) RETURNS SETOF claim_state
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100000 SET search_path FROM CURRENT SET jit = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    replayed CONSTANT boolean := simulated_claims.payments = 'actual';
    used_policy CONSTANT bigint := (SELECT p.id FROM policy p WHERE p.current AND p.name = simulated_claims.policy);
BEGIN
    RETURN QUERY
    WITH paid AS MATERIALIZED (
        SELECT i.customer_id, sum(i.amount * (i.closed_on - i.due_on)) AS days, sum(i.amount) AS amount
          FROM invoice i WHERE i.customer_id = ANY (customers) AND i.status = 'paid' AND i.kind = 'invoice' AND simulated_claims.payments = 'behaviour' GROUP BY 1
    ), begun AS (
        -- How far each claim is: now, or, where the past is replayed, by the last notice before from_on.
        SELECT i.id, i.policy_id, i.step, i.noticed_on, i.status, i.next_on FROM invoice i WHERE NOT replayed AND i.open_amount <> 0
        UNION ALL
        SELECT i.id, l.policy_id, coalesce(l.step, 0), l.issued_on, CASE WHEN l.action = 'hand_over' THEN 'in_collection' ELSE 'open' END::invoice_status, i.issued_on
          FROM invoice i
          LEFT JOIN (SELECT DISTINCT ON (l.invoice_id) l.invoice_id, l.policy_id, l.step, n.issued_on, n.action
                       FROM notice_line l JOIN notice n ON n.id = l.notice_id
                      WHERE l.taken AND n.issued_on < simulated_claims.from_on AND n.customer_id = ANY (customers) AND replayed
                      ORDER BY l.invoice_id, n.issued_on DESC, n.id DESC) l ON l.invoice_id = i.id
         WHERE replayed AND i.status <> 'draft' AND (i.closed_on >= simulated_claims.from_on OR i.closed_on IS NULL)
    )
    SELECT i.id, i.customer_id, i.issued_on, i.due_on, CASE WHEN k.kept THEN b.step ELSE 0 END,
           -- No step depends on whether it is marked as overdue: so nothing is looked at for that.
           CASE WHEN b.status = 'open' AND i.kind <> 'credit_note' THEN 'overdue' ELSE b.status END,
           CASE WHEN i.kind = 'credit_note' OR b.status = 'in_collection' THEN NULL
                WHEN used_policy IS NULL THEN greatest(b.next_on, simulated_claims.from_on)
                ELSE greatest(i.issued_on, simulated_claims.from_on) END,
           i.open_amount, i.currency, i.kind, i.related_id, i.rescheduled_on,
           CASE WHEN used_policy IS NULL THEN b.policy_id ELSE used_policy END, CASE WHEN k.kept THEN b.noticed_on END, n.issued_on,
           -- Whoever is later than that already has broken his habit; a plan is kept, and settles its claims before they would be dunned again.
           CASE WHEN simulated_claims.payments = 'behaviour' AND i.kind <> 'credit_note'
                THEN coalesce((SELECT max(upper(h.during)) FROM hold h JOIN plan p ON p.id = h.plan_id WHERE h.invoice_id = i.id AND p.ended_on IS NULL AND upper(h.during) > simulated_claims.from_on),
                              CASE WHEN e.paid_on >= simulated_claims.from_on THEN e.paid_on END) END
      FROM begun b
      JOIN invoice i ON i.id = b.id
      LEFT JOIN policy p ON p.id = b.policy_id
      CROSS JOIN LATERAL (SELECT used_policy IS NULL OR p.name = simulated_claims.policy) AS k(kept)
      LEFT JOIN (SELECT n.customer_id, max(n.issued_on) AS issued_on FROM notice n
                  WHERE n.customer_id = ANY (customers) AND (NOT replayed OR n.issued_on < simulated_claims.from_on) GROUP BY 1) n ON n.customer_id = i.customer_id
      LEFT JOIN paid d ON d.customer_id = i.customer_id AND d.amount > 0
      CROSS JOIN LATERAL (SELECT i.due_on + round(coalesce(d.days / d.amount, days_late, 0))::int) AS e(paid_on)
     WHERE i.customer_id = ANY (customers) AND is_open(b.status) AND i.issued_on <= simulated_claims.until_on;
END $$;
COMMENT ON FUNCTION simulated_claims(bigint[], text, date, date, text, numeric) IS 'The claims of these customers with which a simulation begins. days_late: how late a customer without history pays; the other arguments are those of simulate().';

CREATE OR REPLACE FUNCTION simulated_day(claims claim_state[], customers bigint[], whole bigint[], as_of date, payments text) RETURNS claim_state[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT SET jit = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    replayed CONSTANT boolean := simulated_day.payments = 'actual';
BEGIN
    RETURN ARRAY(
        WITH present AS MATERIALIZED (
            SELECT s.claim, (s.claim).customer_id, (s.claim).due_on, (s.claim).currency,
                   (s.claim).open_amount + CASE WHEN replayed THEN coalesce((SELECT sum(a.amount) FROM allocation a
                                                                              WHERE a.invoice_id = (s.claim).id AND a.posted_on > simulated_day.as_of), 0) ELSE 0 END AS open_amount,
                   ((s.claim).next_on <= simulated_day.as_of) IS TRUE OR (s.claim).customer_id = ANY (whole) AS by_itself
              FROM (SELECT unnest(claims) AS claim OFFSET 0) s
             WHERE simulated_day.payments <> 'behaviour' OR ((s.claim).settled_on <= simulated_day.as_of) IS NOT TRUE
        )
        -- A ROW of many columns, most as they are: only where one can be another.
        SELECT CASE WHEN NOT replayed THEN p.claim ELSE
                   ROW((p.claim).id, p.customer_id, (p.claim).issued_on, p.due_on, (p.claim).step, (p.claim).status, (p.claim).next_on, p.open_amount, p.currency, (p.claim).kind,
                       (p.claim).related_id, (p.claim).rescheduled_on, (p.claim).policy_id, (p.claim).noticed_on, (p.claim).last_notice_on, (p.claim).settled_on)::claim_state END
          FROM present p WHERE p.by_itself
        UNION ALL
        SELECT ROW(NULL, p.customer_id, min(p.due_on), min(p.due_on), 0, 'overdue', NULL, sum(p.open_amount), p.currency, 'invoice',
                   NULL, NULL, NULL, NULL, NULL, NULL)::claim_state
          FROM present p WHERE NOT p.by_itself AND p.due_on < simulated_day.as_of
         GROUP BY p.customer_id, p.currency
        UNION ALL
        SELECT ROW(NULL, u.customer_id, min(u.received_on), min(u.received_on), 0, 'open', NULL, - sum(u.amount), u.currency, 'credit_note',
                   NULL, NULL, NULL, NULL, NULL, NULL)::claim_state
          FROM money_use u
         WHERE u.customer_id = ANY (customers) AND u.amount <> 0 AND u.received_on <= simulated_day.as_of
           AND u.used_on > CASE WHEN replayed THEN simulated_day.as_of ELSE date '9999-12-31' END
         GROUP BY u.customer_id, u.currency HAVING sum(u.amount) <> 0);
END $$;
COMMENT ON FUNCTION simulated_day(claim_state[], bigint[], bigint[], date, text) IS 'What is open on a day of a simulation: its claims, less what is paid by then (payments as of simulate()), and the money on account of these customers. Of customers who are not in whole, claims that are not due on the day only matter for what is overdue beside: they are one claim a customer and currency, without id.';

CREATE OR REPLACE FUNCTION simulated_reminders(customers bigint[], policy text, from_on date, until_on date, payments text, days_late numeric)
RETURNS TABLE (day date, customer_id bigint, currency text, channel text, action text, amount numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT SET jit = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    kept CONSTANT boolean := simulated_reminders.payments = 'behaviour';
    used_policy CONSTANT bigint := (SELECT p.id FROM policy p WHERE p.current AND p.name = simulated_reminders.policy);
    plans bigint[];
    planned bigint[];
    claims claim_state[];
BEGIN
    SELECT array_agg(DISTINCT h.plan_id), array_agg(DISTINCT h.customer_id) INTO plans, planned
      FROM hold h WHERE h.customer_id = ANY (customers) AND h.plan_id IS NOT NULL AND upper(h.during) > from_on AND lower(h.during) <= until_on;
    IF plans IS NULL THEN
        RETURN;
    END IF;
    claims := ARRAY(SELECT s FROM simulated_claims(planned, simulated_reminders.policy, from_on, until_on, payments, days_late) s);
    RETURN QUERY
    WITH look AS (
        -- The days on which one could be reminded of; after broken_after_days it is paid, or its plan broken.
        SELECT l.day, array_agg(DISTINCT n.customer_id) AS owners
          FROM reminder_days(plans, used_policy) d
          JOIN instalment n ON n.plan_id = d.plan_id AND n.number = d.number
          JOIN plan p ON p.id = n.plan_id
         CROSS JOIN LATERAL (SELECT generate_series(greatest(d.announce_on, from_on), least(n.due_on, until_on), interval '1 day')::date
                              UNION ALL
                             SELECT generate_series(greatest(d.ask_on, from_on), least(n.due_on + p.broken_after_days, until_on), interval '1 day')::date WHERE NOT kept) AS l(day)
         GROUP BY 1
    )
    SELECT DISTINCT ON (d.plan_id, d.number, d.action) l.day, d.customer_id, d.currency, d.channel, d.action, d.asked
      FROM look l
     CROSS JOIN LATERAL (SELECT ARRAY(SELECT s FROM unnest(claims) s WHERE s.customer_id = ANY (l.owners)) AS claims) o
     CROSS JOIN LATERAL draft_instalment_notices(l.day, l.owners, simulated_day(o.claims, l.owners, l.owners, l.day, payments), CASE WHEN kept THEN from_on END, used_policy) d
     WHERE d.taken
       AND NOT EXISTS (SELECT FROM notice n WHERE n.plan_id = d.plan_id AND n.instalment = d.number AND n.action = d.action
                          AND (simulated_reminders.payments <> 'actual' OR n.issued_on < from_on))
     ORDER BY d.plan_id, d.number, d.action, l.day;
END $$;
COMMENT ON FUNCTION simulated_reminders(bigint[], text, date, date, text, numeric) IS 'The notices of instalments in a simulation for these customers; the other arguments are those of simulated_claims().';

CREATE OR REPLACE FUNCTION reminded_claims(claims claim_state[], customers bigint[], days date[], as_of date) RETURNS claim_state[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    RETURN ARRAY(SELECT ROW(s.id, s.customer_id, s.issued_on, s.due_on, s.step, s.status, s.next_on, s.open_amount, s.currency, s.kind, s.related_id, s.rescheduled_on,
                            s.policy_id, s.noticed_on, greatest(s.last_notice_on, r.day), s.settled_on)::claim_state
                   FROM unnest(claims) s
                   LEFT JOIN (SELECT n.customer_id, max(n.day) AS day FROM unnest(reminded_claims.customers, days) AS n(customer_id, day)
                               WHERE n.day < reminded_claims.as_of GROUP BY 1) r ON r.customer_id = s.customer_id);
END $$;
COMMENT ON FUNCTION reminded_claims(claim_state[], bigint[], date[], date) IS 'These claims, with the last notice of each one''s customer as it was before a day, given the days on which customers were reminded of instalments: min_interval counts them.';

CREATE OR REPLACE FUNCTION simulate_customers(first_id bigint, last_id bigint, policy text, from_on date, until_on date, payments text, days_late numeric)
RETURNS TABLE (day date, currency text, step int, channel text, action text, reason text, notices bigint, claims bigint, amount numeric)
-- So dear that slices are worth parallel workers. How many rows functions return is not known: thousands, on most days, for which hashing is better than
-- the sorts that the planner would choose for few.
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000000000 SET search_path FROM CURRENT SET jit = off SET plan_cache_mode = force_custom_plan SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    customers CONSTANT bigint[] := ARRAY(SELECT c.id FROM customer c WHERE c.id BETWEEN first_id AND last_id);
    any_interval CONSTANT boolean := EXISTS (SELECT FROM policy p WHERE p.min_interval > 0);
    -- Of other customers, what is handed over counts for nothing any more.
    all_open CONSTANT bigint[] := CASE WHEN EXISTS (SELECT FROM policy p WHERE p.minimum_share > 0) THEN customers ELSE ARRAY(
        SELECT i.customer_id FROM invoice i
         WHERE i.customer_id = ANY (customers) AND i.kind = 'credit_note' AND (i.open_amount <> 0 OR simulate_customers.payments = 'actual')
         UNION
        SELECT u.customer_id FROM money_use u
         WHERE u.customer_id = ANY (customers) AND u.amount <> 0 AND u.used_on > CASE simulate_customers.payments WHEN 'actual' THEN from_on ELSE date '9999-12-31' END) END;
    -- Each claim of these matters by itself: it is part of a whole, or a part of it may be held.
    whole CONSTANT bigint[] := all_open || ARRAY(SELECT h.customer_id FROM hold h WHERE h.customer_id = ANY (customers) AND h.during && daterange(from_on, until_on, '[]'));
    agenda claim_states[];
    due claim_state[];
    due_customers bigint[];
    open_claims claim_state[];
    reminded bigint[] := '{}';
    reminded_on date[] := '{}';
    r record;
BEGIN
    FOR r IN SELECT s.day, s.currency, s.channel, s.action, array_agg(s.customer_id) AS customers, count(*) AS notices, sum(s.amount) AS amount
               FROM simulated_reminders(customers, policy, from_on, until_on, payments, days_late) s GROUP BY 1, 2, 3, 4 LOOP
        day := r.day; currency := r.currency; step := NULL; channel := r.channel; action := r.action; reason := NULL;
        notices := r.notices; claims := 0; amount := r.amount;
        RETURN NEXT;
        reminded := reminded || r.customers;
        reminded_on := reminded_on || array_fill(r.day, ARRAY[cardinality(r.customers)]);
    END LOOP;
    SELECT array_agg(ROW(coalesce(e.claims, '{}'))::claim_states ORDER BY n.n) INTO agenda
      FROM generate_series(0, until_on - from_on) AS n(n)
      LEFT JOIN (SELECT w.look_on, array_agg(w.s) AS claims
                   FROM (SELECT s, min(s.next_on) OVER (PARTITION BY s.customer_id) AS look_on
                           FROM simulated_claims(customers, policy, from_on, until_on, payments, days_late) s
                          WHERE s.status <> 'in_collection' OR s.customer_id = ANY (all_open)) w
                  GROUP BY 1) e ON e.look_on = from_on + n.n;
    FOR n IN 1 .. cardinality(agenda) LOOP
        day := from_on + n - 1;
        due := agenda[n].claims;
        agenda[n] := NULL;
        CONTINUE WHEN due = '{}';
        IF reminded <> '{}' THEN
            due := reminded_claims(due, reminded, reminded_on, day);
        END IF;
        due_customers := ARRAY(SELECT DISTINCT (c.claim).customer_id FROM (SELECT unnest(due) AS claim) c);
        open_claims := simulated_day(due, due_customers, whole, day, payments);
        FOR r IN
            WITH drafted AS MATERIALIZED (
                SELECT * FROM draft_notices(day, due_customers, open_claims)
            ), moved AS (
                -- The claims after this day, as execute_decisions() would leave them. Most are as they were: those go on unopened.
                SELECT CASE WHEN d.decided OR w.changed OR (any_interval AND bool_or(d.taken) OVER of_customer) THEN
                       ROW(s.id, s.customer_id, (s.claim).issued_on, (s.claim).due_on, CASE WHEN d.taken THEN d.step ELSE (s.claim).step END,
                           CASE WHEN d.taken AND action(d.action) = 'hand_over' THEN 'in_collection' ELSE (s.claim).status END,
                           w.next_on, (s.claim).open_amount, (s.claim).currency, (s.claim).kind, (s.claim).related_id, (s.claim).rescheduled_on,
                           CASE WHEN d.taken THEN d.policy_id ELSE (s.claim).policy_id END,
                           CASE WHEN d.taken THEN day ELSE (s.claim).noticed_on END,
                           CASE WHEN bool_or(d.taken) OVER of_customer THEN day ELSE (s.claim).last_notice_on END,
                           (s.claim).settled_on)::claim_state
                       ELSE s.claim END AS claim, s.customer_id,
                       min(w.next_on) OVER of_customer AS look_on
                  FROM (SELECT c.claim, (c.claim).id, (c.claim).customer_id, (c.claim).next_on FROM (SELECT unnest(due) AS claim OFFSET 0) c) s
                  LEFT JOIN (SELECT * FROM drafted d WHERE d.decided) d ON d.invoice_id = s.id
                 -- What was not decided though it was due is settled.
                 CROSS JOIN LATERAL (SELECT CASE WHEN d.decided THEN d.next_on WHEN s.next_on > day THEN s.next_on END, s.next_on <= day) AS w(next_on, changed)
                WINDOW of_customer AS (PARTITION BY s.customer_id)
            )
            SELECT m.look_on - from_on + 1 AS place, array_agg(m.claim) AS claims, NULL AS currency, NULL::int AS step, NULL AS channel, NULL AS action,
                   NULL AS reason, NULL::bigint AS notices, NULL::bigint AS number, NULL::numeric AS amount
              FROM moved m WHERE m.look_on <= until_on AND ((m.claim).status <> 'in_collection' OR m.customer_id = ANY (all_open)) GROUP BY 1
            UNION ALL
            SELECT NULL, NULL, d.currency, d.step, channel(d.action), action(d.action), NULL, count(*) FILTER (WHERE d.lead), count(*) FILTER (WHERE d.taken), sum(d.asked)
              FROM drafted d WHERE d.draft IS NOT NULL GROUP BY 3, 4, 5, 6
            UNION ALL
            SELECT NULL, NULL, d.currency, NULL, NULL, NULL, d.reasons[1], 0, count(*), sum(d.open_amount)
              FROM drafted d WHERE d.decided AND NOT d.taken AND d.reasons[1] NOT IN ('not_due', 'no_step_left', 'in_collection') GROUP BY 3, 7
        LOOP
            IF r.place IS NOT NULL THEN
                -- Without the cast it would go by way of text.
                agenda[r.place] := ROW(agenda[r.place].claims || r.claims)::claim_states;
            ELSE
                currency := r.currency; step := r.step; channel := r.channel; action := r.action; reason := r.reason;
                notices := r.notices; claims := r.number; amount := r.amount;
                RETURN NEXT;
            END IF;
        END LOOP;
    END LOOP;
END $$;
COMMENT ON FUNCTION simulate_customers(bigint, bigint, text, date, date, text, numeric) IS 'simulate() for the customers from this id to that one; the other arguments are those of simulated_claims().';

CREATE OR REPLACE FUNCTION simulate(policy text DEFAULT NULL, from_on date DEFAULT today(), until_on date DEFAULT today() + 90, payments text DEFAULT 'none')
RETURNS TABLE (day date, currency text, step int, channel text, action text, reason text, notices bigint, claims bigint, amount numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT SET jit = off AS $$
#variable_conflict use_column
DECLARE
    days_late numeric;
    slices text;
BEGIN
    PERFORM require_period(simulate.from_on, simulate.until_on), require_policy(simulate.policy),
            require_choice(simulate.payments, 'payments', '{none,behaviour,actual}');
    IF simulate.until_on - simulate.from_on > 3660 THEN
        RAISE EXCEPTION '% days are too many to simulate', simulate.until_on - simulate.from_on + 1
            USING ERRCODE = 'RV016', DETAIL = format('From %s to %s.', simulate.from_on, simulate.until_on), HINT = 'Simulate ten years at most.';
    END IF;
    IF simulate.payments = 'behaviour' THEN
        SELECT sum(i.amount * (i.closed_on - i.due_on)) / nullif(sum(i.amount), 0) INTO days_late FROM invoice i WHERE i.status = 'paid' AND i.kind = 'invoice';
    END IF;
    -- Parallel workers share the arms of a UNION ALL.
    SELECT string_agg(format('SELECT * FROM simulate_customers(%s, %s, $1, $2, $3, $4, $5)', c.first_id, c.last_id), ' UNION ALL ') INTO slices
      FROM customer_slices() c;
    IF slices IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY EXECUTE format($sql$
        SELECT s.day, s.currency, s.step, s.channel, s.action, s.reason, sum(s.notices)::bigint, sum(s.claims)::bigint, sum(s.amount)
          FROM (%s) s GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6 $sql$, slices)
        USING simulate.policy, simulate.from_on, simulate.until_on, simulate.payments, days_late;
END $$;
COMMENT ON FUNCTION simulate(text, date, date, text) IS
'What would be done if advance() ran every day from from_on to until_on, both included, at most ten years. Writes nothing. A row a day, currency, step, channel and action: notices, claims for which the step is taken, amount that the notices ask for (NULL reason); reminders of instalments of payment plans, which have no step and are taken for no claims, are among them; and a row a day, currency and reason (NULL step and action): claims that are held back, with their open amount, on the days on which they are looked at. policy: NULL: each customer''s own, and a claim that had a notice stays under its version. Of a name: all claims are treated under its current version, from the step they are at if they are under this policy already, in any version, else from its first step, looked at on from_on. payments: none: nobody pays, so payment plans break; behaviour: each claim is paid whole, as many days after its due date as its customer has paid late so far, on average of his paid invoices by amount, rounded (without history: as all customers; without any: when due); one that is later than that on from_on stays open; but payment plans that hold on from_on, or begin later, are kept: each instalment is paid when it is due, and their claims are not dunned any more. With both, the ledger is taken as it is now, whatever day from_on is. actual: the past as it was posted: claims from the day of their issue, what was open and on account on each day; each claim begins with its last notice before from_on, if it had one. Due dates, holds and holidays are as they are now, money on account is used for nothing; no invoices are issued; a claim that opens again by a reversal is not taken up. Errors: RV009 no such policy; RV016 not a period, or too long; 23502, 23514 no such payments.';

CREATE OR REPLACE FUNCTION compare_policies(policies text[], from_on date DEFAULT today(), until_on date DEFAULT today() + 90, payments text DEFAULT 'none')
RETURNS TABLE (policy text, currency text, notices bigint, calls bigint, tasks bigint, handed_over bigint, amount_handed_over numeric, held_back bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT p.policy, s.currency, sum(s.notices)::bigint, coalesce(sum(s.notices) FILTER (WHERE s.channel = 'phone'), 0)::bigint,
           coalesce(sum(s.notices) FILTER (WHERE s.channel = 'task'), 0)::bigint, coalesce(sum(s.claims) FILTER (WHERE s.action = 'hand_over'), 0)::bigint,
           coalesce(sum(s.amount) FILTER (WHERE s.action = 'hand_over'), 0), coalesce(sum(s.claims) FILTER (WHERE s.reason IS NOT NULL), 0)::bigint
      FROM unnest(compare_policies.policies) WITH ORDINALITY AS p(policy, place)
     CROSS JOIN LATERAL simulate(p.policy, compare_policies.from_on, compare_policies.until_on, compare_policies.payments) s
     GROUP BY p.place, p.policy, s.currency
     ORDER BY p.place, s.currency;
END $$;
COMMENT ON FUNCTION compare_policies(text[], date, date, text) IS
'simulate() of several policies, side by side: a row a policy, in the order given, and currency. policies: names; NULL among them: each customer''s own. notices: all, calls and tasks among them; handed_over: claims handed over, with their amount; held_back: how often a claim was held back when it was looked at. The other arguments and the errors are those of simulate().';
