/*
 * migrations: moving cases to the version of their customer's policy that is
 * current now.
 *
 * A case remembers one number: the last step that was taken. In the new
 * version that becomes the furthest step that was taken before, so that no
 * step is taken twice. What was taken is looked up by its whole text and by
 * its action: the second reminder is the second reminder, on whatever day and
 * by whatever channel. Steps of the new version that lie before are passed
 * over: who has had the final notice gets no milder one. If nothing that was
 * taken is in the new version, the case is where a claim of its age was on the
 * day of the last notice.
 */
CREATE OR REPLACE FUNCTION migrate_policy(policy text, customer text DEFAULT NULL, invoice text DEFAULT NULL, key text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    moved bigint := request_begin(key, 'migrate_policy', jsonb_build_object('policy', policy, 'customer', customer, 'invoice', invoice));
    claim_id bigint;
    owner_id bigint;
    owners bigint[];
    new_version policy;
    days_off date[] := holidays();
    moment timestamptz := clock_timestamp();
BEGIN
    IF moved IS NOT NULL THEN
        RETURN moved;
    END IF;
    PERFORM require_text(migrate_policy.policy, 'policy'), require_policy(migrate_policy.policy);
    SELECT p.* INTO new_version FROM policy p WHERE p.current AND p.name = migrate_policy.policy;
    IF migrate_policy.customer IS NOT NULL THEN
        owner_id := find_customer(migrate_policy.customer);
    END IF;
    IF migrate_policy.invoice IS NOT NULL THEN
        SELECT i.id, i.customer_id INTO claim_id, owner_id FROM invoice i
         WHERE i.number = migrate_policy.invoice AND i.customer_id = coalesce(owner_id, i.customer_id);
        IF NOT FOUND THEN
            RAISE EXCEPTION 'there is no invoice %', quote_literal(migrate_policy.invoice)
                USING ERRCODE = 'RV009', DETAIL = format('It was given as invoice%s.', ', of customer ' || quote_literal(migrate_policy.customer)),
                      HINT = 'Invoices are named by their number, as text.';
        END IF;
    END IF;
    IF owner_id IS NOT NULL AND NOT EXISTS (SELECT FROM customer_policy a WHERE a.customer_id = owner_id AND a.policy = migrate_policy.policy) THEN
        RAISE EXCEPTION 'customer % is not under policy %', (SELECT quote_literal(c.number) FROM customer c WHERE c.id = owner_id), quote_literal(migrate_policy.policy)
            USING ERRCODE = 'RV009', DETAIL = (SELECT format('His policy is %L, by %s.', a.policy, a.source) FROM customer_policy a WHERE a.customer_id = owner_id),
                  HINT = 'assign_policy() puts him under it.';
    END IF;
    owners := ARRAY(SELECT a.customer_id FROM customer_policy a WHERE a.policy = migrate_policy.policy AND a.customer_id = coalesce(owner_id, a.customer_id)
                       AND EXISTS (SELECT FROM invoice i WHERE i.customer_id = a.customer_id AND is_open(i.status) AND i.policy_id <> new_version.id));
    PERFORM FROM customer c WHERE c.id = ANY (owners) ORDER BY c.id FOR NO KEY UPDATE;
    WITH old_case AS MATERIALIZED (
        SELECT i.id, i.customer_id, i.cycle, i.policy_id, i.step, i.due_on, i.issued_on, i.noticed_on
          FROM invoice i
         WHERE i.customer_id = ANY (owners) AND i.id = coalesce(claim_id, i.id) AND is_open(i.status) AND i.policy_id <> new_version.id
    ), taken AS (
        SELECT c.id, l.policy_id, l.step, p.steps[l.step] AS what,
               row_number() OVER (PARTITION BY c.id, p.steps[l.step] ORDER BY l.notice_id) AS nth_same,
               row_number() OVER (PARTITION BY c.id, action(p.steps[l.step]) ORDER BY l.notice_id) AS nth_action
          FROM old_case c
          JOIN notice_line l ON l.invoice_id = c.id AND l.cycle = c.cycle AND l.taken
          JOIN policy p ON p.id = l.policy_id
    ), new_step AS MATERIALIZED (
        SELECT u.place::int, u.what, row_number() OVER (PARTITION BY u.what ORDER BY u.place) AS nth_same,
               row_number() OVER (PARTITION BY action(u.what) ORDER BY u.place) AS nth_action
          FROM unnest(new_version.steps) WITH ORDINALITY AS u(what, place)
    ), reached AS (
        SELECT t.id, max(n.place) AS step
          FROM taken t
          JOIN new_step n ON (n.what = t.what AND n.nth_same <= t.nth_same) OR (action(n.what) = action(t.what) AND n.nth_action <= t.nth_action)
                          OR (t.policy_id = new_version.id AND n.place = t.step)
         GROUP BY 1
    ), new_case AS MATERIALIZED (
        SELECT c.*, r.step IS NOT NULL AS matched,
               coalesce(r.step, next_step(new_version.steps, 0, c.due_on, c.issued_on, NULL, c.noticed_on, true, days_off, new_version.convention), 0) AS new_step
          FROM old_case c LEFT JOIN reached r ON r.id = c.id
    ), put AS (
        INSERT INTO migration (customer_id, invoice_id, cycle, from_policy_id, from_step, to_policy_id, to_step, matched_by, moved_at, moved_by)
        SELECT c.customer_id, c.id, c.cycle, c.policy_id, c.step, new_version.id, c.new_step, CASE WHEN c.matched THEN 'steps' ELSE 'age' END, moment, session_user
          FROM new_case c ORDER BY c.id
    ), move AS (
        UPDATE invoice i SET policy_id = new_version.id, step = c.new_step, next_on = CASE WHEN i.status = 'in_collection' THEN i.next_on ELSE i.issued_on END
          FROM new_case c WHERE i.id = c.id
    )
    SELECT count(*) INTO moved FROM new_case;
    RETURN request_end(key, moved);
END $$;
COMMENT ON FUNCTION migrate_policy(text, text, text, text) IS
'Moves the cases of the customers that are under this policy (of one customer, or one claim) to its current version, whichever version of whichever policy they began under; returns how many. No step is taken twice: a case goes on after the furthest step that was taken before, by its text or its action (its nth reminder is the nth reminder); where none was, after the step that its age had reached on the day of the last notice. The table migration keeps what was moved; notices keep the version under which they went out. Errors: RV009 no such policy, customer or invoice, or the customer is under another policy; 23502, 23514 no policy given.';
