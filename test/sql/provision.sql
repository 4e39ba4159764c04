--
-- provision: published examples as functions of numbers and through a ledger,
-- wrong matrices, and a second, slower computation over a random history
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';

-- IFRS 9, Illustrative Example 12: 580,000.
SELECT debiteur.expected_loss('{15000000,7500000,4000000,2500000,1000000}', '{0.003,0.016,0.036,0.066,0.106}') AS "580000";
-- Of 10,000 sold 5,000, 2,300, 800 and 200 were left: 2 % were lost.
SELECT round((debiteur.roll_to_loss('{0.50,0.46,0.347826,0.25}'))[1], 6) AS "0.02", debiteur.roll_to_loss('{0.50,0.46,0.347826,0.25}') AS "0.02 0.04 0.087 0.25 1",
       debiteur.roll_to_loss('{0.50,0.50}', 0.4) AS "0.1 0.2 0.4";
-- The oracle of the roll rates is the cohort: what was lost of what reached the bucket.
SELECT reached, round(200 / reached, 4) AS lost, round((debiteur.roll_to_loss(ARRAY[5000.0 / 10000, 2300.0 / 5000, 800.0 / 2300, 200.0 / 800]))[n], 4) AS downstream
  FROM unnest('{10000,5000,2300,800,200}'::numeric[]) WITH ORDINALITY AS r(reached, n) ORDER BY n;
-- Not known, nothing, and more than all.
SELECT r AS roll_rates, debiteur.roll_to_loss(r) FROM (VALUES ('{0.5,NULL,0.2}'::numeric[]), ('{0.5,0,NULL}'), ('{0.5,NULL,0}'), ('{0.5,NaN,0.5}'), ('{0.5,infinity,0.5}'), ('{0.5,1.7,0.5}'), ('{0.5,-1,0.5}'), ('{}'), (NULL), ('[0:1]={0.5,0.2}')) r(r);
SELECT debiteur.roll_to_loss('{0.5}', NULL) AS "null", debiteur.roll_to_loss('{0.5,NULL}', 0) AS "0 0 0";
SELECT debiteur.roll_to_loss('{0.5}', 1.01);
SELECT debiteur.roll_to_loss('{0.5}', 'NaN');
SELECT debiteur.expected_loss('{100,-50,NULL,10}', '{0.1,0.5,0.5,1}') AS "20", debiteur.expected_loss('{100,0,-1}', '{0.1,NULL,NULL}') AS "10", debiteur.expected_loss('{100,1}', '{0.1,NULL}') AS "null",
       debiteur.expected_loss('{}', '{}') AS "0", debiteur.expected_loss(NULL, '{}') AS "null", debiteur.expected_loss('[5:6]={100,200}', '{0.1,0.2}') AS "50";
SELECT debiteur.expected_loss('{100,1}', '{0.1}');
SELECT debiteur.expected_loss('{100}', '{-0.1}');
SELECT debiteur.expected_loss('{100}', '{NaN}');

-- The same through a ledger.
SELECT debiteur.create_ledger('provision', time_zone => 'UTC');
SET search_path = provision, debiteur;
SELECT * FROM provision('2024-12-31', '{0.003,0.016,0.036,0.066,0.106}');
SELECT * FROM loss_rates('2024-12-31', 12);
SELECT add_customer('M', 'Company M', segment => 'retail') AS m, add_customer('N', 'Company N', segment => 'trade') AS n,
       issue_invoice('M', 'A1', 14999000, '2024-12-01', '2024-12-31') AS a1, issue_invoice('N', 'A2', 1000, '2024-12-01', '2025-01-31') AS a2, issue_invoice('M', 'B1', 7500000, '2024-11-01', '2024-12-01') AS b1,
       issue_invoice('M', 'C1', 4000000, '2024-10-01', '2024-11-01') AS c1, issue_invoice('M', 'D1', 2500000, '2024-10-01', '2024-10-02') AS d1, issue_invoice('M', 'E1', 1000000, '2024-09-01', '2024-10-01') AS e1;
SELECT *, sum(allowance) OVER () AS total FROM provision('2024-12-31', '{0.003,0.016,0.036,0.066,0.106}');
-- By group of customers.
SELECT c.segment, expected_loss(aging(o.open_amount, o.due_on, '2024-12-31'), '{0.003,0.016,0.036,0.066,0.106}') AS loss
  FROM open_items('2024-12-31') o JOIN customer c ON c.id = o.customer_id GROUP BY 1 ORDER BY 1;
-- Other bounds.
SELECT * FROM provision('2024-12-31', '{0.01,0.1,1}', '{60}');
-- Rounded half up to the currency's digits, each bucket by itself.
SELECT issue_invoice('N', 'J1', 150, '2024-12-01', '2025-01-31', 'JPY') AS j1, issue_invoice('N', 'W1', 0.450, '2024-12-01', '2025-01-31', 'BHD') AS w1, issue_invoice('N', 'U1', 0.50, '2024-12-01', '2024-12-30', 'USD') AS u1;
SELECT * FROM provision('2024-12-31', '{0.01,0.01,0.01,0.01,0.01}') WHERE currency <> 'EUR' AND amount <> 0;
-- A net credit has nothing to lose, and takes nothing off another bucket; in its own bucket a credit note reduces the amount. Money on account doesn't.
SELECT issue_credit_note('N', 'X1', 1, issued_on => '2024-12-31', currency => 'USD') AS x1, issue_credit_note('M', 'X2', 500000, issued_on => '2024-10-15') AS x2, record_payment('M', 1000000, '2024-12-31', '{}') AS on_account;
SELECT *, sum(allowance) OVER (PARTITION BY currency) AS total FROM provision('2024-12-31', '{0.003,0.016,0.036,0.066,0.106}') WHERE currency IN ('EUR', 'USD');

-- A matrix that can't be.
SELECT * FROM provision('2024-12-31', '{0.1,0.2}');
SELECT * FROM provision('2024-12-31', '{0.1,0.2,0.3,0.4,0.5}', '{30,60}');
SELECT * FROM provision('2024-12-31', '{}');
SELECT * FROM provision('2024-12-31', '{0.1,0.2,0.3,0.4,1.5}');
SELECT * FROM provision('2024-12-31', '{0.1,-0.2,0.3,0.4,1}');
SELECT * FROM provision('2024-12-31', '{0.1,NaN,0.3,0.4,1}');
SELECT bucket, rate, allowance FROM provision('2024-12-31', '{0.1,NULL,0.3,0.4,1}') WHERE currency = 'EUR';
SELECT * FROM provision('infinity', '{0.1,0.2,0.3,0.4,0.5}');
SELECT * FROM provision('2024-12-31', '{0.1,0.2,0.3,0.4,0.5}', '{60,30,90}');
SELECT * FROM provision('2024-12-31', '{0.1,0.2,0.3,0.4,0.5}', NULL);
SELECT * FROM provision('2024-12-31', months => 0);
SELECT * FROM provision('2024-12-31', loss_given_default => 45);
SELECT * FROM loss_rates('2024-12-31', NULL);
SELECT * FROM loss_rates(NULL, 12);
SELECT * FROM loss_rates('2024-12-31', 12, NULL);
SELECT * FROM loss_rates('0001-06-30', 12);

-- Without history there is no rate, and no guess: only in April it is seen what becomes of 61-90.
SELECT debiteur.drop_ledger('provision', true);
SELECT debiteur.create_ledger('provision', time_zone => 'UTC');
SELECT add_customer('C1', 'Jansen') AS c1, issue_invoice('C1', 'F1', 10000, '2023-12-16', '2024-01-15') AS f1, record_payment('C1', 5000, '2024-01-15') AS p1, record_payment('C1', 2700, '2024-02-20') AS p2,
       record_payment('C1', 1500, '2024-03-20') AS p3, record_payment('C1', 600, '2024-04-30') AS p4, issue_invoice('C1', 'F2', 100000, '2024-04-01', '2024-05-20') AS f2, issue_invoice('C1', 'U1', 100, '2024-05-01', '2024-05-08', 'USD') AS u1;
SELECT as_of::date, (SELECT array_agg(loss_rate ORDER BY bucket) FROM loss_rates(as_of::date, 12)) AS loss_rates FROM unnest('{2023-12-31,2024-01-30,2024-01-31,2024-02-29,2024-03-31,2024-04-29,2024-04-30}'::date[]) as_of;
SELECT * FROM loss_rates('2024-04-30', 12);
SELECT * FROM loss_rates('2024-04-30', 1, loss_given_default => 0.45);
SELECT * FROM provision('2024-04-30');
SELECT currency, bucket, amount, rate, allowance FROM provision('2024-05-20') WHERE amount <> 0;
SELECT sum(allowance) AS without_usd, bool_or(allowance IS NULL) AS not_all_is_known FROM provision('2024-05-20');
-- Nothing gets past 30 days: what would happen beyond need not be known.
SELECT record_payment('C1', 100100, '2024-05-10', '{F2,F1}') IS NOT NULL AS paid, issue_invoice('C1', 'F3', 400, '2024-06-01', '2024-07-10') AS f3, record_payment('C1', 300, '2024-07-01', '{F3}') AS p5, record_payment('C1', 100, '2024-08-01', '{F3}') AS p6,
       issue_invoice('C1', 'F4', 500, '2024-07-20', '2024-08-20') AS f4;
SELECT * FROM loss_rates('2024-08-31', 3) WHERE currency = 'EUR';
SELECT debiteur.drop_ledger('provision', true);

-- A random history, and the same figures from the claims.
SELECT debiteur.create_ledger('provision', time_zone => 'UTC');
SELECT count(add_customer('C' || n, 'Customer ' || n, terms => (ARRAY['net 8', 'net 14', 'net 30', 'net 60', 'eom'])[1 + n % 5]::payment_terms)) AS customers FROM generate_series(1, 10) n;
CREATE TABLE outcome (operation text, code text);
CREATE FUNCTION operate(n int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    day date := date '2023-01-01' + n - floor(random() * 20)::int;
    operation text := (ARRAY['issue', 'issue', 'issue', 'costs', 'pay', 'pay', 'part', 'reverse', 'credit note', 'related note', 'write off'])[1 + floor(random() * 11)::int];
    customer text := 'C' || 1 + floor(random() * 10)::int;
    currency text := (ARRAY['EUR', 'EUR', 'EUR', 'USD', 'JPY'])[1 + floor(random() * 5)::int];
    amount numeric := ceil((random() * 900)::numeric) + CASE WHEN currency = 'JPY' THEN 0 ELSE 0.35 END;
    claim record;
    code text := '00000';
BEGIN
    SELECT i.number, i.currency, i.open_amount, c.number AS customer INTO claim FROM provision.invoice i JOIN provision.customer c ON c.id = i.customer_id WHERE i.open_amount > 0 ORDER BY random() LIMIT 1;
    BEGIN
        CASE operation
            WHEN 'issue' THEN PERFORM issue_invoice(customer, 'I' || n, amount, day, currency => currency);
            WHEN 'costs' THEN PERFORM issue_invoice(claim.customer, 'K' || n, 40, day, kind => 'costs', related => claim.number);
            WHEN 'pay' THEN PERFORM record_payment(claim.customer, claim.open_amount, day, ARRAY[claim.number], claim.currency);
            WHEN 'part' THEN PERFORM record_payment(claim.customer, ceil(claim.open_amount / 3), day, ARRAY[claim.number], claim.currency);
            WHEN 'reverse' THEN PERFORM reverse_payment(coalesce((SELECT p.id FROM payment p WHERE p.amount > 0 AND p.reversed_on IS NULL ORDER BY random() LIMIT 1), 0), day);
            WHEN 'credit note' THEN PERFORM issue_credit_note(customer, 'N' || n, ceil(amount / 2), issued_on => day, currency => currency);
            WHEN 'related note' THEN PERFORM issue_credit_note(claim.customer, 'N' || n, ceil(claim.open_amount / 4), claim.number, day);
            WHEN 'write off' THEN PERFORM write_off(claim.number, posted_on => day);
        END CASE;
    EXCEPTION WHEN OTHERS THEN
        code := SQLSTATE;
    END;
    INSERT INTO provision.outcome VALUES (operation, code);
END $$;
SELECT setseed(0.20240430);
DO $$ BEGIN FOR n IN 1 .. 500 LOOP PERFORM provision.operate(n); END LOOP; END $$;
SELECT operation, count(*) FILTER (WHERE code = '00000') >= 10 AS succeeded FROM outcome GROUP BY 1 ORDER BY 1;
SELECT operation, code FROM outcome WHERE code !~ '^(00000|RV)' GROUP BY 1, 2 ORDER BY 1, 2;

SELECT fold() > 0 AS folded;

-- Each claim at the end of each month (n: of 27, from December 2022 on) and its bucket, by hand.
CREATE TEMPORARY TABLE month AS SELECT n, (timestamp '2023-01-01' + n * interval '1 month')::date - 1 AS last_day FROM generate_series(0, 27) n;
CREATE TEMPORARY TABLE truth AS
SELECT m.n, m.last_day, i.currency, CASE WHEN m.last_day <= i.due_on THEN 0 WHEN m.last_day - i.due_on <= 30 THEN 1 WHEN m.last_day - i.due_on <= 60 THEN 2 WHEN m.last_day - i.due_on <= 90 THEN 3
            WHEN m.last_day - i.due_on <= 120 THEN 4 ELSE 5 END AS bucket,
       i.amount - coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.invoice_id = i.id AND a.posted_on <= m.last_day), 0) AS open
  FROM month m JOIN invoice i ON i.issued_on <= m.last_day;
CREATE TEMPORARY TABLE balance AS
SELECT m.n, m.last_day, c.currency, b.bucket, coalesce((SELECT sum(t.open) FROM truth t WHERE t.n = m.n AND t.currency = c.currency AND t.bucket = b.bucket), 0) AS amount
  FROM month m, (VALUES ('EUR'), ('JPY'), ('USD')) c(currency), generate_series(0, 5) b(bucket);
CREATE TEMPORARY TABLE slow AS
SELECT after.n, after.last_day AS month, before.currency, before.bucket, before.amount AS opening, after.amount AS rolled,
       CASE WHEN before.amount <= 0 THEN NULL WHEN after.amount <= 0 THEN 0 ELSE round(after.amount / before.amount, 6) END AS rate
  FROM balance before JOIN balance after ON after.n = before.n + 1 AND after.bucket = before.bucket + 1 AND after.currency = before.currency
 WHERE before.bucket < 4;
CREATE TEMPORARY TABLE fast AS SELECT r.*, array_position('{not due,1-30,31-60,61-90}', r.bucket::text) - 1 AS b FROM roll_rates('2023-01-01', '2025-03-31') r;
SELECT count(*) > 250 AS rows, count(*) FILTER (WHERE rate IS NULL) > 10 AS undefined, count(*) FILTER (WHERE rate > 1) > 3 AS above_one, count(*) FILTER (WHERE opening < 0) > 3 AS credits,
       count(*) FILTER (WHERE rolled < 0 AND rate = 0) > 1 AS credits_rolled, count(*) FILTER (WHERE rate BETWEEN 0.01 AND 1) > 50 AS usual FROM fast;
-- Rows that only one of them has may hold nothing.
SELECT count(*) AS differ FROM fast f FULL JOIN slow s ON s.month = f.month AND s.currency = f.currency AND s.bucket = f.b
 WHERE coalesce(f.opening, 0) <> coalesce(s.opening, 0) OR coalesce(f.rolled, 0) <> coalesce(s.rolled, 0) OR f.rate IS DISTINCT FROM s.rate
    OR f.to_bucket::text <> (ARRAY['1-30', '31-60', '61-90', '91-120'])[f.b + 1];

-- Loss rates over a year, and over three months: the products written out.
CREATE TEMPORARY TABLE slow_loss AS
SELECT h.months, e.n, c.currency, r.r0, r.r1, r.r2, r.r3,
       ARRAY[CASE WHEN 0 IN (r0, r1, r2, r3) THEN 0 ELSE r0 * r1 * r2 * r3 * 0.6 END, CASE WHEN 0 IN (r1, r2, r3) THEN 0 ELSE r1 * r2 * r3 * 0.6 END,
             CASE WHEN 0 IN (r2, r3) THEN 0 ELSE r2 * r3 * 0.6 END, r3 * 0.6, 0.6] AS rates
  FROM (VALUES (3), (12)) h(months), month e, (VALUES ('EUR'), ('JPY'), ('USD')) c(currency)
 CROSS JOIN LATERAL (
    SELECT max(q.rate) FILTER (WHERE q.bucket = 0) AS r0, max(q.rate) FILTER (WHERE q.bucket = 1) AS r1, max(q.rate) FILTER (WHERE q.bucket = 2) AS r2, max(q.rate) FILTER (WHERE q.bucket = 3) AS r3
      FROM (SELECT s.bucket, CASE WHEN sum(s.rolled) FILTER (WHERE s.rolled > 0) > sum(s.opening) THEN 1 ELSE round(coalesce(sum(s.rolled) FILTER (WHERE s.rolled > 0), 0) / sum(s.opening), 6) END AS rate
              FROM slow s WHERE s.currency = c.currency AND s.n > e.n - h.months AND s.n <= e.n AND s.opening > 0 GROUP BY 1) q) r;
CREATE TEMPORARY TABLE fast_loss AS
SELECT h.months, e.n, l.currency, array_agg(l.loss_rate ORDER BY l.bucket) AS rates FROM (VALUES (3), (12)) h(months), month e, loss_rates(e.last_day + CASE WHEN e.n % 2 = 0 THEN 0 ELSE 20 END, h.months, loss_given_default => 0.6) l GROUP BY 1, 2, 3;
SELECT count(*) > 100 AS rows, count(*) FILTER (WHERE f.rates[1] IS NULL) > 5 AS not_known, count(*) FILTER (WHERE f.rates[1] = 0) > 3 AS nothing_lost, count(*) FILTER (WHERE f.rates[1] > 0) > 50 AS usual,
       count(*) FILTER (WHERE 1 IN (s.r0, s.r1, s.r2, s.r3)) > 5 AS all_roll,
       count(*) FILTER (WHERE ARRAY(SELECT round(x, 8) FROM unnest(s.rates) WITH ORDINALITY u(x, k) ORDER BY k) IS DISTINCT FROM f.rates) AS differ
  FROM fast_loss f LEFT JOIN slow_loss s ON s.months = f.months AND s.n = f.n AND s.currency = f.currency;

-- The provision of every month's end.
CREATE TEMPORARY TABLE gross AS SELECT n, currency, least(bucket, 4) AS bucket, sum(amount) AS amount FROM balance GROUP BY 1, 2, 3;
SELECT count(*) > 200 AS rows, count(*) FILTER (WHERE f.allowance > 0) > 100 AS usual, count(*) FILTER (WHERE f.amount < 0) > 5 AS credits,
       count(*) FILTER (WHERE f.amount <> s.amount OR f.allowance <> greatest(round(s.amount * (ARRAY[0.0037, 0.0161, 0.0362, 0.0663, 0.1064])[s.bucket + 1], CASE s.currency WHEN 'JPY' THEN 0 ELSE 2 END), 0) OR f.allowance IS NULL) AS differ
  FROM month m CROSS JOIN LATERAL provision(m.last_day, '{0.0037,0.0161,0.0362,0.0663,0.1064}') f
  LEFT JOIN gross s ON s.n = m.n AND s.currency = f.currency AND s.bucket = array_position('{not due,1-30,31-60,61-90,90+}', f.bucket::text) - 1;
SELECT count(*) > 200 AS rows, count(*) FILTER (WHERE f.allowance > 0) > 50 AS usual, count(*) FILTER (WHERE f.allowance IS NULL) > 3 AS not_known,
       count(*) FILTER (WHERE f.amount <> s.amount OR f.allowance IS DISTINCT FROM CASE WHEN s.amount <= 0 THEN 0 ELSE round(s.amount * round(l.rates[s.bucket + 1], 8), CASE s.currency WHEN 'JPY' THEN 0 ELSE 2 END) END) AS differ
  FROM month m CROSS JOIN LATERAL provision(m.last_day, loss_given_default => 0.6) f
  LEFT JOIN gross s ON s.n = m.n AND s.currency = f.currency AND s.bucket = array_position('{not due,1-30,31-60,61-90,90+}', f.bucket::text) - 1
  LEFT JOIN slow_loss l ON l.n = m.n AND l.months = 12 AND l.currency = f.currency;
SELECT debiteur.drop_ledger('provision', true);
