/* holds: what is not dunned for a while. */
CREATE OR REPLACE FUNCTION hold(
    customer text DEFAULT NULL, invoice text DEFAULT NULL, kind text DEFAULT 'manual', from_on date DEFAULT NULL, until_on date DEFAULT NULL,
    reason text DEFAULT NULL, key text DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    new_id bigint := request_begin(key, 'hold', jsonb_build_object('customer', customer, 'invoice', invoice, 'kind', kind,
        'from_on', from_on, 'until_on', until_on, 'reason', reason));
    claim invoice;
    owner_id bigint;
    first_day date := coalesce(hold.from_on, today());
BEGIN
    IF new_id IS NOT NULL THEN
        RETURN new_id;
    END IF;
    PERFORM require_choice(hold.kind, 'kind', '{manual,dispute,promise,plan,legal}');
    IF hold.invoice IS NULL AND hold.customer IS NULL THEN
        RAISE EXCEPTION 'a hold is of a customer or of an invoice'
            USING ERRCODE = 'RV009', DETAIL = 'Neither customer nor invoice was given.',
                  HINT = 'hold(customer => ''C1'') is for all of his claims, hold(invoice => ''A1'') for one.';
    ELSIF hold.invoice IS NOT NULL THEN
        PERFORM lock_invoice(hold.invoice);
        SELECT * INTO claim FROM invoice i WHERE i.number = hold.invoice;
        owner_id := claim.customer_id;
    ELSE
        owner_id := lock_customer(hold.customer);
    END IF;
    IF hold.customer IS NOT NULL AND owner_id <> lock_customer(hold.customer) THEN
        RAISE EXCEPTION 'customer % has no invoice %', quote_literal(hold.customer), quote_literal(hold.invoice)
            USING ERRCODE = 'RV009', DETAIL = format('The invoice is one of customer %L.', (SELECT c.number FROM customer c WHERE c.id = owner_id)),
                  HINT = 'The invoice alone is enough.';
    END IF;
    IF hold.until_on < first_day OR NOT isfinite(first_day) THEN
        RAISE EXCEPTION 'a hold from % to % has no days', first_day, hold.until_on
            USING ERRCODE = 'RV016', DETAIL = CASE WHEN isfinite(first_day) THEN 'until_on lies before from_on.' ELSE 'from_on is not a day of the calendar.' END,
                  HINT = 'until_on is the last day of the hold; NULL: until release().';
    END IF;
    INSERT INTO hold AS h (customer_id, invoice_id, kind, during, reason)
        VALUES (owner_id, claim.id, hold.kind,
                daterange(first_day, CASE WHEN isfinite(hold.until_on) THEN hold.until_on END, '[]'), hold.reason)
        RETURNING h.id INTO new_id;
    RETURN request_end(key, new_id);
END $$;
COMMENT ON FUNCTION hold(text, text, text, date, date, text, text) IS
'Holds a claim, or (invoice NULL) all claims of a customer: no step is taken on the days from from_on (today) to until_on, both included (NULL: until release()). It ends by itself; dunning goes on where it was. kind: dispute, promise, plan, manual, legal. Returns the hold''s id. Errors: RV009 no such customer or invoice; RV016 no days; 23502, 23514 no such kind.';

CREATE OR REPLACE FUNCTION release(hold bigint, released_on date DEFAULT NULL, key text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    done bigint := request_begin(key, 'release', jsonb_build_object('hold', hold, 'released_on', released_on));
    found_hold record;
    day date := coalesce(release.released_on, today());
BEGIN
    IF done IS NOT NULL THEN
        RETURN done;
    END IF;
    -- The customer first, as everywhere: his claims change.
    PERFORM FROM customer c WHERE c.id = (SELECT h.customer_id FROM hold h WHERE h.id = release.hold) FOR NO KEY UPDATE;
    SELECT h.* INTO found_hold FROM hold h WHERE h.id = release.hold FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no hold %', coalesce(release.hold::text, 'NULL')
            USING ERRCODE = 'RV009', DETAIL = 'It was given as hold; a hold that is released before its first day is deleted.',
                  HINT = 'hold() returns the id of a hold.';
    END IF;
    IF NOT isfinite(day) THEN
        RAISE EXCEPTION 'a hold can''t be released on %', day
            USING ERRCODE = 'RV016', DETAIL = 'It was given as released_on.', HINT = 'Give a day, such as today().';
    END IF;
    IF day < lower(found_hold.during) THEN
        DELETE FROM hold h WHERE h.id = release.hold;
    ELSIF found_hold.during @> day THEN
        -- From this day on it holds no more (hold_ended() wakes its claims); a hold of which no day is left keeps its first, for the record.
        UPDATE hold h SET during = daterange(lower(h.during), greatest(day, lower(h.during) + 1)) WHERE h.id = release.hold;
    END IF;
    RETURN request_end(key, release.hold);
END $$;
COMMENT ON FUNCTION release(bigint, date, text) IS
'Ends a hold: from released_on (today) on its claims are dunned again; a hold that has not begun then is deleted. Returns the hold''s id. Harmless when it has ended. Errors: RV009 no such hold; RV016 not a date.';

CREATE OR REPLACE FUNCTION hold_ended() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    -- From when on these claims are not held any more: its new end or, if it is gone or another claim's, its begin.
    day CONSTANT date := CASE WHEN TG_OP = 'UPDATE' AND NEW.customer_id = OLD.customer_id AND NEW.invoice_id IS NOT DISTINCT FROM OLD.invoice_id
                              THEN coalesce(upper(NEW.during), lower(OLD.during)) ELSE lower(OLD.during) END;
BEGIN
    UPDATE invoice i SET next_on = greatest(day, i.issued_on)
     WHERE i.customer_id = OLD.customer_id AND (OLD.invoice_id IS NULL OR i.id = OLD.invoice_id)
       -- Under a hold without end a claim has no next date.
       AND (i.next_on IS NULL OR i.next_on > day) AND i.open_amount <> 0 AND is_open(i.status) AND i.kind <> 'credit_note';
    RETURN NULL;
END $$;
COMMENT ON FUNCTION hold_ended() IS 'Trigger: claims whose hold was changed or deleted are looked at by the next advance from that day on.';

CREATE OR REPLACE TRIGGER hold_changed AFTER UPDATE OR DELETE ON hold FOR EACH ROW EXECUTE FUNCTION hold_ended();

CREATE OR REPLACE FUNCTION hold_checked() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.customer_id IS DISTINCT FROM (SELECT i.customer_id FROM invoice i WHERE i.id = NEW.invoice_id) THEN
        RAISE EXCEPTION 'a hold of an invoice is its customer''s' USING ERRCODE = 'RV009',
            DETAIL = format('Invoice id %s is not of customer id %s.', NEW.invoice_id, NEW.customer_id), HINT = 'hold(invoice => ...) finds the customer.';
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION hold_checked() IS 'Trigger: refuses (RV009) a hold of an invoice of another customer.';

CREATE OR REPLACE TRIGGER hold_checked AFTER INSERT OR UPDATE OF customer_id, invoice_id ON hold FOR EACH ROW
    WHEN (NEW.invoice_id IS NOT NULL) EXECUTE FUNCTION hold_checked();
