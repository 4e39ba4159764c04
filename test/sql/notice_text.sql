--
-- notice_text: filling in templates; amounts and dates by language.
--
SET search_path = debiteur;

-- Placeholders, braces, values that look like placeholders.
SELECT fill('Dear {customer}, please pay {amount}.', '{"customer": "{amount} & Sons", "amount": 12.50, "unused": 1}');
SELECT fill('', '{}') = '' AS empty, fill('no braces', '{}'), fill('{{amount}} }} {{', '{}'), fill('{a}{a}{b}', '{"a": "", "b": null}') = '' AS nothing;
SELECT fill('{{{a}}}', '{"a": "x"}'), fill('{a}}}', '{"a": "x"}'), fill(repeat('{long_name}', 10000), '{"long_name": "0123456789"}') = repeat('0123456789', 10000) AS long;
SELECT fill('{a}', NULL) IS NULL AS no_values, fill(NULL, '{}') IS NULL AS no_template, placeholders(NULL) IS NULL AS none;
SELECT placeholders('{b} {a}{{c}} {b}'), placeholders('{{}}'), placeholders('');

-- What is refused.
SELECT fill('{missing}', '{"amount": 1}');
SELECT fill('{Amount}', '{"Amount": 1}');
SELECT fill('{}', '{"": 1}');
SELECT fill('{a b}', '{"a b": 1}');
SELECT fill('open {amount', '{"amount": 1}');
SELECT fill('close amount}', '{"amount": 1}');
SELECT fill('{{{amount}}', '{"amount": 1}');
SELECT fill('{a}', '{"a": [1]}');
SELECT fill('{a}', '{"a": {"b": 1}}');
SELECT fill('{a}', '{"a": true}');
SELECT fill('{a}', '[1]');
SELECT fill('{a}', '1');
SELECT placeholders('{' || repeat('A', 200) || '}');
SELECT placeholders('{');


-- From two arrays.
SELECT fill('{a} {{b}} {b}', '{b,a}', '{1,"{b}"}'), fill('{a}', '{a,a}', '{first,second}'), fill('{a}', '{a}', '{NULL}') = '' AS nothing, fill('', '{}', '{}') = '' AS empty;
SELECT fill('{a}', '{b}', '{1}');
SELECT fill('{a}', '{a,NULL}', '{1,2}');
SELECT fill('{a}', '{a,b}', '{1}');
SELECT fill('{a}', NULL, '{}') IS NULL AND fill('{a}', '{}', NULL) IS NULL AS nulls;
-- Against a second way to fill in: split at the braces.
CREATE FUNCTION pg_temp.slowly(template text, vals jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text := '';
    rest text := template;
    name text;
BEGIN
    WHILE rest <> '' LOOP
        IF left(rest, 2) IN ('{{', '}}') THEN
            result := result || left(rest, 1);
            rest := substr(rest, 3);
        ELSIF left(rest, 1) = '{' THEN
            name := split_part(substr(rest, 2), '}', 1);
            result := result || coalesce(vals->>name, '');
            rest := substr(rest, length(name) + 3);
        ELSE
            result := result || left(rest, 1);
            rest := substr(rest, 2);
        END IF;
    END LOOP;
    RETURN result;
END $$;
SELECT setseed(0.5) IS NULL AS seeded;
SELECT count(*) AS templates, count(*) FILTER (WHERE fill(template, vals) <> pg_temp.slowly(template, vals)) AS differ,
       count(*) FILTER (WHERE fill(template, '{a,b_c,d}', ARRAY['{b_c}', n::text, NULL]) <> fill(template, vals)) AS arrays_differ
  FROM (SELECT n, string_agg((ARRAY['{a}', '{b_c}', '{{', '}}', 'x', ' ', 'é', E'\n', '{d}'])[1 + floor(random() * 9)::int], '' ORDER BY k) AS template,
               jsonb_build_object('a', '{b_c}', 'b_c', n, 'd', NULL) AS vals
          FROM generate_series(1, 2000) n, generate_series(1, 12) k GROUP BY n) t;

-- Amounts.
SELECT a AS amount, format_amount(a, 'EUR', 'en') AS en, format_amount(a, 'EUR', 'nl') AS nl, format_amount(a, 'EUR', 'de') AS de,
       replace(format_amount(a, 'EUR', 'fr'), U&'\00A0', '~') AS fr
  FROM unnest('{0, 1, -1, 12.345, -0.005, 999.995, 1000, -1234.5, 123456, 1234567.891, 999999999999999.99, NaN, Infinity, -Infinity}'::numeric[]) a;
SELECT format_amount(1234.5, 'JPY', 'nl'), format_amount(1234.5, 'KWD', 'nl'), format_amount(1234.5, 'EUR', 'nl-BE'), format_amount(1234.5, 'EUR', 'NL_be'),
       format_amount(1234.5, 'EUR', 'xx'), format_amount(1234.5, 'EUR', ''), format_amount(1234.5, 'EUR', 'nld');
SELECT format_amount(NULL, 'EUR', 'nl') IS NULL AND format_amount(1, NULL, 'nl') IS NULL AND format_amount(1, 'EUR', NULL) IS NULL AS nulls;
SELECT format_amount(1, 'euro', 'nl');
SELECT count(*) FILTER (WHERE translate(format_amount(a, 'EUR', 'en'), ',', '')::numeric <> a) AS en,
       count(*) FILTER (WHERE translate(format_amount(a, 'EUR', 'de'), ',.', '.')::numeric <> a) AS de,
       count(*) FILTER (WHERE format_amount(a, 'EUR', 'en') !~ '^-?\d{1,3}(,\d{3})*\.\d\d$') AS odd
  FROM (SELECT round(((random() - 0.5) * 10 ^ (n % 14))::numeric, 2) AS a FROM generate_series(1, 5000) n) t;

-- Dates.
SELECT d AS day, format_date(d, 'en') AS en, format_date(d, 'nl') AS nl, format_date(d, 'de') AS de, format_date(d, 'fr') AS fr
  FROM unnest('{2026-01-01, 2026-02-02, 2026-03-01, 2026-04-30, 2026-05-05, 2026-06-10, 2026-07-14, 2026-08-01, 2026-09-09, 2026-10-31, 2026-11-11, 2026-12-25, 0001-01-01, 5874897-12-31}'::date[]) d;
SELECT format_date('0044-03-15 BC', 'en'), format_date('4714-11-24 BC', 'nl'), format_date(NULL, 'en') IS NULL AS nulls;
SELECT format_date('infinity', 'en');
SELECT format_date('-infinity', 'nl');
SELECT count(*) FILTER (WHERE format_date(d, 'en') <> to_char(d, 'FMDD FMMonth FMYYYY')) AS differ FROM (SELECT date '1999-12-01' + n AS d FROM generate_series(1, 20000, 17) n) t;

--
-- The texts of a ledger.
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT create_ledger('texts', time_zone => 'UTC');
SET search_path = texts, debiteur;
-- Every action in four languages; each placeholder that they use is one.
SELECT language, count(*) AS texts, count(DISTINCT line) AS lines, bool_and(placeholders(subject || body) <@ notice_placeholders('body')) AS known FROM notice_text GROUP BY 1 ORDER BY 1;
SELECT notice_placeholders('body') AS body, notice_placeholders('line') AS line, notice_placeholders(NULL) IS NULL AS nothing;
UPDATE settings SET sender = 'Fiets BV', bank_account = 'NL91 ABNA 0417 1643 00', respond_within = 10;
SELECT add_customer('N1', 'Jansen', language => 'nl', address => 'Kade 1') AS n1, add_customer('D1', 'M{amount}ller', language => 'de-AT') AS d1,
       add_customer('F1', 'Dupont', language => 'fr') AS f1, add_customer('E1', 'Smith') AS e1, add_customer('X1', 'Kowalski', language => 'pl') AS x1;
SELECT count(issue_invoice(c, 'I-' || c, 1234.5, '2024-01-01', '2024-01-31')) AS issued FROM unnest('{N1,D1,F1,E1,X1}'::text[]) c;
SELECT count(issue_invoice('N1', 'K-N1', 40, '2024-01-15', '2024-02-01', kind => 'costs', related => 'I-N1')) AS costs;
SELECT record_payment('N1', 1000, '2024-01-20', '{I-N1}') > 0 AS paid;
CALL advance('2024-02-07');
SELECT payload->>'customer' AS customer, payload->>'subject' AS subject, replace(payload->>'body', U&'\00A0', '~') AS body FROM outbox ORDER BY payload->>'customer';
-- Every action, filled in: no text fails.
SELECT set_policy('all', '{due+1 letter upcoming,due+2 email final_notice,due+3 phone call,due+4 letter default_notice,due+5 task escalate,due+6 letter stop_supply,due+7 agency hand_over}') > 0 AS made;
UPDATE customer SET policy = 'all' WHERE number <> 'X1';
SELECT count(issue_invoice(c, 'J-' || c, 10, '2024-02-01', '2024-03-01')) AS issued FROM unnest('{N1,D1,F1,E1}'::text[]) c;
DO $$ BEGIN FOR day IN 2 .. 8 LOOP PERFORM texts.advance_batch(date '2024-03-01' + day - 1); END LOOP; END $$;
SELECT action, language, count(*) AS notices, count(text_id) AS with_text, count(w.body) AS written, bool_or(w.body ~ '[{}]' AND name !~ '[{}]') AS with_braces
  FROM notice n LEFT JOIN LATERAL write_notices(ARRAY[n.id]) w ON true WHERE issued_on > '2024-03-01' GROUP BY 1, 2 ORDER BY 1, 2;

-- A ledger's own: for one channel, in a new language, with a line of its own; the version that a notice was written with stays.
SELECT set_notice_text('reminder', 'pl', 'Przypomnienie {invoice}', 'Prosimy o {amount} {currency}: {lines}', '{invoice} {paid}/{amount}') > 0 AS made;
SELECT set_notice_text('reminder', 'pl', 'SMS {invoice}', '{amount}', channel => 'sms') > 0 AS made;
SELECT action, language, channel, subject, line, current FROM notice_text WHERE language = 'pl' ORDER BY id;
SELECT subject FROM notice n, write_notices(ARRAY[n.id]) WHERE n.name = 'Kowalski';
SELECT count(issue_invoice('X1', 'L-X1', 10, '2024-02-01', '2024-03-01')) AS issued;
CALL advance('2024-03-12');
SELECT issued_on, subject, body FROM notice n, write_notices(ARRAY[n.id]) w WHERE n.name = 'Kowalski' ORDER BY 1;
SELECT set_notice_text('reminder', 'pl', 'Nowe {invoice}', '{lines}') > 0 AS newer;
SELECT line, current FROM notice_text WHERE language = 'pl' AND channel = 'any' ORDER BY id;
-- As it was sent, though the customer moved and the text is another one now.
UPDATE customer SET name = 'Nowak' WHERE number = 'X1';
SELECT issued_on, subject, body FROM notice n, write_notices(ARRAY[n.id]) w WHERE n.name = 'Kowalski' ORDER BY 1;
-- None: figures only.
UPDATE notice_text SET current = false WHERE action = 'reminder';
SELECT count(issue_invoice('E1', 'M-E1', 10, '2024-02-01', '2024-03-01')) AS issued;
UPDATE customer SET policy = NULL WHERE number = 'E1';
CALL advance('2024-03-13');
SELECT payload->>'subject' AS subject, payload->>'body' AS body, payload->>'amount' AS amount FROM outbox WHERE payload->>'issued_on' = '2024-03-13' AND payload->>'action' = 'reminder';

-- What is refused.
SELECT set_notice_text('reminder', 'en', '{invoice}', 'Dear {name}, {amout}', '{paid} {name}');
SELECT set_notice_text('reminder', 'en', '{invoice', '');
SELECT set_notice_text('reminder', 'en', '', '', '}');
SELECT set_notice_text('thanks', 'en', '', '');
SELECT set_notice_text('reminder', 'english', '', '');
SELECT set_notice_text('reminder', NULL, '', '');
SELECT set_notice_text('reminder', 'en', NULL, '');
SELECT set_notice_text('reminder', 'en', '', NULL);
SELECT set_notice_text('reminder', 'en', '', '', channel => 'fax');
SELECT set_notice_text('reminder', 'en', '', '', channel => NULL);
INSERT INTO notice_text (action, language, subject, body, line) VALUES ('reminder', 'en', '{lines}', '{nonsense}', '');
UPDATE notice_text SET body = 'changed';
DELETE FROM notice_text;
SET client_min_messages = warning;
TRUNCATE notice_text;
RESET client_min_messages;
-- Once under a key.
SELECT set_notice_text('call', 'nl', 'Bel {customer}', '{phone}', key => 'k') = set_notice_text('call', 'nl', 'Bel {customer}', '{phone}', key => 'k') AS same, count(*) AS versions FROM notice_text WHERE action = 'call' AND language = 'nl';
SELECT set_notice_text('call', 'nl', 'Bel', '{phone}', key => 'k');
RESET search_path;
