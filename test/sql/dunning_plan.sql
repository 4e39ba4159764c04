--
-- dunning_plan: can a policy work, which step is next, and when
--
SET search_path = debiteur, pg_catalog;
SET datestyle = 'ISO';

-- What is wrong with a list of steps
SELECT policy_problem('{due-3 email upcoming,due+7 email reminder,due+14 email final_notice,due+21 phone call,prev+14 letter default_notice,prev+15 agency hand_over}');
SELECT policy_problem('{due+1 email reminder}') IS NULL AS one_step, policy_problem('{due+1 agency hand_over}') IS NULL AS at_once;
SELECT policy_problem(p) AS problem FROM (VALUES
    (1, NULL::dunning_step[]),
    (2, '{}'),
    (3, '{{due+1 email reminder}}'),
    (4, '[0:0]={due+1 email reminder}'),
    (5, '{due+1 email reminder,NULL}'),
    (6, '{prev+1 email reminder}'),
    (7, '{due+7 email reminder,due+7 letter reminder}'),
    (8, '{due+7 email reminder,due+5 letter reminder}'),
    (9, '{due+7 email reminder,prev+7 email reminder,due+30 letter reminder}'),
    (10, '{due+7 email reminder,prev+7 agency hand_over,prev+1 email reminder}'),
    (11, '{due+7 agency hand_over,due+8 email reminder}'),
    (12, '{due+5 email reminder,due+5bd letter reminder}'),
    (13, '{due+7 email reminder,due+6bd letter reminder}'),
    (14, '{due+8 email reminder,due+6bd letter reminder}'),
    (15, '{due-3bd email upcoming,due-5bd email upcoming}'),
    (16, array_fill('due+7 email reminder'::dunning_step, '{101}')),
    -- What is not overdue yet is announced, or called about; not more.
    (17, '{due-3 agency hand_over}'),
    (18, '{due+0 letter default_notice}'),
    (19, '{due-3 email upcoming,due-2 webhook stop_supply}'),
    (20, '{due-9 email upcoming,prev+4 phone call,prev+5 letter final_notice}'),
    (21, '{due-9 email upcoming,prev+4 phone call,prev+6 letter final_notice}'),
    (22, '{due-5 phone call,due-3 email reminder,due+0 task escalate,due+1bd letter final_notice}')) v(n, p) ORDER BY n;
SELECT policy_problem(array_agg(format('due+%s email reminder', n)::dunning_step ORDER BY n)) IS NULL AS hundred_work FROM generate_series(1, 100) n;

-- The default policy, run every day: due on Saturday 1 June, issued 30 days before.
CREATE FUNCTION pg_temp.taken(steps dunning_step[], due date, issued date, run_days date[], by_age boolean DEFAULT false, holidays date[] DEFAULT '{}', convention text DEFAULT 'unadjusted')
RETURNS TABLE (on_day date, weekday text, step int, what dunning_step) LANGUAGE plpgsql AS $$
DECLARE
    last int := 0;
    noticed date;
BEGIN
    FOREACH on_day IN ARRAY run_days LOOP
        step := debiteur.next_step(steps, last, due, issued, noticed, on_day, by_age, holidays, convention);
        IF step IS NOT NULL THEN
            weekday := to_char(on_day, 'Dy');
            what := steps[step];
            last := step;
            noticed := on_day;
            RETURN NEXT;
        END IF;
    END LOOP;
END $$;
CREATE FUNCTION pg_temp.days(from_day date, to_day date, every int DEFAULT 1) RETURNS date[] LANGUAGE sql AS
'SELECT array_agg(d::date ORDER BY d) FROM generate_series(from_day::timestamp, to_day::timestamp, make_interval(days => every)) d';
\set policy '\'{due-3 email upcoming,due+7 email reminder,due+14 email final_notice,due+21 phone call,prev+14 letter default_notice,prev+15 agency hand_over}\''
SELECT * FROM pg_temp.taken(:policy, '2024-06-01', '2024-05-02', pg_temp.days('2024-05-02', '2024-12-31'));
-- A run every tenth day: later, but each step.
SELECT * FROM pg_temp.taken(:policy, '2024-06-01', '2024-05-02', pg_temp.days('2024-05-02', '2024-12-31', 10));
-- Old debt loaded in November: from step 1 on, one a day; or from the furthest step reached.
SELECT * FROM pg_temp.taken(:policy, '2024-06-01', '2024-05-02', pg_temp.days('2024-11-01', '2024-12-31'));
SELECT * FROM pg_temp.taken(:policy, '2024-06-01', '2024-05-02', pg_temp.days('2024-11-01', '2024-12-31'), true);
-- Business days: five from a Friday, a Saturday, a Sunday, a Monday; back as well.
SELECT to_char(due, 'Dy DD') AS due, to_char(next_step_on('{due+1bd email reminder}', 0, due, due - 30, NULL), 'Dy DD') AS plus_1,
       to_char(next_step_on('{due+5bd email reminder}', 0, due, due - 30, NULL), 'Dy DD') AS plus_5,
       to_char(next_step_on('{due+0bd email upcoming}', 0, due, due - 30, NULL), 'Dy DD') AS plus_0,
       to_char(next_step_on('{due-1bd email upcoming}', 0, due, due - 30, NULL), 'Dy DD') AS minus_1,
       to_char(next_step_on('{due-5bd email upcoming}', 0, due, due - 30, NULL), 'Dy DD') AS minus_5
  FROM unnest(pg_temp.days('2024-06-14', '2024-06-20')) due;
SELECT pg_temp.taken('{due+5bd task escalate,prev+5bd task escalate,prev+1 agency hand_over}', '2024-06-01', '2024-05-02', pg_temp.days('2024-06-01', '2024-07-31'));
-- A step that announces lapses: past the due date, or not after the day of issue.
SELECT as_of, next_step('{due-3 email upcoming,due+0 email upcoming,due+1 email reminder}', 0, '2024-06-10', issued, NULL, as_of) AS step,
       next_step('{due-3 email upcoming,due+0 email upcoming,due+1 email reminder}', 0, '2024-06-10', issued, NULL, as_of, true) AS by_age, issued
  FROM unnest('{2024-06-01,2024-06-07,2024-06-10}'::date[]) issued, unnest(pg_temp.days('2024-06-06', '2024-06-12')) as_of ORDER BY issued, as_of;
-- One step a day, and none before the last notice.
SELECT as_of, next_step(:policy, 1, '2024-06-01', '2024-05-02', '2024-08-05', as_of) AS step,
       next_step(:policy, 1, '2024-06-01', '2024-05-02', '2024-08-05', as_of, true) AS by_age
  FROM unnest('{2024-08-04,2024-08-05,2024-08-06}'::date[]) as_of;
-- A prev step counts from due when nothing was noticed yet.
SELECT next_step_on('{due+7 email reminder,prev+10 letter reminder}', 1, '2024-06-01', '2024-05-02', NULL);
-- The last step taken: none is next.
SELECT next_step(:policy, 6, '2024-06-01', '2024-05-02', '2024-08-05', '2025-01-01') IS NULL
   AND next_step(:policy, 2147483647, '2024-06-01', '2024-05-02', NULL, '2025-01-01', true) IS NULL
   AND next_step_on(:policy, 6, '2024-06-01', '2024-05-02', '2024-08-05') IS NULL AS finished;

-- Holidays: Good Friday and Easter Monday of 2024, Christmas and New Year after it.
SELECT due, next_step_on('{due+1bd email reminder}', 0, due, due - 30, NULL, holidays => h) AS plus_1, next_step_on('{due+5bd email reminder}', 0, due, due - 30, NULL, holidays => h) AS plus_5,
       next_step_on('{due-1bd email upcoming}', 0, due, due - 30, NULL, holidays => h) AS minus_1, next_step_on('{due+0bd email upcoming}', 0, due, due - 30, NULL, holidays => h) AS plus_0
  FROM unnest('{2024-03-28,2024-03-29,2024-04-01,2024-04-02,2024-12-24,2024-12-25,2025-01-02}'::date[]) due,
       (SELECT '{2025-01-01,2024-12-26,2024-12-25,2024-04-01,2024-03-29}'::date[]) x(h);
-- Conventions, of days on Sunday 30 June: a reminder, an announcement, one after the step before.
SELECT convention, to_char(next_step_on('{due+9 email reminder}', 0, '2024-06-21', '2024-05-22', NULL, convention => convention), 'Dy DD Mon') AS reminder,
       to_char(next_step_on('{due-3 email upcoming}', 0, '2024-07-03', '2024-06-03', NULL, convention => convention), 'Dy DD Mon') AS announcement,
       to_char(next_step_on('{due+1 email reminder,prev+9 email reminder}', 1, '2024-06-20', '2024-05-22', '2024-06-21', convention => convention), 'Dy DD Mon') AS after_another
  FROM unnest('{unadjusted,following,modified_following,preceding,modified_preceding}'::text[]) convention;
-- Never across the day they count from: due on Friday 28 June, on Sunday 30 June; a notice on Friday.
SELECT convention, to_char(next_step_on('{due+1 email reminder}', 0, '2024-06-28', '2024-05-29', NULL, convention => convention), 'Dy DD Mon') AS day_after_due,
       to_char(next_step_on('{due-1 email upcoming}', 0, '2024-06-30', '2024-05-29', NULL, convention => convention), 'Dy DD Mon') AS day_before_due,
       to_char(next_step_on('{due+1 email reminder,prev+2 email reminder}', 1, '2024-06-20', '2024-05-22', '2024-06-28', convention => convention), 'Dy DD Mon') AS days_after_notice
  FROM unnest('{unadjusted,following,modified_following,preceding,modified_preceding}'::text[]) convention;
SELECT uses_business_days('{due+3 email reminder,prev+5bd email reminder}') AS some, uses_business_days('{due+3 email reminder}') AS none, uses_business_days(NULL) IS NULL AS null_gives_null;

-- NULLs and infinity
SELECT next_step(NULL, 0, '2024-06-01', '2024-05-02', NULL, '2024-07-01') IS NULL
   AND next_step(:policy, NULL, '2024-06-01', '2024-05-02', NULL, '2024-07-01') IS NULL
   AND next_step(:policy, 0, NULL, '2024-05-02', NULL, '2024-07-01') IS NULL
   AND next_step(:policy, 0, '2024-06-01', NULL, NULL, '2024-07-01') IS NULL
   AND next_step(:policy, 0, '2024-06-01', '2024-05-02', NULL, NULL) IS NULL
   AND next_step(:policy, 0, '2024-06-01', '2024-05-02', NULL, '2024-07-01', NULL) IS NULL
   AND next_step(:policy, 0, '2024-06-01', '2024-05-02', NULL, '2024-07-01', false, NULL) IS NULL
   AND next_step_on(:policy, 0, '2024-06-01', '2024-05-02', NULL, convention => NULL) IS NULL
   AND next_step_on(NULL, 0, '2024-06-01', '2024-05-02', NULL) IS NULL
   AND next_step_on(:policy, 0, '2024-06-01', '2024-05-02', NULL, NULL, NULL) IS NULL AS null_gives_null;
SELECT due, next_step(:policy, 0, due, '2024-05-02', NULL, '2024-07-01') AS step, next_step_on(:policy, 0, due, '2024-05-02', NULL) AS on_day
  FROM unnest('{infinity,-infinity}'::date[]) due;
SELECT issued, next_step(:policy, 0, '2024-06-01', issued, NULL, '2024-05-30') AS step, next_step_on(:policy, 0, '2024-06-01', issued, NULL) AS on_day
  FROM unnest('{infinity,-infinity}'::date[]) issued;
SELECT noticed, next_step(:policy, 4, '2024-06-01', '2024-05-02', noticed, '2024-07-01') AS step, next_step_on(:policy, 4, '2024-06-01', '2024-05-02', noticed) AS on_day,
       next_step_on(:policy, 4, '2024-06-01', '2024-05-02', noticed, '2024-07-01') AS on_or_after
  FROM unnest('{infinity,-infinity}'::date[]) noticed;
SELECT not_before, next_step_on(:policy, 0, '2024-06-01', '2024-05-02', NULL, not_before) AS on_day
  FROM unnest('{infinity,-infinity,2024-05-31,2024-06-01,2024-06-02,2024-06-20}'::date[]) not_before;
-- The ends of the calendar
SELECT next_step_on('{due-3650 email upcoming}', 0, '4714-11-24 BC', '-infinity', NULL) AS first_day,
       next_step_on('{due-3650bd email upcoming}', 0, '4714-11-25 BC', '-infinity', NULL) AS first_business_day,
       next_step_on('{due+3650 email reminder}', 0, '5874897-12-31', '2024-01-01', NULL) IS NULL AS no_day,
       next_step_on('{due+3650bd email reminder}', 0, '5874897-12-31', '2024-01-01', NULL) IS NULL AS no_business_day,
       next_step_on('{due+1 email reminder}', 0, '5874897-12-30', '2024-01-01', NULL) AS last_day,
       next_step_on('{due+1 email reminder,prev+1 email reminder}', 1, '2024-01-01', '2024-01-01', '5874897-12-31') IS NULL AS none_after;
SELECT next_step('{due+3650 email reminder}', 0, '5874897-12-31', '2024-01-01', NULL, '5874897-12-31') IS NULL AS never,
       next_step('{due-3650 email upcoming}', 0, '4714-11-24 BC', '-infinity', NULL, '4714-11-24 BC') AS at_once;

-- Errors
SELECT next_step(:policy, 0, '2024-06-01', '2024-05-02', NULL, 'infinity');
SELECT next_step('{due+7 email reminder,NULL}', 0, '2024-06-01', '2024-05-02', NULL, '2024-07-01');
SELECT next_step_on(:policy, -1, '2024-06-01', '2024-05-02', NULL);
SELECT next_step_on(:policy, 0, '2024-06-01', '2024-05-02', NULL, convention => 'sometimes');
SELECT next_step(:policy, 0, '2024-06-01', '2024-05-02', NULL, '2024-07-01', holidays => '{infinity}');
SELECT uses_business_days('{}');
\set VERBOSITY sqlstate
SELECT next_step(:policy, 0, 'infinity', '2024-05-02', NULL, '-infinity');
SELECT next_step_on('{}', 0, '2024-06-01', '2024-05-02', NULL);
SELECT next_step_on('{{due+7 email reminder}}', 0, '2024-06-01', '2024-05-02', NULL);
SELECT next_step(:policy, -1, '2024-06-01', '2024-05-02', NULL, '2024-07-01');
\set VERBOSITY default

-- Random cases against the rules written down a second time, day by day.
CREATE FUNCTION pg_temp.works(day date, holidays date[]) RETURNS boolean LANGUAGE sql AS 'SELECT extract(isodow FROM day) < 6 AND day <> ALL (holidays)';
-- The next day in this direction on which there is work, the day itself included.
CREATE FUNCTION pg_temp.plain_move(day date, forth int, holidays date[]) RETURNS date LANGUAGE plpgsql AS $$
BEGIN
    WHILE NOT pg_temp.works(day, holidays) LOOP
        day := day + forth;
    END LOOP;
    RETURN day;
END $$;
CREATE FUNCTION pg_temp.plain_day(from_day date, step dunning_step, holidays date[], convention text) RETURNS date LANGUAGE plpgsql AS $$
DECLARE
    day date := from_day;
    forth int := sign(debiteur.days(step));
    other date;
BEGIN
    IF NOT debiteur.in_business_days(step) THEN
        day := day + debiteur.days(step);
    ELSE
        FOR i IN 1 .. abs(debiteur.days(step)) LOOP
            day := pg_temp.plain_move(day + forth, forth, holidays);
        END LOOP;
    END IF;
    IF convention = 'unadjusted' OR pg_temp.works(day, holidays) THEN
        RETURN day;
    END IF;
    forth := CASE WHEN convention LIKE '%following' THEN 1 ELSE -1 END;
    other := pg_temp.plain_move(day, forth, holidays);
    IF convention LIKE 'modified%' AND date_trunc('month', other) <> date_trunc('month', day) THEN
        other := pg_temp.plain_move(day, - forth, holidays);
    END IF;
    IF (other > from_day) <> (day > from_day) THEN
        other := pg_temp.plain_move(day, CASE WHEN day > from_day THEN 1 ELSE -1 END, holidays);
    END IF;
    RETURN other;
END $$;
CREATE FUNCTION pg_temp.plain_next(steps dunning_step[], taken int, due date, issued date, noticed date, as_of date, by_age boolean, holidays date[], convention text)
RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    answer int;
    day date;
BEGIN
    IF as_of <= noticed THEN
        RETURN NULL;
    END IF;
    FOR k IN taken + 1 .. cardinality(steps) LOOP
        IF debiteur.anchor(steps[k]) = 'prev' THEN
            IF answer IS NULL AND as_of >= pg_temp.plain_day(coalesce(noticed, due), steps[k], holidays, convention) THEN
                answer := k;
            END IF;
            RETURN answer;
        END IF;
        day := pg_temp.plain_day(due, steps[k], holidays, convention);
        CONTINUE WHEN debiteur.days(steps[k]) <= 0 AND (as_of > due OR day <= issued);
        IF as_of < day THEN
            RETURN answer;
        END IF;
        answer := k;
        IF NOT by_age THEN
            RETURN answer;
        END IF;
    END LOOP;
    RETURN answer;
END $$;
SELECT setseed(0.25);
CREATE TEMPORARY TABLE random_case AS
SELECT n, steps, (random() * cardinality(steps))::int AS taken, due, due - (random() * 30)::int AS issued,
       CASE WHEN random() < 0.7 THEN due - 20 + (random() * 60)::int END AS noticed,
       CASE WHEN random() < 0.5 THEN due - 30 + (random() * 80)::int END AS not_before,
       random() < 0.5 AS by_age,
       -- A half without holidays, a quarter with a few, a quarter with every third day one of them.
       ARRAY(SELECT due - 60 + (random() * 300)::int FROM generate_series(1, CASE n % 8 WHEN 0 THEN 100 WHEN 1 THEN 100 WHEN 2 THEN 10 WHEN 3 THEN 10 ELSE 0 END)) AS holidays,
       ('{unadjusted,unadjusted,following,modified_following,preceding,modified_preceding}'::text[])[1 + n % 6] AS convention
  FROM (SELECT n, date '2024-01-01' + (random() * 400)::int AS due,
               -- A quarter of the lists is in no order at all.
               (SELECT array_agg(s ORDER BY CASE WHEN n % 4 = 0 THEN k ELSE 0 END, s)
                  FROM (SELECT k, (CASE WHEN random() < 0.7 THEN format('due%s', to_char((random() * 40)::int - 12, 'SGFM99'))
                                                     ELSE format('prev+%s', 1 + (random() * 15)::int) END
                                || CASE WHEN random() < 0.4 THEN 'bd' ELSE '' END || ' email reminder')::dunning_step AS s
                          FROM generate_series(1, 1 + n % 6) k) x) AS steps
          FROM generate_series(1, 4000) n) y;
ANALYZE random_case;
SELECT count(*) = 4000 AS cases, count(*) FILTER (WHERE policy_problem(steps) IS NULL) > 500 AS good_policies,
       count(*) FILTER (WHERE noticed IS NULL) > 500 AS unnoticed, count(DISTINCT extract(isodow FROM due)) AS weekdays
  FROM random_case;
-- next_step on a day: the rules again, on six days a case.
SELECT count(*) FILTER (WHERE step IS DISTINCT FROM plain) AS different, count(step) > 3000 AS some_taken, count(*) - count(step) > 3000 AS some_not
  FROM (SELECT next_step(steps, taken, due, issued, noticed, due + d, by_age, holidays, convention) AS step,
               pg_temp.plain_next(steps, taken, due, issued, noticed, due + d, by_age, holidays, convention) AS plain
          FROM random_case, unnest(ARRAY[-8, -1, 0, 1, 5, 20]) d) x;
-- next_step_on: the first of all days on which there is a step.
SELECT count(*) FILTER (WHERE on_day IS DISTINCT FROM scanned) AS different,
       count(on_day) > 1000 AS some_day, count(*) - count(on_day) > 200 AS some_none, count(*) FILTER (WHERE on_day <= due) > 100 AS some_before_due
  FROM (SELECT due, next_step_on(steps, taken, due, issued, noticed, not_before, by_age, holidays, convention) AS on_day,
               (SELECT min(due + d) FROM generate_series(-120, 250) d
                 WHERE due + d >= coalesce(not_before, '-infinity')
                   AND next_step(steps, taken, due, issued, noticed, due + d, by_age, holidays, convention) IS NOT NULL) AS scanned
          FROM random_case) x;
-- Both modes begin on the same day.
SELECT bool_and(next_step_on(steps, taken, due, issued, noticed, not_before, false, holidays, convention)
                IS NOT DISTINCT FROM next_step_on(steps, taken, due, issued, noticed, not_before, true, holidays, convention)) AS same_day
  FROM random_case;
-- Runs: a case advanced every day equals one advanced only on the days next_step_on() names.
SELECT count(*) FILTER (WHERE daily IS DISTINCT FROM jumping) AS different, count(daily) > 500 AS some_taken
  FROM (SELECT (SELECT array_agg((t.on_day, t.step)::text ORDER BY t.on_day)
                  FROM pg_temp.taken(steps, due, issued, pg_temp.days(due - 120, due + 400), by_age, holidays, convention) t) AS daily,
               (WITH RECURSIVE jump(on_day, step) AS (
                    SELECT d, next_step(steps, 0, due, issued, NULL, d, by_age, holidays, convention)
                      FROM next_step_on(steps, 0, due, issued, NULL, due - 120, by_age, holidays, convention) d WHERE d IS NOT NULL
                    UNION ALL
                    SELECT d, next_step(steps, j.step, due, issued, j.on_day, d, by_age, holidays, convention)
                      FROM jump j, next_step_on(steps, j.step, due, issued, j.on_day, NULL, by_age, holidays, convention) d WHERE d IS NOT NULL)
                SELECT array_agg((on_day, step)::text ORDER BY on_day) FROM jump) AS jumping
          FROM random_case WHERE n <= 1000) x;
