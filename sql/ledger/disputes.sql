/*
 * disputes: what a customer contests. A dispute is a hold of the disputed part
 * with a cause and an owner; resolving it credits what is granted and ends the
 * hold, so that what is left is dunned again, at the step where it was.
 */
CREATE OR REPLACE FUNCTION dispute(
    invoice text, reason text, amount numeric DEFAULT NULL, owner text DEFAULT NULL, note text DEFAULT NULL, from_on date DEFAULT NULL,
    until_on date DEFAULT NULL, key text DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    new_id bigint := request_begin(key, 'dispute', jsonb_build_object('invoice', invoice, 'reason', reason, 'amount', amount, 'owner', owner,
        'note', note, 'from_on', from_on, 'until_on', until_on));
    claim invoice;
BEGIN
    IF new_id IS NOT NULL THEN
        RETURN new_id;
    END IF;
    PERFORM require_text(dispute.reason, 'reason');
    PERFORM lock_invoice(dispute.invoice);
    SELECT * INTO claim FROM invoice i WHERE i.number = dispute.invoice;
    IF NOT is_open(claim.status) OR claim.kind = 'credit_note' THEN
        RAISE EXCEPTION 'invoice % can''t be disputed', claim.number
            USING ERRCODE = 'RV006', DETAIL = format('It is a claim of kind %s, and %s.', claim.kind, claim.status),
                  HINT = 'Only what is open can be; for what is paid, issue_credit_note() gives it back.';
    END IF;
    new_id := hold(invoice => claim.number, kind => 'dispute', from_on => dispute.from_on, until_on => dispute.until_on,
                   reason => dispute.reason, amount => dispute.amount);
    INSERT INTO dispute (hold_id, customer_id, invoice_id, cause, amount, owner, opened_on)
    SELECT h.id, h.customer_id, h.invoice_id, dispute.reason, coalesce(h.amount, claim.open_amount), dispute.owner, lower(h.during)
      FROM hold h WHERE h.id = new_id;
    IF dispute.note IS NOT NULL THEN
        PERFORM add_note(new_id, dispute.note);
    END IF;
    RETURN request_end(key, new_id);
END $$;
COMMENT ON FUNCTION dispute(text, text, numeric, text, text, date, date, text) IS
'Records that a customer disputes an invoice, and holds the disputed amount (NULL: all that is open) from from_on (today) to until_on (NULL: until it is resolved); the rest is dunned. reason: its cause, a category of your own (price, quality, delivery); owner: who sees to it; note: a first note. Returns the hold''s id, for resolve_dispute(), add_note() and release(). Errors: RV006 the invoice is not open; RV018 it is disputed already; the others as of hold().';

CREATE OR REPLACE FUNCTION add_note(hold bigint, note text, document text DEFAULT NULL, key text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    new_id bigint := request_begin(key, 'add_note', jsonb_build_object('hold', hold, 'note', note, 'document', document));
BEGIN
    IF new_id IS NOT NULL THEN
        RETURN new_id;
    END IF;
    PERFORM require_text(add_note.note, 'note'), require_text(coalesce(add_note.document, 'none'), 'document');
    INSERT INTO hold_note AS n (customer_id, hold_id, note, document)
    SELECT h.customer_id, h.id, add_note.note, add_note.document FROM hold h WHERE h.id = add_note.hold
    RETURNING n.id INTO new_id;
    IF new_id IS NULL THEN
        RAISE EXCEPTION 'there is no hold %', coalesce(add_note.hold::text, 'NULL')
            USING ERRCODE = 'RV009', DETAIL = 'It was given as hold.', HINT = 'dispute() and hold() return the id of a hold.';
    END IF;
    RETURN request_end(key, new_id);
END $$;
COMMENT ON FUNCTION add_note(bigint, text, text, text) IS 'Adds a note to a hold, such as evidence in a dispute: who, when and what; it stays as written. document: where the evidence is, a link or a number of your archive; the ledger keeps the text only. Returns the note''s id. Errors: RV009 no such hold; 23502, 23514 no text.';

CREATE OR REPLACE FUNCTION resolve_dispute(
    hold bigint, outcome text, credited numeric DEFAULT NULL, resolved_on date DEFAULT NULL, note text DEFAULT NULL, credit_note text DEFAULT NULL, key text DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    done bigint := request_begin(key, 'resolve_dispute', jsonb_build_object('hold', hold, 'outcome', outcome, 'credited', credited,
        'resolved_on', resolved_on, 'note', note, 'credit_note', credit_note));
    found_dispute dispute;
    claim invoice;
    share numeric;
    day date := coalesce(resolve_dispute.resolved_on, today());
BEGIN
    IF done IS NOT NULL THEN
        RETURN done;
    END IF;
    PERFORM require_choice(resolve_dispute.outcome, 'outcome', '{granted,partly_granted,rejected}'), require_date(day, 'resolved_on');
    PERFORM FROM customer c WHERE c.id = (SELECT d.customer_id FROM dispute d WHERE d.hold_id = resolve_dispute.hold) FOR NO KEY UPDATE;
    SELECT * INTO found_dispute FROM dispute d WHERE d.hold_id = resolve_dispute.hold;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no dispute %', coalesce(resolve_dispute.hold::text, 'NULL')
            USING ERRCODE = 'RV009', DETAIL = CASE WHEN EXISTS (SELECT FROM hold h WHERE h.id = resolve_dispute.hold) THEN 'The hold of this id is none.' ELSE 'It was given as hold.' END,
                  HINT = 'dispute() returns the id of its hold; release() ends a hold of another kind.';
    END IF;
    IF found_dispute.outcome IS NOT NULL THEN
        RAISE EXCEPTION 'dispute % is resolved', found_dispute.hold_id
            USING ERRCODE = 'RV006', DETAIL = format('It was %s on %s, with a credit of %s.', found_dispute.outcome, found_dispute.resolved_on, found_dispute.credited),
                  HINT = 'If the customer contests it again, open another dispute.';
    END IF;
    IF day < found_dispute.opened_on THEN
        RAISE EXCEPTION 'a dispute of % can''t be resolved on %', found_dispute.opened_on, day
            USING ERRCODE = 'RV016', DETAIL = CASE WHEN resolve_dispute.resolved_on IS NULL THEN 'The latter is today: resolved_on was not given.' ELSE 'The latter was given as resolved_on.' END,
                  HINT = 'Give a later resolved_on.';
    END IF;
    SELECT * INTO claim FROM invoice i WHERE i.id = found_dispute.invoice_id;
    share := CASE WHEN resolve_dispute.outcome <> 'granted' THEN resolve_dispute.credited
                  WHEN resolve_dispute.credit_note IS NULL THEN coalesce(resolve_dispute.credited, least(found_dispute.amount, nullif(claim.open_amount, 0)))
                  ELSE coalesce(resolve_dispute.credited, found_dispute.amount) END;
    IF resolve_dispute.outcome = 'rejected' THEN
        IF share <> 0 OR resolve_dispute.credit_note IS NOT NULL THEN
            RAISE EXCEPTION 'nothing is credited when a dispute is rejected'
                USING ERRCODE = 'invalid_parameter_value', DETAIL = format('credited is %s, credit_note is %s.', coalesce(share::text, 'NULL'), coalesce(quote_literal(resolve_dispute.credit_note), 'NULL')),
                      HINT = 'The outcome may be partly_granted.';
        END IF;
        share := 0;
    ELSE
        PERFORM require_amount(share, claim.currency);
        IF share > found_dispute.amount OR (resolve_dispute.outcome = 'partly_granted' AND share = found_dispute.amount) THEN
            RAISE EXCEPTION '% can''t be credited when dispute % is %', share, found_dispute.hold_id, resolve_dispute.outcome
                USING ERRCODE = 'RV007', DETAIL = format('%s is disputed.', found_dispute.amount), HINT = 'The whole amount is granted, less is partly_granted.';
        END IF;
        IF resolve_dispute.credit_note IS NOT NULL THEN
            PERFORM issue_credit_note((SELECT c.number FROM customer c WHERE c.id = claim.customer_id), resolve_dispute.credit_note, share, claim.number, greatest(day, claim.issued_on));
        ELSIF share > claim.open_amount THEN
            RAISE EXCEPTION '% is more than what is open of invoice %', share, claim.number
                USING ERRCODE = 'RV007', DETAIL = format('%s is open.', claim.open_amount),
                      HINT = 'With credit_note => its number, what is over becomes a credit of the customer.';
        ELSE
            INSERT INTO allocation (customer_id, invoice_id, kind, amount, posted_on, reason)
                VALUES (claim.customer_id, claim.id, 'credit', share, greatest(day, post_from(claim.id)), coalesce(resolve_dispute.note, found_dispute.cause));
        END IF;
    END IF;
    UPDATE dispute d SET outcome = resolve_dispute.outcome, credited = share, resolved_on = day WHERE d.hold_id = found_dispute.hold_id;
    IF resolve_dispute.note IS NOT NULL THEN
        PERFORM add_note(found_dispute.hold_id, resolve_dispute.note);
    END IF;
    PERFORM end_hold(found_dispute.hold_id, day);
    RETURN request_end(key, found_dispute.hold_id);
END $$;
COMMENT ON FUNCTION resolve_dispute(bigint, text, numeric, date, text, text, text) IS
'Ends a dispute, named by its hold, on resolved_on (today): granted, the disputed amount is credited (of a claim paid in the meantime, what is open); partly_granted, credited says how much of it; rejected, nothing. From that day on what is left is dunned again. credit_note: number of a credit note to be issued for it (NULL: the credit is posted without one). note: kept with the hold, and the credit''s reason. Returns the hold''s id. Errors: RV009 no such dispute; RV006 it is resolved; RV007 more than is disputed or open; RV016 before it began; 22023 a credit although rejected; 23502, 23514 no such outcome; of issue_credit_note().';

CREATE OR REPLACE FUNCTION dispute_causes(from_on date, until_on date)
RETURNS TABLE (cause text, currency text, disputes bigint, disputed numeric, granted numeric, rejected numeric, open numeric, average_days numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    PERFORM require_period(from_on, until_on);
    RETURN QUERY
    SELECT d.cause, i.currency, count(*), sum(d.amount),
           coalesce(sum(d.credited) FILTER (WHERE d.resolved_on <= dispute_causes.until_on), 0),
           coalesce(sum(d.amount - d.credited) FILTER (WHERE d.resolved_on <= dispute_causes.until_on), 0),
           coalesce(sum(d.amount) FILTER (WHERE d.resolved_on <= dispute_causes.until_on IS NOT TRUE), 0),
           round(avg(d.resolved_on - d.opened_on) FILTER (WHERE d.resolved_on <= dispute_causes.until_on), 2)
      FROM dispute d JOIN invoice i ON i.id = d.invoice_id
     WHERE d.opened_on BETWEEN dispute_causes.from_on AND dispute_causes.until_on
     GROUP BY 1, 2 ORDER BY 1, 2;
END $$;
COMMENT ON FUNCTION dispute_causes(date, date) IS
'Disputes that began in a period, by cause and currency, as they stood at its end: how many; the amount disputed = granted (credited) + rejected (resolved and not credited) + open (not resolved by then); and the mean number of days from begin to resolution of those that were resolved (NULL: none). Error RV016: not a period.';
