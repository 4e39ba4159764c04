/* policies: making them, version after version. */
CREATE OR REPLACE FUNCTION require_policy(name text) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    IF require_policy.name IS NOT NULL AND NOT EXISTS (SELECT FROM policy p WHERE p.name = require_policy.name AND p.current) THEN
        RAISE EXCEPTION 'there is no policy %', quote_literal(require_policy.name)
            USING ERRCODE = 'RV009', DETAIL = (SELECT format('The policies are: %s.', coalesce(string_agg(quote_literal(p.name), ', ' ORDER BY p.name COLLATE "C"), 'none'))
                                                FROM policy p WHERE p.current),
                  HINT = 'set_policy() makes one; the table policy has them.';
    END IF;
END $$;
COMMENT ON FUNCTION require_policy(text) IS 'Error RV009 unless there is a policy of this name; NULL passes.';

CREATE OR REPLACE FUNCTION set_policy(
    name text, steps dunning_step[], catch_up text DEFAULT 'one_step', grouped_by text DEFAULT 'customer',
    minimum_amount numeric DEFAULT 0, min_interval int DEFAULT 0, convention text DEFAULT 'unadjusted', send_days int[] DEFAULT NULL,
    quiet datemultirange DEFAULT NULL, step_minimums numeric[] DEFAULT NULL, minimum_share numeric DEFAULT 0,
    currency text DEFAULT NULL, key text DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    new_id bigint := request_begin(key, 'set_policy', jsonb_build_object('name', name, 'steps', steps::text, 'catch_up', catch_up,
        'grouped_by', grouped_by, 'minimum_amount', minimum_amount, 'min_interval', min_interval,
        'convention', convention, 'send_days', send_days, 'quiet', quiet::text,
        'step_minimums', step_minimums, 'minimum_share', minimum_share, 'currency', currency));
    used_currency text := coalesce(set_policy.currency, (SELECT s.currency FROM settings s));
    problem text := policy_problem(set_policy.steps);
    no_day text := calendar_problem(set_policy.send_days, set_policy.quiet);
    last_version int;
BEGIN
    IF new_id IS NOT NULL THEN
        RETURN new_id;
    END IF;
    PERFORM require_text(set_policy.name, 'name'), require_choice(set_policy.catch_up, 'catch_up', '{one_step,by_age}'),
            require_choice(set_policy.grouped_by, 'grouped_by', '{customer,invoice}'),
            require_choice(set_policy.convention, 'convention', '{unadjusted,following,modified_following,preceding,modified_preceding}');
    IF set_policy.minimum_amount IS NULL OR NOT (set_policy.minimum_amount >= 0 AND set_policy.minimum_amount < 1e15)
        OR set_policy.min_interval IS NULL OR set_policy.min_interval NOT BETWEEN 0 AND 3650 THEN
        RAISE EXCEPTION 'policy % can''t have a minimum of % and an interval of %', quote_literal(set_policy.name),
                coalesce(set_policy.minimum_amount::text, 'NULL'), coalesce(set_policy.min_interval::text, 'NULL')
            USING ERRCODE = CASE WHEN num_nulls(set_policy.minimum_amount, set_policy.min_interval) > 0 THEN '23502' ELSE '23514' END,
                  DETAIL = 'minimum_amount is from 0 to below 10^15, min_interval from 0 to 3650 days.', HINT = 'Give 0 for none.';
    END IF;
    IF set_policy.minimum_share IS NULL OR NOT set_policy.minimum_share BETWEEN 0 AND 1 THEN
        RAISE EXCEPTION 'policy % can''t have a minimum share of %', quote_literal(set_policy.name), coalesce(set_policy.minimum_share::text, 'NULL')
            USING ERRCODE = CASE WHEN set_policy.minimum_share IS NULL THEN '23502' ELSE '23514' END,
                  DETAIL = 'It is a share of what is open, from 0 to 1.', HINT = 'Give 0 for none, 0.05 for five per cent.';
    END IF;
    IF problem IS NOT NULL THEN
        RAISE EXCEPTION 'policy % can''t work', coalesce(quote_literal(set_policy.name), 'NULL') USING ERRCODE = 'RV011', DETAIL = problem,
            HINT = 'Steps on due dates in ascending order come first, then steps that follow the previous one; a hand-over is the last.';
    END IF;
    IF no_day IS NOT NULL THEN
        RAISE EXCEPTION 'policy % can''t send', quote_literal(set_policy.name) USING ERRCODE = 'RV011', DETAIL = no_day,
            HINT = 'send_days => ''{1,2,3,4,5}'' sends from Monday to Friday; quiet => ''{[2024-12-24,2025-01-02]}'' not on these dates.';
    END IF;
    IF set_policy.step_minimums IS NOT NULL
        AND (array_ndims(set_policy.step_minimums) = 1 AND array_lower(set_policy.step_minimums, 1) = 1
             AND cardinality(set_policy.step_minimums) = cardinality(set_policy.steps) AND array_position(set_policy.step_minimums, NULL) IS NULL
             AND 0 <= ALL (set_policy.step_minimums) AND 1e15 > ALL (set_policy.step_minimums)) IS NOT TRUE THEN
        RAISE EXCEPTION 'policy % can''t have minimums of %', quote_literal(set_policy.name), set_policy.step_minimums
            USING ERRCODE = '23514', DETAIL = format('It has %s steps; each minimum is from 0 to below 10^15.', cardinality(set_policy.steps)),
                  HINT = 'Give one minimum for each step, 0 for none.';
    END IF;
    PERFORM require_amount(m, used_currency) FROM unnest(set_policy.step_minimums || set_policy.minimum_amount) m WHERE m > 0;
    -- Versions of a name are made one at a time.
    LOCK TABLE policy IN SHARE ROW EXCLUSIVE MODE;
    last_version := (SELECT max(p.version) FROM policy p WHERE p.name = set_policy.name);
    UPDATE policy p SET current = false WHERE p.name = set_policy.name AND p.current;
    INSERT INTO policy AS p (name, version, steps, catch_up, grouped_by, minimum_amount, min_interval, convention, send_days, quiet,
                             step_minimums, minimum_share, currency)
        VALUES (set_policy.name, coalesce(last_version, 0) + 1, set_policy.steps, set_policy.catch_up, set_policy.grouped_by,
                set_policy.minimum_amount, set_policy.min_interval, set_policy.convention, set_policy.send_days, set_policy.quiet,
                set_policy.step_minimums, set_policy.minimum_share, used_currency)
        RETURNING p.id INTO new_id;
    PERFORM replan(ARRAY(SELECT a.customer_id FROM customer_policy a WHERE a.policy = set_policy.name));
    RETURN request_end(key, new_id);
END $$;
COMMENT ON FUNCTION set_policy(text, dunning_step[], text, text, numeric, int, text, int[], datemultirange, numeric[], numeric, text, text) IS
'Makes a policy, or a new version of one; returns its id. Claims that had a notice stay on their version. currency: of the minimums (NULL: that of settings). The other arguments are the columns of policy. Errors: RV011 the steps can''t work, or no day is left to send on; RV003, RV004 currency, or a minimum that is no amount in it; 23502, 23514 another value is missing or out of range.';

CREATE OR REPLACE FUNCTION replan(customers bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    -- The customers first and in order, as everywhere.
    PERFORM FROM customer c WHERE c.id = ANY (customers) ORDER BY c.id FOR NO KEY UPDATE;
    UPDATE invoice i SET next_on = i.issued_on
     WHERE i.customer_id = ANY (customers) AND is_open(i.status) AND i.kind <> 'credit_note' AND i.step = 0 AND i.open_amount <> 0;
    PERFORM remind_anew(customers);
END $$;
COMMENT ON FUNCTION replan(bigint[]) IS 'Has the next advance look again at all claims without a notice of these customers, and at their instalments: their policy may be another one now.';
