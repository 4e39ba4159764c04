/*
 * instalments: the dated amounts of payment plans, how they stand, and the
 * notices that announce them and ask for them.
 */
CREATE OR REPLACE FUNCTION instalment_dates(first_on date, count int, every interval DEFAULT '1 month') RETURNS date[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM require_date(first_on, 'first_on');
    IF count IS NULL OR count NOT BETWEEN 1 AND 1000 THEN
        RAISE EXCEPTION 'a plan can''t have % instalments', coalesce(count::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value', DETAIL = 'It was given as count.', HINT = 'Give 1 to 1000.';
    END IF;
    -- Counted from the first day, so that months that begin on a 31st don't creep.
    RETURN ARRAY(SELECT (first_on + n * every)::date FROM generate_series(0, count - 1) n);
END $$;
COMMENT ON FUNCTION instalment_dates(date, int, interval) IS 'So many dates, the first one and each this much later (a month), for agree_plan(). Errors: RV016 not a date; 22023 not 1 to 1000.';

CREATE OR REPLACE FUNCTION add_instalments(plan bigint, due_on date[], amounts numeric[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    terms record;
    shares numeric[] := amounts;
    share numeric;
    unit numeric;
BEGIN
    SELECT p.*, minor_units(p.currency) AS digits INTO terms FROM plan p WHERE p.id = add_instalments.plan;
    IF coalesce(cardinality(due_on), 0) NOT BETWEEN 1 AND 1000 OR array_position(due_on, NULL) IS NOT NULL
       OR EXISTS (SELECT FROM unnest(due_on) d WHERE d < terms.agreed_on OR d > '9999-12-31') OR (SELECT count(DISTINCT d) FROM unnest(due_on) d) < cardinality(due_on) THEN
        RAISE EXCEPTION 'the due dates of a plan of % can''t be %', terms.agreed_on, coalesce(due_on::text, 'NULL')
            USING ERRCODE = 'RV016', DETAIL = 'They are 1 to 1000 different days, none before it begins.', HINT = 'instalment_dates() makes them from the first one.';
    END IF;
    unit := round(10::numeric ^ - terms.digits, terms.digits);
    IF amounts IS NULL THEN
        -- Equal parts, exactly: the first ones are one unit larger.
        share := trunc(terms.amount / cardinality(due_on), terms.digits);
        shares := ARRAY(SELECT share + CASE WHEN n <= (terms.amount - share * cardinality(due_on)) / unit THEN unit ELSE 0 END
                          FROM generate_series(1, cardinality(due_on)) n);
    END IF;
    IF cardinality(shares) <> cardinality(due_on) THEN
        RAISE EXCEPTION '% amounts can''t be due on % days', cardinality(shares), cardinality(due_on)
            USING ERRCODE = 'RV004', DETAIL = 'Each instalment has an amount and a due date.', HINT = 'Without amounts it is split into equal parts.';
    END IF;
    PERFORM require_amount(s, terms.currency) FROM unnest(shares) s;
    IF (SELECT sum(s) FROM unnest(shares) s) <> terms.amount THEN
        RAISE EXCEPTION 'the instalments sum to %, not to %', (SELECT sum(s) FROM unnest(shares) s), terms.amount
            USING ERRCODE = 'RV004', DETAIL = format('%s %s is open of the claims of the plan.', terms.currency, terms.amount), HINT = 'Without amounts it is split into equal parts.';
    END IF;
    INSERT INTO instalment (plan_id, number, customer_id, due_on, amount, remind_on)
    SELECT terms.id, row_number() OVER (ORDER BY n.due_on), terms.customer_id, n.due_on, round(n.amount, terms.digits),
           -- What would be announced when it is agreed, or before, is not.
           CASE WHEN n.due_on - terms.remind_before > terms.agreed_on THEN n.due_on - terms.remind_before ELSE n.due_on + terms.remind_after END
      FROM unnest(due_on, shares) AS n(due_on, amount);
END $$;
COMMENT ON FUNCTION add_instalments(bigint, date[], numeric[]) IS 'Gives a plan its instalments; amounts NULL: equal parts that sum to the whole. Errors: RV016 days missing, twice or before the plan; RV004 the amounts are none, too few, or don''t sum to what is open.';

CREATE OR REPLACE FUNCTION instalments(as_of date DEFAULT today(), plan bigint DEFAULT NULL)
RETURNS TABLE (plan_id bigint, number int, due_on date, amount numeric, paid numeric, open_amount numeric, status text)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT q.plan_id, q.number, q.due_on, q.amount, q.paid, q.open_amount,
           CASE WHEN q.open_amount = 0 THEN 'paid' WHEN q.due_on < instalments.as_of THEN 'late' WHEN q.paid > 0 THEN 'partly' ELSE 'due' END
      FROM (SELECT n.plan_id, n.number, n.due_on, n.amount, greatest(least(v.came_in, n.upto) - n.upto + n.amount, 0) AS paid,
                   -- What credits took from the end is not asked for; what came in counts from the begin.
                   greatest(least(n.upto, v.came_in + v.open_amount)
                            - greatest(CASE WHEN n.number > 1 THEN least(n.upto - n.amount, v.came_in + v.open_amount) END, v.came_in), 0) AS open_amount
              FROM (SELECT s.*, sum(s.amount) OVER (PARTITION BY s.plan_id ORDER BY s.number) AS upto FROM instalment s) n
              JOIN value_plans(CASE WHEN instalments.plan IS NULL THEN ARRAY(SELECT p.id FROM plan p WHERE p.agreed_on <= instalments.as_of) ELSE ARRAY[instalments.plan] END,
                               instalments.as_of) v ON v.plan_id = n.plan_id) q
     ORDER BY 1, 2;
END $$;
COMMENT ON FUNCTION instalments(date, bigint) IS
'Instalments of a plan (NULL: of all agreed by then) as they stood on a date. Money counts in the order of the due dates, early money for the next ones; credits and write-offs take from the last. status: paid: nothing is open of it; late: after its due date; partly, due: before.';

CREATE OR REPLACE FUNCTION remind_instalments(as_of date, most int) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    plans bigint[];
    numbers int[];
    notices bigint[];
BEGIN
    SELECT array_agg(q.plan_id), array_agg(q.number) INTO plans, numbers
      FROM (SELECT n.plan_id, n.number FROM instalment n WHERE n.remind_on <= remind_instalments.as_of ORDER BY n.remind_on, n.plan_id, n.number LIMIT most) q;
    IF plans IS NULL THEN
        RETURN 0;
    END IF;
    PERFORM FROM customer c WHERE c.id IN (SELECT p.customer_id FROM plan p WHERE p.id = ANY (plans)) ORDER BY c.id FOR NO KEY UPDATE;
    -- Up to its due date an instalment is announced, from remind_after days after it on it is asked for; both while the plan holds.
    WITH put AS (
        INSERT INTO notice AS m (customer_id, currency, plan_id, instalment, channel, action, issued_on, lead_id, amount, name, address, country, email, phone, language, text_id, sent_by)
        SELECT p.customer_id, p.currency, p.id, n.number, p.channel, a.action, remind_instalments.as_of, l.lead_id, s.open_amount,
               c.name, c.address, c.country, c.email, c.phone, c.language, find_notice_text(a.action, p.channel, c.language), p.channel
          FROM unnest(plans, numbers) AS w(plan_id, number)
          JOIN instalment n ON n.plan_id = w.plan_id AND n.number = w.number AND n.remind_on <= remind_instalments.as_of
          JOIN plan p ON p.id = n.plan_id
          JOIN customer c ON c.id = p.customer_id
         CROSS JOIN LATERAL (SELECT CASE WHEN remind_instalments.as_of <= n.due_on THEN 'instalment_upcoming' ELSE 'instalment_late' END AS action) a
          JOIN (SELECT x.* FROM unnest(ARRAY(SELECT DISTINCT u FROM unnest(plans) u)) AS d(id) CROSS JOIN LATERAL instalments(remind_instalments.as_of, d.id) x) s
            ON s.plan_id = n.plan_id AND s.number = n.number AND s.open_amount > 0
          JOIN (SELECT h.plan_id, (array_agg(i.id ORDER BY i.due_on, i.id))[1] AS lead_id
                  FROM hold h JOIN invoice i ON i.id = h.invoice_id AND i.open_amount > 0
                 WHERE h.plan_id = ANY (plans) AND h.during @> remind_instalments.as_of GROUP BY 1) l ON l.plan_id = n.plan_id
         WHERE remind_instalments.as_of <= n.due_on OR remind_instalments.as_of >= n.due_on + p.remind_after
         ORDER BY n.plan_id, n.number
        RETURNING m.id
    )
    SELECT array_agg(put.id) INTO notices FROM put;
    UPDATE instalment n SET remind_on = CASE WHEN remind_instalments.as_of < n.due_on + p.remind_after THEN n.due_on + p.remind_after END
      FROM unnest(plans, numbers) AS w(plan_id, number), plan p
     WHERE n.plan_id = w.plan_id AND n.number = w.number AND p.id = n.plan_id AND n.remind_on <= remind_instalments.as_of;
    IF notices IS NOT NULL THEN
        PERFORM post_messages(notices);
        PERFORM count_run(remind_instalments.as_of, cardinality(notices), 0, 0, '{}');
    END IF;
    RETURN cardinality(plans);
END $$;
COMMENT ON FUNCTION remind_instalments(date, int) IS 'Announces the instalments that are due soon and asks for those that are late, at most so many, each once; returns how many it looked at.';
