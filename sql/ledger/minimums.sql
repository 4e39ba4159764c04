/*
 * minimums: what a notice must ask for, and where its claims go if it does not.
 *
 * The notice of a step reaches its minimums if it asks for as much as the
 * policy's step_minimums say for the step, in the policy's currency, and for
 * minimum_share of all that is open with the customer. If it is below, each of
 * its claims falls back to the furthest step before that it can still take.
 * There it counts with the claims whose step that is, and the notice of that
 * step is looked at: so from the last step to the first. A claim without such a
 * step waits, with the reason that its furthest step had.
 *
 * No step is taken twice, nor one before a step that was taken. So claims fall
 * back only where steps were passed over, which is what catch_up by_age does;
 * with one_step all lower ones were taken, and a claim waits. One that fell
 * back and took a step goes on from there: on the next day its furthest step is
 * looked at again.
 *
 * Credits are distributed before, by the furthest steps: what is asked of a
 * claim does not depend on where it falls.
 */
CREATE OR REPLACE FUNCTION reach_minimums(as_of date, customers bigint[], only_invoice bigint, simulated claim_state[], all_overdue boolean)
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
    days_off CONSTANT date[] := holidays();
BEGIN
    RETURN QUERY
    WITH RECURSIVE decided AS MATERIALIZED (
        SELECT * FROM decide(reach_minimums.as_of, customers, reach_minimums.only_invoice, reach_minimums.simulated, reach_minimums.all_overdue, minimums => false)
    ), candidate AS MATERIALIZED (
        -- What nothing else keeps from its furthest step. account: claims that may be on one notice, but for the step.
        SELECT d.invoice_id AS id, dense_rank() OVER (ORDER BY d.customer_id, d.currency, d.policy_id, CASE d.grouped_by WHEN 'invoice' THEN d.invoice_id END) AS account,
               d.step, d.asked, d.total_open, d.due_on, d.issued_on, d.last_step, p.steps, p.catch_up = 'by_age' AS by_age, p.convention, p.minimum_share,
               CASE WHEN p.currency = d.currency THEN p.step_minimums END AS step_minimums
          FROM decided d
          JOIN policy p ON p.id = d.policy_id
         WHERE d.taken
    ), falling AS (
        -- A round a step, the last one of each account first. Settled: its notice reaches the minimums, or (on_step NULL) it waits: then
        -- amount and below are those of its furthest step.
        SELECT c.id, c.step AS on_step, NULL::numeric AS amount, NULL AS below, false AS settled FROM candidate c
        UNION ALL
        SELECT a.id, CASE WHEN w.short IS NULL THEN a.on_step ELSE b.step_before END,
               CASE WHEN NOT a.is_last THEN a.amount WHEN w.short IS NULL THEN a.notice_amount ELSE coalesce(a.amount, a.notice_amount) END,
               CASE WHEN NOT a.is_last THEN a.below WHEN w.short IS NOT NULL THEN coalesce(a.below, w.short) END,
               a.is_last AND (w.short IS NULL OR b.step_before IS NULL)
          FROM (SELECT f.on_step, f.amount, f.below, c.*, f.on_step = max(f.on_step) OVER (PARTITION BY c.account) AS is_last,
                       sum(c.asked) OVER (PARTITION BY c.account, f.on_step) AS notice_amount
                  FROM falling f JOIN candidate c ON c.id = f.id WHERE NOT f.settled) a
         CROSS JOIN LATERAL (SELECT CASE WHEN NOT a.is_last THEN NULL
                                         WHEN a.notice_amount < a.step_minimums[a.on_step] THEN 'below_minimum'
                                         WHEN a.notice_amount < a.minimum_share * a.total_open THEN 'below_share' END AS short) w
         -- As if the policy ended before the step.
         CROSS JOIN LATERAL (SELECT CASE WHEN w.short IS NOT NULL AND a.on_step > 1
                                         THEN next_step(a.steps[1:a.on_step - 1], a.last_step, a.due_on, a.issued_on, NULL, reach_minimums.as_of, a.by_age, days_off, a.convention)
                                    END AS step_before) b
    )
    SELECT d.invoice_id, d.customer_id, d.invoice, d.customer, d.currency, d.status, d.due_on, d.open_amount, d.policy_id, d.grouped_by,
           coalesce(f.on_step, d.step), coalesce(c.steps[f.on_step], d.action), d.taken AND f.below IS NULL, CASE WHEN f.below IS NULL THEN d.reasons ELSE ARRAY[f.below] END,
           -- Its furthest step is looked at again on the next day.
           CASE WHEN f.below IS NOT NULL OR f.on_step < d.step THEN reach_minimums.as_of + 1 ELSE d.next_on END,
           d.step_on, d.held_until, d.wait_until, d.net, d.minimum_amount, d.sends_on, d.asked, d.credit,
           c.step_minimums[coalesce(f.on_step, d.step)], f.amount, d.minimum_share, d.total_open, d.looked_at, CASE WHEN f.on_step < d.step THEN d.step END,
           d.kind, d.reference, d.amount, d.cycle, d.issued_on, d.last_step
      FROM decided d
      LEFT JOIN candidate c ON c.id = d.invoice_id
      LEFT JOIN falling f ON f.id = d.invoice_id AND f.settled
     WHERE reach_minimums.only_invoice IS NULL OR d.invoice_id = reach_minimums.only_invoice;
END $$;
COMMENT ON FUNCTION reach_minimums(date, bigint[], bigint, claim_state[], boolean) IS
'decide() of the same arguments, where policies have minimums for notices: where one is below, its claims fall back or wait. Used by decide() alone.';
