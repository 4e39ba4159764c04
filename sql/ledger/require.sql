/*
 * require: what the functions of a ledger refuse before its tables do, whose
 * checks can't say what to do instead.
 */
CREATE OR REPLACE FUNCTION require_date(day date, argument text) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
BEGIN
    -- Far within what a timestamp holds, in which months and years are counted.
    IF day IS NULL OR day NOT BETWEEN '0001-01-01' AND '9999-12-31' THEN
        RAISE EXCEPTION '% is not a day of a ledger', coalesce(day::text, 'NULL')
            USING ERRCODE = 'RV016', DETAIL = format('It was given as %s.', argument), HINT = 'Give a day from 0001-01-01 to 9999-12-31, such as today().';
    END IF;
END $$;
COMMENT ON FUNCTION require_date(date, text) IS 'Error RV016 unless it is a day from year 1 to 9999.';

CREATE OR REPLACE FUNCTION require_period(from_on date, until_on date) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
BEGIN
    IF from_on IS NULL OR until_on IS NULL OR from_on < '0001-01-01' OR until_on > '9999-12-31' OR until_on < from_on THEN
        RAISE EXCEPTION 'from % to % is not a period', from_on, until_on
            USING ERRCODE = 'RV016', DETAIL = CASE WHEN from_on IS NULL OR until_on IS NULL THEN 'A day is missing.'
                                                   WHEN until_on < from_on THEN 'It would end before it begins.'
                                                   ELSE 'Days are from 0001-01-01 to 9999-12-31.' END,
                  HINT = 'Give the first and the last day, both included.';
    END IF;
END $$;
COMMENT ON FUNCTION require_period(date, date) IS 'Error RV016 unless it is a period of days from year 1 to 9999, both included.';

CREATE OR REPLACE FUNCTION require_text(value text, argument text, may_be_empty boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
BEGIN
    IF value IS NULL OR (value = '' AND NOT may_be_empty) THEN
        RAISE EXCEPTION '% is missing', argument
            USING ERRCODE = CASE WHEN value IS NULL THEN '23502' ELSE '23514' END, DETAIL = format('It is %s.', coalesce(quote_literal(value), 'NULL')),
                  HINT = format('Give %s => ....', argument);
    END IF;
END $$;
COMMENT ON FUNCTION require_text(text, text, boolean) IS 'Error 23502 if the text is NULL, 23514 if it is empty and may not be.';

CREATE OR REPLACE FUNCTION require_choice(value text, argument text, choices text[]) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM require_text(value, argument);
    IF value <> ALL (choices) THEN
        RAISE EXCEPTION '% can''t be %', argument, quote_literal(value)
            USING ERRCODE = '23514', DETAIL = format('It is one of: %s.', array_to_string(choices, ', ')), HINT = format('Give %s => %L.', argument, choices[1]);
    END IF;
END $$;
COMMENT ON FUNCTION require_choice(text, text, text[]) IS 'Error 23514 unless the text is one of the choices, 23502 if it is NULL.';
