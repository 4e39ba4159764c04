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
SELECT count(*) AS templates, count(*) FILTER (WHERE fill(template, vals) <> pg_temp.slowly(template, vals)) AS differ
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
