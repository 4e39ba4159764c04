--
-- business_day: counting in business days, conventions, Easter, the holidays of the Netherlands
--
SET search_path = debiteur, pg_catalog;
SET datestyle = 'ISO';
\set easter '\'{2024-04-01,2024-03-29}\''

-- Around Good Friday and Easter Monday of 2024; n = 0 is the day itself.
SELECT to_char(day, 'Dy DD Mon') AS day, is_business_day(day, :easter) AS works, to_char(add_business_days(day, 1, :easter), 'DD Mon') AS plus_1,
       to_char(add_business_days(day, 5, :easter), 'DD Mon') AS plus_5, to_char(add_business_days(day, 0, :easter), 'DD Mon') AS plus_0,
       to_char(add_business_days(day, -1, :easter), 'DD Mon') AS minus_1, to_char(add_business_days(day, -5, :easter), 'DD Mon') AS minus_5,
       business_days_between('2024-03-28', day, :easter) AS since_thursday
  FROM generate_series(date '2024-03-27', '2024-04-03', '1 day') d, CAST(d AS date) AS day;
-- Conventions: Saturday 30 September 2017 (QuantLib's list: following gives 2 October), the Sunday after it, a Friday.
SELECT convention, to_char(roll('2017-09-30', convention), 'DD Mon') AS saturday_30_sep, to_char(roll('2017-10-01', convention), 'DD Mon') AS sunday_1_oct,
       to_char(roll('2017-09-29', convention), 'DD Mon') AS friday_29_sep, to_char(roll('2017-09-29', convention, '{2017-09-29}'), 'DD Mon') AS holiday_29_sep
  FROM unnest('{unadjusted,following,modified_following,preceding,modified_preceding}'::text[]) convention;
-- A letter counts as delivered on the second day after sending; Sunday, Monday and holidays don't count (Hoge Raad 25 November 2016, ECLI:NL:HR:2016:2704, 3.5.2).
SELECT to_char(sent, 'Dy DD Mon') AS sent, to_char(add_business_days(sent, 2, ARRAY(SELECT day FROM holidays_nl(2026)), '{7,1}'), 'Dy DD Mon') AS delivered
  FROM unnest('{2026-03-02,2026-03-06,2026-03-07,2026-04-01,2026-04-02}'::date[]) sent;
-- Weekends of other countries, and none.
SELECT weekend, array_agg(to_char(day, 'Dy') ORDER BY day) FILTER (WHERE is_business_day(day, '{}', weekend)) AS works
  FROM (VALUES ('{6,7}'::int[]), ('{5,6}'), ('{7}'), ('{}'), ('{1,1,3,5,6,7,7}')) w(weekend), generate_series(date '2024-01-01', '2024-01-07', '1 day') d, CAST(d AS date) AS day GROUP BY 1 ORDER BY min(weekend[1]), cardinality(weekend);
-- Holidays in any order, twice, on weekends, in two dimensions.
SELECT business_days_between('2023-12-31', '2024-12-31', h) FROM unnest(ARRAY['{}', '{2024-12-25,2024-01-01}', '{2024-01-01,2024-12-25,2024-12-25,2024-12-28,2024-01-01}', '{{2024-12-25},{2024-01-01}}', '[7:8]={2024-12-25,2024-01-01}']) t, CAST(t AS date[]) h;

-- The ends of the calendar, and far ways.
SELECT add_business_days('4714-11-24 BC', 1533916781), add_business_days('5874897-12-31', -1533916781), add_business_days('2024-01-01', 1000000000, '{2024-01-02}'),
       add_business_days('2024-01-01', 300000000, '{}', '{1,2,3,4,5,6}') > '5000000-01-01' AS one_day_a_week;
SELECT business_days_between('4714-11-24 BC', '5874897-12-31') AS all_there_are, business_days_between('5874897-12-31', '4714-11-24 BC', '{}', '{}') AS all_days_back,
       business_days_between('4714-11-24 BC', '5874897-12-31', '{}', '{1,2,3,4,5,6}') AS sundays;
SELECT is_business_day('4714-11-24 BC'), is_business_day('5874897-12-31'), is_business_day('5874897-12-31', '{5874897-12-31}'), roll('5874897-12-31', 'modified_following', '{5874897-12-31}'), roll('4714-11-24 BC', 'modified_preceding', '{4714-11-24 BC}');
SELECT roll('5874897-12-31', 'following', '{5874897-12-31}');
SELECT roll('4714-11-24 BC', 'preceding', '{4714-11-24 BC}');
\set VERBOSITY sqlstate
SELECT add_business_days('4714-11-24 BC', -1);
SELECT add_business_days('5874897-12-31', 1);
SELECT add_business_days('2024-01-01', 2147483647);
SELECT add_business_days('2024-01-01', -2147483648);
SELECT add_business_days('2024-01-01', 2147483647, '{}', '{1,2,3,4,5,6}');
\set VERBOSITY default

-- NULLs, infinity, what is no weekday, no convention.
SELECT num_nulls(is_business_day(NULL), is_business_day('2024-01-01', NULL), is_business_day('2024-01-01', '{}', NULL), add_business_days('2024-01-01', NULL), business_days_between(NULL, '2024-01-01'), roll('2024-01-01', NULL)) AS nulls;
SELECT is_business_day('infinity');
SELECT add_business_days('-infinity', 1);
SELECT business_days_between('2024-01-01', 'infinity');
SELECT roll('infinity', 'unadjusted');
SELECT is_business_day('2024-01-01', '{2024-01-01,NULL}');
SELECT is_business_day('2024-01-01', '{2024-01-01,-infinity}');
SELECT is_business_day('2024-01-01', '{}', '{0}');
SELECT is_business_day('2024-01-01', '{}', '{8}');
SELECT is_business_day('2024-01-01', '{}', '{6,NULL}');
SELECT is_business_day('2024-01-01', '{}', '{1,2,3,4,5,6,7}');
SELECT roll('2024-01-01', 'Following');
SELECT roll('2024-01-01', '');
\set VERBOSITY sqlstate
SELECT is_business_day('infinity');
SELECT is_business_day('2024-01-01', '{2024-01-01,NULL}');
SELECT is_business_day('2024-01-01', '{}', '{0}');
SELECT roll('2024-01-01', 'Following');
\set VERBOSITY default
-- After an error the same call site goes on: the calendar it kept is whole.
CREATE FUNCTION pg_temp.tried(day date, holidays date[]) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN debiteur.is_business_day(day, holidays);
EXCEPTION WHEN SQLSTATE 'RV016' THEN RETURN 'RV016';
END $$;
SELECT array_agg(pg_temp.tried('2024-01-02', h::date[]) ORDER BY n) FROM unnest(ARRAY['{}', '{2024-01-02}', '{infinity}', '{2024-01-02}', '{NULL}', '{}']) WITH ORDINALITY x(h, n);

-- Random days, holidays and weekends, against plain SQL that looks at each day.
SELECT setseed(0.5);
CREATE TEMPORARY TABLE random_day AS
SELECT n, date '2024-01-01' + (random() * 200)::int AS day, date '2024-01-01' + (random() * 200)::int AS other, (random() * 40)::int - 20 AS k,
       -- In no order, some twice; some so dense that whole weeks are free.
       ARRAY(SELECT date '2024-01-01' - 60 + (random() * 320)::int FROM generate_series(1, (ARRAY[0, 3, 30, 300])[1 + n % 4])) AS holidays,
       ARRAY(SELECT w FROM generate_series(1, 7) w WHERE CASE n % 3 WHEN 0 THEN w > 5 WHEN 1 THEN w IN (5, 6) ELSE random() < 0.3 AND w <> 3 END) AS weekend
  FROM generate_series(1, 1500) n;
CREATE TEMPORARY TABLE plain_day AS
SELECT r.n, d::date AS day, extract(isodow FROM d)::int <> ALL (r.weekend) AND d::date <> ALL (r.holidays) AS works
  FROM random_day r, generate_series(timestamp '2023-09-01', '2025-03-01', '1 day') d;
CREATE INDEX ON plain_day (n, day) WHERE works;
ANALYZE plain_day;
SELECT count(*) = 1500 * 548 AS days, round(avg(works::int), 1) AS share_of_work FROM plain_day;
SELECT count(*) FILTER (WHERE is_business_day(p.day, r.holidays, r.weekend) <> p.works) AS different FROM plain_day p JOIN random_day r USING (n) WHERE p.day BETWEEN '2024-01-01' AND '2024-09-01';
SELECT count(*) FILTER (WHERE business_days_between(day, other, holidays, weekend)
                              <> CASE WHEN day <= other THEN (SELECT count(*) FROM plain_day p WHERE p.n = r.n AND p.works AND p.day > r.day AND p.day <= r.other)
                                      ELSE - (SELECT count(*) FROM plain_day p WHERE p.n = r.n AND p.works AND p.day > r.other AND p.day <= r.day) END) AS between_differs,
       count(*) FILTER (WHERE add_business_days(day, k, holidays, weekend) IS DISTINCT FROM
                              CASE WHEN k > 0 THEN (SELECT p.day FROM plain_day p WHERE p.n = r.n AND p.works AND p.day > r.day ORDER BY p.day OFFSET k - 1 LIMIT 1)
                                   WHEN k < 0 THEN (SELECT p.day FROM plain_day p WHERE p.n = r.n AND p.works AND p.day < r.day ORDER BY p.day DESC OFFSET -k - 1 LIMIT 1)
                                   ELSE day END) AS add_differs,
       count(*) FILTER (WHERE is_business_day(day, holidays, weekend) AND business_days_between(day, add_business_days(day, k, holidays, weekend), holidays, weekend) <> k) AS not_undone,
       count(*) FILTER (WHERE roll(day, 'following', holidays, weekend) <> f OR roll(day, 'preceding', holidays, weekend) <> b
                           OR roll(day, 'modified_following', holidays, weekend) <> CASE WHEN to_char(f, 'YYYYMM') = to_char(day, 'YYYYMM') THEN f ELSE b END
                           OR roll(day, 'modified_preceding', holidays, weekend) <> CASE WHEN to_char(b, 'YYYYMM') = to_char(day, 'YYYYMM') THEN b ELSE f END
                           OR roll(day, 'unadjusted', holidays, weekend) <> day) AS roll_differs,
       count(*) FILTER (WHERE to_char(f, 'YYYYMM') <> to_char(day, 'YYYYMM')) > 50 AS some_modified
  FROM (SELECT r.*, (SELECT min(p.day) FROM plain_day p WHERE p.n = r.n AND p.works AND p.day >= r.day) AS f,
               (SELECT max(p.day) FROM plain_day p WHERE p.n = r.n AND p.works AND p.day <= r.day) AS b FROM random_day r) r;
-- Many holidays: each Wednesday of 500 years, backwards.
SELECT business_days_between('2000-01-01', '2500-01-01', h) AS without_wednesdays, business_days_between('2000-01-01', '2500-01-01', '{}', '{6,7,3}') AS the_same,
       add_business_days('2000-01-03', 100000, h) = add_business_days('2000-01-03', 100000, '{}', '{6,7,3}') AS same_day
  FROM (SELECT array_agg(d::date ORDER BY d DESC) FROM generate_series(timestamp '2000-01-05', '2500-01-01', '1 week') d) x(h);

-- When notices go out: the first such day, found day by day.
SELECT sending_day('2024-12-24', NULL, NULL) AS any_day, sending_day('2024-12-28', '{1,2,3,4,5}', NULL) AS monday, sending_day('2024-12-28', '{1,2,3,4,5}', NULL, '{2024-12-30}') AS not_a_holiday,
       sending_day('2024-12-30', NULL, NULL, '{2024-12-30}') AS holiday_too, sending_day('2024-12-24', NULL, '{[2024-12-24,2025-01-02]}') AS after_christmas,
       sending_day('2024-12-24', '{1,2,3,4,5}', '{[2024-12-24,2025-01-02],[2025-01-04,2025-01-07]}', '{2025-01-03,2025-01-08}') AS after_all, sending_day('2024-12-24', NULL, '{[2024-12-24,)}') AS never,
       sending_day('2025-01-09', '{1,2,3,4,5}', '{[2024-12-24,2025-01-02],[2025-01-04,2025-01-07]}', '{2025-01-03,2025-01-08,2025-01-09}', true) AS before_all, sending_day('2024-12-24', NULL, '{(,2024-12-24]}', '{}', true) AS never_before;
SELECT sending_day(NULL, '{1}', NULL) IS NULL AS null_day, sending_day('2024-12-24', '{8}', NULL);
SELECT count(*) FILTER (WHERE sending_day(r.day, days, quiet, holidays) <> (SELECT min(d) FROM generate_series(r.day, r.day + 120, '1 day') t, CAST(t AS date) AS d
           WHERE (days IS NULL OR (extract(isodow FROM d)::int = ANY (days) AND d <> ALL (holidays))) AND NOT coalesce(quiet @> d, false))) AS different,
       count(*) FILTER (WHERE sending_day(r.day, days, quiet, holidays, true) <> (SELECT max(d) FROM generate_series(r.day - 120, r.day, '1 day') t, CAST(t AS date) AS d
           WHERE (days IS NULL OR (extract(isodow FROM d)::int = ANY (days) AND d <> ALL (holidays))) AND NOT coalesce(quiet @> d, false))) AS different_backwards, count(quiet) > 300 AS some_quiet
  FROM (SELECT r.day, r.holidays, CASE WHEN n % 5 > 0 THEN ARRAY(SELECT w FROM generate_series(1, 7) w WHERE w <> ALL (r.weekend)) END AS days,
               CASE WHEN n % 2 = 0 THEN datemultirange(daterange(r.day - k, r.day - k + 9), daterange(r.day + 12, r.day + 20), daterange(r.other, r.other + 20)) END AS quiet
          FROM random_day r WHERE n % 4 < 3) r;
SELECT d, q, calendar_problem(d::int[], q::datemultirange) FROM (VALUES (NULL, NULL), ('{1,2,3,4,5}', '{[2024-12-24,2025-01-02]}'), ('{7,7}', '{}'), ('{}', NULL), ('{0,1}', NULL), ('{8}', NULL), ('{1,NULL}', NULL),
    (NULL, '{[2024-12-24,)}'), (NULL, '{[2024-12-24,infinity]}'), (NULL, '{(,2024-12-24]}')) v(d, q);

-- Easter: dates that are known, among them the earliest and the latest, and the years in which the full moon is put a day earlier.
SELECT count(*) AS known, count(*) FILTER (WHERE easter(extract(year FROM day)::int) <> day) AS different
  FROM unnest('{1583-04-10,1598-03-22,1666-04-25,1693-03-22,1700-04-11,1734-04-25,1761-03-22,1800-04-13,1818-03-22,1886-04-25,1900-04-15,1943-04-25,1954-04-18,1961-04-02,1981-04-19,1999-04-04,2000-04-23,2008-03-23,2011-04-24,2016-03-27,2024-03-31,2025-04-20,2038-04-25,2049-04-18,2076-04-19,2285-03-22}'::date[]) day;
-- Gauss's rule of 1816, with the century's numbers, written by itself: a second computation for all years to 9999.
CREATE FUNCTION pg_temp.gauss(y int) RETURNS date LANGUAGE sql AS $$
    SELECT CASE WHEN d = 29 AND e = 6 THEN make_date(y, 4, 19) WHEN d = 28 AND e = 6 AND (11 * m + 11) % 30 < 19 THEN make_date(y, 4, 18) ELSE make_date(y, 3, 22) + d + e END
      FROM (SELECT m, d, (2 * (y % 4) + 4 * (y % 7) + 6 * d + n) % 7 AS e
              FROM (SELECT m, n, (19 * (y % 19) + m) % 30 AS d
                      FROM (SELECT (15 + y / 100 - y / 400 - (13 + 8 * (y / 100)) / 25) % 30 AS m, (4 + y / 100 - y / 400) % 7 AS n) a) b) c $$;
SELECT count(*) AS years, count(*) FILTER (WHERE easter(y) <> pg_temp.gauss(y)) AS different, count(*) FILTER (WHERE extract(dow FROM easter(y)) <> 0) AS no_sunday,
       min(to_char(easter(y), 'MM-DD')) AS earliest, max(to_char(easter(y), 'MM-DD')) AS latest FROM generate_series(1583, 9999) y;
-- It comes again after 5,700,000 years.
SELECT count(*) FILTER (WHERE easter(y) - make_date(y, 3, 1) <> easter(y + 5700000) - make_date(y + 5700000, 3, 1)) AS different FROM generate_series(1583, 174897, 97) y;
SELECT easter(NULL) IS NULL AS null_gives_null, easter(5874897);
SELECT easter(1582);
SELECT easter(5874898);

-- The holidays of a year, by the law; narrower.
SELECT day, to_char(day, 'Dy') AS weekday, name, dutch_name FROM holidays_nl(2026);
SELECT string_agg(name, ', ' ORDER BY day) FROM holidays_nl(2026, good_friday => false, liberation_day => 'every_five_years');
SELECT year, option, count(*) FILTER (WHERE name = 'Liberation Day') AS liberation_day
  FROM unnest('{1989,1990,2024,2025}'::int[]) year, unnest('{never,every_five_years,always}'::text[]) option, holidays_nl(year, liberation_day => option) GROUP BY 1, 2 ORDER BY 1, 2;
-- Movable days as published (PanderMusubi/dutch-holidays, calendar of 2010 to 2050).
SELECT count(*) AS years, count(*) FILTER (WHERE found IS DISTINCT FROM published) AS different
  FROM (VALUES (2014, '{2014-04-18,2014-04-21,2014-04-26,2014-05-29,2014-06-09}'::date[]), (2015, '{2015-04-03,2015-04-06,2015-04-27,2015-05-14,2015-05-25}'),
    (2016, '{2016-03-25,2016-03-28,2016-04-27,2016-05-05,2016-05-16}'), (2017, '{2017-04-14,2017-04-17,2017-04-27,2017-05-25,2017-06-05}'),
    (2018, '{2018-03-30,2018-04-02,2018-04-27,2018-05-10,2018-05-21}'), (2019, '{2019-04-19,2019-04-22,2019-04-27,2019-05-30,2019-06-10}'),
    (2020, '{2020-04-10,2020-04-13,2020-04-27,2020-05-21,2020-06-01}'), (2021, '{2021-04-02,2021-04-05,2021-04-27,2021-05-13,2021-05-24}'),
    (2022, '{2022-04-15,2022-04-18,2022-04-27,2022-05-26,2022-06-06}'), (2023, '{2023-04-07,2023-04-10,2023-04-27,2023-05-18,2023-05-29}'),
    (2024, '{2024-03-29,2024-04-01,2024-04-27,2024-05-09,2024-05-20}'), (2025, '{2025-04-18,2025-04-21,2025-04-26,2025-05-29,2025-06-09}'),
    (2026, '{2026-04-03,2026-04-06,2026-04-27,2026-05-14,2026-05-25}'), (2027, '{2027-03-26,2027-03-29,2027-04-27,2027-05-06,2027-05-17}'),
    (2028, '{2028-04-14,2028-04-17,2028-04-27,2028-05-25,2028-06-05}'), (2029, '{2029-03-30,2029-04-02,2029-04-27,2029-05-10,2029-05-21}'),
    (2030, '{2030-04-19,2030-04-22,2030-04-27,2030-05-30,2030-06-10}'), (2031, '{2031-04-11,2031-04-14,2031-04-26,2031-05-22,2031-06-02}'),
    (2032, '{2032-03-26,2032-03-29,2032-04-27,2032-05-06,2032-05-17}'), (2033, '{2033-04-15,2033-04-18,2033-04-27,2033-05-26,2033-06-06}'),
    (2034, '{2034-04-07,2034-04-10,2034-04-27,2034-05-18,2034-05-29}'), (2035, '{2035-03-23,2035-03-26,2035-04-27,2035-05-03,2035-05-14}')) v(year, published),
    LATERAL (SELECT array_agg(day ORDER BY array_position('{Good Friday,Easter Monday,King''s Day,Ascension Day,Whit Monday}', name)) AS found
               FROM holidays_nl(year) WHERE name IN ('Good Friday', 'Easter Monday', 'King''s Day', 'Ascension Day', 'Whit Monday')) f;
-- The monarch's day, in all years in which it was moved, and its beginnings.
SELECT string_agg(to_char(day, 'Dy YYYY-MM-DD'), ', ' ORDER BY day) FROM generate_series(1948, 2040) y, holidays_nl(y)
 WHERE name IN ('Queen''s Day', 'King''s Day') AND to_char(day, 'MM-DD') <> CASE WHEN y >= 2014 THEN '04-27' ELSE '04-30' END;
SELECT y, count(*) FILTER (WHERE dutch_name = 'Koninginnedag') AS queen, count(*) FILTER (WHERE dutch_name = 'Koningsdag') AS king FROM unnest('{1948,1949,2013,2014}'::int[]) y, holidays_nl(y) GROUP BY 1 ORDER BY 1;
-- Ascension Day on Liberation Day: two rows.
SELECT day, name FROM holidays_nl(2016) WHERE day = '2016-05-05';
SELECT count(*) AS no_year FROM holidays_nl(NULL);
SELECT count(*) FROM holidays_nl(2024, liberation_day => 'sometimes');
SELECT count(*) FROM holidays_nl(2024, liberation_day => NULL);
SELECT count(*) FROM holidays_nl(1500);
