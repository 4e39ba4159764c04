/* notices: what deliverers take, and what they report back. */
CREATE OR REPLACE FUNCTION post_messages(notices bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    -- Line by line from the notice's key: the plan does not depend on statistics that lag behind a large run.
    INSERT INTO outbox (customer_id, topic, payload)
    SELECT n.customer_id, 'notice', jsonb_build_object(
               'notice', n.id, 'attempt', n.attempts, 'channel', n.channel, 'action', n.action, 'issued_on', n.issued_on,
               'customer', c.number, 'name', c.name, 'email', c.email, 'phone', c.phone, 'address', c.address, 'country', c.country,
               'language', c.language, 'currency', n.currency, 'amount', n.amount, 'lines',
               (SELECT coalesce(jsonb_agg(jsonb_build_object('invoice', l.number, 'due_on', l.due_on, 'amount', l.amount, 'open_amount', l.open_amount, 'asked', l.asked,
                                                    'reference', l.reference, 'taken', l.taken) ORDER BY l.due_on, l.invoice_id), '[]')
                  FROM notice_line l WHERE l.notice_id = n.id))
           || CASE WHEN n.plan_id IS NULL THEN '{}' ELSE
               (SELECT jsonb_build_object('plan', t.plan_id, 'instalment', t.number, 'due_on', t.due_on) FROM instalment t WHERE t.plan_id = n.plan_id AND t.number = n.instalment) END
      FROM notice n JOIN customer c ON c.id = n.customer_id
     WHERE n.id = ANY (notices);
    -- A hint that there is something to take; whoever misses it polls.
    PERFORM pg_notify('debiteur', current_schema());
END $$;
COMMENT ON FUNCTION post_messages(bigint[]) IS 'Puts these notices into the outbox and sends NOTIFY debiteur with the ledger''s name.';

CREATE OR REPLACE FUNCTION take_messages(most int DEFAULT 100, channel text DEFAULT NULL) RETURNS TABLE (id bigint, topic text, payload jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    IF most < 0 THEN
        RAISE EXCEPTION '% messages can''t be taken', most
            USING ERRCODE = 'invalid_parameter_value', DETAIL = 'The number is negative.', HINT = 'Give how many at most; NULL: all.';
    END IF;
    RETURN QUERY
    DELETE FROM outbox o
     -- An array, so that it is computed once: a subquery that is run again would take more.
     WHERE o.id = ANY (ARRAY(SELECT q.id FROM outbox q WHERE take_messages.channel IS NULL OR q.payload->>'channel' = take_messages.channel
                                ORDER BY q.id FOR UPDATE SKIP LOCKED LIMIT most))
    RETURNING o.id, o.topic, o.payload;
END $$;
COMMENT ON FUNCTION take_messages(int, text) IS 'Takes messages out of the outbox, at most so many (NULL: all), of one channel (NULL: of all). Send them and then commit: until then nobody else gets them, and after a rollback they are there again. Any number of consumers can take at the same time.';

CREATE OR REPLACE FUNCTION confirm_notice(notice bigint, note text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE notice n SET delivery = 'confirmed', delivery_note = confirm_notice.note WHERE n.id = confirm_notice.notice;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no notice %', coalesce(confirm_notice.notice::text, 'NULL')
            USING ERRCODE = 'RV009', DETAIL = 'It was given as notice.', HINT = 'The outbox message names the notice.';
    END IF;
END $$;
COMMENT ON FUNCTION confirm_notice(bigint, text) IS 'Reports that a notice was delivered. Error RV009: no such notice.';

CREATE OR REPLACE FUNCTION fail_notice(notice bigint, note text DEFAULT NULL, retry boolean DEFAULT true) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    again boolean := coalesce(fail_notice.retry, true);
BEGIN
    UPDATE notice n
       SET delivery = CASE WHEN again THEN 'pending' ELSE 'failed' END, delivery_note = fail_notice.note,
           attempts = n.attempts + CASE WHEN again THEN 1 ELSE 0 END
     WHERE n.id = fail_notice.notice AND n.delivery <> 'confirmed';
    IF FOUND AND again THEN
        PERFORM post_messages(ARRAY[fail_notice.notice]);
    ELSIF NOT FOUND THEN
        RAISE EXCEPTION 'there is no notice % that could fail', coalesce(fail_notice.notice::text, 'NULL')
            USING ERRCODE = 'RV009', DETAIL = CASE WHEN EXISTS (SELECT FROM notice n WHERE n.id = fail_notice.notice) THEN 'It is confirmed.' ELSE 'It was given as notice.' END,
                  HINT = 'The outbox message names the notice; a confirmed one can''t fail.';
    END IF;
END $$;
COMMENT ON FUNCTION fail_notice(bigint, text, boolean) IS 'Reports that a notice could not be delivered: it is offered in the outbox again, as the next attempt, unless retry is false. Error RV009: no such notice, or it was confirmed.';
