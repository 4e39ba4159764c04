/*
 * credit_limits: setting limits, and checking them.
 *
 * Exposure is defined once, in exposure_of(): open claims less credit notes and
 * money on account, and what is reserved for orders. The report, the check of
 * an order and the block by advance all ask it. An order reserves under the
 * lock of its customer, so two can't both have what is left; what was reserved
 * gives way to the invoice with its reference, so none is counted twice.
 * An invoice is not refused: what was delivered is owed.
 */
CREATE OR REPLACE FUNCTION set_credit_limit(
    customer text, amount numeric, currency text DEFAULT NULL, from_on date DEFAULT NULL, reason text DEFAULT NULL, key text DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    new_id bigint := request_begin(key, 'set_credit_limit', jsonb_build_object('customer', customer, 'amount', amount, 'currency', currency,
        'from_on', from_on, 'reason', reason));
    owner_id bigint;
    used_currency text := coalesce(set_credit_limit.currency, (SELECT s.currency FROM settings s));
    day date := coalesce(set_credit_limit.from_on, today());
BEGIN
    IF new_id IS NOT NULL THEN
        RETURN new_id;
    END IF;
    PERFORM require_date(day, 'from_on');
    owner_id := lock_customer(set_credit_limit.customer);
    IF set_credit_limit.amount <> 0 THEN
        PERFORM require_amount(set_credit_limit.amount, used_currency);
    END IF;
    INSERT INTO credit_limit AS l (customer_id, currency, amount, from_on, reason)
        VALUES (owner_id, used_currency, set_credit_limit.amount, day, set_credit_limit.reason) RETURNING l.id INTO new_id;
    RETURN request_end(key, new_id);
END $$;
COMMENT ON FUNCTION set_credit_limit(text, numeric, text, date, text, text) IS
'Decides the most that a customer may owe in a currency; returns the decision''s id. amount: 0: nothing, he pays in advance; NULL: no limit any more. currency: that of settings; in others he has no limit by this. from_on: first day, today; from then on it replaces all decisions before it. Blocks of supply follow with the next advance. Errors: RV009 no such customer; RV003, RV004 currency, amount; RV016 not a date; RV008 the key was used with other values.';

CREATE OR REPLACE FUNCTION exposure_of(customers bigint[], as_of date)
RETURNS TABLE (customer_id bigint, currency text, receivable numeric, on_account numeric, reserved numeric, exposure numeric, credit_limit numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT SET jit = off SET plan_cache_mode = force_custom_plan SET random_page_cost = 1.1 AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT p.customer_id, p.currency, sum(p.receivable), sum(p.on_account), sum(p.reserved),
           sum(p.receivable) - sum(p.on_account) + sum(p.reserved), max(p.credit_limit)
      FROM (SELECT s.customer_id, s.currency, s.amount AS receivable, 0 AS on_account, 0 AS reserved, NULL::numeric AS credit_limit
              FROM settlement s
             WHERE (customers IS NULL OR s.customer_id = ANY (customers)) AND s.issued_on <= as_of AND s.settled_on > as_of AND s.amount <> 0
            UNION ALL
            SELECT m.customer_id, m.currency, 0, m.amount, 0, NULL
              FROM money_use m
             WHERE (customers IS NULL OR m.customer_id = ANY (customers)) AND m.received_on <= as_of AND m.used_on > as_of AND m.amount <> 0
            UNION ALL
            SELECT r.customer_id, r.currency, 0, 0, r.amount, NULL
              FROM credit_reservation r
             WHERE (customers IS NULL OR r.customer_id = ANY (customers)) AND r.reserved_on <= as_of
               AND (r.until_on IS NULL OR r.until_on >= as_of) AND (r.released_on IS NULL OR r.released_on > as_of)
            UNION ALL
            (SELECT DISTINCT ON (l.customer_id, l.currency) l.customer_id, l.currency, 0, 0, 0, l.amount
               FROM credit_limit l
              WHERE (customers IS NULL OR l.customer_id = ANY (customers)) AND l.from_on <= as_of
              ORDER BY l.customer_id, l.currency, l.id DESC)) p
     GROUP BY 1, 2
    HAVING sum(p.receivable) <> 0 OR sum(p.on_account) <> 0 OR sum(p.reserved) <> 0 OR max(p.credit_limit) IS NOT NULL;
END $$;
COMMENT ON FUNCTION exposure_of(bigint[], date) IS
'What these customers (NULL: all) owe on a date or will for what they ordered, by currency: receivable (open claims, credit notes negative) - on_account + reserved = exposure; and their limits (NULL: none). A row where any of it is not 0, or there is a limit.';

CREATE OR REPLACE FUNCTION exposure(only_customer text DEFAULT NULL, only_currency text DEFAULT NULL, as_of date DEFAULT today())
RETURNS TABLE (customer text, name text, currency text, receivable numeric, on_account numeric, reserved numeric, exposure numeric, credit_limit numeric, available numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    PERFORM require_date(exposure.as_of, 'as_of');
    RETURN QUERY
    SELECT c.number, c.name, e.currency, e.receivable, e.on_account, e.reserved, e.exposure, e.credit_limit, e.credit_limit - e.exposure
      FROM exposure_of(CASE WHEN exposure.only_customer IS NOT NULL THEN ARRAY[find_customer(exposure.only_customer)] END, exposure.as_of) e
      JOIN customer c ON c.id = e.customer_id
     WHERE exposure.only_currency IS NULL OR e.currency = exposure.only_currency
     ORDER BY c.number, e.currency;
END $$;
COMMENT ON FUNCTION exposure(text, text, date) IS
'Credit given to a customer (NULL: to all), a row a currency, as of a date: receivable (open claims less credit notes) - on_account + reserved (orders not invoiced yet) = exposure; credit_limit and what of it is available, negative where it is exceeded, NULL: no limit. Errors: RV009 no such customer; RV016 not a date.';

CREATE OR REPLACE FUNCTION check_credit(customer text, amount numeric, currency text DEFAULT NULL, reference text DEFAULT NULL)
RETURNS TABLE (ok boolean, reasons text[], credit_limit numeric, exposure numeric, available numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    owner_id bigint := find_customer(check_credit.customer);
    used_currency text := coalesce(check_credit.currency, (SELECT s.currency FROM settings s));
    day date := today();
    held numeric;
    more numeric;
BEGIN
    PERFORM require_amount(check_credit.amount, used_currency);
    -- An order that asks for no more than it has is not in anybody's way.
    held := coalesce((SELECT r.amount FROM credit_reservation r
                       WHERE r.customer_id = owner_id AND r.currency = used_currency AND r.reference = check_credit.reference
                         AND r.released_on IS NULL AND (r.until_on IS NULL OR r.until_on >= day)), 0);
    more := check_credit.amount - held;
    RETURN QUERY
    SELECT a.reasons = '{}', a.reasons, a.credit_limit, a.exposure, a.credit_limit - a.exposure + held
      FROM (SELECT array_remove(ARRAY(SELECT b.source FROM supply_block b
                                       WHERE more > 0 AND b.customer_id = owner_id AND b.source <> 'credit_limit'
                                         AND b.blocked_on <= day AND (b.released_on IS NULL OR b.released_on > day) ORDER BY b.source)
                                || CASE WHEN more > 0 AND bool_or(e.exposure + CASE WHEN e.currency = used_currency THEN more ELSE 0 END > e.credit_limit) THEN 'credit_limit' END,
                                NULL) AS reasons,
                   max(e.credit_limit) FILTER (WHERE e.currency = used_currency) AS credit_limit,
                   coalesce(max(e.exposure) FILTER (WHERE e.currency = used_currency), 0) AS exposure
              FROM exposure_of(ARRAY[owner_id], day) e) a;
END $$;
COMMENT ON FUNCTION check_credit(text, numeric, text, text) IS
'Would reserve_credit() grant this today? Writes nothing. reasons, if not ok: who is against it: the sources of supply blocks (manual, policy), and credit_limit when the exposure with it would exceed the limit, or a limit in another currency is exceeded already. currency: that of settings. reference: what is reserved under it already is replaced, so only more than that is checked; less is always ok. available: the most that the limit has left for it; NULL: no limit in this currency. Errors: RV009 no such customer; RV003, RV004 currency, amount.';

CREATE OR REPLACE FUNCTION reserve_credit(
    customer text, amount numeric, reference text, currency text DEFAULT NULL, until_on date DEFAULT NULL, key text DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    new_id bigint := request_begin(key, 'reserve_credit', jsonb_build_object('customer', customer, 'amount', amount, 'reference', reference,
        'currency', currency, 'until_on', until_on));
    owner_id bigint;
    used_currency text := coalesce(reserve_credit.currency, (SELECT s.currency FROM settings s));
    day date := today();
    answer record;
BEGIN
    IF new_id IS NOT NULL THEN
        RETURN new_id;
    END IF;
    PERFORM require_text(reserve_credit.reference, 'reference');
    IF reserve_credit.until_on NOT BETWEEN day AND '9999-12-31' THEN
        RAISE EXCEPTION 'credit can''t be reserved until %', reserve_credit.until_on
            USING ERRCODE = 'RV016', DETAIL = format('Today is %s.', day), HINT = 'Give today or a later day, or none.';
    END IF;
    owner_id := find_customer(reserve_credit.customer);
    -- lock_customer() would not stop a transaction that sees what was before the lock (repeatable read); a write does.
    UPDATE customer c SET number = c.number WHERE c.id = owner_id;
    SELECT * INTO answer FROM check_credit(reserve_credit.customer, reserve_credit.amount, used_currency, reserve_credit.reference);
    IF NOT answer.ok THEN
        RAISE EXCEPTION 'customer % gets no credit of % %', quote_literal(reserve_credit.customer), used_currency, reserve_credit.amount
            USING ERRCODE = 'RV019', DETAIL = format('Limit %s, exposure %s; against it: %s.', coalesce(answer.credit_limit::text, 'none'), answer.exposure, array_to_string(answer.reasons, ', ')),
                  HINT = 'exposure() shows what he owes in each currency; set_credit_limit() gives another limit, release_supply() ends a block.';
    END IF;
    UPDATE credit_reservation r SET released_on = greatest(day, r.reserved_on)
     WHERE r.customer_id = owner_id AND r.reference = reserve_credit.reference AND r.released_on IS NULL;
    INSERT INTO credit_reservation AS r (customer_id, currency, amount, reference, reserved_on, until_on)
        VALUES (owner_id, used_currency, reserve_credit.amount, reserve_credit.reference, day, reserve_credit.until_on) RETURNING r.id INTO new_id;
    RETURN request_end(key, new_id);
END $$;
COMMENT ON FUNCTION reserve_credit(text, numeric, text, text, date, text) IS
'Reserves credit for an order, or refuses it; returns the reservation''s id. Call it in the transaction of the order: until that ends, others who reserve for the customer wait (in repeatable read they get 40001, and don''t see what was invoiced meanwhile: take read committed). amount: what the invoice will be over, VAT included. reference: names the order; what was reserved under it before is replaced. An invoice with this reference takes its amount off; the rest counts until release_credit(), or until_on (the last day; NULL: no end). currency: that of settings. Without a limit in the currency nothing but supply blocks is against it. Errors: RV019 over the limit, or supply is blocked; RV009 no such customer; RV003, RV004 currency, amount; RV016 until_on is past or infinite; RV008 the key was used with other values; 23502, 23514 no reference.';

CREATE OR REPLACE FUNCTION release_credit(customer text, reference text, key text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    done bigint := request_begin(key, 'release_credit', jsonb_build_object('customer', customer, 'reference', reference));
    owner_id bigint;
    day date := today();
    ended bigint;
BEGIN
    IF done IS NOT NULL THEN
        RETURN done;
    END IF;
    PERFORM require_text(release_credit.reference, 'reference');
    owner_id := lock_customer(release_credit.customer);
    UPDATE credit_reservation r SET released_on = greatest(day, r.reserved_on)
     WHERE r.customer_id = owner_id AND r.reference = release_credit.reference AND r.released_on IS NULL;
    GET DIAGNOSTICS ended = ROW_COUNT;
    RETURN request_end(key, ended);
END $$;
COMMENT ON FUNCTION release_credit(text, text, text) IS
'Ends what is reserved for an order that was cancelled or is complete; returns 1, or 0 if nothing was reserved any more. Errors: RV009 no such customer; RV008 the key was used with other values; 23502, 23514 no reference.';

CREATE OR REPLACE FUNCTION use_reservation(posted invoice) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    used credit_reservation;
BEGIN
    -- From the day on which the invoice counts; the two never count both, nor neither.
    UPDATE credit_reservation r SET released_on = greatest(posted.issued_on, r.reserved_on)
     WHERE r.customer_id = posted.customer_id AND r.reference = posted.reference AND r.currency = posted.currency AND r.released_on IS NULL
     RETURNING r.* INTO used;
    IF used.amount > posted.amount AND (used.until_on IS NULL OR used.until_on >= used.released_on) THEN
        INSERT INTO credit_reservation (customer_id, currency, amount, reference, reserved_on, until_on)
            VALUES (used.customer_id, used.currency, used.amount - posted.amount, used.reference, used.released_on, used.until_on);
    END IF;
END $$;
COMMENT ON FUNCTION use_reservation(invoice) IS 'Takes an invoice off what is reserved for the order of its reference.';

-- Once a statement: bulk loads pay nothing while nothing is reserved.
CREATE OR REPLACE FUNCTION reservations_invoiced() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT FROM credit_reservation r WHERE r.released_on IS NULL) THEN
        PERFORM use_reservation(i) FROM posted p JOIN invoice i ON i.id = p.id
          WHERE i.kind = 'invoice' AND i.status <> 'draft'
            AND EXISTS (SELECT FROM credit_reservation r WHERE r.customer_id = i.customer_id AND r.reference = i.reference AND r.released_on IS NULL)
          ORDER BY i.id;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION reservations_invoiced() IS 'Trigger: takes new invoices off what is reserved for the orders of their references.';
CREATE OR REPLACE TRIGGER reservations_invoiced AFTER INSERT ON invoice REFERENCING NEW TABLE AS posted
    FOR EACH STATEMENT EXECUTE FUNCTION reservations_invoiced();

CREATE OR REPLACE FUNCTION limit_changes(customers bigint[], as_of date) RETURNS TABLE (customer_id bigint, block_id bigint, reason text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT c.id, b.id, o.reason
      FROM unnest(customers) c(id)
      LEFT JOIN (SELECT e.customer_id, string_agg(format('%s %s owed or ordered, limit %s', e.currency, e.exposure, e.credit_limit), '; ' ORDER BY e.currency) AS reason
                   FROM exposure_of(customers, as_of) e WHERE e.exposure > e.credit_limit GROUP BY 1) o ON o.customer_id = c.id
      LEFT JOIN supply_block b ON b.customer_id = c.id AND b.source = 'credit_limit' AND b.released_on IS NULL
     WHERE (o.reason IS NULL) = (b.id IS NOT NULL);
END $$;
COMMENT ON FUNCTION limit_changes(bigint[], date) IS 'Which of these customers must be blocked, since a limit is exceeded (reason), or released, since none is any more (block_id).';

CREATE OR REPLACE FUNCTION apply_credit_limits(as_of date) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    owners bigint[];
    changed int;
BEGIN
    PERFORM require_date(apply_credit_limits.as_of, 'as_of');
    -- Who never had a limit is not looked at.
    owners := ARRAY(SELECT DISTINCT l.customer_id FROM credit_limit l);
    IF owners <> '{}' THEN
        owners := ARRAY(SELECT g.customer_id FROM limit_changes(owners, apply_credit_limits.as_of) g);
    END IF;
    IF owners = '{}' THEN
        RETURN 0;
    END IF;
    -- The customers first and in order, as everywhere; then once more, for what was posted while this waited.
    owners := ARRAY(SELECT c.id FROM customer c WHERE c.id = ANY (owners) ORDER BY c.id FOR NO KEY UPDATE);
    WITH change AS MATERIALIZED (
        SELECT * FROM limit_changes(owners, apply_credit_limits.as_of)
    ), put AS (
        INSERT INTO supply_block (customer_id, source, blocked_on, reason)
        SELECT g.customer_id, 'credit_limit', apply_credit_limits.as_of, g.reason FROM change g WHERE g.reason IS NOT NULL
    ), ended AS (
        UPDATE supply_block b SET released_on = greatest(apply_credit_limits.as_of, b.blocked_on) FROM change g WHERE b.id = g.block_id
    )
    SELECT count(*) INTO changed FROM change;
    RETURN changed;
END $$;
COMMENT ON FUNCTION apply_credit_limits(date) IS
'Blocks the supply of customers whose exposure exceeds a limit on this date, and ends the blocks it made of those of whom none does any more; blocks by hand and by dunning stay. Returns how many changed. advance() does it. Error RV016: not a date.';
