/* verify: does what is kept agree with what it is made of? */
CREATE OR REPLACE FUNCTION verify() RETURNS TABLE (what text, subject text, kept text, should_be text)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    claims CONSTANT bigint[] := ARRAY(SELECT i.id FROM invoice i);
    postings CONSTANT bigint[] := ARRAY(SELECT a.id FROM allocation a);
    moves CONSTANT bigint[] := ARRAY(SELECT r.id FROM reschedule r);
    receipts CONSTANT bigint[] := ARRAY(SELECT p.id FROM payment p);
BEGIN
    -- The roll-up, measure by measure: level day and what is not folded against the postings, months and years against the days.
    RETURN QUERY
    WITH made AS (
        SELECT v.level, f.period, f.currency, f.due_on, e.key AS measure, sum(e.value::numeric) AS value
          FROM (SELECT * FROM flow q WHERE q.level <= 1) f
         CROSS JOIN LATERAL (VALUES (1, f.period)) AS v(level, period)
         CROSS JOIN LATERAL jsonb_each_text(to_jsonb(f) - '{level,period,currency,due_on,id}'::text[]) e
         GROUP BY 1, 2, 3, 4, 5
        UNION ALL
        SELECT f.level, f.period, f.currency, f.due_on, e.key, e.value::numeric
          FROM flow f CROSS JOIN LATERAL jsonb_each_text(to_jsonb(f) - '{level,period,currency,due_on,id}'::text[]) e
         WHERE f.level > 1
    ), source AS (
        SELECT f.period, f.currency, f.due_on, to_jsonb(f) AS j FROM flow_of_invoices(claims) f
        UNION ALL SELECT f.period, f.currency, f.due_on, to_jsonb(f) FROM flow_of_payments(receipts) f
        UNION ALL SELECT f.period, f.currency, f.due_on, to_jsonb(f) FROM flow_of_allocations(postings) f
        UNION ALL SELECT f.period, f.currency, f.due_on, to_jsonb(f) FROM flow_of_turns(claims, '{}') f
        UNION ALL SELECT f.period, f.currency, f.due_on, to_jsonb(f) FROM flow_of_reschedules(moves, '{}') f
    ), needed AS (
        SELECT 1 AS level, s.period, s.currency, s.due_on, e.key AS measure, sum(e.value::numeric) AS value
          FROM source s CROSS JOIN LATERAL jsonb_each_text(s.j - '{period,currency,due_on}'::text[]) e GROUP BY 2, 3, 4, 5
        UNION ALL
        SELECT l.level, l.period, f.currency, f.due_on, e.key, sum(e.value::numeric)
          FROM flow f
         CROSS JOIN LATERAL (VALUES (2, date_trunc('month', f.period::timestamp)::date), (3, date_trunc('year', f.period::timestamp)::date)) AS l(level, period)
         CROSS JOIN LATERAL jsonb_each_text(to_jsonb(f) - '{level,period,currency,due_on,id}'::text[]) e
         WHERE f.level = 1 GROUP BY 1, 2, 3, 4, 5
    )
    SELECT 'flow', format('level %s, %s, %s, due %s: %s', coalesce(m.level, n.level), coalesce(m.period, n.period), coalesce(m.currency, n.currency),
                          coalesce(m.due_on, n.due_on), coalesce(m.measure, n.measure)), m.value::text, n.value::text
      FROM made m
      FULL JOIN needed n ON n.level = m.level AND n.period = m.period AND n.currency = m.currency AND n.due_on = m.due_on AND n.measure = m.measure
     WHERE coalesce(m.value, 0) <> coalesce(n.value, 0);
    -- Claims against their allocations and changes of due dates, and their status.
    RETURN QUERY
    SELECT 'invoice', format('%s: %s', i.number, f.fact), f.kept, f.should_be
      FROM invoice i
      LEFT JOIN (SELECT a.invoice_id, sum(a.amount) AS allocated, max(a.posted_on) AS last_on FROM allocation a GROUP BY 1) s ON s.invoice_id = i.id
      LEFT JOIN (SELECT DISTINCT ON (r.invoice_id) r.invoice_id, r.due_to, r.posted_on FROM reschedule r ORDER BY r.invoice_id, r.id DESC) m ON m.invoice_id = i.id
     CROSS JOIN LATERAL (VALUES
        ('allocated', i.allocated = coalesce(s.allocated, 0), i.allocated::text, coalesce(s.allocated, 0)::text),
        ('status', i.status = 'draft' OR is_open(i.status) = (i.amount <> coalesce(s.allocated, 0)) OR (i.status = 'cancelled' AND s.allocated IS NULL),
         i.status::text, CASE WHEN i.amount = coalesce(s.allocated, 0) THEN 'settled' ELSE 'open' END),
        ('closed_on', i.closed_on IS NULL OR s.last_on IS NULL OR i.closed_on = s.last_on, i.closed_on::text, s.last_on::text),
        ('due_on', (i.due_on = m.due_to) IS NOT FALSE, i.due_on::text, m.due_to::text),
        ('rescheduled_on', i.rescheduled_on IS NOT DISTINCT FROM m.posted_on, i.rescheduled_on::text, m.posted_on::text),
        ('next_on', is_open(i.status) OR i.next_on IS NULL, i.next_on::text, NULL)
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
    SELECT 'notice', format('%s: amount', n.id), n.amount::text, s.amount::text
      FROM notice n JOIN (SELECT l.notice_id, sum(l.open_amount) AS amount FROM notice_line l GROUP BY 1) s ON s.notice_id = n.id
     WHERE n.amount <> s.amount;
END $$;
COMMENT ON FUNCTION verify() IS
'Every difference between what the ledger keeps and what that is made of: flow and the postings, allocated amounts, due dates, status, closing dates, amounts of notices. No rows: all agree. Reads the whole ledger.';
