/*
 * decide: what to do with each claim on a date, and why not. Nothing else
 * decides, and it writes nothing: advance() executes it, explain() and preview()
 * show it, simulate() counts it.
 *
 * Reasons why a step is not taken, a closed list, most basic first:
 *   no_policy      the customer's policy does not exist
 *   in_collection  the claim was handed over
 *   no_step_left   all steps were taken
 *   not_due        the day of the next step has not come
 *   hold           all that is open of it is held on the date
 *   min_interval   less than min_interval days lie between the date and a notice to the customer, or the claim's own issue
 *   not_sending_day  the policy takes no step on the date
 *   net_credit     credit notes and money on account cover all that could be asked
 *   below_minimum  what could be asked is less than the policy's minimum_amount,
 *                  or that of the step's notice less than its step_minimums
 *   below_share    the step's notice would be about less than minimum_share of
 *                  what is open
 *
 * What is asked of a claim is what is open of it and not held, less credits. A
 * credit note that belongs to an invoice reduces that one. All others and the
 * money on account reduce the customer's claims in their currency: what is
 * overdue before what is not, the furthest step first, then the oldest. So a
 * credit takes the most severe notice away before a mild one, and the sum of
 * what is asked is what the customer owes.
 *
 * That is said of each claim alone; what a notice must ask for in all is in
 * minimums.sql, through which the claims go if any policy has such minimums.
 */
CREATE OR REPLACE FUNCTION decide(as_of date DEFAULT today(), customers bigint[] DEFAULT NULL, only_invoice bigint DEFAULT NULL, simulated claim_state[] DEFAULT NULL,
                                  all_overdue boolean DEFAULT false, minimums boolean DEFAULT true)
RETURNS TABLE (
    invoice_id bigint, customer_id bigint, invoice text, customer text, currency text, status invoice_status, due_on date,
    open_amount numeric, policy_id bigint, grouped_by text, step int, action dunning_step, taken boolean, reasons text[], next_on date,
    step_on date, held_until date, wait_until date, net numeric, minimum_amount numeric, sends_on date, asked numeric,
    credit numeric, step_minimum numeric, notice_amount numeric, minimum_share numeric, total_open numeric, looked_at boolean, fell_from int,
    kind text, reference text, amount numeric, cycle int, issued_on date, last_step int
)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 5000 SET search_path FROM CURRENT SET jit = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    whose bigint[] := decide.customers;
    -- Most customers have no hold, and nothing on account: then the plan below looks for none.
    any_hold boolean;
    any_account boolean;
    any_credit boolean;
    -- Nor do most policies have a minimum for a notice.
    any_minimum CONSTANT boolean := EXISTS (SELECT FROM policy p WHERE p.step_minimums IS NOT NULL OR p.minimum_share > 0);
    -- What a customer owes in all is compared with minimum_amount; and shown, but not by a simulation.
    any_net boolean;
    days_off date[];
BEGIN
    IF decide.as_of IS NULL OR NOT isfinite(decide.as_of) THEN
        RAISE EXCEPTION '% is not a date to decide for', coalesce(decide.as_of::text, 'NULL')
            USING ERRCODE = 'RV016', DETAIL = 'It was given as as_of.', HINT = 'Give a day, such as today().';
    END IF;
    IF whose IS NULL THEN
        whose := ARRAY(SELECT DISTINCT i.customer_id FROM invoice i
                        WHERE CASE WHEN only_invoice IS NULL THEN i.next_on <= decide.as_of ELSE i.id = only_invoice END);
    END IF;
    IF cardinality(whose) = 0 THEN
        RETURN;
    END IF;
    any_hold := EXISTS (SELECT FROM hold h WHERE h.customer_id = ANY (whose) AND h.during @> decide.as_of);
    any_account := simulated IS NULL AND EXISTS (SELECT FROM payment m WHERE m.customer_id = ANY (whose) AND m.unallocated <> 0);
    any_credit := any_account OR CASE WHEN simulated IS NULL THEN EXISTS (SELECT FROM invoice i WHERE i.customer_id = ANY (whose) AND i.open_amount < 0)
                                     ELSE EXISTS (SELECT FROM unnest(simulated) s WHERE s.open_amount < 0) END;
    any_net := simulated IS NULL OR any_credit OR EXISTS (SELECT FROM policy p WHERE p.minimum_amount > 0);
    IF any_minimum AND minimums IS NOT FALSE THEN
        RETURN QUERY SELECT * FROM reach_minimums(decide.as_of, whose, decide.only_invoice, decide.simulated, decide.all_overdue);
        RETURN;
    END IF;
    days_off := holidays();
    RETURN QUERY
    WITH sending AS MATERIALIZED (
        -- Once a policy, not once a claim.
        SELECT p.id, sending_day(decide.as_of, p.send_days, p.quiet, days_off) AS sends_on FROM policy p WHERE num_nonnulls(p.send_days, p.quiet) > 0
    ), owner AS MATERIALIZED (
        -- Once a customer.
        SELECT c.customer_id, c.customer, c.policy_id FROM customer_policy c WHERE c.customer_id = ANY (whose)
    ), claim AS (
        -- One of the two is left when this is planned.
        SELECT i.id, i.customer_id, i.number, i.kind, i.related_id, i.currency, i.issued_on, i.due_on, i.rescheduled_on, i.open_amount, i.status,
               i.policy_id, i.step, i.noticed_on, i.next_on, NULL::date AS last_notice_on, i.reference, i.amount, i.cycle
          FROM invoice i WHERE simulated IS NULL
        UNION ALL
        SELECT s.id, s.customer_id, NULL, s.kind, s.related_id, s.currency, s.issued_on, s.due_on, s.rescheduled_on, s.open_amount, s.status,
               s.policy_id, s.step, s.noticed_on, s.next_on, s.last_notice_on, NULL, NULL, NULL
          FROM unnest(simulated) s WHERE simulated IS NOT NULL
    ), item AS (
        -- What is open with these customers: what is overdue counts in the balance, candidate or not.
        SELECT i.id, i.customer_id, i.number, i.kind, i.related_id, i.currency, i.issued_on, i.due_on, i.open_amount, i.status, i.step, i.last_notice_on, i.reference, i.amount, i.cycle,
               -- The notice before asked for another due date: what counts from it waits for this one.
               CASE WHEN i.rescheduled_on IS NOT NULL AND anchor(p.steps[i.step + 1]) = 'prev' THEN greatest(i.noticed_on, i.due_on) ELSE i.noticed_on END AS noticed_on,
               (i.kind <> 'credit_note' AND (i.next_on <= decide.as_of OR i.id = only_invoice)) IS TRUE AS candidate,
               -- What is held is not asked for; held_until: all of it is.
               CASE WHEN k.amount IS NULL THEN i.open_amount ELSE greatest(i.open_amount - k.amount, 0) END AS asked,
               CASE WHEN k.amount >= i.open_amount THEN k.until_on END AS held_until,
               c.customer AS customer_number, p.id AS used_policy, p.grouped_by, p.steps, p.catch_up = 'by_age' AS by_age,
               -- In another currency there is no minimum but the share.
               CASE WHEN p.currency = i.currency THEN p.minimum_amount END AS minimum_amount, p.minimum_share, p.min_interval, p.convention,
               CASE WHEN num_nonnulls(p.send_days, p.quiet) > 0 THEN (SELECT s.sends_on FROM sending s WHERE s.id = p.id) END AS sends_on
          FROM claim i
          JOIN owner c ON c.customer_id = i.customer_id
          LEFT JOIN policy p ON p.id = coalesce(i.policy_id, c.policy_id)
          LEFT JOIN held(decide.as_of, whose) k ON any_hold AND k.invoice_id = i.id AND i.kind <> 'credit_note'
         WHERE i.customer_id = ANY (whose) AND i.open_amount <> 0 AND is_open(i.status) AND i.issued_on <= decide.as_of
           -- Others can only matter where they share credits, or are part of a whole that a minimum is a share of.
           AND (i.next_on <= decide.as_of OR i.id = only_invoice OR any_credit OR any_minimum OR (i.due_on < decide.as_of AND i.status <> 'in_collection'))
    ), dated AS (
        SELECT t.*, CASE WHEN t.candidate OR any_credit THEN next_step(t.steps, t.step, t.due_on, t.issued_on, t.noticed_on, decide.as_of, t.by_age, days_off, t.convention) END AS step_now,
               CASE WHEN t.candidate OR any_credit THEN next_step_on(t.steps, t.step, t.due_on, t.issued_on, t.noticed_on, decide.as_of, t.by_age, days_off, t.convention) END AS step_day,
               -- What its own credit notes take off.
               CASE WHEN any_credit AND t.kind <> 'credit_note' THEN
                   least(t.open_amount, - coalesce(sum(t.open_amount) FILTER (WHERE t.kind = 'credit_note') OVER (PARTITION BY t.customer_id, t.currency,
                         CASE t.kind WHEN 'credit_note' THEN t.related_id ELSE t.id END), 0))
               ELSE 0 END AS own_credit,
               -- The invoice is a letter too; a notice of a later date than as_of is there when an earlier date is run again.
               CASE WHEN (t.candidate OR any_credit) AND t.min_interval > 0 THEN
                   greatest(CASE WHEN simulated IS NOT NULL THEN t.last_notice_on
                                 ELSE (SELECT max(n.issued_on) FROM notice n WHERE n.customer_id = t.customer_id AND n.issued_on < decide.as_of + t.min_interval) END,
                            t.issued_on) + t.min_interval END AS waits_until
          FROM item t
    ), askable AS (
        SELECT d.*, greatest(d.asked - d.own_credit, 0) AS before_credits,
               -- Not what was handed over; a notice before the due date asks for what is not overdue yet.
               d.kind <> 'credit_note' AND d.status <> 'in_collection'
               AND (d.due_on < decide.as_of
                    OR (d.step_now IS NOT NULL AND (greatest(d.sends_on, d.waits_until) > decide.as_of) IS NOT TRUE)) AS dunnable,
               CASE WHEN any_credit THEN
                   greatest(- sum(CASE d.kind WHEN 'credit_note' THEN d.open_amount ELSE d.own_credit END) OVER (PARTITION BY d.customer_id, d.currency)
                            + CASE WHEN any_account THEN
                                  coalesce((SELECT sum(m.unallocated) FROM payment m
                                             WHERE m.customer_id = d.customer_id AND m.currency = d.currency AND m.unallocated <> 0
                                               AND m.received_on <= decide.as_of), 0) ELSE 0 END, 0)
               ELSE 0 END AS credits
          FROM dated d
    ), weighed AS (
        SELECT a.*, CASE WHEN any_net THEN sum(a.before_credits) FILTER (WHERE a.dunnable AND a.due_on < decide.as_of) OVER whole END AS overdue,
               CASE WHEN any_net THEN sum(a.before_credits) FILTER (WHERE a.dunnable AND a.due_on >= decide.as_of) OVER whole END AS upcoming,
               CASE WHEN any_minimum THEN sum(a.open_amount) FILTER (WHERE a.kind <> 'credit_note') OVER whole END AS total_open,
               a.before_credits - CASE WHEN any_credit AND a.dunnable THEN
                   least(a.before_credits, greatest(a.credits - coalesce(sum(a.before_credits) FILTER (WHERE a.dunnable) OVER (PARTITION BY a.customer_id, a.currency
                       ORDER BY a.due_on < decide.as_of DESC, coalesce(a.step_now, a.step) DESC, a.due_on, a.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0), 0))
               ELSE 0 END AS to_ask
          FROM askable a WINDOW whole AS (PARTITION BY a.customer_id, a.currency)
    ), judged AS (
        SELECT w.*, CASE WHEN any_net THEN coalesce(w.overdue, 0) + CASE WHEN w.due_on < decide.as_of THEN 0 ELSE coalesce(w.upcoming, 0) END - w.credits END AS net
          -- Claims that are not looked at only if credits cover some of them, or if a notice may list them.
          FROM weighed w
         WHERE w.candidate OR (any_credit AND w.kind <> 'credit_note' AND w.to_ask < w.asked) OR (all_overdue AND w.dunnable AND w.due_on < decide.as_of)
    ), reasoned AS (
        SELECT j.*, coalesce(nullif(array_remove(ARRAY[
                   CASE WHEN j.used_policy IS NULL THEN 'no_policy'
                        WHEN j.status = 'in_collection' THEN 'in_collection'
                        WHEN j.step_now IS NULL AND j.step_day IS NULL THEN 'no_step_left'
                        WHEN j.step_now IS NULL THEN 'not_due' END,
                   CASE WHEN j.held_until IS NOT NULL THEN 'hold' END,
                   CASE WHEN j.waits_until > decide.as_of THEN 'min_interval' END,
                   CASE WHEN j.step_now IS NOT NULL AND j.sends_on > decide.as_of THEN 'not_sending_day' END,
                   -- A claim that is not dunned anyway does not count in net.
                   CASE WHEN j.step_now IS NULL OR j.held_until IS NOT NULL OR j.status = 'in_collection'
                             OR (j.due_on >= decide.as_of AND greatest(j.sends_on, j.waits_until) > decide.as_of) THEN NULL
                        WHEN j.to_ask <= 0 THEN 'net_credit'
                        WHEN CASE j.grouped_by WHEN 'invoice' THEN j.to_ask ELSE j.net END < j.minimum_amount THEN 'below_minimum' END
               ], NULL), '{}'),
               -- It was looked at on this day, or later.
               CASE WHEN j.candidate THEN '{}' ELSE ARRAY['not_due'] END) AS why_not
          FROM judged j
    )
    SELECT r.id, r.customer_id, r.number, r.customer_number, r.currency, r.status, r.due_on, r.open_amount, r.used_policy, r.grouped_by,
           r.step_now, r.steps[r.step_now], r.why_not = '{}', r.why_not,
           CASE WHEN r.why_not = '{}'
                THEN next_look(r.steps, r.step_now, r.due_on, r.issued_on, decide.as_of, decide.as_of + 1, r.by_age, r.status = 'open' AND r.due_on >= decide.as_of,
                               days_off, r.convention)
                ELSE least(nullif(CASE WHEN r.used_policy IS NULL OR r.status = 'in_collection' THEN NULL
                                       WHEN r.step_now IS NULL THEN r.step_day
                                       ELSE greatest(r.held_until + 1, r.waits_until, r.sends_on, decide.as_of + 1) END, 'infinity'),
                           CASE WHEN r.status = 'open' AND r.due_on >= decide.as_of THEN r.due_on + 1 END) END,
           r.step_day, r.held_until, r.waits_until, r.net, r.minimum_amount, r.sends_on, r.to_ask,
           r.asked - r.to_ask, NULL::numeric, NULL::numeric, r.minimum_share, r.total_open, r.candidate, NULL::int,
           r.kind, r.reference, r.amount, r.cycle, r.issued_on, r.step
      FROM reasoned r
     WHERE only_invoice IS NULL OR r.id = only_invoice OR minimums IS FALSE;
END $$;
COMMENT ON FUNCTION decide(date, bigint[], bigint, claim_state[], boolean, boolean) IS
'What advance(as_of) would do with each claim that it would look at (looked_at), and with those that credits cover: taken: the step is taken; if not, the reasons. Writes nothing. next_on: when the claim is looked at again; step_on: day of its next step by dates alone; asked: what a notice asks of it, which is what is open and not held, less credit: what credit notes and money on account cover of it; held_until: all is held, until that day at least (infinity: until release()); wait_until: end of min_interval; net: what its customer owes that can be dunned, less credit notes and money on account (NULL in a simulation in which nothing depends on it); minimum_amount: of its policy, if that is in its currency; notice_amount: what the notice asks for the claims whose step it is, which is to reach step_minimum, and minimum_share of total_open, all that is open with its customer (NULL: no policy has such minimums, or it would be on none); fell_from: the furthest step that its age has reached, whose notice is below a minimum, where a step before that is taken; kind, reference, amount, cycle (NULL, but for kind, of a simulated one), issued_on: of the claim; last_step: that was taken for it; sends_on: first day, not before as_of, on which its policy takes steps (NULL: each). customers: only of these (NULL: all that have something due); only_invoice: only this one, due or not; simulated: decides for these in the place of the claims and the money on account of the customers, who are to be given (NULL: for what is posted); all_overdue: also the other claims of these customers that are overdue and not handed over, which a notice may list; minimums: false: as if no policy had minimums for notices (then only_invoice gives the others of its customer too). Reasons: no_policy, in_collection, no_step_left, not_due, hold, min_interval, not_sending_day, net_credit, below_minimum, below_share.';

CREATE OR REPLACE FUNCTION explain(invoice text, as_of date DEFAULT today()) RETURNS TABLE (reason text, detail text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    claim record;
    d record;
BEGIN
    SELECT * INTO claim FROM invoice i WHERE i.number = explain.invoice;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no invoice %', coalesce(quote_literal(explain.invoice), 'NULL')
            USING ERRCODE = 'RV009', DETAIL = 'No claim of any kind or status has this number.',
                  HINT = 'Invoices are named by their number, as text.';
    END IF;
    IF claim.status = 'draft' THEN
        RETURN QUERY SELECT 'draft', 'not issued yet';
    ELSIF claim.issued_on > explain.as_of THEN
        RETURN QUERY SELECT 'not_issued', format('issued on %s', claim.issued_on);
    ELSIF NOT is_open(claim.status) THEN
        RETURN QUERY SELECT 'closed', format('%s on %s', claim.status, claim.closed_on);
    ELSIF claim.kind = 'credit_note' THEN
        RETURN QUERY SELECT 'credit_note', format('%s %s to be set off', - claim.open_amount, claim.currency);
    END IF;
    FOR d IN SELECT * FROM decide(explain.as_of, ARRAY[claim.customer_id], claim.id) LOOP
        IF d.taken THEN
            RETURN QUERY SELECT 'step', format('step %s, %s, is taken%s; due %s, %s %s open', d.step, d.action, ' instead of step ' || d.fell_from || ', whose notice is below its minimum',
                                               d.due_on, d.open_amount, d.currency)
                                        || CASE WHEN d.asked < d.open_amount THEN format(', %s asked for', d.asked) || CASE WHEN d.credit > 0 THEN format(', %s covered by credits', d.credit) ELSE '' END ELSE '' END;
        END IF;
        RETURN QUERY
        SELECT r, CASE r
                   WHEN 'no_policy' THEN 'the policy of the customer does not exist'
                   WHEN 'in_collection' THEN format('handed over on %s', claim.noticed_on)
                   WHEN 'no_step_left' THEN format('step %s, the last, was taken on %s', claim.step, claim.noticed_on)
                   WHEN 'not_due' THEN format('due %s, next step on %s', d.due_on, d.step_on)
                   WHEN 'hold' THEN h.detail
                   WHEN 'part_held' THEN h.detail
                   WHEN 'min_interval' THEN format('no notice before %s', d.wait_until)
                   WHEN 'not_sending_day' THEN format('no notice goes out before %s', d.sends_on)
                   WHEN 'net_credit' THEN CASE WHEN d.net > 0 THEN format('credits and money on account cover its %s %s; %s of milder or later claims is left', d.credit, d.currency, d.net)
                                               ELSE format('overdue less credits and money on account is %s %s', d.net, d.currency) END
                   WHEN 'below_minimum' THEN CASE WHEN d.notice_amount < d.step_minimum
                        THEN format('the notice of step %s would ask for %s, below its minimum of %s %s', d.step, d.notice_amount, d.step_minimum, d.currency)
                        ELSE format('%s is below the minimum of %s %s', least(d.net, CASE d.grouped_by WHEN 'invoice' THEN d.asked END), d.minimum_amount, d.currency) END
                   WHEN 'below_share' THEN format('the notice of step %s would ask for %s %s, below %s of the %s open', d.step, d.notice_amount, d.currency, d.minimum_share, d.total_open)
               END
          FROM unnest(d.reasons || CASE WHEN d.held_until IS NULL AND d.asked + d.credit < d.open_amount THEN '{part_held}'::text[] END) WITH ORDINALITY AS n(r, position)
          LEFT JOIN LATERAL describe_holds(claim.id, explain.as_of) h ON r IN ('hold', 'part_held') ORDER BY n.position;
    END LOOP;
END $$;
COMMENT ON FUNCTION explain(text, date) IS
'Why a claim is or is not dunned on a date: one row "step", or every reason with its figures; a row for each hold, also (part_held) where only a part is held. Reasons: those of decide(), and draft, not_issued, closed, credit_note. Error RV009: no such invoice.';
