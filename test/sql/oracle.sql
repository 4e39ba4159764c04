--
-- oracle: a random history, and the same figures computed once more, slowly
-- and plainly, from invoice, allocation and payment alone
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('oracle', terms => '2/10 net 30');
SET search_path = oracle, debiteur;
SELECT count(add_customer('C' || n, 'Customer ' || n, policy => CASE WHEN n % 3 = 0 THEN 'default' END)) AS customers FROM generate_series(1, 12) n;
SELECT set_policy('short', '{due+1 email reminder,due+9 letter final_notice,prev+7 agency hand_over}', 'by_age', 'invoice', 20, 3) > 0 AS made;
UPDATE customer SET policy = 'short' WHERE number IN ('C1', 'C4');
CREATE TABLE outcome (operation text, code text);
CREATE TABLE noticed_while_held (invoice_id bigint, as_of date);

CREATE FUNCTION pick(list text[]) RETURNS text LANGUAGE sql AS $$ SELECT list[1 + floor(random() * cardinality(list))::int] $$;
CREATE FUNCTION any_invoice(kinds text[]) RETURNS text LANGUAGE sql AS
$$ SELECT i.number FROM oracle.invoice i WHERE i.kind = ANY (kinds) ORDER BY (i.open_amount <> 0) AND random() < 0.8 DESC, random() LIMIT 1 $$;

-- One operation; what is refused changes nothing and is counted by SQLSTATE.
CREATE FUNCTION operate(n int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    day date := date '2023-01-01' + (n / 6) - floor(random() * 40)::int;
    cents numeric := round((random() * 500 + 0.01)::numeric, 2);
    operation text := oracle.pick('{issue,issue,issue,issue,costs,pay,pay,pay,pay named,allocate,reverse,credit,credit note,apply,write off,cancel,hold,release,bulk,advance,draft,reschedule,reschedule bulk}');
    customer text := 'C' || 1 + floor(random() * 12)::int;
    currency text := oracle.pick('{EUR,EUR,EUR,USD,JPY}');
    claim text;
    last_notice bigint;
    code text := '00000';
BEGIN
    IF currency = 'JPY' THEN
        cents := ceil(cents);
    END IF;
    claim := oracle.any_invoice(CASE WHEN operation = 'apply' THEN '{invoice,costs}'::text[] ELSE '{invoice,costs,invoice,credit_note}' END);
    BEGIN
        CASE operation
            WHEN 'issue' THEN PERFORM issue_invoice(customer, 'I' || n, CASE WHEN random() < 0.02 THEN 0 ELSE cents END, day, currency => currency);
            WHEN 'costs' THEN PERFORM issue_invoice((SELECT c.number FROM invoice i JOIN customer c ON c.id = i.customer_id WHERE i.number = claim),
                                                    'K' || n, 40, day, kind => oracle.pick('{costs,interest}'), related => claim);
            WHEN 'pay' THEN PERFORM record_payment(customer, cents * 2, day, currency => currency);
            WHEN 'pay named' THEN
                PERFORM record_payment(c.number, greatest(i.open_amount * CASE WHEN random() < 0.7 THEN 1 WHEN random() < 0.5 THEN 0.98 ELSE 2 END, 1), day, ARRAY[i.number], i.currency)
                   FROM invoice i JOIN customer c ON c.id = i.customer_id WHERE i.number = claim AND i.currency <> 'JPY';
            WHEN 'allocate' THEN PERFORM allocate((SELECT p.id FROM payment p WHERE p.unallocated > 0 ORDER BY random() LIMIT 1), CASE WHEN random() < 0.7 THEN claim END, posted_on => day);
            WHEN 'reverse' THEN PERFORM reverse_payment((SELECT p.id FROM payment p ORDER BY random() LIMIT 1), day + 10, 'random');
            WHEN 'credit' THEN INSERT INTO allocation (invoice_id, kind, amount, posted_on)
                               SELECT i.id, 'credit', least(cents, i.open_amount), greatest(day, i.issued_on) FROM invoice i WHERE i.number = claim AND i.currency <> 'JPY' AND i.open_amount > 0;
            WHEN 'credit note' THEN
                IF random() < 0.6 THEN
                    PERFORM issue_credit_note(c.number, 'N' || n, ceil(cents), i.number, day) FROM invoice i JOIN customer c ON c.id = i.customer_id WHERE i.number = claim;
                ELSE
                    PERFORM issue_credit_note(customer, 'N' || n, cents, issued_on => day, currency => currency);
                END IF;
            WHEN 'apply' THEN PERFORM apply_credit(k.number, i.number, posted_on => day) FROM invoice k JOIN invoice i ON i.customer_id = k.customer_id AND i.currency = k.currency
                               WHERE k.kind = 'credit_note' AND k.open_amount <> 0 AND i.open_amount > 0 AND is_open(i.status) ORDER BY random() LIMIT 1;
            WHEN 'write off' THEN PERFORM write_off(claim, CASE WHEN random() < 0.5 THEN 5 END, day);
            WHEN 'cancel' THEN PERFORM cancel_invoice(claim, day);
            WHEN 'hold' THEN PERFORM hold(CASE WHEN random() < 0.3 THEN customer END, claim, 'dispute', day, CASE WHEN random() < 0.7 THEN day + 20 END);
            WHEN 'release' THEN PERFORM release((SELECT h.id FROM hold h ORDER BY random() LIMIT 1), day);
            WHEN 'bulk' THEN INSERT INTO allocation (invoice_id, kind, amount, posted_on, payment_id)
                             SELECT DISTINCT ON (i.customer_id) i.id, 'payment', least(i.open_amount, p.unallocated), greatest(day, i.issued_on, p.received_on), p.id
                               FROM invoice i JOIN payment p ON p.customer_id = i.customer_id AND p.currency = i.currency
                              WHERE i.open_amount > 0 AND p.unallocated > 0 AND i.status <> 'draft' ORDER BY i.customer_id, i.id, p.id;
            WHEN 'advance' THEN
                last_notice := (SELECT coalesce(max(o.id), 0) FROM notice o);
                PERFORM advance_batch(day + 20, NULL, 50);
                INSERT INTO oracle.noticed_while_held SELECT l.invoice_id, day + 20 FROM notice_line l JOIN hold h ON h.customer_id = l.customer_id
                 WHERE l.notice_id > last_notice AND coalesce(h.invoice_id, l.invoice_id) = l.invoice_id AND h.during @> day + 20;
            WHEN 'reschedule' THEN
                IF random() < 0.8 THEN
                    day := greatest(day, (SELECT max(a.posted_on) FROM allocation a JOIN invoice i ON i.id = a.invoice_id WHERE i.number = claim),
                                    (SELECT max(r.posted_on) FROM reschedule r JOIN invoice i ON i.id = r.invoice_id WHERE i.number = claim));
                END IF;
                PERFORM reschedule(claim, day - 20 + floor(random() * 80)::int, posted_on => day);
            WHEN 'reschedule bulk' THEN
                -- Of three claims, each twice, at times on one day.
                INSERT INTO reschedule (invoice_id, posted_on, due_from, due_to)
                SELECT i.id, greatest(day, i.issued_on, i.rescheduled_on, (SELECT max(a.posted_on) FROM allocation a WHERE a.invoice_id = i.id)) + (s.n - 1) * floor(random() * 3)::int,
                       CASE s.n WHEN 1 THEN i.due_on ELSE i.due_on + 5 END, i.due_on + 20 * s.n - 15
                  FROM (SELECT * FROM invoice i WHERE i.status IN ('open', 'overdue') AND i.issued_on <= day ORDER BY random() LIMIT 3) i, generate_series(1, 2) AS s(n) ORDER BY i.id, s.n;
            WHEN 'draft' THEN
                INSERT INTO invoice (customer_id, number, amount, issued_on, status, currency) SELECT c.id, 'D' || n, ceil(cents), day, 'draft', currency FROM customer c WHERE c.number = customer;
                UPDATE invoice i SET status = 'open' WHERE i.number = (SELECT d.number FROM invoice d WHERE d.status = 'draft' ORDER BY random() LIMIT 1);
        END CASE;
    EXCEPTION WHEN OTHERS THEN
        code := SQLSTATE;
    END;
    INSERT INTO oracle.outcome VALUES (operation, code);
END $$;

SELECT setseed(0.20240229);
DO $$ BEGIN FOR n IN 1 .. 3000 LOOP PERFORM oracle.operate(n); END LOOP; END $$;
-- Every operation succeeded sometimes, and failed only by our own codes.
SELECT operation, count(*) FILTER (WHERE code = '00000') >= 10 AS succeeded FROM outcome GROUP BY 1 ORDER BY 1;
SELECT operation, code FROM outcome WHERE code !~ '^(00000|RV)' GROUP BY 1, 2 ORDER BY 1, 2;
SELECT (SELECT count(*) FROM invoice) > 500 AS invoices, (SELECT count(*) FROM allocation) > 800 AS allocations, (SELECT count(*) FROM payment) > 300 AS payments,
       (SELECT count(*) FROM notice) > 50 AS notices, (SELECT count(*) FROM payment WHERE amount < 0) > 20 AS reversals,
       (SELECT count(DISTINCT kind) FROM allocation) AS kinds, (SELECT count(*) FROM reschedule) > 200 AS reschedules,
       (SELECT count(*) FROM allocation a JOIN invoice i ON i.id = a.invoice_id WHERE a.posted_on < i.rescheduled_on AND EXISTS (SELECT FROM reschedule r WHERE r.invoice_id = i.id AND r.posted_on > a.posted_on)) > 50 AS before_them,
       (SELECT count(DISTINCT status) FROM invoice) >= 6 AS statuses;

-- Each claim and each payment agree with the postings.
SELECT count(*) AS wrong_balance FROM invoice i
 WHERE i.status <> 'cancelled' AND i.open_amount <> i.amount - coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.invoice_id = i.id), 0);
SELECT count(*) AS wrong_sign FROM invoice WHERE open_amount * amount < 0 OR abs(open_amount) > abs(amount);
SELECT count(*) AS wrong_status FROM invoice i
 WHERE (i.status IN ('open', 'overdue', 'in_collection')) <> (i.open_amount <> 0 AND i.status <> 'draft')
    OR (i.closed_on IS NULL) <> (i.status IN ('draft', 'open', 'overdue', 'in_collection'))
    OR (i.status IN ('open', 'overdue', 'in_collection', 'draft')) <> (i.closed_on IS NULL)
    OR (i.next_on IS NOT NULL AND (i.open_amount = 0 OR i.kind = 'credit_note' OR i.status = 'draft'))
    OR (i.kind = 'credit_note' AND i.status IN ('overdue', 'in_collection'));
SELECT count(*) AS wrong_payment FROM payment p
 WHERE p.allocated <> coalesce((SELECT sum(a.amount) FROM allocation a LEFT JOIN allocation o ON o.id = a.reverses_id WHERE a.payment_id = p.id AND 'payment' IN (a.kind, o.kind)), 0)
    OR p.allocated NOT BETWEEN 0 AND greatest(p.amount, 0)
    OR p.unallocated <> CASE WHEN p.reversed_on IS NULL THEN p.amount - p.allocated ELSE 0 END
    OR (p.reversed_on IS NOT NULL AND p.allocated <> 0);
SELECT count(*) AS unmirrored FROM allocation a JOIN payment p ON p.id = a.payment_id AND p.reversed_on IS NOT NULL
 WHERE a.kind <> 'reversal' AND NOT EXISTS (SELECT FROM allocation r WHERE r.reverses_id = a.id AND r.amount = - a.amount AND r.invoice_id = a.invoice_id AND r.posted_on >= a.posted_on);
SELECT count(*) AS currencies_mixed FROM allocation a JOIN invoice i ON i.id = a.invoice_id JOIN payment p ON p.id = a.payment_id WHERE p.currency <> i.currency;
SELECT count(*) AS before_their_day FROM allocation a JOIN invoice i ON i.id = a.invoice_id LEFT JOIN payment p ON p.id = a.payment_id WHERE a.posted_on < i.issued_on OR a.posted_on < p.received_on;
SELECT count(*) AS one_sided FROM allocation a WHERE a.counter_id IS NOT NULL
   AND NOT EXISTS (SELECT FROM allocation o WHERE o.invoice_id = a.counter_id AND o.counter_id = a.invoice_id AND o.amount = - a.amount AND o.posted_on = a.posted_on);

-- Dunning: no step twice, none while held, none of what was not open.
SELECT count(*) AS twice FROM (SELECT FROM notice_line WHERE taken GROUP BY invoice_id, policy_id, step, cycle HAVING count(*) > 1) t;
SELECT count(*) AS while_held FROM noticed_while_held;
SELECT sum((skipped->>'hold')::bigint) > 0 AS holds_kept_some_back FROM run;
SELECT count(*) AS nothing_open FROM notice_line WHERE open_amount <= 0;
SELECT count(*) AS sum_differs FROM notice n WHERE n.amount <> (SELECT sum(l.asked) FROM notice_line l WHERE l.notice_id = n.id) OR n.amount <= 0;
SELECT count(*) AS lead_missing FROM notice n WHERE NOT EXISTS (SELECT FROM notice_line l WHERE l.notice_id = n.id AND l.invoice_id = n.lead_id AND l.taken);
SELECT count(*) AS before_due FROM notice n JOIN notice_line l ON l.notice_id = n.id WHERE n.action NOT IN ('upcoming') AND l.due_on >= n.issued_on;
SELECT count(*) = (SELECT count(*) FROM notice) AS a_message_each FROM outbox WHERE topic = 'notice';
SELECT count(*) AS wrong_case FROM invoice i
 WHERE i.step > 0 AND NOT EXISTS (SELECT FROM notice_line l JOIN notice n ON n.id = l.notice_id
                                   WHERE l.invoice_id = i.id AND l.taken AND l.cycle = i.cycle AND l.step = i.step AND l.policy_id = i.policy_id AND n.issued_on = i.noticed_on);
SELECT sum(notices) = (SELECT count(*) FROM notice) AS notices_counted, sum(steps) = (SELECT count(*) FROM notice_line WHERE taken) AS steps_counted FROM run;

-- The reports of a dozen days, by hand: each claim's open amount is a subquery, each bucket a CASE.
CREATE TABLE day AS SELECT date '2022-11-20' + n * 47 AS as_of FROM generate_series(0, 12) n;
-- What it was due on: the last date given to it by that day, else the first that it had.
CREATE FUNCTION true_due(invoice_id bigint, as_of date) RETURNS date LANGUAGE sql AS $$
    SELECT coalesce((SELECT r.due_to FROM oracle.reschedule r WHERE r.invoice_id = $1 AND r.posted_on <= $2 ORDER BY r.posted_on DESC, r.id DESC LIMIT 1),
                    (SELECT r.due_from FROM oracle.reschedule r WHERE r.invoice_id = $1 ORDER BY r.posted_on, r.id LIMIT 1),
                    (SELECT i.due_on FROM oracle.invoice i WHERE i.id = $1)) $$;
CREATE VIEW truth AS
SELECT d.as_of, i.customer_id, i.currency, i.kind, i.issued_on, true_due(i.id, d.as_of) AS due_on,
       i.amount - coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.invoice_id = i.id AND a.posted_on <= d.as_of), 0) AS open
  FROM day d JOIN invoice i ON i.issued_on <= d.as_of
 WHERE i.status <> 'draft' AND NOT (i.status = 'cancelled' AND NOT EXISTS (SELECT FROM allocation a WHERE a.invoice_id = i.id));
CREATE VIEW true_account AS
SELECT d.as_of, p.customer_id, p.currency,
       sum(p.amount - coalesce((SELECT sum(CASE WHEN a.kind = 'payment' OR (a.kind = 'reversal' AND (SELECT o.kind FROM allocation o WHERE o.id = a.reverses_id) = 'payment') THEN a.amount ELSE 0 END)
                                  FROM allocation a WHERE a.payment_id = p.id AND a.posted_on <= d.as_of), 0)) AS amount
  FROM day d JOIN payment p ON p.received_on <= d.as_of GROUP BY 1, 2, 3;

CREATE TEMPORARY TABLE reported AS SELECT d.as_of, g.* FROM day d, aging(d.as_of) g;
CREATE TEMPORARY TABLE expected AS
SELECT as_of, currency, bucket, sum(n) AS invoices, sum(open) AS amount FROM (
    SELECT as_of, currency, open, (open <> 0)::int AS n, CASE WHEN as_of <= due_on THEN 'not due' WHEN as_of - due_on <= 30 THEN '1-30' WHEN as_of - due_on <= 60 THEN '31-60'
                                            WHEN as_of - due_on <= 90 THEN '61-90' ELSE '90+' END AS bucket FROM truth) t GROUP BY 1, 2, 3 HAVING bool_or(n = 1);
SELECT count(*) > 50 AS rows, count(*) FILTER (WHERE e.amount IS DISTINCT FROM r.amount OR e.invoices IS DISTINCT FROM r.invoices) AS differ
  FROM (SELECT * FROM reported WHERE invoices > 0) r FULL JOIN expected e ON e.as_of = r.as_of AND e.currency = r.currency AND e.bucket = r.bucket::text;
-- The same with bounds of all sorts: one day, uneven ones, and one that nothing is later than.
SELECT g.bounds, count(*) > 50 AS rows, count(*) FILTER (WHERE (g.invoices, g.amount) IS DISTINCT FROM (e.n, e.open)) AS differ
  FROM (SELECT b.bounds, d.as_of, g.*, row_number() OVER (PARTITION BY b.bounds, d.as_of, g.currency ORDER BY g.bucket)::int AS nth
          FROM (VALUES ('{1}'::int[]), ('{5,45,200}'), ('{10,32767}')) AS b(bounds) CROSS JOIN day d CROSS JOIN LATERAL aging(d.as_of, b.bounds) g) g
 CROSS JOIN LATERAL (SELECT count(*) AS n, coalesce(sum(t.open), 0) AS open
                       FROM truth t
                      WHERE t.as_of = g.as_of AND t.currency = g.currency AND t.open <> 0
                        AND g.as_of - t.due_on > CASE WHEN g.nth = 1 THEN -100000 ELSE coalesce(g.bounds[g.nth - 2], 0) END
                        AND g.as_of - t.due_on <= CASE WHEN g.nth = 1 THEN 0 ELSE coalesce(g.bounds[g.nth - 1], 100000) END) e
 GROUP BY 1 ORDER BY 1;
SELECT count(*) FILTER (WHERE e.amount <> r.amount) AS differ, count(*) FILTER (WHERE e.amount IS NULL) AS too_many, count(*) FILTER (WHERE r.amount IS NULL) AS missing
  FROM (SELECT as_of, currency, sum(on_account) AS amount FROM reported GROUP BY 1, 2 HAVING sum(on_account) <> 0) r
  FULL JOIN (SELECT as_of, currency, sum(amount) AS amount FROM true_account GROUP BY 1, 2 HAVING sum(amount) <> 0) e ON e.as_of = r.as_of AND e.currency = r.currency;
SELECT count(*) FILTER (WHERE e.amount <> r.amount) AS differ, count(*) FILTER (WHERE e.amount IS NULL) AS too_many, count(*) FILTER (WHERE r.amount IS NULL) AS missing
  FROM (SELECT d.as_of, o.* FROM day d, on_account(d.as_of) o) r
  FULL JOIN (SELECT * FROM true_account WHERE amount <> 0) e ON e.as_of = r.as_of AND e.currency = r.currency AND e.customer_id = r.customer_id;
SELECT count(*) > 100 AS rows, count(*) FILTER (WHERE (r.total, r.not_due, r.days_1_30, r.days_31_60, r.days_61_90, r.days_over_90) IS DISTINCT FROM (e.total, e.b0, e.b1, e.b2, e.b3, e.b4)) AS differ,
       count(*) FILTER (WHERE r.balance <> r.total - r.on_account) AS unbalanced
  FROM (SELECT d.as_of, g.* FROM day d, aging_by_customer(d.as_of) g WHERE g.total <> 0 OR g.not_due <> 0 OR g.days_1_30 <> 0) r
  FULL JOIN (SELECT t.as_of, c.number AS customer, t.currency, sum(open) AS total, coalesce(sum(open) FILTER (WHERE t.as_of <= due_on), 0) AS b0,
                    coalesce(sum(open) FILTER (WHERE t.as_of - due_on BETWEEN 1 AND 30), 0) AS b1, coalesce(sum(open) FILTER (WHERE t.as_of - due_on BETWEEN 31 AND 60), 0) AS b2,
                    coalesce(sum(open) FILTER (WHERE t.as_of - due_on BETWEEN 61 AND 90), 0) AS b3, coalesce(sum(open) FILTER (WHERE t.as_of - due_on > 90), 0) AS b4
               FROM truth t JOIN customer c ON c.id = t.customer_id WHERE open <> 0 GROUP BY 1, 2, 3) e
         ON e.as_of = r.as_of AND e.customer = r.customer AND e.currency = r.currency
 WHERE coalesce(e.total, 0) <> 0 OR coalesce(r.total, 0) <> 0;

SELECT count(*) AS items_differ FROM (
    (SELECT as_of, customer_id, currency, kind, issued_on, due_on, open FROM truth WHERE open <> 0
      EXCEPT ALL SELECT d.as_of, o.customer_id, o.currency, o.kind, o.issued_on, o.due_on, o.open_amount FROM day d, open_items(d.as_of) o)
    UNION ALL
    (SELECT d.as_of, o.customer_id, o.currency, o.kind, o.issued_on, o.due_on, o.open_amount FROM day d, open_items(d.as_of) o
      EXCEPT ALL SELECT as_of, customer_id, currency, kind, issued_on, due_on, open FROM truth WHERE open <> 0)) x;

-- Segments: together they are the whole, which comes from the roll-up, and each is its customers.
UPDATE customer SET segment = CASE id % 3 WHEN 0 THEN 'retail' WHEN 1 THEN 'trade' ELSE 'public' END;
SELECT count(*) > 50 AS rows, count(*) FILTER (WHERE (s.invoices, s.amount, s.on_account) IS DISTINCT FROM (r.invoices, r.amount, r.on_account)) AS differ
  FROM (SELECT * FROM reported WHERE invoices <> 0 OR amount <> 0 OR on_account <> 0) r
  FULL JOIN (SELECT d.as_of, g.currency, g.bucket, sum(g.invoices) AS invoices, sum(g.amount) AS amount, sum(g.on_account) AS on_account
               FROM day d, unnest('{retail,trade,public}'::text[]) u, aging(d.as_of, segment => u) g GROUP BY 1, 2, 3
             HAVING sum(g.invoices) <> 0 OR sum(g.amount) <> 0 OR sum(g.on_account) <> 0) s USING (as_of, currency, bucket);
SELECT count(*) > 10 AS rows, count(*) FILTER (WHERE (s.amount, s.on_account) IS DISTINCT FROM (c.amount, c.on_account)) AS differ
  FROM (SELECT d.as_of, g.currency, sum(g.amount) AS amount, sum(g.on_account) AS on_account FROM day d, aging(d.as_of, '{7}', 'trade') g GROUP BY 1, 2) s
  FULL JOIN (SELECT d.as_of, g.currency, sum(g.total) AS amount, sum(g.on_account) AS on_account
               FROM day d, aging_by_customer(d.as_of) g JOIN customer c ON c.number = g.customer AND c.segment = 'trade' GROUP BY 1, 2) c USING (as_of, currency);
SELECT count(*) AS differ FROM (
    (SELECT d.as_of, g.* FROM day d, aging_by_customer(d.as_of) g JOIN customer c ON c.number = g.customer AND c.segment = 'public' EXCEPT ALL SELECT d.as_of, g.* FROM day d, aging_by_customer(d.as_of, 'public') g)
    UNION ALL
    (SELECT d.as_of, g.* FROM day d, aging_by_customer(d.as_of, 'public') g EXCEPT ALL SELECT d.as_of, g.* FROM day d, aging_by_customer(d.as_of) g JOIN customer c ON c.number = g.customer AND c.segment = 'public')) x;

-- Statements of every customer over some random periods: opening and closing by hand, the balance row by row, and what was posted.
CREATE FUNCTION true_balance(customer_id bigint, currency text, as_of date) RETURNS numeric LANGUAGE sql AS $$
SELECT coalesce((SELECT sum(i.amount - coalesce((SELECT sum(a.amount) FROM oracle.allocation a WHERE a.invoice_id = i.id AND a.posted_on <= true_balance.as_of), 0))
                   FROM oracle.invoice i WHERE i.customer_id = true_balance.customer_id AND i.currency = true_balance.currency AND i.issued_on <= true_balance.as_of
                    AND i.status <> 'draft' AND NOT (i.status = 'cancelled' AND NOT EXISTS (SELECT FROM oracle.allocation a WHERE a.invoice_id = i.id))), 0)
     - coalesce((SELECT sum(p.amount - coalesce((SELECT sum(a.amount) FROM oracle.allocation a WHERE a.payment_id = p.id AND a.posted_on <= true_balance.as_of
                                                    AND (a.kind = 'payment' OR a.reverses_id IN (SELECT o.id FROM oracle.allocation o WHERE o.kind = 'payment'))), 0))
                   FROM oracle.payment p WHERE p.customer_id = true_balance.customer_id AND p.currency = true_balance.currency AND p.received_on <= true_balance.as_of), 0) $$;
CREATE TEMPORARY TABLE span AS
SELECT row_number() OVER () AS n, id, number, from_on, from_on + floor(random() * 90)::int AS until_on
  FROM (SELECT c.id, c.number, date '2022-12-01' + floor(random() * 540)::int AS from_on FROM customer c, generate_series(1, 5)) s;
CREATE TEMPORARY TABLE line AS
SELECT s.n, s.id, s.number AS customer, s.from_on, s.until_on, t.* FROM span s, statement(s.number, s.from_on, s.until_on)
       WITH ORDINALITY AS t(currency, posted_on, what, document, due_on, reference, debit, credit, balance, place);
SELECT string_agg(DISTINCT what, ' ' ORDER BY what) AS lines FROM line;
SELECT count(*) FILTER (WHERE l.balance <> true_balance(l.id, l.currency, l.from_on - 1)) AS opening_differs, count(*) > 50 AS some FROM line l WHERE what = 'opening';
SELECT count(*) FILTER (WHERE l.balance <> true_balance(l.id, l.currency, l.until_on)) AS closing_differs,
       count(*) FILTER (WHERE l.balance <> coalesce((SELECT g.balance FROM aging_by_customer(l.until_on) g WHERE g.customer = l.customer AND g.currency = l.currency), 0)) AS aging_differs,
       count(*) > 50 AS some FROM line l WHERE what = 'closing';
SELECT count(*) AS missing FROM span s, unnest('{EUR,USD,JPY}'::text[]) u
 WHERE (true_balance(s.id, u, s.from_on - 1) <> 0 OR true_balance(s.id, u, s.until_on) <> 0) AND (SELECT count(*) FROM line l WHERE l.n = s.n AND l.currency = u AND l.what IN ('opening', 'closing')) <> 2;
SELECT count(*) AS day_before_differs FROM line l
 WHERE l.what = 'opening' AND l.balance <> coalesce((SELECT t.balance FROM statement(l.customer, l.from_on - 25, l.from_on - 1) t WHERE t.currency = l.currency AND t.what = 'closing'), 0);
SELECT count(*) FILTER (WHERE balance <> before + coalesce(debit, 0) - coalesce(credit, 0)) AS jumps, count(*) FILTER (WHERE posted_on < day_before) AS out_of_order,
       count(*) FILTER (WHERE num_nonnulls(debit, credit) <> 1 AND what NOT IN ('opening', 'closing')) AS not_one_side
  FROM (SELECT *, lag(balance) OVER w AS before, lag(posted_on) OVER w AS day_before FROM line WINDOW w AS (PARTITION BY n, currency ORDER BY place)) x;
SELECT count(*) FILTER (WHERE l.amount IS DISTINCT FROM e.amount) AS postings_differ, count(*) > 200 AS some
  FROM (SELECT n, currency, what, coalesce(sum(debit), 0) - coalesce(sum(credit), 0) AS amount FROM line
         WHERE what NOT IN ('opening', 'closing', 'transfer', 'reversal') GROUP BY 1, 2, 3) l
  FULL JOIN (SELECT s.n, i.currency, i.kind AS what, sum(i.amount) AS amount FROM span s JOIN invoice i ON i.customer_id = s.id AND i.issued_on BETWEEN s.from_on AND s.until_on
              WHERE i.status <> 'draft' AND NOT (i.status = 'cancelled' AND NOT EXISTS (SELECT FROM allocation a WHERE a.invoice_id = i.id)) GROUP BY 1, 2, 3
             UNION ALL
             SELECT s.n, p.currency, 'payment', - sum(p.amount) FROM span s JOIN payment p ON p.customer_id = s.id AND p.received_on BETWEEN s.from_on AND s.until_on
              WHERE p.amount > 0 GROUP BY 1, 2
             UNION ALL
             SELECT s.n, i.currency, a.kind, - sum(a.amount) FROM span s JOIN invoice i ON i.customer_id = s.id
               JOIN allocation a ON a.invoice_id = i.id AND a.posted_on BETWEEN s.from_on AND s.until_on
              WHERE a.kind IN ('discount', 'write_off', 'cancellation') OR (a.kind = 'credit' AND a.counter_id IS NULL) GROUP BY 1, 2, 3) e USING (n, currency, what);
-- A transfer takes from one customer what it gives to another.
SELECT count(*) FILTER (WHERE amount <> 0) AS transfers_differ
  FROM (SELECT t.currency, t.posted_on, sum(coalesce(t.debit, 0) - coalesce(t.credit, 0)) AS amount
          FROM customer c, statement(c.number, '2022-01-01', '2025-12-31') t WHERE t.what = 'transfer' GROUP BY 1, 2) x;

-- The KPIs of a dozen periods.
CREATE TEMPORARY TABLE period AS SELECT as_of + 1 AS from_on, as_of + 47 AS until_on FROM day WHERE as_of < '2024-05-01';
CREATE TEMPORARY TABLE figure AS SELECT p.from_on, p.until_on, k.* FROM period p, kpi(p.from_on, p.until_on) k;
SELECT count(*) > 25 AS rows,
       count(*) FILTER (WHERE opening_receivable + opening_charges - opening_on_account + sales + charges - credits - receipts - discounts - write_offs
                            <> closing_receivable + closing_charges - closing_on_account) AS movement_differs,
       count(*) FILTER (WHERE closing_receivable <> closing_current + closing_overdue) AS parts_differ
  FROM figure;
SELECT count(*) FILTER (WHERE (f.opening_receivable, f.opening_charges) IS DISTINCT FROM (e.receivable, e.charges)) AS opening_differs
  FROM figure f JOIN (SELECT as_of, currency, coalesce(sum(open) FILTER (WHERE kind IN ('invoice', 'credit_note')), 0) AS receivable,
                             coalesce(sum(open) FILTER (WHERE kind NOT IN ('invoice', 'credit_note')), 0) AS charges FROM truth GROUP BY 1, 2) e
    ON e.as_of = f.from_on - 1 AND e.currency = f.currency;
SELECT count(*) FILTER (WHERE (f.closing_receivable, f.closing_charges, f.closing_overdue) IS DISTINCT FROM (e.receivable, e.charges, e.overdue)) AS closing_differs
  FROM figure f JOIN (SELECT as_of, currency, coalesce(sum(open) FILTER (WHERE kind IN ('invoice', 'credit_note')), 0) AS receivable,
                             coalesce(sum(open) FILTER (WHERE kind IN ('invoice', 'credit_note') AND due_on < as_of), 0) AS overdue,
                             coalesce(sum(open) FILTER (WHERE kind NOT IN ('invoice', 'credit_note')), 0) AS charges FROM truth GROUP BY 1, 2) e
    ON e.as_of = f.until_on AND e.currency = f.currency;
SELECT count(*) FILTER (WHERE receipts <> coalesce((SELECT sum(amount) FROM payment p WHERE p.currency = f.currency AND p.received_on BETWEEN from_on AND until_on), 0)) AS receipts_differ,
       count(*) FILTER (WHERE sales <> coalesce((SELECT sum(amount) FROM invoice i WHERE i.currency = f.currency AND i.issued_on BETWEEN from_on AND until_on AND i.kind = 'invoice'
                                                   AND i.status <> 'draft' AND NOT (i.status = 'cancelled' AND i.allocated = 0)), 0)) AS sales_differ,
       count(*) FILTER (WHERE discounts <> coalesce((SELECT sum(a.amount) FROM allocation a JOIN invoice i ON i.id = a.invoice_id
                                                      WHERE i.currency = f.currency AND a.posted_on BETWEEN from_on AND until_on
                                                        AND (a.kind = 'discount' OR a.reverses_id IN (SELECT id FROM allocation WHERE kind = 'discount'))), 0)) AS discounts_differ,
       count(*) FILTER (WHERE write_offs <> coalesce((SELECT sum(a.amount) FROM allocation a JOIN invoice i ON i.id = a.invoice_id
                                                       WHERE i.currency = f.currency AND a.posted_on BETWEEN from_on AND until_on AND a.kind = 'write_off'), 0)) AS write_offs_differ
  FROM figure f;
-- Settlements, one by one: a claim settles on a day after which nothing is open and before which something was; it opens again the other way round.
CREATE VIEW settled AS
SELECT i.id, i.currency, i.amount, i.issued_on, true_due(i.id, d.posted_on) AS due_on, d.posted_on,
       i.amount = coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.invoice_id = i.id AND a.posted_on < d.posted_on), 0) AS before,
       i.amount = (SELECT sum(a.amount) FROM allocation a WHERE a.invoice_id = i.id AND a.posted_on <= d.posted_on) AS after,
       (SELECT sum(a.amount) FROM allocation a WHERE a.invoice_id = i.id AND a.posted_on <= d.posted_on
           AND (a.kind = 'payment' OR a.reverses_id IN (SELECT id FROM allocation WHERE kind = 'payment'))) > 0 AS by_money
  FROM invoice i CROSS JOIN LATERAL (SELECT DISTINCT a.posted_on FROM allocation a WHERE a.invoice_id = i.id) d
 WHERE i.kind = 'invoice' AND i.amount <> 0;
CREATE TEMPORARY TABLE turn AS
SELECT currency, posted_on, 1 AS n, amount, posted_on - issued_on AS days, greatest(posted_on - due_on, 0) AS late FROM settled WHERE after AND NOT before AND by_money
UNION ALL
SELECT r.currency, r.posted_on, -1, r.amount, s.posted_on - s.issued_on, greatest(s.posted_on - s.due_on, 0)
  FROM settled r
 CROSS JOIN LATERAL (SELECT * FROM settled s WHERE s.id = r.id AND s.posted_on < r.posted_on AND s.after AND NOT s.before ORDER BY s.posted_on DESC LIMIT 1) s
 WHERE r.before AND NOT r.after AND s.by_money;
SELECT count(*) FILTER (WHERE (f.days_to_pay, f.days_late, f.days_to_pay_weighted, f.days_late_weighted) IS DISTINCT FROM (e.to_pay, e.late, e.to_pay_weighted, e.late_weighted)) AS days_differ,
       count(e.to_pay) > 15 AS some
  FROM figure f LEFT JOIN (
       -- What was taken back may outweigh what was settled: then there is no average.
       SELECT p.from_on, t.currency, round(sum(t.n * t.days)::numeric / nullif(greatest(sum(t.n), 0), 0), 2) AS to_pay,
              round(sum(t.n * t.late)::numeric / nullif(greatest(sum(t.n), 0), 0), 2) AS late,
              round(sum(t.n * t.amount * t.days) / nullif(greatest(sum(t.n * t.amount), 0), 0), 2) AS to_pay_weighted,
              round(sum(t.n * t.amount * t.late) / nullif(greatest(sum(t.n * t.amount), 0), 0), 2) AS late_weighted
         FROM period p JOIN turn t ON t.posted_on BETWEEN p.from_on AND p.until_on GROUP BY 1, 2) e
    ON e.from_on = f.from_on AND e.currency = f.currency;

-- A series of periods is what kpi() says of each.
SELECT (SELECT count(*) FROM kpi_series('2022-12-15', '2024-05-09', '31 days')) > 30 AS rows, count(*) AS differ
  FROM (SELECT k.* FROM kpi_series('2022-12-15', '2024-05-09', '31 days') k
        EXCEPT ALL
        SELECT p.from_on, p.until_on, k.* FROM (SELECT date '2022-12-15' + n * 31 AS from_on, least(date '2022-12-15' + n * 31 + 30, '2024-05-09') AS until_on FROM generate_series(0, 16) n) p,
               kpi(p.from_on, p.until_on) k) x;
-- Count-back, by hand: month after month from the newest, until the receivable is used up or a month without sales stops it.
CREATE FUNCTION walk(receivable numeric, of text, until_on date, OUT days numeric) LANGUAGE plpgsql AS $$
DECLARE
    month date := date_trunc('month', until_on);
    sold numeric;
BEGIN
    days := CASE WHEN receivable >= 0 THEN 0 END;
    WHILE receivable > 0 LOOP
        sold := (SELECT coalesce(sum(i.amount), 0) FROM oracle.invoice i WHERE i.currency = walk.of AND i.kind = 'invoice' AND i.status <> 'draft' AND NOT (i.status = 'cancelled' AND i.allocated = 0)
                    AND i.issued_on BETWEEN month AND least((month + interval '1 month')::date - 1, until_on));
        IF sold <= 0 THEN days := NULL; RETURN; END IF;
        days := days + least(receivable / sold, 1) * (least((month + interval '1 month')::date, until_on + 1) - month);
        receivable := receivable - sold;
        month := month - interval '1 month';
    END LOOP;
END $$;
SELECT count(*) > 20 AS rows, count(dso_countback) > 20 AS some_figures, count(*) FILTER (WHERE k.closing_receivable > 0 AND k.dso_countback IS NULL) > 0 AS some_stopped,
       count(*) FILTER (WHERE k.dso_countback IS DISTINCT FROM round(w.days, 2)) AS differ
  FROM (SELECT * FROM kpi_series('2022-01-01', '2024-05-31') UNION ALL SELECT * FROM kpi_series('2022-10-10', '2024-05-20', '13 days')) k, walk(k.closing_receivable, k.currency, k.until_day) w;
SELECT array_agg(DISTINCT (k.from_day, k.until_day) ORDER BY (k.from_day, k.until_day)) AS of_months FROM kpi_series('2023-01-31', '2023-05-10') k;
SELECT kpi_series('2023-01-31', '2023-05-10', '0 days');
SELECT kpi_series('2023-01-31', '2023-05-10', '23 hours');
SELECT kpi_series('2023-01-31', '2023-05-10', '-1 month');
SELECT kpi_series('2023-01-31', '2023-01-30');

-- The roll-up: what verify() says, and the same figures with and without folding.
SELECT count(*) AS verified FROM verify();
SELECT fold(0) AS nothing, fold(7) <= 7 AS a_few;
SELECT count(*) AS changed FROM (SELECT * FROM reported EXCEPT ALL SELECT d.as_of, g.* FROM day d, aging(d.as_of) g) x;
SELECT fold() >= 0 AS folded;
SELECT count(*) AS left_over FROM flow;
SELECT count(*) AS changed FROM (SELECT * FROM reported EXCEPT ALL SELECT d.as_of, g.* FROM day d, aging(d.as_of) g) x;
SELECT count(*) AS changed FROM (SELECT * FROM figure EXCEPT ALL SELECT p.from_on, p.until_on, k.* FROM period p, kpi(p.from_on, p.until_on) k) x;
SELECT count(*) AS verified FROM verify();

-- Later postings do not change what was.
CREATE TEMPORARY TABLE before AS SELECT * FROM reported WHERE as_of < '2024-01-01';
SELECT count(record_payment(c.number, 1000, '2024-06-01')) > 0 AS paid_later FROM customer c;
SELECT count(*) AS changed FROM (SELECT * FROM before EXCEPT ALL SELECT d.as_of, g.* FROM day d, aging(d.as_of) g) x;

SELECT count(*) AS verified FROM verify();

-- verify() finds what was broken on purpose.
UPDATE flow_by_due SET receivable = receivable + 0.01 WHERE (level, period, currency, due_on) = (SELECT f.level, f.period, f.currency, f.due_on FROM flow_by_due f WHERE f.level = 1 ORDER BY 1, 2, 3, 4 LIMIT 1);
UPDATE flow_total SET overdue = overdue - 0.02 WHERE (level, period, currency) = (SELECT f.level, f.period, f.currency FROM flow_total f WHERE f.level = 2 ORDER BY 1, 2, 3 LIMIT 1);
SELECT what, split_part(subject, ',', 1) AS level, split_part(subject, ': ', 2) AS measure, kept::numeric - should_be::numeric AS difference FROM verify() ORDER BY 1, 2;

-- rebuild_flow() mends it, and no figure is another one.
SELECT rebuild_flow() > 0 AS rebuilt;
SELECT count(*) AS verified FROM verify();
SELECT count(*) AS changed FROM (SELECT * FROM before EXCEPT ALL SELECT d.as_of, g.* FROM day d, aging(d.as_of) g) x;

RESET search_path;
SELECT debiteur.drop_ledger('oracle', true);
