--
-- credit_limits: limits, exposure, reservations, and the blocks that advance makes of them
--
-- Reservations are made today, so days are told as the distance from it.
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('credit_limits', time_zone => 'UTC');
SET search_path = credit_limits, debiteur;
SELECT count(add_customer('C' || n, 'Customer ' || n)) AS customers FROM generate_series(1, 9) n;
CREATE VIEW reservation AS
SELECT c.number AS customer, r.reference, r.currency, r.amount, r.reserved_on - today() AS reserved, r.until_on - today() AS until, r.released_on - today() AS released
  FROM credit_reservation r JOIN customer c ON c.id = r.customer_id ORDER BY r.id;
CREATE VIEW block AS
SELECT c.number AS customer, b.source, b.blocked_on - today() AS blocked, b.released_on - today() AS released, b.reason
  FROM supply_block b JOIN customer c ON c.id = b.customer_id ORDER BY b.id;

-- Without a limit nothing is in the way, and there is nothing to show.
SELECT * FROM check_credit('C1', 1000000);
SELECT * FROM exposure();
SELECT apply_credit_limits(today()) AS changed;

-- A limit is in one currency, that of settings by default; what is owed in others is listed by itself.
SELECT set_credit_limit('C1', 1000, reason => 'as insured') AS limit_of_c1, set_credit_limit('C2', 500, 'USD') AS limit_of_c2;
SELECT issue_invoice('C1', 'F1', 600, today() - 40, today() - 10) > 0 AS f1, issue_invoice('C1', 'F2', 900, today() - 40, today() - 10, 'USD') > 0 AS f2,
       record_payment('C1', 50, today() - 5, '{}') > 0 AS on_account, issue_credit_note('C1', 'N1', 20, issued_on => today() - 5) > 0 AS credit_note,
       issue_invoice('C2', 'F3', 70000, today() - 1, currency => 'JPY') > 0 AS f3;
SELECT * FROM exposure();
SELECT currency, exposure, available FROM exposure('C1');
SELECT customer, exposure, available FROM exposure(only_currency => 'USD');
SELECT * FROM exposure('C3');
SELECT * FROM exposure('C1', 'GBP');
-- As of a day: before the payment, before the invoice; limits too.
SELECT as_of - today() AS day, e.currency, e.receivable, e.on_account, e.exposure, e.credit_limit FROM unnest(ARRAY[today() - 41, today() - 6, today() - 1]) as_of, exposure('C1', as_of => as_of) e;
-- A draft is no claim yet; what is written off, cancelled or credited is none any more.
BEGIN;
INSERT INTO invoice (customer_id, number, amount, issued_on, status) SELECT id, 'D1', 5000, today(), 'draft' FROM customer WHERE number = 'C1';
SELECT exposure FROM exposure('C1', 'EUR');
SELECT write_off('F1', 100, today()) > 0 AS written_off;
SELECT exposure FROM exposure('C1', 'EUR');
ROLLBACK;

-- Up to the limit, and not a cent more.
SELECT * FROM check_credit('C1', 470);
SELECT * FROM check_credit('C1', 470.01);
SELECT reserve_credit('C1', 400, 'O1') AS o1;
SELECT * FROM check_credit('C1', 70.01);
SELECT reserve_credit('C1', 70.01, 'O2');
SELECT reserve_credit('C1', 70, 'O2') AS o2;
SELECT reserve_credit('C1', 0.01, 'O3');
SELECT receivable, on_account, reserved, exposure, credit_limit, available FROM exposure('C1', 'EUR');
-- In a currency without a limit there is none; in one with a limit, what is owed in others is not added.
SELECT reserve_credit('C1', 999999, 'O4', 'USD') > 0 AS reserved;
SELECT * FROM check_credit('C2', 500, 'USD');
SELECT * FROM check_credit('C2', 501, 'USD');
SELECT release_credit('C1', 'O4') AS ended, release_credit('C1', 'O4') AS none_left, release_credit('C1', 'nonesuch') AS never_was;
-- Money that comes in, on account too, gives room at once.
SELECT record_payment('C1', 30, today(), '{}') > 0 AS paid;
SELECT * FROM check_credit('C1', 30);

-- An order is counted once: reserving again replaces. Less is never refused, not even over the limit; more is checked.
SELECT reserve_credit('C1', 430, 'O1') AS more;
SELECT reserve_credit('C1', 430.01, 'O1');
SELECT ok, available FROM check_credit('C1', 430, reference => 'O1');
SELECT set_credit_limit('C1', 100) > 0 AS lowered;
SELECT * FROM check_credit('C1', 430, reference => 'O1');
SELECT reserve_credit('C1', 420, 'O1') AS less;
SELECT reserve_credit('C1', 421, 'O1');
SELECT set_credit_limit('C1', 1000) > 0 AS raised;
SELECT * FROM reservation WHERE reference IN ('O1', 'O2', 'O3');
-- Of another customer, the same reference is another order.
SELECT reserve_credit('C3', 5, 'O1') > 0 AS reserved, release_credit('C3', 'O1') AS ended;
SELECT reserved FROM exposure('C1', 'EUR');

-- Its invoice takes the place of what was reserved: what is left stays reserved, and nothing is counted twice.
SELECT issue_invoice('C1', 'F10', 300, today(), reference => 'O1') > 0 AS part;
SELECT receivable, reserved, exposure FROM exposure('C1', 'EUR');
SELECT issue_invoice('C1', 'F11', 130, today(), reference => 'O1') > 0 AS the_rest_and_more;
SELECT receivable, reserved, exposure FROM exposure('C1', 'EUR');
SELECT issue_invoice('C1', 'F12', 70, today(), currency => 'USD', reference => 'O2') > 0 AS another_currency, issue_credit_note('C1', 'N2', 1, issued_on => today(), reference => 'O2') > 0 AS credit_note,
       issue_invoice('C1', 'K1', 40, today(), kind => 'costs', related => 'F1', reference => 'O2') > 0 AS costs, issue_invoice('C3', 'F13', 70, today(), reference => 'O2') > 0 AS another_customer;
SELECT receivable, reserved FROM exposure('C1', 'EUR');
-- Cancelled, the order is open again when somebody reserves for it, and that is checked.
SELECT cancel_invoice('F11') > 0 AS cancelled;
SELECT receivable, reserved FROM exposure('C1', 'EUR');
SELECT reserve_credit('C1', 1000, 'O1');
-- An invoice of another day: until it counts, the reservation does; a day back, never both. A draft changes nothing before it is issued; COPY and INSERT do it too.
SELECT set_credit_limit('C4', 1000, from_on => '2020-01-01') > 0 AS set, reserve_credit('C4', 100, 'later', until_on => today() + 30) > 0 AS later, reserve_credit('C4', 200, 'before') > 0 AS before, reserve_credit('C4', 400, 'draft') > 0 AS draft;
INSERT INTO invoice (customer_id, number, amount, issued_on, reference, status)
SELECT c.id, v.* FROM customer c, (VALUES ('L', 100, today() + 10, 'later', 'open'::invoice_status), ('B', 150, today() - 3, 'before', 'open'), ('D', 390, today(), 'draft', 'draft')) v WHERE c.number = 'C4';
SELECT d AS day, e.receivable, e.reserved, e.exposure FROM unnest('{-4,-3,-1,0,9,10,31}'::int[]) d, exposure('C4', as_of => today() + d) e;
UPDATE invoice SET status = 'open' WHERE number = 'D';
SELECT receivable, reserved, exposure FROM exposure('C4');
SELECT * FROM reservation WHERE customer = 'C4';
-- Reserved to a day: then it counts no more, and its order is checked as a new one.
SELECT reserve_credit('C5', 100, 'short', until_on => today()) > 0 AS today_only, set_credit_limit('C5', 150) > 0 AS set;
SELECT d AS day, e.reserved, e.available FROM unnest('{-1,0,1}'::int[]) d, exposure('C5', as_of => today() + d) e;
UPDATE credit_reservation SET reserved_on = today() - 9, until_on = today() - 1 WHERE reference = 'short';
SELECT * FROM check_credit('C5', 151, reference => 'short');
SELECT reserve_credit('C5', 120, 'short', until_on => today() + 1) > 0 AS again;
SELECT * FROM reservation WHERE customer = 'C5';

-- The decision recorded last counts, from its day on; one planned for later does not come back after it. NULL ends it, 0 is prepayment.
SELECT set_credit_limit('C6', 100, from_on => today() - 10) > 0 AS first, set_credit_limit('C6', 900, from_on => today() + 10) > 0 AS planned;
SELECT d AS day, e.credit_limit FROM unnest('{-11,-10,9,10}'::int[]) d LEFT JOIN exposure('C6', as_of => today() + d) e ON true;
SELECT set_credit_limit('C6', 0, from_on => today() - 5) > 0 AS none_on_credit;
SELECT d AS day, e.credit_limit FROM unnest('{-6,-5,10}'::int[]) d LEFT JOIN exposure('C6', as_of => today() + d) e ON true;
SELECT reserve_credit('C6', 0.01, 'O');
SELECT record_payment('C6', 25, today()) > 0 AS paid_in_advance, reserve_credit('C6', 25, 'O') > 0 AS reserved;
SELECT set_credit_limit('C6', NULL) > 0 AS unlimited;
SELECT * FROM exposure('C6');
SELECT ok, available FROM check_credit('C6', 99999);
SELECT amount, from_on - today() AS from_day, reason, recorded_by = session_user AS by_me, recorded_at = now() AS now FROM credit_limit l JOIN customer c ON c.id = l.customer_id WHERE c.number = 'C6' ORDER BY l.id;

-- A block of supply is in the way, whoever made it, from its first to its last day; who did is said.
SELECT block_supply('C7', blocked_on => today() + 1) > 0 AS tomorrow;
SELECT * FROM check_credit('C7', 1);
UPDATE supply_block SET blocked_on = today() - 1;
INSERT INTO supply_block (customer_id, source, blocked_on) SELECT id, 'policy', today() FROM customer WHERE number = 'C7';
SELECT set_credit_limit('C7', 10) > 0 AS set;
SELECT * FROM check_credit('C7', 1);
SELECT * FROM check_credit('C7', 11);
SELECT reserve_credit('C7', 1, 'O');
SELECT reserve_credit('C7', 11, 'O');
SELECT release_supply('C7') AS ended, reserve_credit('C7', 1, 'O') > 0 AS reserved;
-- A limit that is exceeded in one currency is in the way in the others.
SELECT issue_invoice('C7', 'F70', 11, today()) > 0 AS over;
SELECT * FROM check_credit('C7', 1, 'USD');

-- advance() blocks who is over a limit, once, and releases whom it blocked; not by hand, not by dunning, and dunning does not release these.
SELECT set_policy('default', '{due+1 email reminder}') > 0 AS made, release_credit('C1', 'O2') AS ended;
CALL advance(today());
CALL advance(today());
SELECT * FROM block;
SELECT supply_blocked('C7') AS c7, supply_blocked('C1') AS c1;
SELECT release_by_policy(today()) AS not_by_policy;
SELECT block_supply('C7', 'by hand') > 0 AS by_hand;
INSERT INTO supply_block (customer_id, source, blocked_on) SELECT id, 'policy', today() FROM customer WHERE number = 'C7';
SELECT record_payment('C7', 2, today()) > 0 AS paid;
SELECT apply_credit_limits(today()) AS released;
SELECT apply_credit_limits(today()) AS nothing_left_to_do;
SELECT * FROM block WHERE customer = 'C7';
SELECT supply_blocked('C7') AS still_by_hand;
-- Exactly at the limit is within it; by a reservation that ends, over it for some days only; a limit that is lifted ends the block.
SELECT set_credit_limit('C8', 100) > 0 AS set, reserve_credit('C8', 100, 'R', until_on => today() + 2) > 0 AS reserved;
SELECT apply_credit_limits(today()) AS within;
SELECT set_credit_limit('C8', 99.99) > 0 AS set;
SELECT apply_credit_limits(today() + 1) AS blocked, apply_credit_limits(today() + 3) AS released;
SELECT apply_credit_limits(today()) AS blocked, set_credit_limit('C8', NULL) > 0 AS lifted;
SELECT apply_credit_limits(today()) AS released;
SELECT * FROM block WHERE customer = 'C8';
-- In two currencies: both are named, and both must be within.
SELECT set_credit_limit('C9', 10) > 0 AS eur, set_credit_limit('C9', 10, 'USD') > 0 AS usd, issue_invoice('C9', 'F90', 11, today()) > 0 AS f90, issue_invoice('C9', 'F91', 12, today(), currency => 'USD') > 0 AS f91;
SELECT apply_credit_limits(today()) AS blocked;
SELECT record_payment('C9', 11, today()) > 0 AS one_is_paid;
SELECT apply_credit_limits(today()) AS still_over;
SELECT record_payment('C9', 2, today(), currency => 'USD') > 0 AS other_is_paid;
-- What counts for an order is the limit itself, not the block of the last advance.
SELECT c.ok, supply_blocked('C9') AS blocked, reserve_credit('C9', 1, 'O') > 0 AS reserved FROM check_credit('C9', 1) c;
SELECT apply_credit_limits(today()) AS released;
SELECT * FROM block WHERE customer = 'C9';

-- What is decided stays.
UPDATE credit_limit SET amount = 1;
DELETE FROM credit_limit;
TRUNCATE credit_limit;

-- What is refused.
SELECT set_credit_limit('nobody', 1);
SELECT set_credit_limit('C1', -1);
SELECT set_credit_limit('C1', 'NaN');
SELECT set_credit_limit('C1', 0.001);
SELECT set_credit_limit('C1', 1e15);
SELECT set_credit_limit('C1', 1, 'euro');
SELECT set_credit_limit('C1', NULL, 'euro');
SELECT set_credit_limit('C1', 1, from_on => 'infinity');
SELECT reserve_credit('nobody', 1, 'O');
SELECT reserve_credit('C1', 0, 'O');
SELECT reserve_credit('C1', NULL, 'O');
SELECT reserve_credit('C1', 1.5, 'O', 'JPY');
SELECT reserve_credit('C1', 1, '');
SELECT reserve_credit('C1', 1, NULL);
\set VERBOSITY sqlstate
SELECT reserve_credit('C1', 1, 'O', until_on => 'infinity');
SELECT reserve_credit('C1', 1, 'O', until_on => today() - 1);
\set VERBOSITY default
SELECT release_credit('nobody', 'O');
SELECT release_credit('C1', NULL);
SELECT check_credit('nobody', 1);
SELECT check_credit('C1', 0);
SELECT exposure('nobody');
SELECT exposure(as_of => NULL);
SELECT apply_credit_limits('infinity');
-- The largest amounts there are.
SELECT set_credit_limit('C3', 999999999999999.99) > 0 AS set, reserve_credit('C3', 999999999999999.99 - 70, 'O') > 0 AS reserved;
SELECT reserve_credit('C3', 999999999999999.99, 'O');
SELECT reserved, exposure, available FROM exposure('C3');
-- The same key again: one reservation, one limit.
SELECT reserve_credit('C2', 1, 'K', key => 'k') = reserve_credit('C2', 1, 'K', key => 'k') AS once, set_credit_limit('C2', 7, key => 'l') = set_credit_limit('C2', 7, key => 'l') AS one_limit;

-- A random history, and each figure once more: claim by claim, payment by payment, on any day. What is refused would have exceeded a limit, what is not does not.
SELECT * FROM credit_limits.verify();
SELECT debiteur.drop_ledger('credit_limits', true);
RESET search_path;
SELECT debiteur.create_ledger('credit_limits', time_zone => 'UTC');
SET search_path = credit_limits, debiteur;
SELECT count(add_customer('C' || n, 'Customer ' || n)) AS customers FROM generate_series(1, 5) n;
CREATE FUNCTION slow_exposure(who bigint, cur text, day date) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    total numeric := 0;
    item record;
BEGIN
    FOR item IN SELECT * FROM credit_limits.invoice WHERE customer_id = who AND currency = cur AND issued_on <= day AND status <> 'draft' LOOP
        total := total + item.amount - (SELECT coalesce(sum(amount), 0) FROM credit_limits.allocation WHERE invoice_id = item.id AND posted_on <= day);
    END LOOP;
    FOR item IN SELECT * FROM credit_limits.payment WHERE customer_id = who AND currency = cur AND received_on <= day LOOP
        total := total - item.amount + (SELECT coalesce(sum(a.amount), 0) FROM credit_limits.allocation a LEFT JOIN credit_limits.allocation o ON o.id = a.reverses_id
                                         WHERE a.payment_id = item.id AND a.posted_on <= day AND 'payment' IN (a.kind, o.kind));
    END LOOP;
    FOR item IN SELECT * FROM credit_limits.credit_reservation WHERE customer_id = who AND currency = cur LOOP
        IF day >= item.reserved_on AND day <= coalesce(item.until_on, day) AND day < coalesce(item.released_on, day + 1) THEN
            total := total + item.amount;
        END IF;
    END LOOP;
    RETURN total;
END $$;
CREATE FUNCTION slow_limit(who bigint, cur text, day date) RETURNS numeric LANGUAGE sql AS
$$ SELECT l.amount FROM credit_limits.credit_limit l WHERE l.id = (SELECT max(m.id) FROM credit_limits.credit_limit m WHERE m.customer_id = who AND m.currency = cur AND m.from_on <= day) $$;
CREATE TABLE outcome (operation text, code text, wrong text);
CREATE FUNCTION operate(n int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    who bigint := 1 + floor(random() * 5)::int;
    customer text := 'C' || who;
    cur text := CASE WHEN random() < 0.7 THEN 'EUR' ELSE 'USD' END;
    cents numeric := round((random() * 500 + 0.01)::numeric, 2);
    day date := today() - floor(random() * 30)::int;
    operation text := (ARRAY['issue', 'invoice', 'invoice', 'pay', 'pay', 'reverse', 'credit note', 'limit', 'reserve', 'reserve', 'reserve', 'release', 'block', 'unblock', 'advance', 'back date'])[1 + floor(random() * 16)::int];
    ref text := 'O' || floor(random() * 8);
    claim text := (SELECT i.number FROM invoice i WHERE i.open_amount > 0 ORDER BY random() LIMIT 1);
    before numeric;
    held numeric;
    other_over boolean;
    blocked boolean;
    code text := '00000';
    detail text;
    wrong text;
BEGIN
    before := credit_limits.slow_exposure(who, cur, today());
    held := coalesce((SELECT sum(r.amount) FROM credit_reservation r WHERE r.customer_id = who AND r.reference = ref AND r.currency = cur AND r.released_on IS NULL AND coalesce(r.until_on, today()) >= today()), 0);
    other_over := coalesce((SELECT bool_or(credit_limits.slow_exposure(who, x, today()) > credit_limits.slow_limit(who, x, today())) FROM unnest('{EUR,USD}'::text[]) x WHERE x <> cur), false);
    blocked := EXISTS (SELECT FROM supply_block b WHERE b.customer_id = who AND b.released_on IS NULL AND b.source = 'manual');
    BEGIN
        CASE operation
            WHEN 'issue' THEN PERFORM issue_invoice(customer, 'I' || n, cents, day, currency => cur);
            WHEN 'invoice' THEN PERFORM issue_invoice(customer, 'I' || n, cents, CASE WHEN random() < 0.6 THEN today() WHEN random() < 0.5 THEN today() + 5 ELSE day END, currency => cur, reference => ref);
            WHEN 'pay' THEN PERFORM record_payment(customer, cents * 3, day, currency => cur);
            WHEN 'reverse' THEN PERFORM reverse_payment((SELECT p.id FROM payment p ORDER BY random() LIMIT 1), today());
            WHEN 'credit note' THEN PERFORM issue_credit_note(customer, 'N' || n, cents, issued_on => day, currency => cur);
            WHEN 'limit' THEN PERFORM set_credit_limit(customer, CASE WHEN random() < 0.9 THEN ceil(cents * 6) END, cur, day);
            WHEN 'reserve' THEN PERFORM reserve_credit(customer, cents, ref, cur, CASE WHEN random() < 0.3 THEN today() + 3 END);
            WHEN 'release' THEN PERFORM release_credit(customer, ref);
            WHEN 'block' THEN IF random() < 0.3 THEN PERFORM block_supply(customer, blocked_on => day); END IF;
            WHEN 'unblock' THEN UPDATE supply_block b SET released_on = today() WHERE b.customer_id = who AND b.source = 'manual' AND b.released_on IS NULL;
            WHEN 'advance' THEN PERFORM apply_credit_limits(today());
                SELECT string_agg(c.number, ' ') INTO wrong FROM customer c
                 WHERE coalesce((SELECT bool_or(credit_limits.slow_exposure(c.id, x, today()) > credit_limits.slow_limit(c.id, x, today())) FROM unnest('{EUR,USD}'::text[]) x), false)
                    <> EXISTS (SELECT FROM supply_block b WHERE b.customer_id = c.id AND b.source = 'credit_limit' AND b.released_on IS NULL);
            -- A reservation of days ago.
            WHEN 'back date' THEN UPDATE credit_reservation r SET reserved_on = r.reserved_on - 3 WHERE r.customer_id = who;
        END CASE;
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, detail = MESSAGE_TEXT;
    END;
    IF operation = 'reserve'
       AND (code = 'RV019') <> (cents > held AND (blocked OR other_over OR coalesce(before - held + cents > credit_limits.slow_limit(who, cur, today()), false))) THEN
        wrong := format('reserve %s %s, held %s, exposure %s', cents, cur, held, before);
    END IF;
    INSERT INTO outcome VALUES (operation, code, coalesce(wrong, CASE WHEN code NOT IN ('00000', 'RV019', 'RV005', 'RV007', 'RV006', 'RV016') THEN detail END));
END $$;
SELECT setseed(0.47);
SELECT count(operate(n)) AS operations FROM generate_series(1, 900) n;
SELECT operation, count(*) FILTER (WHERE code = '00000') > 5 AS done, count(*) FILTER (WHERE code = 'RV019') > 20 AS refused, min(wrong) AS wrong FROM outcome GROUP BY 1 ORDER BY 1;
SELECT count(*) > 100 AS figures, count(*) FILTER (WHERE reserved > 0) > 20 AS with_reservations, count(*) FILTER (WHERE credit_limit IS NOT NULL) > 50 AS with_limits,
       count(*) FILTER (WHERE e.exposure IS DISTINCT FROM slow_exposure(c.id, e.currency, d)) AS wrong_exposures, count(*) FILTER (WHERE e.credit_limit IS DISTINCT FROM slow_limit(c.id, e.currency, d)) AS wrong_limits,
       count(*) FILTER (WHERE e.available IS DISTINCT FROM e.credit_limit - slow_exposure(c.id, e.currency, d)) AS wrong_rests
  FROM generate_series(today() - 32, today() + 7, '3 days') g(t), LATERAL (SELECT t::date) s(d), exposure(as_of => d) e JOIN customer c ON c.number = e.customer;
-- Nobody is left out, and without reservations it is the balance of the reports.
SELECT count(*) AS left_out FROM customer c, unnest('{EUR,USD}'::text[]) x, generate_series(today() - 32, today() + 7, '13 days') g(t)
 WHERE slow_exposure(c.id, x, t::date) <> 0 AND NOT EXISTS (SELECT FROM exposure(c.number, x, t::date));
SELECT count(*) > 5 AS compared, count(*) FILTER (WHERE e.exposure - e.reserved <> a.balance) AS other_than_balance FROM exposure() e JOIN aging_by_customer() a USING (customer, currency);
SELECT * FROM credit_limits.verify();
RESET search_path;
SELECT debiteur.drop_ledger('credit_limits', true);
