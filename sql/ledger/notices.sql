/* notices: what deliverers take, and what they report back. */
CREATE OR REPLACE FUNCTION post_messages(notices bigint[], not_before timestamptz DEFAULT '-infinity') RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO outbox (customer_id, topic, not_before, payload)
    SELECT n.customer_id, 'notice', post_messages.not_before, jsonb_build_object(
               'notice', n.id, 'attempt', n.attempts, 'channel', n.sent_by, 'action', n.action, 'issued_on', n.issued_on,
               'customer', c.number, 'name', n.name, 'email', n.email, 'phone', n.phone, 'address', n.address, 'country', n.country,
               'language', n.language, 'account_manager', c.account_manager, 'subject', w.subject, 'body', w.body, 'currency', n.currency, 'amount', n.amount, 'lines', w.lines)
               || CASE WHEN n.action = 'hand_over' THEN jsonb_build_object('dossier', dossier(c.number, n.issued_on)) ELSE '{}' END
               || CASE WHEN n.plan_id IS NULL THEN '{}' ELSE jsonb_build_object('plan', n.plan_id, 'instalment', n.instalment, 'due_on', w.due_on) END
      FROM write_notices(notices) w
      JOIN notice n ON n.id = w.notice
      JOIN customer c ON c.id = n.customer_id
     ORDER BY n.id;
    -- A hint that there is something to take; whoever misses it polls.
    PERFORM pg_notify('debiteur', current_schema());
END $$;
COMMENT ON FUNCTION post_messages(bigint[], timestamptz) IS 'Puts these notices into the outbox, to be taken from not_before on, and sends NOTIFY debiteur with the ledger''s name.';

CREATE OR REPLACE FUNCTION take_messages(most int DEFAULT 100, channel text DEFAULT NULL) RETURNS TABLE (id bigint, topic text, payload jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    IF most < 0 THEN
        RAISE EXCEPTION '% messages can''t be taken', most
            USING ERRCODE = 'invalid_parameter_value', DETAIL = 'The number is negative.', HINT = 'Give how many at most; NULL: all.';
    END IF;
    RETURN QUERY
    WITH taken AS (
        DELETE FROM outbox o
         -- An array, so that it is computed once: a subquery that is run again would take more.
         WHERE o.id = ANY (ARRAY(SELECT q.id FROM outbox q
                                  WHERE q.not_before <= now() AND (take_messages.channel IS NULL OR q.payload->>'channel' = take_messages.channel)
                                  ORDER BY q.id FOR UPDATE SKIP LOCKED LIMIT most))
        RETURNING o.id, o.topic, o.payload
    ), mark AS (
        UPDATE notice n SET taken_at = now() FROM taken t WHERE t.topic = 'notice' AND n.id = (t.payload->>'notice')::bigint
    )
    SELECT * FROM taken;
END $$;
COMMENT ON FUNCTION take_messages(int, text) IS 'Takes messages out of the outbox, at most so many (NULL: all), of one channel (NULL: of all). topic: notice, or what else the agency is told (see outbox). Send them and then commit: until then nobody else gets them, and after a rollback they are there again. Any number of consumers can take at the same time. Report each notice within the time in settings.report_within, by confirm_notice() or fail_notice().';

CREATE OR REPLACE FUNCTION confirm_notice(notice bigint, note text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE notice n SET delivery = 'confirmed', delivery_note = confirm_notice.note, taken_at = NULL WHERE n.id = confirm_notice.notice;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no notice %', coalesce(confirm_notice.notice::text, 'NULL')
            USING ERRCODE = 'RV009', DETAIL = 'It was given as notice.', HINT = 'The outbox message names the notice.';
    END IF;
END $$;
COMMENT ON FUNCTION confirm_notice(bigint, text) IS 'Reports that a notice was delivered. Error RV009: no such notice.';

CREATE OR REPLACE FUNCTION channel_after(channel text, tried jsonb, email text, address text, phone text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
DECLARE
    others CONSTANT jsonb := (SELECT s.other_channels FROM settings s);
    other text := channel;
    looked_at text[] := '{}';
BEGIN
    LOOP
        other := others->>other;
        IF other IS NULL OR other = ANY (looked_at) THEN
            RETURN NULL;
        END IF;
        EXIT WHEN NOT tried ? other AND CASE other WHEN 'email' THEN email IS NOT NULL WHEN 'letter' THEN address IS NOT NULL
                                                   WHEN 'phone' THEN phone IS NOT NULL WHEN 'sms' THEN phone IS NOT NULL ELSE true END;
        looked_at := looked_at || other;
    END LOOP;
    RETURN other;
END $$;
COMMENT ON FUNCTION channel_after(text, jsonb, text, text, text) IS 'The channel that takes over from this one by settings.other_channels: not tried yet, and the customer can be reached by it; NULL: none.';

CREATE OR REPLACE FUNCTION fail_notice(notice bigint, note text DEFAULT NULL, retry boolean DEFAULT true) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    failed record;
    next_channel text;
BEGIN
    SELECT n.*, n.tried || jsonb_build_object(n.sent_by, coalesce((n.tried->>n.sent_by)::int, 0) + 1) AS tried_now INTO failed
      FROM notice n WHERE n.id = fail_notice.notice AND n.delivery <> 'confirmed' FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no notice % that could fail', coalesce(fail_notice.notice::text, 'NULL')
            USING ERRCODE = 'RV009', DETAIL = CASE WHEN EXISTS (SELECT FROM notice n WHERE n.id = fail_notice.notice) THEN 'It is confirmed.' ELSE 'It was given as notice.' END,
                  HINT = 'The outbox message names the notice; a confirmed one can''t fail.';
    END IF;
    IF coalesce(fail_notice.retry, true) AND (failed.tried_now->>failed.sent_by)::int < (SELECT s.max_attempts FROM settings s) THEN
        next_channel := failed.sent_by;
    ELSE
        next_channel := channel_after(failed.sent_by, failed.tried_now, failed.email, failed.address, failed.phone);
    END IF;
    UPDATE notice n
       SET delivery = CASE WHEN next_channel IS NULL THEN 'failed' ELSE 'pending' END, delivery_note = fail_notice.note, taken_at = NULL,
           tried = failed.tried_now, sent_by = coalesce(next_channel, n.sent_by), attempts = n.attempts + CASE WHEN next_channel IS NULL THEN 0 ELSE 1 END
     WHERE n.id = fail_notice.notice;
    IF next_channel IS NOT NULL THEN
        PERFORM post_messages(ARRAY[fail_notice.notice], CASE WHEN next_channel = failed.sent_by THEN now() + (SELECT s.retry_after FROM settings s) ELSE now() END);
    END IF;
END $$;
COMMENT ON FUNCTION fail_notice(bigint, text, boolean) IS 'Reports that a notice could not be delivered. It is offered in the outbox again after settings.retry_after, at most settings.max_attempts times; then, or at once if retry is false, over the channel that settings.other_channels names; where there is none it has failed for good. Error RV009: no such notice, or it was confirmed.';

CREATE OR REPLACE FUNCTION time_out_notices() RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    late record;
    found_late int := 0;
BEGIN
    -- People have their own time: a call or a task stays on the worklist.
    FOR late IN SELECT n.id, s.report_within FROM notice n CROSS JOIN settings s
                 WHERE n.delivery = 'pending' AND n.taken_at < now() - s.report_within AND n.sent_by NOT IN ('phone', 'task', 'agency')
                 ORDER BY n.id FOR UPDATE OF n SKIP LOCKED LOOP
        PERFORM fail_notice(late.id, format('no report within %s', late.report_within));
        found_late := found_late + 1;
    END LOOP;
    RETURN found_late;
END $$;
COMMENT ON FUNCTION time_out_notices() IS 'Fails the notices of which a deliverer who took them has not reported within settings.report_within; returns how many. advance() does it.';
