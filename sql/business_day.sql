/*
 * business_day.sql
 *		Business days, with any holidays and any weekend; the holidays of the
 *		Netherlands.
 */
CREATE FUNCTION debiteur.is_business_day(day date, holidays date[] DEFAULT '{}', weekend integer[] DEFAULT '{6,7}') RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_is_business_day' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.is_business_day(date, date[], integer[]) IS
'Is the day neither a holiday nor in the weekend? holidays: in any order. weekend: weekdays from 1, Monday, to 7, Sunday (ISO 8601); {} for none. NULL on NULL. Errors: RV016 the day or a holiday is infinite, a holiday is NULL; 22023 no weekday, or no day of the week is left.';

CREATE FUNCTION debiteur.add_business_days(day date, n integer, holidays date[] DEFAULT '{}', weekend integer[] DEFAULT '{6,7}') RETURNS date
    AS 'MODULE_PATHNAME', 'debiteur_business_day_add' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.add_business_days(date, integer, date[], integer[]) IS
'The n-th business day after the day; with negative n, before it. The day itself is not counted, business day or not. n = 0 is the day itself, whatever day it is: roll() moves it. holidays, weekend and errors as of is_business_day(); 22008 beyond the first or last date. NULL on NULL.';

CREATE FUNCTION debiteur.business_days_between(from_on date, until_on date, holidays date[] DEFAULT '{}', weekend integer[] DEFAULT '{6,7}') RETURNS integer
    AS 'MODULE_PATHNAME', 'debiteur_business_days_between' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.business_days_between(date, date, date[], integer[]) IS
'The business days after from_on up to and with until_on; with the days the other way round the same, negative. From a business day on it undoes add_business_days(). holidays, weekend and errors as of is_business_day(). NULL on NULL.';

CREATE FUNCTION debiteur.roll(day date, convention text, holidays date[] DEFAULT '{}', weekend integer[] DEFAULT '{6,7}') RETURNS date
    AS 'MODULE_PATHNAME', 'debiteur_business_day_roll' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.roll(date, text, date[], integer[]) IS
'The business day that stands for the day; a business day stands for itself. convention: following: the next one; preceding: the one before; modified_following: the next one, but the one before if that is in another month; modified_preceding: the one before, but the next one if that is in another month; unadjusted: the day itself, whatever day it is (the business day conventions of ISDA and of fmdates, is_valid_bdc). holidays, weekend and errors as of is_business_day(); 22023 no such convention, 22008 beyond the first or last date. NULL on NULL.';

CREATE FUNCTION debiteur.sending_day(day date, send_days integer[], quiet datemultirange, holidays date[] DEFAULT '{}', backwards boolean DEFAULT false) RETURNS date
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    weekend CONSTANT int[] := ARRAY(SELECT w FROM generate_series(1, 7) w WHERE w <> ALL (send_days));
    found date := day;
    beside_quiet date;
BEGIN
    LOOP
        IF send_days IS NOT NULL THEN
            found := debiteur.roll(found, CASE WHEN backwards THEN 'preceding' ELSE 'following' END, holidays, weekend);
        END IF;
        SELECT CASE WHEN backwards THEN coalesce(lower(r) - 1, '-infinity') ELSE coalesce(upper(r), 'infinity') END INTO beside_quiet FROM unnest(quiet) r WHERE r @> found;
        IF beside_quiet IS NULL OR NOT isfinite(beside_quiet) THEN
            RETURN coalesce(beside_quiet, found);
        END IF;
        found := beside_quiet;
    END LOOP;
END $$;
COMMENT ON FUNCTION debiteur.sending_day(date, integer[], datemultirange, date[], boolean) IS
'The first day, not before day, on which notices go out; backwards: the last one, not after day. send_days: on these weekdays, 1, Monday, to 7, Sunday, the holidays excepted; NULL: on all days, holidays too. quiet: not on these dates; NULL: none. infinity, backwards -infinity: never. NULL gives NULL for day. Errors: 22023 none of the weekdays is one; RV016 and 22008 as of roll().';

CREATE FUNCTION debiteur.calendar_problem(send_days integer[], quiet datemultirange) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN cardinality(send_days) = 0 THEN 'Notices go out on no weekday.'
                WHEN NOT send_days <@ '{1,2,3,4,5,6,7}' OR array_position(send_days, NULL) IS NOT NULL THEN 'A day of send_days is none from 1, Monday, to 7, Sunday.'
                WHEN NOT isempty(quiet) AND isfinite(upper(quiet)) IS NOT TRUE THEN 'The quiet dates do not end.' END;
END;
COMMENT ON FUNCTION debiteur.calendar_problem(integer[], datemultirange) IS
'NULL if notices can go out on these weekdays, but for these dates, else a sentence saying what is wrong. NULL in either argument is no problem.';

CREATE FUNCTION debiteur.easter(year integer) RETURNS date
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    century     CONSTANT int := year / 100;
    golden      CONSTANT int := year % 19;  -- golden number - 1: place in the cycle of the moon
    -- Leap days that the century years left out, and what the moon has gained on its cycle (8 days in 2500 years).
    solar       CONSTANT int := century - century / 4;
    lunar       CONSTANT int := (8 * century + 13) / 25;
    full_moon   int;  -- days from 21 March to the paschal full moon
BEGIN
    IF year NOT BETWEEN 1583 AND 5874897 THEN
        RAISE EXCEPTION 'there is no Gregorian Easter in year %', year
            USING ERRCODE = '22008', DETAIL = 'The Gregorian calendar counts from October 1582, dates end in 5874897.', HINT = 'Give a year from 1583 on.';
    END IF;
    full_moon := (19 * golden + solar - lunar + 15) % 30;
    -- A lunation of 29 days: the latest full moon is on 18 April, and no two years of a cycle have the same one.
    IF full_moon = 29 OR (full_moon = 28 AND golden > 10) THEN
        full_moon := full_moon - 1;
    END IF;
    -- The Sunday after it.
    RETURN make_date(year, 3, 21) + full_moon + 7 - extract(dow FROM make_date(year, 3, 21) + full_moon)::int;
END $$;
COMMENT ON FUNCTION debiteur.easter(integer) IS
'Easter Sunday of a year from 1583 on, by the Gregorian rule: the Sunday after the first ecclesiastical full moon on or after 21 March (bull Inter gravissimas and the canons of Clavius). Error 22008 before 1583 or beyond the last date. NULL on NULL.';

CREATE FUNCTION debiteur.holidays_nl(year integer, good_friday boolean DEFAULT true, liberation_day text DEFAULT 'always')
RETURNS TABLE (day date, name text, dutch_name text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE ROWS 12 SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    easter CONSTANT date := debiteur.easter(holidays_nl.year);
    monarch date;  -- his or her day
BEGIN
    IF holidays_nl.liberation_day IS NULL OR holidays_nl.liberation_day NOT IN ('never', 'every_five_years', 'always') THEN
        RAISE EXCEPTION 'liberation_day can''t be %', coalesce(quote_literal(holidays_nl.liberation_day), 'NULL')
            USING ERRCODE = '22023', DETAIL = 'It is one of: never, every_five_years, always.', HINT = 'The Algemene termijnenwet knows it in every year: always.';
    END IF;
    IF holidays_nl.year >= 2014 THEN
        monarch := make_date(holidays_nl.year, 4, 27);
    ELSIF holidays_nl.year >= 1949 THEN
        monarch := make_date(holidays_nl.year, 4, 30);
    END IF;
    -- Never on a Sunday: since 1980 on the Saturday, before on the Monday.
    IF extract(dow FROM monarch) = 0 THEN
        monarch := monarch + CASE WHEN holidays_nl.year >= 1980 THEN -1 ELSE 1 END;
    END IF;
    RETURN QUERY
    SELECT h.day, h.name, h.dutch_name
      FROM (VALUES
        (make_date(holidays_nl.year, 1, 1), 'New Year''s Day', 'Nieuwjaarsdag', true),
        (easter - 2, 'Good Friday', 'Goede Vrijdag', holidays_nl.good_friday),
        (easter, 'Easter Sunday', 'Eerste Paasdag', true),
        (easter + 1, 'Easter Monday', 'Tweede Paasdag', true),
        (monarch, CASE WHEN holidays_nl.year >= 2014 THEN 'King''s Day' ELSE 'Queen''s Day' END,
            CASE WHEN holidays_nl.year >= 2014 THEN 'Koningsdag' ELSE 'Koninginnedag' END, monarch IS NOT NULL),
        (make_date(holidays_nl.year, 5, 5), 'Liberation Day', 'Bevrijdingsdag',
            holidays_nl.year >= 1990 AND (holidays_nl.liberation_day = 'always' OR (holidays_nl.liberation_day = 'every_five_years' AND holidays_nl.year % 5 = 0))),
        (easter + 39, 'Ascension Day', 'Hemelvaartsdag', true),
        (easter + 49, 'Whit Sunday', 'Eerste Pinksterdag', true),
        (easter + 50, 'Whit Monday', 'Tweede Pinksterdag', true),
        (make_date(holidays_nl.year, 12, 25), 'Christmas Day', 'Eerste Kerstdag', true),
        (make_date(holidays_nl.year, 12, 26), 'Second Christmas Day', 'Tweede Kerstdag', true)) h(day, name, dutch_name, kept)
     WHERE holidays_nl.year IS NOT NULL AND h.kept
     ORDER BY h.day, h.name;
END $$;
COMMENT ON FUNCTION debiteur.holidays_nl(integer, boolean, text) IS
'The holidays of the Netherlands in a year from 1583 on. By default those of the Algemene termijnenwet, art. 3 (Stb. 1964, 314), Good Friday and every 5 May with them, and Easter Sunday and Whit Sunday, which are Sundays anyway. good_friday false (or NULL): without; most businesses work on it. liberation_day: always, every_five_years (years divisible by five, as most collective agreements have it) or never; from 1990 on, when it became a holiday of every year. King''s Day: 27 April from 2014 on, on Saturday 26 where that is a Sunday. Queen''s Day: 30 April from 1949 to 2013; where that was a Sunday on Monday 1 May until 1979, on Saturday 29 April from 1980. None before 1949. Liberation Day may be Ascension Day: two rows of one day. A NULL year gives no row. Errors: 22008 no such year, 22023 liberation_day.';
