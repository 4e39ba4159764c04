/*
 * preview: what decide() decides, put on notices. advance() writes these
 * notices, preview() shows them, simulate() counts them.
 */
CREATE OR REPLACE FUNCTION draft_notices(as_of date, customers bigint[], simulated claim_state[] DEFAULT NULL)
RETURNS TABLE (
    draft bigint, lead boolean, taken boolean, decided boolean, invoice_id bigint, customer_id bigint, currency text, status invoice_status,
    due_on date, open_amount numeric, asked numeric, policy_id bigint, step int, action dunning_step, reasons text[], next_on date,
    number text, kind text, reference text, amount numeric, cycle int
)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 5000 SET search_path FROM CURRENT SET jit = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH decision AS MATERIALIZED (
        -- Not all columns: they are kept twice.
        SELECT d.invoice_id, d.customer_id, d.currency, d.status, d.due_on, d.open_amount, d.asked, d.policy_id, d.grouped_by, d.step, d.action, d.taken, d.looked_at,
               d.reasons, d.next_on, d.invoice, d.kind, d.reference, d.amount, d.cycle
          FROM decide(draft_notices.as_of, customers, simulated => draft_notices.simulated, all_overdue => true) d
    ), head AS MATERIALIZED (
        SELECT row_number() OVER (ORDER BY g.customer_id, g.currency, g.may_list DESC, g.step DESC, g.lead_id) AS draft, g.*,
               -- Of a customer's notices the most severe lists what is overdue beside; a hand-over lists only what is handed over.
               row_number() OVER (PARTITION BY g.customer_id, g.currency ORDER BY g.may_list DESC, g.step DESC, g.lead_id) = 1 AND g.may_list AS lists_rest
          FROM (SELECT d.customer_id, d.currency, d.policy_id, d.step, d.action, d.grouped_by,
                       CASE d.grouped_by WHEN 'invoice' THEN d.invoice_id END AS single_id,
                       (array_agg(d.invoice_id ORDER BY d.due_on, d.open_amount DESC, d.invoice_id))[1] AS lead_id,
                       d.grouped_by = 'customer' AND action(d.action) <> 'hand_over' AND bool_and(d.due_on < draft_notices.as_of) AS may_list
                  FROM decision d WHERE d.taken
                 GROUP BY 1, 2, 3, 4, 5, 6, 7) g
    )
    SELECT h.draft, coalesce(h.lead_id = d.invoice_id, false), d.taken, d.looked_at, d.invoice_id, d.customer_id, d.currency, d.status, d.due_on, d.open_amount, d.asked,
           coalesce(h.policy_id, d.policy_id), coalesce(h.step, d.step), coalesce(h.action, d.action), d.reasons, d.next_on,
           d.invoice, d.kind, d.reference, d.amount, d.cycle
      FROM decision d
      LEFT JOIN head h ON h.customer_id = d.customer_id AND h.currency = d.currency
                      AND CASE WHEN d.taken THEN h.policy_id = d.policy_id AND h.step = d.step AND h.grouped_by = d.grouped_by AND coalesce(h.single_id, d.invoice_id) = d.invoice_id
                               ELSE h.lists_rest AND d.due_on < draft_notices.as_of AND d.status <> 'in_collection' AND d.asked > 0 END
     WHERE d.looked_at OR h.draft IS NOT NULL;
END $$;
COMMENT ON FUNCTION draft_notices(date, bigint[], claim_state[]) IS
'The decisions of decide() for these customers, a row a claim (in a simulation also one for several together, whose invoice_id is NULL), with the notice that it is on: draft, numbered from 1 by customer and currency, the most severe first; NULL: on none. taken: the step is taken for it; if not, it is listed because it is overdue too, on the most severe notice that the customer gets. lead: it leads the notice: the oldest due, then the largest, then the lowest id. policy_id, step, action: of the notice. decided: false for a claim that is only listed, and was not to be decided for. The arguments and other columns are those of decide().';

CREATE OR REPLACE FUNCTION preview(as_of date DEFAULT today(), only_customer text DEFAULT NULL)
RETURNS TABLE (
    draft bigint, customer text, name text, currency text, policy text, step int, channel text, action text, lead text, amount numeric, claims bigint, lines jsonb
)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT SET jit = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    owners bigint[];
    drafts bigint;
BEGIN
    PERFORM require_date(preview.as_of, 'as_of');
    IF preview.only_customer IS NULL THEN
        owners := ARRAY(SELECT DISTINCT i.customer_id FROM invoice i WHERE i.next_on <= preview.as_of);
    ELSE
        owners := ARRAY[find_customer(preview.only_customer)];
    END IF;
    RETURN QUERY
    SELECT d.draft, c.number, c.name, d.currency, p.name, d.step, channel(d.action), action(d.action),
           max(i.number) FILTER (WHERE d.lead), sum(d.asked), count(*),
           jsonb_agg(jsonb_build_object('invoice', i.number, 'due_on', i.due_on, 'days_late', preview.as_of - i.due_on, 'open_amount', d.open_amount,
                                        'asked', d.asked, 'taken', d.taken) ORDER BY i.due_on, i.id)
      FROM draft_notices(preview.as_of, owners) d
      JOIN invoice i ON i.id = d.invoice_id
      JOIN customer c ON c.id = d.customer_id
      JOIN policy p ON p.id = d.policy_id
     WHERE d.draft IS NOT NULL
     GROUP BY d.draft, c.number, c.name, d.currency, p.name, d.step, d.action
     ORDER BY d.draft;
    GET DIAGNOSTICS drafts = ROW_COUNT;
    IF preview.only_customer IS NULL THEN
        owners := ARRAY(SELECT DISTINCT n.customer_id FROM instalment n WHERE n.remind_on <= preview.as_of);
    END IF;
    RETURN QUERY
    SELECT drafts + row_number() OVER (ORDER BY d.plan_id, d.number), c.number, c.name, d.currency, NULL, NULL::int, d.channel, d.action, i.number, d.asked, 0::bigint,
           jsonb_build_array(jsonb_build_object('plan', d.plan_id, 'instalment', d.number, 'due_on', d.due_on, 'days_late', preview.as_of - d.due_on,
                                                'open_amount', d.open_amount, 'asked', d.asked))
      FROM draft_instalment_notices(preview.as_of, owners) d
      JOIN customer c ON c.id = d.customer_id
      JOIN invoice i ON i.id = d.lead_id
     WHERE d.taken
     ORDER BY 1;
END $$;
COMMENT ON FUNCTION preview(date, text) IS
'The notices that an advance on this day would issue, as the ledger stands now; writes nothing. A row a notice: draft: its place in the list, not its number; lead: the number of its leading claim; amount: what it asks for, of claims in this number; lines: of each claim invoice, due_on, days_late, open_amount, asked (what is not held of it), taken (the step is taken for it; false: it is overdue too and only listed). A reminder of an instalment has no policy and step, no claims, and one line: plan, instalment, due_on, days_late, open_amount, asked. only_customer: only his, by number (NULL: all). What is held back is in decide(as_of). Errors: RV009 no such customer; RV016 not a date.';
