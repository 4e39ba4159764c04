/*
 * history.sql
 *		A believable history of days, random but the same for the same seed:
 *		appended to the ledger named by the variable ledger, from the day first to
 *		the day last. Everything that a ledger can hold comes up.
 */
SET search_path = :"ledger", debiteur, pg_catalog;
SET datestyle = ISO;
SET client_min_messages = warning;
SELECT setseed(:seed);
SELECT set_config('history.first', :'first', false), set_config('history.last', :'last', false);

-- The first time: customers, policies.
SELECT set_policy('strict', '{due+1 email reminder,due+8 letter final_notice,prev+14 agency hand_over}', catch_up => 'by_age', grouped_by => 'invoice', minimum_amount => 5, step_minimums => '{0,20,50}', minimum_share => 0.01),
       set_policy('kind', '{due+14 email reminder,due+22bd phone call}', min_interval => 10, convention => 'following', send_days => '{1,2,3,4,5}', quiet => '{[2024-12-24,2025-01-02]}'),
       add_dutch_holidays(2023, 2026),
       add_customer('D0', 'nobody')
 WHERE NOT EXISTS (SELECT FROM customer);
INSERT INTO customer (number, name, kind, terms, policy, email, language, country)
SELECT 'D' || n, 'Müller & Söhne ' || n, CASE WHEN n % 5 = 0 THEN 'consumer' ELSE 'business' END,
       (ARRAY[NULL, 'net 14', '2/10 net 30', 'net 60', '3/10 1/20 net 60'])[1 + n % 5]::payment_terms,
       (ARRAY[NULL, 'strict', 'kind'])[1 + n % 3], 'd' || n || '@example.org', (ARRAY['nl', 'de', 'en'])[1 + n % 3], 'NL'
  FROM generate_series(1, 40) AS n
 WHERE (SELECT count(*) FROM customer) = 1 ORDER BY n;

DO $history$
DECLARE
    day date := current_setting('history.first')::date;
    last date := current_setting('history.last')::date;
    c record;
    i record;
    n int := (SELECT count(*) FROM invoice);
    chance float;
    money bigint;
BEGIN
    WHILE day <= last LOOP
        FOR c IN SELECT number, id, (ARRAY['EUR', 'EUR', 'USD', 'JPY'])[1 + id % 4] AS currency FROM customer WHERE number <> 'D0' ORDER BY id LOOP
            CONTINUE WHEN random() > 0.06;
            n := n + 1;
            PERFORM issue_invoice(c.number, 'F' || n, (10 + random() * 2000)::numeric(10)
                + CASE WHEN c.currency = 'JPY' THEN 0 ELSE (random() * 0.99)::numeric(10, 2) END,
                day, currency => c.currency, reference => 'order ' || n, key => 'F' || n);
        END LOOP;
        FOR i IN SELECT f.*, o.number AS customer, day - f.due_on AS late FROM invoice f JOIN customer o ON o.id = f.customer_id
                  WHERE is_open(f.status) AND f.open_amount > 0 ORDER BY f.id LOOP
            chance := random();
            -- Every seventh customer hardly pays.
            IF chance < least(0.02 + greatest(i.late, 0), 0.07) / (1 + 15 * (i.customer_id % 7 = 0)::int) THEN
                money := record_payment(i.customer, i.open_amount, day, ARRAY[i.number], i.currency, 'pays ' || i.number);
                IF chance < 0.001 THEN
                    PERFORM reverse_payment(money, day, 'refused');
                ELSIF chance < 0.003 THEN
                    PERFORM reverse_payment(money, day + 5, 'charged back');
                END IF;
            ELSIF chance > 0.95 AND i.late > 60 THEN
                PERFORM write_off(i.number, posted_on => day, reason => 'bankrupt');
            ELSIF chance > 0.999 THEN
                PERFORM record_payment(i.customer, 2 * i.open_amount, day, NULL, i.currency);
            ELSIF chance > 0.997 THEN
                PERFORM record_payment(i.customer, ceil(i.open_amount / 3), day, ARRAY[i.number], i.currency);
            ELSIF chance > 0.996 THEN
                PERFORM issue_credit_note(i.customer, 'N' || i.number || '-' || day, ceil(i.open_amount / 2), CASE WHEN i.id % 2 = 0 THEN i.number END, day, i.currency);
            ELSIF chance > 0.994 AND NOT EXISTS (SELECT FROM hold h WHERE h.invoice_id = i.id AND h.during && daterange(day, NULL)) THEN
                PERFORM hold(invoice => i.number, kind => 'dispute', from_on => day, until_on => CASE WHEN i.id % 3 > 0 THEN day + 20 END, reason => 'broken');
            ELSIF chance > 0.993 AND i.allocated = 0 THEN
                PERFORM cancel_invoice(i.number, day, 'typing error');
            ELSIF chance BETWEEN 0.991 AND 0.992 THEN
                PERFORM reschedule(f.number, f.due_on + 14 + f.id::int % 20, 'asked for it',
                                   greatest(day - f.id::int % 3, f.issued_on, f.rescheduled_on, (SELECT max(a.posted_on) FROM allocation a WHERE a.invoice_id = f.id)))
                   FROM invoice f WHERE f.id = i.id AND f.status IN ('open', 'overdue');
            ELSIF chance > 0.992 AND i.late > 0 AND i.currency <> 'JPY' THEN
                PERFORM issue_invoice(i.customer, i.number || '/costs ' || day, 40, day, currency => i.currency, kind => 'costs', related => i.number);
            END IF;
        END LOOP;
        PERFORM release(h.id, day) FROM hold h WHERE upper(h.during) IS NULL AND day - lower(h.during) > 30;
        IF random() < 0.9 THEN
            CALL advance(day);
        END IF;
        -- The last days' messages are left.
        IF day < last - 7 THEN
            PERFORM confirm_notice((m.payload->>'notice')::bigint) FROM take_messages(5) m WHERE m.topic = 'notice';
        END IF;
        COMMIT;
        day := day + 1;
    END LOOP;
    INSERT INTO invoice (customer_id, number, amount, issued_on, status)
    SELECT min(id), 'draft ' || last, 12, last, 'draft' FROM customer;
END $history$;
SELECT set_policy('strict', '{due+2 email reminder,due+9 letter final_notice,prev+14 agency hand_over}');
SELECT migrate_policy('strict') > 0 AS moved, assign_policy('kind', segment => 'public') > 0 AS segment;
