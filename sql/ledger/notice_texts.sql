/* notice_texts: new versions of texts, and notices written with them. */
CREATE OR REPLACE FUNCTION set_notice_text(
    action text, language text, subject text, body text, line text DEFAULT NULL, channel text DEFAULT 'any', key text DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    new_id bigint := request_begin(key, 'set_notice_text', jsonb_build_object('action', action, 'language', language, 'subject', subject,
        'body', body, 'line', line, 'channel', channel));
    used_line text := coalesce(set_notice_text.line, (SELECT t.line FROM notice_text t
                                                       WHERE t.language IN (set_notice_text.language, 'en')
                                                       ORDER BY t.action = set_notice_text.action DESC, t.language = set_notice_text.language DESC,
                                                                t.current DESC, t.id DESC LIMIT 1));
    unknown text;
BEGIN
    IF new_id IS NOT NULL THEN
        RETURN new_id;
    END IF;
    PERFORM require_choice(set_notice_text.action, 'action', '{upcoming,reminder,final_notice,call,default_notice,escalate,stop_supply,hand_over,instalment_upcoming,instalment_late}'),
            require_choice(set_notice_text.channel, 'channel', '{any,email,letter,phone,sms,task,agency,webhook}'),
            require_text(set_notice_text.subject, 'subject', true), require_text(set_notice_text.body, 'body', true), require_text(used_line, 'line', true);
    IF set_notice_text.language IS NULL OR set_notice_text.language !~ '^[a-z]{2}$' THEN
        RAISE EXCEPTION '% is not a language', coalesce(quote_literal(set_notice_text.language), 'NULL')
            USING ERRCODE = '22023', DETAIL = 'It was given as language.', HINT = 'Give the two small letters of ISO 639-1, such as nl.';
    END IF;
    unknown := (SELECT string_agg(DISTINCT format('{%s}', p.name), ', ')
                  FROM (SELECT unnest(placeholders(set_notice_text.subject) || placeholders(set_notice_text.body)) AS name, notice_placeholders('body') AS known
                        UNION ALL SELECT unnest(placeholders(used_line)), notice_placeholders('line')) p
                 WHERE p.name <> ALL (p.known));
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION 'a notice has nothing to put for %', unknown
            USING ERRCODE = 'RV017', DETAIL = format('Subject and body have {%s}; a line has {%s}.', array_to_string(notice_placeholders('body'), '}, {'),
                                                     array_to_string(notice_placeholders('line'), '}, {')),
                  HINT = 'Write {{ and }} for braces.';
    END IF;
    -- Versions are made one at a time.
    LOCK TABLE notice_text IN SHARE ROW EXCLUSIVE MODE;
    UPDATE notice_text t SET current = false
     WHERE t.current AND t.action = set_notice_text.action AND t.language = set_notice_text.language AND t.channel = set_notice_text.channel;
    INSERT INTO notice_text AS t (action, language, channel, subject, body, line)
        VALUES (set_notice_text.action, set_notice_text.language, set_notice_text.channel, set_notice_text.subject, set_notice_text.body, used_line)
        RETURNING t.id INTO new_id;
    RETURN request_end(key, new_id);
END $$;
COMMENT ON FUNCTION set_notice_text(text, text, text, text, text, text, text) IS
'Makes a new version of the text of an action in a language; returns its id. line: NULL: that of the present text. channel: the text is for this channel only; any: for all that have none of their own. Placeholders: see the columns of notice_text. Errors: RV017 a fault in the text, or an unknown placeholder; 22023 language; 23502, 23514 no such action or channel.';

CREATE OR REPLACE FUNCTION find_notice_text(action text, channel text, language text) RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    wanted CONSTANT text := lower(left(find_notice_text.language, 2));
BEGIN
    RETURN (SELECT t.id FROM notice_text t
             WHERE t.current AND t.action = find_notice_text.action AND t.channel IN (find_notice_text.channel, 'any') AND t.language IN (wanted, 'en')
             ORDER BY t.language = wanted DESC, t.channel <> 'any' DESC LIMIT 1);
END $$;
COMMENT ON FUNCTION find_notice_text(text, text, text) IS 'The text that a notice is written with: in the customer''s language before English, for its channel before for any; NULL: there is none.';

CREATE OR REPLACE FUNCTION write_notices(notices bigint[]) RETURNS TABLE (notice bigint, subject text, body text, lines jsonb, due_on date)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 300 SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    -- Line by line from the notice's key: the plan does not depend on statistics that lag behind a large run.
    RETURN QUERY
    -- What is empty leaves no gap.
    SELECT w.id, fill(w.subject, notice_placeholders('body'), w.figures), replace(fill(w.body, notice_placeholders('body'), w.figures), E'\n\n\n', E'\n\n'), w.lines, w.due_on
      FROM (SELECT n.id, t.subject, t.body, coalesce(l.lines, '[]') AS lines, coalesce(g.due_on, l.due_on) AS due_on,
                   -- In the order of notice_placeholders('body').
                   ARRAY[n.name, c.number, n.address, n.email, n.phone, s.sender, s.bank_account, n.id::text, format_date(n.issued_on, t.language),
                         format_date(n.issued_on + s.respond_within, t.language), coalesce(l.number, i.number), coalesce(l.reference, i.reference, i.number),
                         format_date(coalesce(g.due_on, l.due_on), t.language), greatest(n.issued_on - coalesce(g.due_on, l.due_on), 0)::text, n.currency, format_amount(n.amount, n.currency, t.language),
                         format_amount(l.costs, n.currency, t.language), l.texts, n.instalment::text] AS figures
              FROM notice n
              LEFT JOIN notice_text t ON t.id = n.text_id
              JOIN customer c ON c.id = n.customer_id
             CROSS JOIN settings s
              -- What is about an instalment has no lines.
              LEFT JOIN instalment g ON g.plan_id = n.plan_id AND g.number = n.instalment
              LEFT JOIN invoice i ON i.id = CASE WHEN n.plan_id IS NOT NULL THEN n.lead_id END
             CROSS JOIN LATERAL (
                   SELECT jsonb_agg(jsonb_build_object('invoice', x.number, 'due_on', x.due_on, 'amount', x.amount, 'open_amount', x.open_amount, 'asked', x.asked,
                                                       'reference', x.reference, 'taken', x.taken)) AS lines,
                          -- In the order of notice_placeholders('line').
                          string_agg(fill(t.line, notice_placeholders('line'), ARRAY[
                                  x.number, coalesce(x.reference, x.number), format_date(x.due_on, t.language), greatest(n.issued_on - x.due_on, 0)::text,
                                  n.currency, format_amount(x.amount, n.currency, t.language), format_amount(x.amount - x.open_amount, n.currency, t.language),
                                  format_amount(x.open_amount, n.currency, t.language), format_amount(x.asked, n.currency, t.language)]), E'\n') AS texts,
                          coalesce(sum(x.asked) FILTER (WHERE x.kind IN ('costs', 'interest')), 0) AS costs,
                          max(x.number) FILTER (WHERE x.invoice_id = n.lead_id) AS number, max(x.due_on) FILTER (WHERE x.invoice_id = n.lead_id) AS due_on,
                          max(coalesce(x.reference, x.number)) FILTER (WHERE x.invoice_id = n.lead_id) AS reference
                     -- Sorted once, and not by each aggregate.
                     FROM (SELECT * FROM notice_line x WHERE x.notice_id = n.id ORDER BY x.due_on, x.invoice_id) x) l
             WHERE n.id = ANY (notices)) w;
END $$;
COMMENT ON FUNCTION write_notices(bigint[]) IS 'Subject, body, lines and due date (of the leading claim, or of the instalment) of these notices, as they were sent (but for sender, bank account and term, which are those of settings now); subject and body are NULL where there was no text.';
