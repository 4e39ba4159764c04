/*
 * worklist: what people have to do: calls and tasks that dunning asks for,
 * notices that could not be delivered, and contacts to be made again. A row a
 * customer and currency, for one call covers all; what brings most comes first.
 */
CREATE OR REPLACE FUNCTION record_contact(
    customer text, outcome text, notice bigint DEFAULT NULL, channel text DEFAULT 'phone', note text DEFAULT NULL,
    contacted_on date DEFAULT NULL, again_on date DEFAULT NULL, key text DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    new_id bigint := request_begin(key, 'record_contact', jsonb_build_object('customer', customer, 'outcome', outcome, 'notice', notice,
        'channel', channel, 'note', note, 'contacted_on', contacted_on, 'again_on', again_on));
    owner_id bigint;
    day date := coalesce(record_contact.contacted_on, today());
BEGIN
    IF new_id IS NOT NULL THEN
        RETURN new_id;
    END IF;
    PERFORM require_date(day, 'contacted_on'),
            require_choice(record_contact.channel, 'channel', '{phone,email,letter,sms,visit,other}'),
            require_choice(record_contact.outcome, 'outcome', '{reached,promised,disputed,refused,paid_already,no_answer,left_message,wrong_number}');
    owner_id := lock_customer(record_contact.customer);
    IF record_contact.notice IS NOT NULL
       AND owner_id IS DISTINCT FROM (SELECT n.customer_id FROM notice n WHERE n.id = record_contact.notice) THEN
        RAISE EXCEPTION 'customer % has no notice %', quote_literal(record_contact.customer), record_contact.notice
            USING ERRCODE = 'RV009', DETAIL = 'It was given as notice.', HINT = 'worklist() names the notices of each customer.';
    END IF;
    IF record_contact.again_on <= day OR record_contact.again_on > '9999-12-31' THEN
        RAISE EXCEPTION 'the next contact can''t be on %, after one on %', record_contact.again_on, day
            USING ERRCODE = 'RV016', DETAIL = 'The former was given as again_on.', HINT = 'Give a later day, or none.';
    END IF;
    INSERT INTO contact AS k (customer_id, notice_id, contacted_on, channel, outcome, note, again_on)
        VALUES (owner_id, record_contact.notice, day, record_contact.channel, record_contact.outcome, record_contact.note, record_contact.again_on)
        RETURNING k.id INTO new_id;
    -- Somebody was reached: what asked for it is done.
    IF record_contact.notice IS NOT NULL AND record_contact.outcome IN ('reached', 'promised', 'disputed', 'refused', 'paid_already') THEN
        PERFORM confirm_notice(record_contact.notice, record_contact.outcome);
    END IF;
    RETURN request_end(key, new_id);
END $$;
COMMENT ON FUNCTION record_contact(text, text, bigint, text, text, date, date, text) IS
'Records a contact with a customer and what came of it; returns its id. outcome: reached, promised, disputed, refused, paid_already; no_answer, left_message, wrong_number. notice: the call or task that asked for it, which is thereby done if somebody was reached. again_on: when to try again. A promise or dispute is recorded by promise() and dispute(). Errors: RV009 no such customer, or the notice is another''s; RV016 not a date, or again_on is not later; 23502, 23514 another value is missing or unknown.';

CREATE OR REPLACE FUNCTION worklist(as_of date DEFAULT today())
RETURNS TABLE (
    customer text, name text, phone text, account_manager text, currency text, reasons text[], notices bigint[], overdue numeric, days_late int,
    last_contact_on date, last_outcome text, chance numeric, expected_gain numeric
)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    PERFORM require_date(worklist.as_of, 'as_of');
    RETURN QUERY
    WITH last_contact AS (
        SELECT DISTINCT ON (k.customer_id) k.customer_id, k.contacted_on, k.outcome, k.again_on
          FROM contact k WHERE k.contacted_on <= worklist.as_of ORDER BY k.customer_id, k.contacted_on DESC, k.id DESC
    ), asked AS (
        SELECT n.customer_id, n.currency, n.id AS notice_id,
               CASE WHEN n.delivery = 'failed' THEN 'undelivered' WHEN n.sent_by = 'phone' THEN 'call' ELSE 'task' END AS reason
          FROM notice n
          LEFT JOIN last_contact k ON k.customer_id = n.customer_id
         WHERE n.issued_on <= worklist.as_of AND (n.delivery = 'failed' OR (n.delivery = 'pending' AND n.sent_by IN ('phone', 'task')))
           -- Tried already: again on the day that was agreed.
           AND (k.again_on IS NULL OR k.again_on <= worklist.as_of OR k.contacted_on < n.issued_on)
    ), owed AS (
        SELECT i.customer_id, i.currency, sum(i.open_amount - coalesce(h.amount, 0)) AS amount, max(worklist.as_of - i.due_on) AS days_late
          FROM invoice i
          LEFT JOIN held(worklist.as_of, ARRAY(SELECT a.customer_id FROM asked a UNION SELECT k.customer_id FROM last_contact k)) h
                 ON h.invoice_id = i.id AND i.kind <> 'credit_note'
         WHERE i.open_amount <> 0 AND is_open(i.status) AND i.status <> 'in_collection' AND i.due_on < worklist.as_of
           AND (h.amount IS NULL OR h.amount < i.open_amount)
         GROUP BY 1, 2
    ), item AS (
        SELECT a.customer_id, a.currency, a.reason, a.notice_id FROM asked a
        UNION ALL
        SELECT k.customer_id, o.currency, 'again', NULL FROM last_contact k JOIN owed o ON o.customer_id = k.customer_id WHERE k.again_on <= worklist.as_of
    ), work AS (
        SELECT t.customer_id, t.currency, array_agg(DISTINCT t.reason ORDER BY t.reason) AS reasons,
               coalesce(array_agg(DISTINCT t.notice_id ORDER BY t.notice_id) FILTER (WHERE t.notice_id IS NOT NULL), '{}') AS notices
          FROM item t GROUP BY 1, 2
    ), answered AS (
        -- How often in the year before a notice or contact was followed by money within a week.
        SELECT e.customer_id, count(*) AS asked,
               count(*) FILTER (WHERE EXISTS (SELECT FROM payment p WHERE p.customer_id = e.customer_id AND p.amount > 0 AND p.reversed_on IS NULL
                                                 AND p.received_on BETWEEN e.day AND e.day + 7)) AS paid
          FROM (SELECT n.customer_id, n.issued_on AS day FROM notice n WHERE n.customer_id IN (SELECT w.customer_id FROM work w)
                UNION
                SELECT k.customer_id, k.contacted_on FROM contact k WHERE k.customer_id IN (SELECT w.customer_id FROM work w)) e
         WHERE e.day BETWEEN worklist.as_of - 372 AND worklist.as_of - 7
         GROUP BY 1
    )
    SELECT c.number, c.name, c.phone, c.account_manager, w.currency, w.reasons, w.notices, r.amount, o.days_late, k.contacted_on, k.outcome,
           round(x.chance, 4), round_half_up(r.amount * x.chance, w.currency)
      FROM work w
      JOIN owed o ON o.customer_id = w.customer_id AND o.currency = w.currency
      JOIN LATERAL (SELECT o.amount - coalesce((SELECT sum(m.unallocated) FROM payment m
                                                 WHERE m.customer_id = w.customer_id AND m.currency = w.currency AND m.unallocated <> 0
                                                   AND m.received_on <= worklist.as_of), 0) AS amount) r ON r.amount > 0
      JOIN customer c ON c.id = w.customer_id
      LEFT JOIN last_contact k ON k.customer_id = w.customer_id
      LEFT JOIN answered a ON a.customer_id = w.customer_id
     CROSS JOIN LATERAL (SELECT (coalesce(a.paid, 0) + 1) / (coalesce(a.asked, 0) + 2)::numeric AS chance) x
     ORDER BY w.currency, 13 DESC, c.number;
END $$;
COMMENT ON FUNCTION worklist(date) IS
'Whom to contact, a row a customer and currency, largest expected gain first. reasons: call or task (a step of dunning asks for it), undelivered (a notice failed for good), again (a contact was to be made again). notices: for record_contact(). overdue: what is open and overdue now, what is held or with the agency not, less money on account; nothing left, no row. chance: how often in the year until a week before the date a notice or contact was followed by money within seven days, (times paid + 1) / (times + 2): one half when nothing is known (Laplace''s rule of succession). expected_gain: overdue times chance, in the currency. Error RV016: not a date.';
