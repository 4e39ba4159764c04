/* holidays: keeping the ledger's calendar. */
CREATE OR REPLACE FUNCTION holidays() RETURNS date[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
BEGIN
    RETURN ARRAY(SELECT h.day FROM holiday h ORDER BY h.day);
END $$;
COMMENT ON FUNCTION holidays() IS
'The ledger''s holidays, in order: the argument holidays of debiteur.is_business_day(), add_business_days(), business_days_between() and roll().';

CREATE OR REPLACE FUNCTION add_holiday(day date, name text, key text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    added bigint := request_begin(key, 'add_holiday', jsonb_build_object('day', day, 'name', name));
BEGIN
    IF added IS NOT NULL THEN
        RETURN added;
    END IF;
    PERFORM require_date(add_holiday.day, 'day'), require_text(add_holiday.name, 'name');
    INSERT INTO holiday (day, name) VALUES (add_holiday.day, add_holiday.name) ON CONFLICT (day) DO NOTHING;
    GET DIAGNOSTICS added = ROW_COUNT;
    RETURN request_end(key, added);
END $$;
COMMENT ON FUNCTION add_holiday(date, text, text) IS
'Makes a day a holiday of the ledger; returns 1, or 0 if it is one already, which keeps its name. Errors: RV016 not a day; 23502, 23514 no name; RV008 the key was used with other values.';

CREATE OR REPLACE FUNCTION remove_holiday(day date, key text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    removed bigint := request_begin(key, 'remove_holiday', jsonb_build_object('day', day));
BEGIN
    IF removed IS NOT NULL THEN
        RETURN removed;
    END IF;
    PERFORM require_date(remove_holiday.day, 'day');
    DELETE FROM holiday h WHERE h.day = remove_holiday.day;
    GET DIAGNOSTICS removed = ROW_COUNT;
    RETURN request_end(key, removed);
END $$;
COMMENT ON FUNCTION remove_holiday(date, text) IS
'Makes a day an ordinary one again; returns 1, or 0 if it was no holiday. Errors: RV016 not a day; RV008 the key was used with other values.';

CREATE OR REPLACE FUNCTION add_dutch_holidays(
    from_year int, until_year int, good_friday boolean DEFAULT true, liberation_day text DEFAULT 'always', key text DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    added bigint := request_begin(key, 'add_dutch_holidays', jsonb_build_object('from_year', from_year, 'until_year', until_year,
        'good_friday', good_friday, 'liberation_day', liberation_day));
BEGIN
    IF added IS NOT NULL THEN
        RETURN added;
    END IF;
    IF (from_year BETWEEN 1583 AND until_year AND until_year <= 9999) IS NOT TRUE THEN
        RAISE EXCEPTION 'there are no holidays from % to %', coalesce(from_year::text, 'NULL'), coalesce(until_year::text, 'NULL')
            USING ERRCODE = 'RV016', DETAIL = 'They were given as from_year and until_year.', HINT = 'Give years from 1583 to 9999, the earlier one first.';
    END IF;
    PERFORM require_choice(add_dutch_holidays.liberation_day, 'liberation_day', '{always,every_five_years,never}');
    INSERT INTO holiday (day, name)
        SELECT n.day, string_agg(n.name, ', ' ORDER BY n.name COLLATE "C")
          FROM generate_series(from_year, until_year) y, holidays_nl(y, add_dutch_holidays.good_friday, add_dutch_holidays.liberation_day) n
         GROUP BY n.day
        ON CONFLICT (day) DO NOTHING;
    GET DIAGNOSTICS added = ROW_COUNT;
    RETURN request_end(key, added);
END $$;
COMMENT ON FUNCTION add_dutch_holidays(int, int, boolean, text, text) IS
'Adds the holidays of the Netherlands of these years (see debiteur.holidays_nl() for the options) to the ledger''s; returns how many days were added. Days that are holidays already stay as they are, so a second call adds none. Errors: RV016 not years from 1583 to 9999 in order; 23502, 23514 no such liberation_day; RV008 the key was used with other values.';

CREATE OR REPLACE FUNCTION calendar_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    -- Of the policies that look at the calendar, the customers with claims or instalments that wait for a day.
    policies bigint[] := ARRAY(SELECT p.id FROM policy p WHERE p.convention <> 'unadjusted' OR p.send_days IS NOT NULL OR uses_business_days(p.steps));
    customers bigint[];
BEGIN
    IF policies = '{}' THEN
        RETURN NULL;
    END IF;
    customers := ARRAY(SELECT i.customer_id FROM invoice i
                         JOIN customer_policy a ON a.customer_id = i.customer_id
                        WHERE i.next_on IS NOT NULL AND coalesce(i.policy_id, a.policy_id) = ANY (policies)
                       UNION
                       SELECT n.customer_id FROM instalment n
                         JOIN customer_policy a ON a.customer_id = n.customer_id
                        WHERE n.remind_on IS NOT NULL AND a.policy_id = ANY (policies));
    PERFORM FROM customer c WHERE c.id = ANY (customers) ORDER BY c.id FOR NO KEY UPDATE;
    UPDATE invoice i SET next_on = i.issued_on WHERE i.customer_id = ANY (customers) AND i.next_on > i.issued_on;
    PERFORM remind_anew(customers);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION calendar_changed() IS 'Trigger: has the next advance look again at the claims whose next step depends on the holidays, and at instalments.';

CREATE OR REPLACE TRIGGER calendar_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON holiday
    FOR EACH STATEMENT EXECUTE FUNCTION calendar_changed();
