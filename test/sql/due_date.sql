-- Due dates, discounts, their yearly cost, and the law's longest terms.
SET search_path = debiteur, pg_catalog;
SET DateStyle = ISO;
\set VERBOSITY default

-- Published due dates.
SELECT terms, issued, due_date(terms::payment_terms, issued), due_date(terms::payment_terms, issued) = published AS as_published
  FROM (VALUES
    -- Odoo: 30 days; two instalments of 15 and 45 days are two terms
    ('net 30', date '2022-01-01', date '2022-01-31'), ('net 30', '2022-01-15', '2022-02-14'), ('net 30', '2022-01-31', '2022-03-02'),
    ('net 15', '2022-01-01', '2022-01-16'), ('net 45', '2022-01-01', '2022-02-15'),
    ('net 15', '2022-01-15', '2022-01-30'), ('net 45', '2022-01-15', '2022-03-01'),
    ('net 15', '2022-01-31', '2022-02-15'), ('net 45', '2022-01-31', '2022-03-17'),
    -- Odoo: 30 days, end of month, on the 10th; 0 days, end of month, on the 29th and 31st; 30 days, end of month
    ('net 30 then eom then 10', '2023-12-12', '2024-02-10'),
    ('net 0 then eom then 29', '2024-05-23', '2024-06-29'), ('net 0 then eom then 31', '2024-05-23', '2024-06-30'),
    ('net 30 then eom', '2024-04-22', '2024-05-31'),
    -- Odoo: weeks and days
    ('2 weeks', '2015-03-02', '2015-03-16'), ('15 days', '2015-03-01', '2015-03-16'),
    -- OCA: fixed payment days
    ('net 5 then on 5', '2020-01-01', '2020-02-05'), ('on 5,10', '2020-01-01', '2020-01-05'), ('on 5,10', '2020-01-06', '2020-01-10'),
    -- France: 45 days and a month end, in either order (solices.fr, fnaseph.org, solon.law, scribd 727402193, whose "30 December" is the month end)
    ('net 45 then eom', '2025-04-10', '2025-05-31'),
    ('net 45 then eom', '2025-03-10', '2025-04-30'), ('eom then net 45', '2025-03-10', '2025-05-15'),
    ('net 45 then eom', '2023-01-15', '2023-03-31'),
    ('net 45 then eom', '2023-10-05', '2023-11-30'), ('eom then net 45', '2023-10-05', '2023-12-15'),
    ('net 45 then eom', '2023-10-22', '2023-12-31'), ('eom then net 45', '2023-10-22', '2023-12-15'),
    -- United States: 4/10 EOM of 12 July (studylib.net ch14-sec-5)
    ('4/10 eom', '2025-07-12', '2025-08-30')) AS v(terms, issued, published);

-- What follows from the published rules: the three readings of 30 days end of
-- month on 31 January, the British list of terms, months that are clamped.
SELECT terms, issued, due_date(terms::payment_terms, issued)
  FROM (VALUES
    ('net 30 then eom', date '2023-01-31'), ('eom then net 30', '2023-01-31'), ('net 1 month then eom', '2023-01-31'), ('net 1 month then eom', '2024-01-31'),
    ('eom', '2024-02-10'), ('net monthly account', '2024-01-15'), ('21 mfi', '2024-01-15'), ('cod', '2024-01-15'), ('upon receipt', '2024-01-15'),
    ('net 1 month', '2023-01-31'), ('net 1 month', '2024-01-31'), ('net 13 months', '2023-01-30'), ('net 12 months', '2024-02-29')) AS v(terms, issued);

-- Published discounts: last day, amount, what is left to pay.
SELECT terms, issued, discount_date(terms::payment_terms, issued), amount, paid_on,
       discount(terms::payment_terms, amount, issued, paid_on), amount - discount(terms::payment_terms, amount, issued, paid_on) AS to_pay
  FROM (VALUES
    ('4/10 eom', date '2025-07-12', 727.05, date '2025-08-10'),  -- 29.08, pay 697.97
    ('2/10 eom cutoff 25', '2025-11-27', 8100, '2026-01-10'),    -- to 10 January, pay 7,938
    ('3/10 n/30', '2025-11-14', 3240, '2025-11-24'),             -- ROG: reckoned from the receipt of goods, pay 3,142.80
    ('2/10 net 30', '2025-01-01', 1000, '2025-01-11'),           -- 980 clears 1,000
    ('2/10 1/20 n/60', '2025-01-26', 750, '2025-02-05'),
    ('2/10 1/20 n/60', '2025-01-26', 750, '2025-02-06'),
    ('2/10 1/20 n/60', '2025-01-26', 750, '2025-02-15'),
    ('2/10 1/20 n/60', '2025-01-26', 750, '2025-02-16'),
    ('10/7 net 30', '2025-01-01', 1150, '2025-01-08'),           -- base with VAT: pay 1,035
    ('10/7 net 30', '2025-01-01', 1000, '2025-01-08')            -- base without: 100 off 1,150, pay 1,050
  ) AS v(terms, issued, amount, paid_on);
-- The cut-off day itself is not after the cut-off.
SELECT issued, discount_date('2/10 eom cutoff 25', issued), due_date('2/10 eom cutoff 25', issued)
  FROM unnest(ARRAY['2025-11-25', '2025-11-26', '2025-12-26', '2024-02-29']::date[]) AS issued;

SELECT paid_on, discount_percentage('2.5/10 1.125/20 net 30', '2025-01-01', paid_on)
  FROM unnest(ARRAY['2024-12-01', '2025-01-11', '2025-01-12', '2025-01-21', '2025-01-22']::date[]) AS paid_on;
SELECT discount_percentage('net 30', '2025-01-01', '2025-01-01'), discount_date('net 30', '2025-01-01'), discount('cod', 100, '2025-01-01', '2025-01-01');

-- Rounded half up, exactly, to the digits of the currency; of a credit note the same, negative.
SELECT amount, digits, discount('2/10 net 30', amount, '2025-01-01', '2025-01-02', digits)
  FROM (VALUES (0.25, 2), (0.2499, 2), (-0.25, 2), (125, 0), (124.99, 0), (1.025, 3), (0, 2), (12345678901234567890123.25, 2), (1e30, 5)) AS v(amount, digits);
SELECT discount('0.001/10 net 30', 1, '2025-01-01', '2025-01-02', 20);
SELECT discount('2/10 net 30', 'NaN', '2025-01-01', '2025-01-02');
\echo :LAST_ERROR_SQLSTATE
SELECT discount('2/10 net 30', '-Infinity', '2025-01-01', '2025-01-02');
SELECT discount('2/10 net 30', 100, '2025-01-01', '2025-01-02', -1);
SELECT discount('2/10 net 30', 100, '2025-01-01', '2025-01-02', 21);
SELECT discount('2/10 net 30', 100, '2025-01-01', 'infinity');

-- What not taking the discount costs: published 37.24 % (36.73 % with 360 days) and 18.43 %.
SELECT terms, round(annual_cost(terms::payment_terms), 4) AS simple, round(annual_cost(terms::payment_terms, 360), 4) AS simple_360,
       round(effective_annual_cost(terms::payment_terms), 4) AS compound, round(effective_annual_cost(terms::payment_terms, 360), 4) AS compound_360
  FROM unnest(ARRAY['2/10 net 30', '1/10 net 30', '3/10 1/20 net 60', '4/10 eom', '2/10 prox net 20 prox', '2/10 prox net eom then net 30', '50/0 net 365',
                    'net 30', 'cod', '2/30 net 30', '2/10 net 1 month', '2/10 net 10 prox', '2/10 prox net 31 prox', '2/10 prox net 60 from invoice']) AS terms;
-- Both agree with floating point.
SELECT count(*) AS terms, max(abs(annual_cost(terms) - d / (1 - d) * 365 / days)) < 1e-9 AS simple_agrees,
       max(abs(effective_annual_cost(terms) / (power(1 + d / (1 - d), 365 / days) - 1) - 1)) < 1e-9 AS compound_agrees
  FROM (SELECT format('%s/%s net %s', percentage, day, net)::payment_terms AS terms, percentage / 100::float8 AS d, (net - day)::float8 AS days
          FROM unnest(ARRAY[0.5, 1, 2, 2.125, 7.5, 40]) AS percentage, unnest(ARRAY[0, 7, 10]) AS day, unnest(ARRAY[14, 30, 45, 90, 360]) AS net) AS t;
SELECT length(round(effective_annual_cost('99.999/0 net 1', 366))::text) AS digits;
SELECT annual_cost('2/10 net 30', 0);
SELECT effective_annual_cost('2/10 net 30', 367);

-- The law's longest terms.
SELECT terms, within_law(terms::payment_terms) AS business, within_law(terms::payment_terms, 'public') AS public,
       within_law(terms::payment_terms, 'large') AS large, within_law(terms::payment_terms, 'large', true) AS large_to_sme,
       within_law(terms::payment_terms, 'consumer') AS consumer
  FROM unnest(ARRAY['cod', 'net 30', 'net 31', 'net 60', 'net 61', 'eom', 'net 1 month', 'net 2 months', '28 prox', '30 prox', '31 prox', 'net 30 then eom', 'net 31 then eom',
                    'net 1 month then eom', 'eom then net 30', 'eom then net 1 month', 'eom then net 1 month then on 30', 'on 5,10', 'net 30 cutoff 25', '2/10 net 90']) AS terms;
SELECT issued, within_law('net 60', 'large', true, issued) AS large_to_sme, within_law('net 2 months', 'business', false, issued) AS two_months
  FROM unnest(ARRAY['2022-06-30', '2022-07-01', '2023-01-15', '2024-07-01', '2023-07-15']::date[]) AS issued;
SELECT within_law(NULL), within_law('net 30', NULL), within_law('net 30', 'large', NULL);
SELECT within_law('net 30', 'mother');
SELECT within_law('net 30', 'public', false, '-infinity');

-- Ends of the calendar.
SELECT due_date('net 30', 'infinity');
\echo :LAST_ERROR_SQLSTATE
SELECT due_date('cod', '-infinity');
SELECT discount_date('2/10 net 30', '-infinity');
SELECT terms, issued, due_date(terms::payment_terms, issued)
  FROM (VALUES ('net 30', date '0001-01-01'), ('net 1', '0001-12-31 BC'), ('net 1 month', '0005-01-31 BC'), ('net 1 month', '0004-01-31 BC'), ('eom', '0001-02-10 BC'), ('10 prox', '0001-12-15 BC'),
               ('on 30', '0001-02-10 BC'), ('net 1 month', '1900-01-31'), ('net 1 month', '2000-01-31'), ('net 1 month', '4714-11-24 BC'), ('net 3650', '4714-11-24 BC'),
               ('net 30', '5874897-12-01'), ('31 prox', '5874897-11-30'), ('eom', '5874897-12-01'), ('on 31', '5874897-12-31')) AS v(terms, issued);
SELECT due_date('net 1', '5874897-12-31');
\echo :LAST_ERROR_SQLSTATE
SELECT due_date('net 3650', '5874897-12-31');
SELECT due_date('net 120 months then net 120 months then net 120 months then net 120 months', '5874897-12-31');
SELECT due_date('1 prox', '5874897-12-31');
SELECT due_date('on 1', '5874897-12-31');
SELECT due_date('net 0 cutoff 1', '5874897-12-31');
SELECT discount_date('2/10 net 30', '5874897-12-31');
SELECT due_date('net 1 bd', '5874897-12-31');
SELECT due_date(NULL, '2024-01-01'), due_date('net 30', NULL), due_date('net 5 bd', '2024-01-01', NULL);
SELECT due_date('net 5 bd', '2024-01-01', '{infinity}');
SELECT due_date('net 5 bd', '2024-01-01', '{NULL}');
-- Christmas; Good Friday and Easter Monday.
SELECT terms, issued, due_date(terms::payment_terms, issued) AS without, due_date(terms::payment_terms, issued, '{2025-01-01,2024-12-26,2024-12-25,2024-03-29,2024-04-01}') AS with_holidays
  FROM unnest(ARRAY['net 1 bd', 'net 5 bd', 'eom then net 2 bd', 'net 10 then net 1 bd', 'net 10']) AS terms, unnest('{2024-03-28,2024-12-20,2024-12-24}'::date[]) AS issued ORDER BY 1, 2;

-- Each term on each day of six years, against slow SQL.
CREATE FUNCTION pg_temp.business_days_later(day date, n int) RETURNS date LANGUAGE sql IMMUTABLE
    RETURN (SELECT d FROM generate_series(1, 2 * n + 5) AS i, LATERAL (SELECT day + i) AS x(d) WHERE extract(isodow FROM d) < 6 ORDER BY d OFFSET n - 1 LIMIT 1);
CREATE FUNCTION pg_temp.month_end(day date) RETURNS date LANGUAGE sql IMMUTABLE
    RETURN (date_trunc('month', day::timestamp) + interval '1 month' - interval '1 day')::date;
-- Day n of the month some months after the day's month, or that month's last day.
CREATE FUNCTION pg_temp.day_of_month(day date, months int, n int) RETURNS date LANGUAGE sql IMMUTABLE
    RETURN (SELECT least(first + n - 1, pg_temp.month_end(first))
              FROM (SELECT (make_date(extract(year FROM day)::int, extract(month FROM day)::int, 1)::timestamp + make_interval(months => months))::date) AS f(first));
CREATE FUNCTION pg_temp.next_of(day date, days int[]) RETURNS date LANGUAGE sql IMMUTABLE
    RETURN (SELECT min(d) FROM generate_series(0, 31) AS i, LATERAL (SELECT day + i) AS x(d)
             WHERE extract(day FROM d) = ANY (days) OR (d = pg_temp.month_end(d) AND extract(day FROM d) <= (SELECT max(n) FROM unnest(days) AS n)));
CREATE FUNCTION pg_temp.months_later(day date, months int) RETURNS date LANGUAGE sql IMMUTABLE
    RETURN (day::timestamp + make_interval(months => months))::date;
CREATE TEMP VIEW days AS
SELECT date '2023-01-01' + n AS issued FROM generate_series(0, date '2028-12-31' - date '2023-01-01') AS n;
SELECT terms, count(*) AS days, count(*) FILTER (WHERE due_date(terms::payment_terms, issued) IS DISTINCT FROM expected) AS differ
  FROM days,
       LATERAL (VALUES
         ('net 0', issued), ('cod', issued), ('net 1', issued + 1), ('net 30', issued + 30), ('net 3650', issued + 3650),
         ('net 1 month', pg_temp.months_later(issued, 1)), ('net 11 months', pg_temp.months_later(issued, 11)), ('net 120 months', pg_temp.months_later(issued, 120)),
         ('net 1 month then net 1 month', pg_temp.months_later(pg_temp.months_later(issued, 1), 1)),
         ('net 1 bd', pg_temp.business_days_later(issued, 1)), ('net 5 bd', pg_temp.business_days_later(issued, 5)), ('net 23 bd', pg_temp.business_days_later(issued, 23)),
         ('eom then net 3 bd', pg_temp.business_days_later(pg_temp.month_end(issued), 3)), ('net 3 bd then eom', pg_temp.month_end(pg_temp.business_days_later(issued, 3))),
         ('eom', pg_temp.month_end(issued)),
         ('net 30 then eom', pg_temp.month_end(issued + 30)), ('eom then net 30', pg_temp.month_end(issued) + 30),
         ('net 1 month then eom', pg_temp.month_end(pg_temp.months_later(issued, 1))), ('eom then net 1 month', pg_temp.months_later(pg_temp.month_end(issued), 1)),
         ('net 45 then eom', pg_temp.month_end(issued + 45)), ('eom then net 45', pg_temp.month_end(issued) + 45),
         ('1 prox', pg_temp.day_of_month(issued, 1, 1)), ('10 prox', pg_temp.day_of_month(issued, 1, 10)), ('29 prox', pg_temp.day_of_month(issued, 1, 29)), ('31 prox', pg_temp.day_of_month(issued, 1, 31)),
         ('net 30 then 10 prox', pg_temp.day_of_month(issued + 30, 1, 10)), ('4/10 eom', pg_temp.day_of_month(issued, 1, 10) + 20),
         ('2/10 prox net 1 prox then net 60', pg_temp.day_of_month(issued, 1, 1) + 60),
         ('10 prox cutoff 25', pg_temp.day_of_month(issued, CASE WHEN extract(day FROM issued) > 25 THEN 2 ELSE 1 END, 10)),
         ('net 30 cutoff 25', CASE WHEN extract(day FROM issued) > 25 THEN pg_temp.day_of_month(issued, 1, 1) ELSE issued END + 30),
         ('on 5', pg_temp.next_of(issued, '{5}')), ('on 5,10', pg_temp.next_of(issued, '{5,10}')), ('on 15,31', pg_temp.next_of(issued, '{15,31}')), ('on 29,30', pg_temp.next_of(issued, '{29,30}')),
         ('net 5 then on 5', pg_temp.next_of(issued + 5, '{5}')), ('net 1 month then on 30 then net 3', pg_temp.next_of(pg_temp.months_later(issued, 1), '{30}') + 3),
         ('net 10 then eom then net 2 months then on 15', pg_temp.next_of(pg_temp.months_later(pg_temp.month_end(issued + 10), 2), '{15}'))) AS v(terms, expected)
 GROUP BY terms ORDER BY terms COLLATE "C";
SELECT terms, count(*) AS days, count(*) FILTER (WHERE discount_date(terms::payment_terms, issued) IS DISTINCT FROM expected) AS differ
  FROM days,
       LATERAL (VALUES ('2/10 net 30', issued + 10), ('3/0 1/20 net 60', issued), ('4/10 eom', pg_temp.day_of_month(issued, 1, 10)), ('2/31 prox net 31 prox', pg_temp.day_of_month(issued, 1, 31)),
                       ('2/10 net 30 cutoff 25', CASE WHEN extract(day FROM issued) > 25 THEN pg_temp.day_of_month(issued, 1, 1) ELSE issued END + 10)) AS v(terms, expected)
 GROUP BY terms ORDER BY terms COLLATE "C";
-- Without an invoice date the law asks for the longest time of all: the same as asking for each day.
SELECT count(DISTINCT terms::text) AS terms, bool_and(always = each_day) AS agree
  FROM (SELECT terms, within_law(terms) AS always, bool_and(within_law(terms, 'business', false, issued)) AS each_day
          FROM days, unnest(ARRAY['net 60', 'net 2 months', '30 prox', '31 prox', 'net 30 then eom', 'net 31 then eom', 'net 1 month then eom', 'eom then net 1 month',
                                  'eom then net 1 month then on 30', 'eom then 30 days then on 31', 'net 28 then on 5 cutoff 28', 'net 42 bd', 'net 43 bd', 'eom then net 20 bd', 'eom then net 21 bd', 'net 1 month then net 20 bd']::payment_terms[]) AS terms
         GROUP BY terms) AS t;
