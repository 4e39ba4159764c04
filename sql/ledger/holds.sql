/* holds: what is not dunned for a while; whole claims, or a part of what is open. */
CREATE OR REPLACE FUNCTION hold(
    customer text DEFAULT NULL, invoice text DEFAULT NULL, kind text DEFAULT 'manual', from_on date DEFAULT NULL, until_on date DEFAULT NULL,
    reason text DEFAULT NULL, amount numeric DEFAULT NULL, key text DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    new_id bigint := request_begin(key, 'hold', jsonb_build_object('customer', customer, 'invoice', invoice, 'kind', kind,
        'from_on', from_on, 'until_on', until_on, 'reason', reason, 'amount', amount));
    claim invoice;
    owner_id bigint;
    first_day date := coalesce(hold.from_on, today());
BEGIN
    IF new_id IS NOT NULL THEN
        RETURN new_id;
    END IF;
    -- A promise and a plan have more to say: promise(), agree_plan().
    PERFORM require_choice(hold.kind, 'kind', '{manual,dispute,legal}');
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
    PERFORM require_date(first_day, 'from_on');
    IF hold.until_on < first_day THEN
        RAISE EXCEPTION 'a hold from % to % has no days', first_day, hold.until_on
            USING ERRCODE = 'RV016', DETAIL = 'until_on lies before from_on.', HINT = 'until_on is the last day of the hold; NULL: until release().';
    END IF;
    IF isfinite(hold.until_on) THEN
        PERFORM require_date(hold.until_on, 'until_on');
    END IF;
    IF hold.amount IS NOT NULL THEN
        PERFORM require_held(hold.amount, claim);
    END IF;
    INSERT INTO hold AS h (customer_id, invoice_id, kind, amount, during, reason)
        VALUES (owner_id, claim.id, hold.kind, hold.amount,
                daterange(first_day, CASE WHEN isfinite(hold.until_on) THEN hold.until_on END, '[]'), hold.reason)
        RETURNING h.id INTO new_id;
    RETURN request_end(key, new_id);
END $$;
COMMENT ON FUNCTION hold(text, text, text, date, date, text, numeric, text) IS
'Holds a claim, a part of one, or (invoice NULL) all claims of a customer: no step is taken for it on the days from from_on (today) to until_on, both included (NULL: until release()). It ends by itself; dunning goes on where it was. amount: how much of the claim is held, the rest of what is open is dunned (NULL: all of it). kind: manual, legal, or dispute (dispute() also keeps cause and outcome); holds of several kinds add up. Returns the hold''s id. Errors: RV009 no such customer or invoice; RV016 no days, or not from year 1 to 9999; RV004, RV007 not an amount, more than is open; RV018 held so already; 22023 an amount without an invoice; 23502, 23514 no such kind.';

CREATE OR REPLACE FUNCTION require_held(amount numeric, claim invoice) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
BEGIN
    IF claim.id IS NULL THEN
        RAISE EXCEPTION 'a hold of all claims of a customer has no amount'
            USING ERRCODE = 'invalid_parameter_value', DETAIL = format('%s was given as amount.', amount), HINT = 'Name the invoice, or leave out the amount.';
    END IF;
    PERFORM require_amount(amount, claim.currency);
    IF amount > claim.open_amount THEN
        RAISE EXCEPTION '% is more than what is open of invoice %', amount, claim.number
            USING ERRCODE = 'RV007', DETAIL = format('%s is open.', claim.open_amount), HINT = 'Without an amount all that is open is held.';
    END IF;
END $$;
COMMENT ON FUNCTION require_held(numeric, invoice) IS 'Error unless so much of this claim can be held: 22023 there is no claim, RV004 not an amount, RV007 more than is open.';

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
            USING ERRCODE = 'RV009', DETAIL = 'It was given as hold.', HINT = 'hold() returns the id of a hold.';
    END IF;
    IF found_hold.plan_id IS NOT NULL THEN
        RAISE EXCEPTION 'hold % ends with its plan', release.hold
            USING ERRCODE = 'RV006', DETAIL = format('It is one of plan %s.', found_hold.plan_id), HINT = 'cancel_plan() ends the plan, revise_plan() replaces it.';
    END IF;
    PERFORM require_date(day, 'released_on');
    PERFORM end_hold(release.hold, day);
    RETURN request_end(key, release.hold);
END $$;
COMMENT ON FUNCTION release(bigint, date, text) IS
'Ends a hold: from released_on (today) on its claims are dunned again; a hold that has not begun then has no days at all. Returns the hold''s id. Harmless when it has ended. Errors: RV009 no such hold; RV006 it is of a plan; RV016 not a date.';

CREATE OR REPLACE FUNCTION end_hold(hold bigint, ended_on date) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    -- hold_ended() wakes its claims. A hold of which no day is left keeps its first, for the record.
    UPDATE hold h
       SET during = CASE WHEN ended_on < lower(h.during) THEN 'empty' ELSE daterange(lower(h.during), greatest(ended_on, lower(h.during) + 1)) END
     WHERE h.id = end_hold.hold AND (upper(h.during) IS NULL OR upper(h.during) > ended_on) AND NOT isempty(h.during);
END $$;
COMMENT ON FUNCTION end_hold(bigint, date) IS 'From this day on the hold holds no more.';

CREATE OR REPLACE FUNCTION hold_ended() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    -- From when on these claims are not held any more: its new end or, if it is gone, another claim's or over another amount, its begin.
    day CONSTANT date := CASE WHEN TG_OP = 'UPDATE' AND NEW.customer_id = OLD.customer_id AND NEW.invoice_id IS NOT DISTINCT FROM OLD.invoice_id
                                   AND NEW.amount IS NOT DISTINCT FROM OLD.amount
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
DECLARE
    claim invoice;
    other hold;
BEGIN
    -- Whoever holds the same claim at the same time waits here, and then sees it.
    PERFORM FROM customer c WHERE c.id = NEW.customer_id FOR NO KEY UPDATE;
    IF NEW.invoice_id IS NOT NULL THEN
        SELECT * INTO claim FROM invoice i WHERE i.id = NEW.invoice_id;
        IF NEW.customer_id IS DISTINCT FROM claim.customer_id THEN
            RAISE EXCEPTION 'a hold of an invoice is its customer''s' USING ERRCODE = 'RV009',
                DETAIL = format('Invoice id %s is not of customer id %s.', NEW.invoice_id, NEW.customer_id), HINT = 'hold(invoice => ...) finds the customer.';
        END IF;
        IF NEW.amount IS NOT NULL THEN
            PERFORM require_amount(NEW.amount, claim.currency);
        END IF;
    END IF;
    IF TG_OP = 'INSERT' AND isempty(NEW.during) THEN
        RAISE EXCEPTION 'a hold has days' USING ERRCODE = 'RV016', DETAIL = 'Its days are empty.', HINT = 'Give a range of days: daterange(first, last, ''[]'').';
    END IF;
    SELECT * INTO other FROM hold h
     WHERE h.customer_id = NEW.customer_id AND h.invoice_id IS NOT DISTINCT FROM NEW.invoice_id AND h.kind = NEW.kind
       AND h.during && NEW.during AND h.id <> NEW.id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% has a hold of kind % on some of these days already',
                coalesce('invoice ' || claim.number, (SELECT 'customer ' || quote_literal(c.number) FROM customer c WHERE c.id = NEW.customer_id)), NEW.kind
            USING ERRCODE = 'RV018',
                  DETAIL = format('Hold %s%s, from %s %s; the new one from %s %s.', other.id, coalesce(' over ' || other.amount, ''),
                                  lower(other.during), coalesce('to ' || upper(other.during) - 1, 'on'), lower(NEW.during), coalesce('to ' || upper(NEW.during) - 1, 'on')),
                  HINT = 'End that one first, or let this one begin after it.';
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION hold_checked() IS 'Trigger: refuses a hold of an invoice of another customer (RV009), without days (RV016), over no amount (RV004), or of a kind of which there is one of the same claim or customer at the time (RV018; the constraint hold_kind_once would see it too, but can''t say what to do).';

CREATE OR REPLACE TRIGGER hold_checked BEFORE INSERT OR UPDATE ON hold FOR EACH ROW EXECUTE FUNCTION hold_checked();

CREATE OR REPLACE FUNCTION held(as_of date, customers bigint[], by_plans boolean DEFAULT true) RETURNS TABLE (invoice_id bigint, amount numeric, until_on date)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH present AS MATERIALIZED (
        SELECT h.id, h.customer_id, h.invoice_id, h.promise_id, h.amount, coalesce(upper(h.during) - 1, 'infinity') AS until_on
          FROM hold h WHERE h.customer_id = ANY (customers) AND h.during @> held.as_of AND (by_plans OR h.plan_id IS NULL)
    ), promised AS (
        SELECT array_agg(h.id) AS holds, array_agg('infinity'::date) AS days FROM present h WHERE h.promise_id IS NOT NULL AND h.amount IS NOT NULL
    )
    SELECT k.claim, sum(k.amount), coalesce(max(k.until_on) FILTER (WHERE k.amount = 'infinity'), min(k.until_on))
      FROM (SELECT h.invoice_id AS claim, h.until_on,
                   -- Of a promise, what has not come in yet.
                   CASE WHEN h.amount IS NULL THEN 'infinity' WHEN m.came_in > 0 THEN greatest(h.amount - m.came_in, 0) ELSE h.amount END AS amount
              FROM present h
              LEFT JOIN (SELECT m.hold_id, m.came_in FROM promised p CROSS JOIN LATERAL money_since(p.holds, p.days) m WHERE p.holds IS NOT NULL) m ON m.hold_id = h.id
             WHERE h.invoice_id IS NOT NULL
            UNION ALL
            SELECT i.id, h.until_on, 'infinity'
              FROM present h JOIN invoice i ON i.customer_id = h.customer_id AND i.open_amount <> 0
             WHERE h.invoice_id IS NULL) k
     GROUP BY 1;
END $$;
COMMENT ON FUNCTION held(date, bigint[], boolean) IS 'Claims of these customers that are held on a date: how much of each (all holds together; infinity: the whole claim, whatever is open), and the last day before that gets less (infinity: until release()). by_plans: false: without the holds of payment plans.';

CREATE OR REPLACE FUNCTION describe_holds(claim bigint, as_of date) RETURNS TABLE (detail text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT concat(h.kind, ' of ' || h.amount, CASE WHEN upper_inf(h.during) THEN ', until released' ELSE format(', until %s', upper(h.during) - 1) END,
                  (SELECT format('; promise %s of %s %s by %s: %s, %s came in', p.id, p.amount, p.currency, p.promised_on, v.status, v.came_in)
                     FROM promise p JOIN value_promises(ARRAY[p.id], describe_holds.as_of) v ON true WHERE p.id = h.promise_id),
                  (SELECT format('; plan %s: %s of %s instalments paid, %s open by %s', h.plan_id, count(*) FILTER (WHERE n.status = 'paid'), count(*),
                                 (array_agg(n.open_amount ORDER BY n.number) FILTER (WHERE n.status <> 'paid'))[1], min(n.due_on) FILTER (WHERE n.status <> 'paid'))
                     FROM instalments(describe_holds.as_of, h.plan_id) n HAVING h.plan_id IS NOT NULL),
                  ': ' || h.reason)
      FROM invoice i JOIN hold h ON h.customer_id = i.customer_id AND (h.invoice_id IS NULL OR h.invoice_id = i.id)
     WHERE i.id = describe_holds.claim AND h.during @> describe_holds.as_of
     ORDER BY h.id;
END $$;
COMMENT ON FUNCTION describe_holds(bigint, date) IS 'The holds of a claim on a date, in words: kind, amount, last day, how its promise or plan stands, and the reason.';

CREATE OR REPLACE FUNCTION hold_sale() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    SELECT i.issued_on, i.currency INTO NEW.sold_on, NEW.currency
      FROM invoice i WHERE i.id = NEW.invoice_id AND i.kind = 'invoice' AND i.status <> 'draft' AND NEW.kind = 'dispute';
    RETURN NEW;
END $$;
COMMENT ON FUNCTION hold_sale() IS 'Trigger: a dispute keeps date and currency of its invoice, which stay as they are, for the dispute rate.';

CREATE OR REPLACE TRIGGER hold_sale BEFORE INSERT OR UPDATE OF kind, invoice_id, sold_on, currency ON hold FOR EACH ROW EXECUTE FUNCTION hold_sale();
