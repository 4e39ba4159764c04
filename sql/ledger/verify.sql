/* verify: does what is kept agree with what it is made of? */
CREATE OR REPLACE FUNCTION verify() RETURNS TABLE (what text, subject text, kept text, should_be text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    claims CONSTANT bigint[] := ARRAY(SELECT i.id FROM invoice i);
    postings CONSTANT bigint[] := ARRAY(SELECT a.id FROM allocation a);
    moves CONSTANT bigint[] := ARRAY(SELECT r.id FROM reschedule r);
    receipts CONSTANT bigint[] := ARRAY(SELECT p.id FROM payment p);
    next_run CONSTANT date := (SELECT max(r.as_of) + 1 FROM run r WHERE r.finished_at IS NOT NULL);
    owners bigint[];
BEGIN
    -- The roll-up, measure by measure: its days and what is not folded against the postings, months and years against the days.
    RETURN QUERY
    WITH posted AS (
        SELECT f.posted_on, f.currency, f.due_on, to_jsonb(f) AS j FROM flow_of_invoices(claims) f
        UNION ALL SELECT f.posted_on, f.currency, f.due_on, to_jsonb(f) FROM flow_of_payments(receipts) f
        UNION ALL SELECT f.posted_on, f.currency, f.due_on, to_jsonb(f) FROM flow_of_allocations(postings) f
        UNION ALL SELECT f.posted_on, f.currency, f.due_on, to_jsonb(f) FROM flow_of_turns(claims, '{}') f
        UNION ALL SELECT f.posted_on, f.currency, f.due_on, to_jsonb(f) FROM flow_of_reschedules(moves, '{}') f
    ), rolled AS (
        -- Both tables and what is not folded, as rows of one measure each.
        SELECT 'flow_by_due' AS kept_in, false AS folded, 1 AS level, f.posted_on AS period, f.currency, f.due_on, e.key AS measure, e.value::numeric AS value
          FROM flow f CROSS JOIN LATERAL jsonb_each_text(to_jsonb(f)) e WHERE e.key IN ('receivable', 'charges', 'items')
        UNION ALL
        SELECT 'flow_by_due', true, f.level, f.period, f.currency, f.due_on, e.key, e.value::numeric
          FROM flow_by_due f CROSS JOIN LATERAL jsonb_each_text(to_jsonb(f) - '{level,period,currency,due_on}'::text[]) e
        UNION ALL
        SELECT 'flow_total', false, 1, f.period, f.currency, NULL, e.key, e.value::numeric
          FROM flow_as_total f CROSS JOIN LATERAL jsonb_each_text(to_jsonb(f) - '{id,period,currency}'::text[]) e
        UNION ALL
        SELECT 'flow_total', true, f.level, f.period, f.currency, NULL, e.key, e.value::numeric
          FROM flow_total f CROSS JOIN LATERAL jsonb_each_text(to_jsonb(f) - '{level,period,currency}'::text[]) e
    ), needed AS (
        SELECT 'flow_by_due' AS kept_in, 1 AS level, p.posted_on AS period, p.currency, p.due_on, e.key AS measure, e.value::numeric AS value
          FROM posted p CROSS JOIN LATERAL jsonb_each_text(p.j) e WHERE e.key IN ('receivable', 'charges', 'items')
        UNION ALL
        SELECT 'flow_total', 1, p.posted_on, p.currency, NULL, e.key, e.value::numeric
          FROM posted p CROSS JOIN LATERAL jsonb_each_text(p.j - '{posted_on,currency,due_on}'::text[]) e
        UNION ALL
        SELECT 'flow_total', 1, CASE WHEN p.posted_on > p.due_on THEN p.posted_on WHEN p.due_on < '9999-12-31' THEN p.due_on + 1 ELSE '10000-01-01' END,
               p.currency, NULL, o.overdue, (p.j->>o.measure)::numeric
          FROM posted p JOIN (VALUES ('receivable', 'overdue'), ('charges', 'overdue_charges'), ('items', 'overdue_items')) AS o(measure, overdue) ON p.j ? o.measure
        UNION ALL
        SELECT r.kept_in, l.level, date_trunc(l.unit, r.period::timestamp)::date, r.currency, r.due_on, r.measure, r.value
          FROM rolled r CROSS JOIN (VALUES (2, 'month'), (3, 'year')) AS l(level, unit)
         -- What is not folded is in no month yet.
         WHERE r.level = 1 AND r.folded
    )
    SELECT n.kept_in, format('level %s, %s, %s%s: %s', n.level, n.period, n.currency, ', due ' || n.due_on, n.measure), sum(n.kept)::text, sum(n.value)::text
      FROM (SELECT r.kept_in, r.level, r.period, r.currency, r.due_on, r.measure, r.value AS kept, 0 AS value FROM rolled r
            UNION ALL SELECT d.kept_in, d.level, d.period, d.currency, d.due_on, d.measure, 0, d.value FROM needed d) n
     GROUP BY n.kept_in, n.level, n.period, n.currency, n.due_on, n.measure
    HAVING sum(n.kept) <> sum(n.value);
    -- Claims against their allocations and changes of due dates, and their status.
    RETURN QUERY
    SELECT 'invoice', format('%s: %s', i.number, f.fact), f.kept, f.should_be
      FROM invoice i
      LEFT JOIN (SELECT a.invoice_id, sum(a.amount) AS allocated, max(a.posted_on) AS last_on,
                        coalesce(sum(a.amount) FILTER (WHERE coalesce(o.kind, a.kind) = 'cancellation'), 0) <> 0 AS cancelled,
                        coalesce(sum(a.amount) FILTER (WHERE coalesce(o.kind, a.kind) = 'write_off'), 0) <> 0 AS written_off,
                        coalesce(sum(a.amount) FILTER (WHERE coalesce(o.kind, a.kind) = 'payment'), 0) <> 0 AS paid
                   FROM allocation a LEFT JOIN allocation o ON o.id = a.reverses_id GROUP BY 1) s ON s.invoice_id = i.id
      LEFT JOIN (SELECT DISTINCT ON (r.invoice_id) r.invoice_id, r.due_to, r.posted_on FROM reschedule r ORDER BY r.invoice_id, r.id DESC) m ON m.invoice_id = i.id
      LEFT JOIN (SELECT l.invoice_id, l.cycle, max(n.issued_on) AS noticed_on, (array_agg(n.action ORDER BY n.id DESC))[1] AS action
                   FROM notice_line l JOIN notice n ON n.id = l.notice_id WHERE l.taken GROUP BY 1, 2) t ON t.invoice_id = i.id AND t.cycle = i.cycle
     CROSS JOIN LATERAL (SELECT CASE WHEN i.amount <> coalesce(s.allocated, 0) THEN 'open' WHEN s.cancelled THEN 'cancelled' WHEN s.written_off THEN 'written_off'
                                     WHEN s.paid OR i.amount = 0 THEN 'paid' ELSE 'credited' END AS settled_as) w
     CROSS JOIN LATERAL (VALUES
        ('allocated', i.allocated = coalesce(s.allocated, 0), i.allocated::text, coalesce(s.allocated, 0)::text),
        -- A draft that was cancelled has no allocations.
        ('status', i.status = 'draft' OR (i.status = 'cancelled' AND s.allocated IS NULL) OR CASE WHEN w.settled_as = 'open' THEN is_open(i.status) ELSE i.status::text = w.settled_as END,
         i.status::text, w.settled_as),
        ('closed_on', i.closed_on IS NOT DISTINCT FROM CASE WHEN i.status <> 'draft' AND NOT is_open(i.status) THEN coalesce(s.last_on, i.closed_on, i.issued_on) END,
         i.closed_on::text, s.last_on::text),
        ('due_on', (i.due_on = m.due_to) IS NOT FALSE, i.due_on::text, m.due_to::text),
        ('rescheduled_on', i.rescheduled_on IS NOT DISTINCT FROM m.posted_on, i.rescheduled_on::text, m.posted_on::text),
        -- A claim that came into the ledger with its history has no notices.
        ('noticed_on', (i.noticed_on = t.noticed_on) IS TRUE OR t.noticed_on IS NULL, i.noticed_on::text, t.noticed_on::text),
        ('status', NOT is_open(i.status) OR t.action IS NULL OR (i.status = 'in_collection') = (t.action = 'hand_over')
                   OR EXISTS (SELECT FROM recall r WHERE r.invoice_id = i.id AND r.recalled_on >= t.noticed_on),
         i.status::text, CASE t.action WHEN 'hand_over' THEN 'in_collection' ELSE 'overdue' END),
        ('next_on', (is_open(i.status) AND i.kind <> 'credit_note') OR i.next_on IS NULL, i.next_on::text, NULL)
     ) AS f(fact, agrees, kept, should_be)
     WHERE NOT f.agrees;
    RETURN QUERY
    SELECT 'reschedule', format('%s: due_from, posted_on', r.id), format('%s, %s', r.due_from, r.posted_on), format('%s, from %s', r.last_to, r.last_on)
      FROM (SELECT c.*, lag(c.due_to) OVER chain AS last_to, lag(c.posted_on) OVER chain AS last_on
              FROM reschedule c WINDOW chain AS (PARTITION BY c.invoice_id ORDER BY c.id)) r
     WHERE r.due_from <> r.last_to OR r.posted_on < r.last_on;
    RETURN QUERY
    SELECT 'payment', format('%s: allocated', p.id), p.allocated::text, coalesce(s.allocated, 0)::text
      FROM payment p
      LEFT JOIN (SELECT a.payment_id, sum(a.amount) AS allocated
                   FROM allocation a LEFT JOIN allocation o ON o.id = a.reverses_id
                  WHERE coalesce(o.kind, a.kind) = 'payment' GROUP BY 1) s ON s.payment_id = p.id
     WHERE p.allocated <> coalesce(s.allocated, 0);
    RETURN QUERY
    SELECT 'payment', format('%s: reversed_on', p.id), p.reversed_on::text, w.should_be::text
      FROM payment p
      LEFT JOIN payment r ON r.reverses_id = p.id
     CROSS JOIN LATERAL (SELECT CASE WHEN p.reverses_id IS NULL THEN r.received_on ELSE p.received_on END AS should_be) w
     WHERE p.reversed_on IS DISTINCT FROM w.should_be;
    RETURN QUERY
    SELECT 'notice', format('%s: amount', n.id), n.amount::text, s.amount::text
      FROM notice n JOIN (SELECT l.notice_id, sum(l.asked) AS amount FROM notice_line l GROUP BY 1) s ON s.notice_id = n.id
     WHERE n.amount <> s.amount;
    RETURN QUERY
    SELECT 'plan', format('%s: days of hold %s', e.plan_id, h.id), h.during::text, e.during::text
      FROM plan_ends(ARRAY(SELECT p.id FROM plan p)) e JOIN hold h ON h.plan_id = e.plan_id
     WHERE h.during <> e.during;
    -- Steps that are lost: on the day after the last run decide() would take them, or look at them again on a later day; but their claims are looked at after that, or never.
    FOR owners IN SELECT ARRAY(SELECT c.id FROM customer c WHERE c.id BETWEEN s.first_id AND s.last_id) FROM customer_slices() s WHERE next_run IS NOT NULL LOOP
        RETURN QUERY
        SELECT 'invoice', format('%s: next_on', i.number), i.next_on::text, w.next_on::text
          FROM decide(next_run, owners, simulated => simulated_day(ARRAY(
                   SELECT ROW(s.id, s.customer_id, s.issued_on, s.due_on, s.step, s.status, CASE WHEN s.kind <> 'credit_note' THEN next_run END, s.open_amount, s.currency, s.kind,
                              s.related_id, s.rescheduled_on, s.policy_id, s.noticed_on, s.last_notice_on, NULL)::claim_state
                     FROM simulated_claims(owners, NULL, next_run, next_run, 'none', NULL) s), owners, owners, next_run, 'none')) d
          JOIN invoice i ON i.id = d.invoice_id
         CROSS JOIN LATERAL (SELECT CASE WHEN d.taken THEN next_run ELSE d.next_on END AS next_on) w
         WHERE w.next_on IS NOT NULL AND (i.next_on <= w.next_on) IS NOT TRUE
           -- What has happened after that day was not so on it.
           AND NOT EXISTS (SELECT FROM allocation a WHERE a.customer_id = i.customer_id AND a.posted_on > next_run)
           AND NOT EXISTS (SELECT FROM recall r WHERE r.invoice_id = i.id AND r.recalled_on > next_run)
           AND (i.rescheduled_on > next_run) IS NOT TRUE;
    END LOOP;
END $$;
COMMENT ON FUNCTION verify() IS
'Every difference between what the ledger keeps and what that is made of: the roll-up and the postings, allocated amounts, due dates, status, closing dates, dates of the last notice, reversals of payments, amounts of notices, days of plans, and claims that are looked at too late, or never: by what decide() says on the day after the last run. No rows: all agree. Reads the whole ledger.';
