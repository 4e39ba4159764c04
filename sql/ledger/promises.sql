/*
 * promises: what was promised, and whether it came in. A promise holds what it
 * promises of its claims, and nobody has to end it: its holds end with the
 * tolerance, and whether it was kept follows from the postings, on any date.
 */
CREATE OR REPLACE FUNCTION claims_to_settle(customer text, invoices text[], currency text, OUT owner_id bigint, OUT used_currency text, OUT claims bigint[], OUT open_amounts numeric[])
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    stranger text;
BEGIN
    IF claims_to_settle.customer IS NOT NULL THEN
        owner_id := lock_customer(claims_to_settle.customer);
    ELSIF cardinality(claims_to_settle.invoices) > 0 THEN
        PERFORM lock_invoice(claims_to_settle.invoices[array_lower(claims_to_settle.invoices, 1)]);
        SELECT i.customer_id, i.currency INTO owner_id, used_currency FROM invoice i WHERE i.number = claims_to_settle.invoices[array_lower(claims_to_settle.invoices, 1)];
    ELSE
        RAISE EXCEPTION 'whose claims, or which ones, is missing'
            USING ERRCODE = 'RV009', DETAIL = 'Neither customer nor invoices was given.', HINT = 'customer => ''C1'' is for all that is open of his, invoices => ''{A1,A2}'' for these.';
    END IF;
    used_currency := coalesce(claims_to_settle.currency, used_currency, (SELECT s.currency FROM settings s));
    SELECT n INTO stranger FROM unnest(claims_to_settle.invoices) n
     WHERE NOT EXISTS (SELECT FROM invoice i WHERE i.number = n AND i.customer_id = owner_id AND i.currency = used_currency AND i.kind <> 'credit_note' AND is_open(i.status)) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'customer % has no open invoice % in %', (SELECT quote_literal(c.number) FROM customer c WHERE c.id = owner_id), coalesce(quote_literal(stranger), 'NULL'), used_currency
            USING ERRCODE = 'RV009', DETAIL = coalesce((SELECT format('It is of kind %s, in %s, %s, of customer %L.', i.kind, i.currency, i.status, c.number)
                                                        FROM invoice i JOIN customer c ON c.id = i.customer_id WHERE i.number = stranger), 'No claim of any kind or status has this number.'),
                  HINT = 'Name open invoices of one customer and one currency.';
    END IF;
    SELECT array_agg(i.id ORDER BY array_position(claims_to_settle.invoices, i.number), i.due_on, i.id),
           array_agg(i.open_amount ORDER BY array_position(claims_to_settle.invoices, i.number), i.due_on, i.id) INTO claims, open_amounts
      FROM invoice i
     WHERE i.customer_id = owner_id AND i.currency = used_currency AND i.open_amount <> 0 AND i.kind <> 'credit_note' AND is_open(i.status)
       AND (claims_to_settle.invoices IS NULL OR i.number = ANY (claims_to_settle.invoices));
    IF claims IS NULL THEN
        RAISE EXCEPTION 'customer % owes nothing in %', (SELECT quote_literal(c.number) FROM customer c WHERE c.id = owner_id), used_currency
            USING ERRCODE = 'RV007', DETAIL = 'None of his invoices in this currency is open.', HINT = 'Give the currency of his invoices: currency.';
    END IF;
END $$;
COMMENT ON FUNCTION claims_to_settle(text, text[], text) IS 'The claims that a promise or a plan is about, of one customer, who is locked, and one currency: those named, in this order, or (NULL) all that are open, the oldest due first; and what is open of each. Errors: RV009 no such customer or open invoice; RV007 nothing is open.';

CREATE OR REPLACE FUNCTION hold_claims(claims bigint[], amounts numeric[], kind text, during daterange, reason text, promise_id bigint, plan_id bigint) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    late record;
BEGIN
    SELECT i.number, a.posted_on INTO late FROM allocation a JOIN invoice i ON i.id = a.invoice_id
     WHERE a.invoice_id = ANY (hold_claims.claims) AND a.posted_on > lower(hold_claims.during) ORDER BY a.posted_on DESC LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'invoice % has a posting of %, after %', late.number, late.posted_on, lower(hold_claims.during)
            USING ERRCODE = 'RV016', DETAIL = 'What came in before is no part of what is agreed now.', HINT = 'Let it begin on the day of that posting, or later: from_on.';
    END IF;
    INSERT INTO hold (customer_id, invoice_id, kind, amount, during, reason, promise_id, plan_id, received)
    SELECT i.customer_id, i.id, hold_claims.kind, n.amount, hold_claims.during, hold_claims.reason, hold_claims.promise_id, hold_claims.plan_id,
           coalesce((SELECT sum(a.amount) FROM allocation a LEFT JOIN allocation o ON o.id = a.reverses_id
                      WHERE a.invoice_id = i.id AND coalesce(o.kind, a.kind) IN ('payment', 'discount')), 0)
      FROM unnest(hold_claims.claims, hold_claims.amounts) WITH ORDINALITY AS n(id, amount, position) JOIN invoice i ON i.id = n.id ORDER BY n.position;
END $$;
COMMENT ON FUNCTION hold_claims(bigint[], numeric[], text, daterange, text, bigint, bigint) IS 'Holds claims for a promise or a plan, and keeps what came in on them before. Errors: RV016 something was posted on a later day; RV018 one is held so already.';

CREATE OR REPLACE FUNCTION money_since(holds bigint[], as_of date[]) RETURNS TABLE (hold_id bigint, came_in numeric, open_amount numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT h.id, coalesce(sum(a.amount) FILTER (WHERE coalesce(o.kind, a.kind) IN ('payment', 'discount')), 0) - h.received, i.amount - coalesce(sum(a.amount), 0)
      FROM unnest(money_since.holds, money_since.as_of) AS n(id, day)
      JOIN hold h ON h.id = n.id
      JOIN invoice i ON i.id = h.invoice_id
      LEFT JOIN allocation a ON a.invoice_id = h.invoice_id AND a.posted_on <= n.day
      LEFT JOIN allocation o ON o.id = a.reverses_id
     GROUP BY h.id, i.id;
END $$;
COMMENT ON FUNCTION money_since(bigint[], date[]) IS 'Of holds of promises and plans, each up to a day: what came in on the claim since (money, and discount that it earned; taken back, it counts against it), and what was open of it.';

CREATE OR REPLACE FUNCTION promise(
    promised_on date, customer text DEFAULT NULL, invoices text[] DEFAULT NULL, amount numeric DEFAULT NULL, tolerance_days int DEFAULT 2,
    from_on date DEFAULT NULL, currency text DEFAULT NULL, note text DEFAULT NULL, key text DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    new_id bigint := request_begin(key, 'promise', jsonb_build_object('promised_on', promised_on, 'customer', customer, 'invoices', invoices,
        'amount', amount, 'tolerance_days', tolerance_days, 'from_on', from_on, 'currency', currency, 'note', note));
    about record;
    owed numeric;
    promised numeric;
    first_day date := coalesce(promise.from_on, today());
    last_day date;
BEGIN
    IF new_id IS NOT NULL THEN
        RETURN new_id;
    END IF;
    PERFORM require_date(first_day, 'from_on'), require_date(promise.promised_on, 'promised_on');
    IF promise.promised_on < first_day OR promise.tolerance_days IS NULL OR promise.tolerance_days NOT BETWEEN 0 AND 3650 THEN
        RAISE EXCEPTION 'a promise of % can''t be for %, with % days of tolerance', first_day, promise.promised_on, coalesce(promise.tolerance_days::text, 'NULL')
            USING ERRCODE = 'RV016', DETAIL = CASE WHEN promise.promised_on < first_day THEN 'The day promised lies before.' ELSE 'tolerance_days is from 0 to 3650.' END,
                  HINT = 'Give the day by which he will pay, and for how many days more you will wait.';
    END IF;
    SELECT * INTO about FROM claims_to_settle(promise.customer, promise.invoices, promise.currency);
    owed := (SELECT sum(o) FROM unnest(about.open_amounts) o);
    promised := coalesce(promise.amount, owed);
    PERFORM require_amount(promised, about.used_currency);
    IF promised > owed THEN
        RAISE EXCEPTION '% is more than what is open', promised
            USING ERRCODE = 'RV007', DETAIL = format('Of the %s claims that it is about, %s is open.', cardinality(about.claims), owed),
                  HINT = 'Without an amount all of it is promised.';
    END IF;
    last_day := promise.promised_on + promise.tolerance_days;
    INSERT INTO promise AS p (customer_id, currency, amount, made_on, promised_on, until_on, note)
        VALUES (about.owner_id, about.used_currency, promised, first_day, promise.promised_on, last_day, promise.note) RETURNING p.id INTO new_id;
    -- The claims that it pays, in their order; the last perhaps in part.
    PERFORM hold_claims(array_agg(n.id ORDER BY n.position), array_agg(CASE WHEN n.upto > promised THEN promised - n.upto + n.open END ORDER BY n.position),
                        'promise', daterange(first_day, last_day, '[]'), promise.note, new_id, NULL)
       FROM (SELECT c.id, c.open, c.position, sum(c.open) OVER (ORDER BY c.position) AS upto
               FROM unnest(about.claims, about.open_amounts) WITH ORDINALITY AS c(id, open, position)) n
      WHERE n.upto - n.open < promised;
    RETURN request_end(key, new_id);
END $$;
COMMENT ON FUNCTION promise(date, text, text[], numeric, int, date, text, text, text) IS
'Records that a customer promised to pay an amount (NULL: all that is open) by promised_on, on these invoices or (NULL) on his oldest due; from from_on (today) until tolerance_days later what is promised of them and has not come in is held, the rest is dunned. Whether it was kept follows from what comes in on these claims: promises(). currency: that of the invoices, else of settings. Returns the promise''s id. Errors: RV009 no such customer or open invoice; RV004, RV007 not an amount, more than is open; RV016 a day is missing, before from_on, or something was posted after from_on; RV018 one of the claims has a promise already.';

CREATE OR REPLACE FUNCTION value_promises(ids bigint[], as_of date) RETURNS TABLE (promise_id bigint, came_in numeric, status text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT p.id, s.came_in,
           CASE WHEN s.came_in >= p.amount OR (s.open_amount <= 0 AND s.came_in > 0) THEN 'kept'
                WHEN s.open_amount <= 0 THEN 'void'
                WHEN value_promises.as_of <= p.until_on THEN 'pending'
                WHEN s.came_in > 0 THEN 'partly'
                ELSE 'broken' END
      FROM promise p
      JOIN (SELECT h.promise_id, sum(m.came_in) AS came_in, sum(m.open_amount) AS open_amount
              FROM (SELECT array_agg(h.id) AS holds, array_agg(least(value_promises.as_of, p.until_on)) AS days
                      FROM hold h JOIN promise p ON p.id = h.promise_id WHERE h.promise_id = ANY (value_promises.ids)) n
             CROSS JOIN LATERAL money_since(n.holds, n.days) m
              JOIN hold h ON h.id = m.hold_id GROUP BY 1) s ON s.promise_id = p.id;
END $$;
COMMENT ON FUNCTION value_promises(bigint[], date) IS 'What came in for these promises up to a date, at most the end of their tolerance, and what that makes of them; see promises().';

CREATE OR REPLACE FUNCTION promises(as_of date DEFAULT today())
RETURNS TABLE (promise bigint, customer text, invoices text[], currency text, amount numeric, made_on date, promised_on date, until_on date, came_in numeric, status text, note text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT p.id, c.number, ARRAY(SELECT i.number FROM hold h JOIN invoice i ON i.id = h.invoice_id WHERE h.promise_id = p.id ORDER BY h.id),
           p.currency, p.amount, p.made_on, p.promised_on, p.until_on, v.came_in, v.status, p.note
      FROM value_promises(ARRAY(SELECT q.id FROM promise q WHERE q.made_on <= promises.as_of), promises.as_of) v
      JOIN promise p ON p.id = v.promise_id
      JOIN customer c ON c.id = p.customer_id
     ORDER BY p.until_on, p.id;
END $$;
COMMENT ON FUNCTION promises(date) IS
'Promises made up to a date, and what had become of them then. came_in: money (and discount that it earned) on their claims since the promise and until the date, or the end of the tolerance. status: kept: all that was promised came in, or something did and nothing is left open of the claims; pending: there is time; partly: less came in; broken: nothing; void: nothing came in, for nothing was left to pay (credited, written off). Postings after the tolerance change nothing.';
