/*
 * advance: executes what decide() decides, in batches of one transaction each.
 *
 * A batch takes the claims whose next_on has come, in the order of the index,
 * locks their customers (postings lock them too) and then does everything for these customers at once:
 * notices, their lines, outbox messages, the claims' next date and the run's
 * counts. Every claim that was looked at gets a next_on after as_of, so a
 * second run on a date finds nothing, and a run that was broken off goes on
 * where it was. Customers whom somebody has locked are left for a second pass,
 * which waits for them. The instalments of payment plans are reminded of last.
 */
CREATE OR REPLACE FUNCTION advance_batch(as_of date, progress jsonb DEFAULT NULL, batch_size int DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    size int := coalesce(batch_size, current_setting('debiteur.batch_size', true)::int, 1000);
    state jsonb := coalesce(progress, '{"done": 0, "wait": false, "locked": false, "next_on": "-infinity", "id": 0}');
    page record;
    owners bigint[];
    reminded bigint;
    moment timestamptz := clock_timestamp();
BEGIN
    IF as_of IS NULL OR NOT isfinite(as_of) THEN
        RAISE EXCEPTION '% is not a date to advance to', coalesce(as_of::text, 'NULL')
            USING ERRCODE = 'RV016', DETAIL = 'It was given as as_of.', HINT = 'Give a day, such as today().';
    END IF;
    IF size < 1 THEN
        RAISE EXCEPTION 'a batch of % claims can''t advance', size
            USING ERRCODE = 'invalid_parameter_value', DETAIL = CASE WHEN batch_size IS NULL THEN 'It is the setting debiteur.batch_size.' ELSE 'It was given as batch_size.' END,
                  HINT = 'Give 1 or more.';
    END IF;
    IF progress IS NULL THEN
        IF as_of > today() + 366 THEN
            RAISE EXCEPTION '% is more than a year ahead', as_of
                USING ERRCODE = 'RV016', DETAIL = 'Notices can''t be taken back.', HINT = 'preview() and simulate() look ahead and write nothing.';
        END IF;
        INSERT INTO run (as_of, started_at) VALUES (advance_batch.as_of, moment) ON CONFLICT (as_of) DO NOTHING;
        state := state || jsonb_build_object('of', (SELECT count(*) FROM invoice i WHERE i.next_on <= advance_batch.as_of));
    END IF;
    SELECT * INTO page FROM due_claims(as_of, (state->>'next_on')::date, (state->>'id')::bigint, size);
    IF page.claims = 0 THEN
        IF (state->>'locked')::boolean AND NOT (state->>'wait')::boolean THEN
            RETURN state || '{"wait": true, "next_on": "-infinity", "id": 0}';
        END IF;
        reminded := remind_instalments(as_of, size);
        IF reminded > 0 THEN
            RETURN state || jsonb_build_object('done', (state->>'done')::bigint + reminded);
        END IF;
        PERFORM fold(), time_out_notices(), release_by_policy(as_of), apply_credit_limits(as_of);
        UPDATE run r SET finished_at = moment, failures = 0
         WHERE r.as_of = advance_batch.as_of AND (r.finished_at IS NULL OR r.failures > 0 OR (state->>'done')::bigint > 0);
        RETURN NULL;
    END IF;
    IF (state->>'wait')::boolean THEN
        owners := ARRAY(SELECT c.id FROM customer c WHERE c.id = ANY (page.customers) ORDER BY c.id FOR NO KEY UPDATE);
    ELSE
        owners := ARRAY(SELECT c.id FROM customer c WHERE c.id = ANY (page.customers) ORDER BY c.id FOR NO KEY UPDATE SKIP LOCKED);
    END IF;
    PERFORM execute_decisions(as_of, owners);
    RETURN state || jsonb_build_object('done', (state->>'done')::bigint + page.claims, 'next_on', page.next_on, 'id', page.id,
        'locked', (state->>'locked')::boolean OR cardinality(owners) < cardinality(page.customers));
END $$;
COMMENT ON FUNCTION advance_batch(date, jsonb, int) IS
'One batch of advance(): does it for about batch_size claims (NULL: the setting debiteur.batch_size) and returns the progress to pass to the next call, NULL at the end. done of of: claims so far of those due at the start. Commit after each call.';

-- Few claims may be due, and even fewer seem to be: it reads the next of them all the same, and not each time all that are due.
CREATE OR REPLACE FUNCTION due_claims(as_of date, after_on date, after_id bigint, most int, OUT claims bigint, OUT customers bigint[], OUT next_on date, OUT id bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT SET enable_bitmapscan = off SET enable_seqscan = off AS $$
#variable_conflict use_column
BEGIN
    SELECT count(*), array_agg(DISTINCT q.customer_id), max(q.next_on), (array_agg(q.id ORDER BY q.next_on DESC, q.id DESC))[1] INTO claims, customers, next_on, id
      FROM (SELECT i.id, i.next_on, i.customer_id FROM invoice i
             WHERE i.next_on <= due_claims.as_of AND (i.next_on, i.id) > (after_on, after_id)
             ORDER BY i.next_on, i.id LIMIT most) q;
END $$;
COMMENT ON FUNCTION due_claims(date, date, bigint, int) IS 'The claims to look at on a date, in the order of the index, after this one and at most so many: how many they are, whose, and the last of them.';

-- A batch is a small part of every table: it goes by the indexes, whatever the planner thinks of the rows that functions return.
CREATE OR REPLACE FUNCTION execute_decisions(as_of date, customers bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT SET jit = off SET plan_cache_mode = force_custom_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    done record;
BEGIN
    WITH decision AS MATERIALIZED (
        SELECT * FROM draft_notices(execute_decisions.as_of, customers)
    ), head AS MATERIALIZED (
        SELECT nextval('notice_id_seq') AS id, l.*
          FROM (SELECT d.draft, d.customer_id, d.currency, d.policy_id, d.step, d.action, d.invoice_id AS lead_id FROM decision d WHERE d.lead ORDER BY d.draft) l
    ), line AS MATERIALIZED (
        SELECT h.id AS notice_id, d.invoice_id, d.customer_id, d.number, d.kind, d.reference, d.taken, h.policy_id, h.step, d.cycle,
               d.amount, d.open_amount, d.asked, d.due_on
          FROM decision d
          JOIN head h ON h.draft = d.draft
    ), owner AS MATERIALIZED (
        SELECT c.* FROM customer c WHERE c.id = ANY (customers)
    ), written_with AS (
        -- Once a step and language, not once a notice.
        SELECT d.step, d.language, find_notice_text(action(d.step), channel(d.step), d.language) AS id
          FROM (SELECT DISTINCT h.action AS step, c.language FROM head h JOIN owner c ON c.id = h.customer_id) d
    ), put_notice AS (
        INSERT INTO notice (id, customer_id, currency, policy_id, step, channel, action, issued_on, lead_id, amount,
                            name, address, country, email, phone, language, text_id, sent_by)
        SELECT h.id, h.customer_id, h.currency, h.policy_id, h.step, channel(h.action), action(h.action), execute_decisions.as_of, h.lead_id, s.amount,
               c.name, c.address, c.country, c.email, c.phone, c.language, t.id, channel(h.action)
          FROM head h
          JOIN (SELECT l.notice_id, sum(l.asked) AS amount FROM line l GROUP BY 1) s ON s.notice_id = h.id
          JOIN owner c ON c.id = h.customer_id
          LEFT JOIN written_with t ON t.step = h.action AND t.language = c.language
    ), put_line AS (
        INSERT INTO notice_line (notice_id, invoice_id, customer_id, number, kind, reference, taken, policy_id, step, cycle, amount, open_amount, asked, due_on)
        SELECT * FROM line
    ), move AS (
        UPDATE invoice i
           SET next_on = d.next_on,
               step = CASE WHEN d.taken THEN d.step ELSE i.step END,
               policy_id = CASE WHEN d.taken THEN d.policy_id ELSE i.policy_id END,
               noticed_on = CASE WHEN d.taken THEN execute_decisions.as_of ELSE i.noticed_on END,
               status = CASE WHEN d.taken AND action(d.action) = 'hand_over' THEN 'in_collection'
                             WHEN i.status = 'open' AND d.due_on < execute_decisions.as_of THEN 'overdue'
                             ELSE i.status END
          -- Found as decide() found it, by the customers.
          FROM decision d WHERE d.decided AND i.id = d.invoice_id AND i.customer_id = ANY (customers) AND i.open_amount <> 0
    )
    SELECT count(*) FILTER (WHERE d.taken) AS steps, count(*) FILTER (WHERE d.decided AND d.status = 'open' AND d.due_on < execute_decisions.as_of) AS overdue,
           (SELECT array_agg(h.id) FROM head h) AS notices,
           (SELECT jsonb_object_agg(s.reason, s.n)
              FROM (SELECT d.reasons[1] AS reason, count(*) AS n FROM decision d
                     WHERE d.decided AND NOT d.taken AND d.reasons[1] NOT IN ('not_due', 'no_step_left', 'in_collection') GROUP BY 1) s) AS skipped
      INTO done FROM decision d;
    IF done.notices IS NOT NULL THEN
        PERFORM post_messages(done.notices), block_by_policy(done.notices);
    END IF;
    PERFORM count_run(execute_decisions.as_of, coalesce(cardinality(done.notices), 0), done.steps, done.overdue, coalesce(done.skipped, '{}'));
END $$;
COMMENT ON FUNCTION execute_decisions(date, bigint[]) IS 'Does what decide() says for these customers, who are locked: notices, lines, messages, the claims'' next dates, and the counts of the run, in one transaction.';

CREATE OR REPLACE FUNCTION count_run(as_of date, notices bigint, steps bigint, overdue bigint, skipped jsonb) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    sum_skipped jsonb;
BEGIN
    SELECT r.skipped INTO sum_skipped FROM run r WHERE r.as_of = count_run.as_of FOR UPDATE;
    SELECT coalesce(jsonb_object_agg(s.reason, s.n), '{}') INTO sum_skipped
      FROM (SELECT e.key AS reason, sum(e.value::bigint) AS n
              FROM (SELECT * FROM jsonb_each_text(sum_skipped) UNION ALL SELECT * FROM jsonb_each_text(count_run.skipped)) e(key, value)
             GROUP BY 1) s;
    UPDATE run r SET notices = r.notices + count_run.notices, steps = r.steps + count_run.steps,
                     overdue = r.overdue + count_run.overdue, skipped = sum_skipped
     WHERE r.as_of = count_run.as_of;
END $$;
COMMENT ON FUNCTION count_run(date, bigint, bigint, bigint, jsonb) IS 'Adds the counts of a batch to the run of this date.';

-- It commits, so it can have no SET clause: it is thin, and names its schema.
DO $do$
BEGIN
    EXECUTE pg_catalog.format($sql$CREATE OR REPLACE PROCEDURE advance(as_of date DEFAULT today(), batch_size int DEFAULT NULL)
        LANGUAGE plpgsql AS %L$sql$, pg_catalog.format($body$
        DECLARE
            progress pg_catalog.jsonb;
        BEGIN
            LOOP
                progress := %1$I.advance_batch(as_of, progress, batch_size);
                COMMIT;
                EXIT WHEN progress IS NULL;
            END LOOP;
        END $body$, current_schema));
END $do$;
COMMENT ON PROCEDURE advance(date, int) IS
'Advances the ledger to a date: marks what became overdue, takes the steps that are due, issues notices and outbox messages. Commits after each batch of about batch_size claims (NULL: the setting debiteur.batch_size), so it can''t run inside a transaction block. Again on the same date it finds nothing to do; after days without a run it goes on where it should. Error RV016: not a date, or more than a year ahead.';

CREATE OR REPLACE FUNCTION run_due() RETURNS date
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
DECLARE
    day date := today();
    last_run run;
BEGIN
    SELECT * INTO last_run FROM run r WHERE r.as_of = day;
    IF NOT (SELECT s.worker FROM settings s)
       OR (last_run.failures > 0
           -- A failure in the future is one of a clock that was wrong.
           AND now() BETWEEN last_run.failed_at AND last_run.failed_at + least(60, 2 ^ least(last_run.failures - 1, 6)) * interval '1 minute')
       OR (last_run.finished_at IS NOT NULL AND NOT EXISTS (SELECT FROM invoice i WHERE i.next_on <= day)
           AND NOT EXISTS (SELECT FROM instalment n WHERE n.remind_on <= day)
           -- Reports get slow when much is not folded.
           AND NOT EXISTS (SELECT FROM flow f OFFSET 5000)) THEN
        RETURN NULL;
    END IF;
    RETURN day;
END $$;
COMMENT ON FUNCTION run_due() IS
'The date that the worker should advance now; NULL: none, because the day''s run is done and nothing has come since, the worker is switched off in settings, or it waits after a failure (one minute, doubled by each further one, at most an hour).';

CREATE OR REPLACE FUNCTION record_failure(as_of date, code text, message text, detail text) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    moment timestamptz := clock_timestamp();
BEGIN
    INSERT INTO run AS r (as_of, started_at, failures, failed_at, error_code, error_message, error_detail)
        VALUES (coalesce(record_failure.as_of, today()), moment, 1, moment, code, message, detail)
        ON CONFLICT (as_of) DO UPDATE SET failures = r.failures + 1, failed_at = excluded.failed_at, error_code = excluded.error_code,
            error_message = excluded.error_message, error_detail = excluded.error_detail;
END $$;
COMMENT ON FUNCTION record_failure(date, text, text, text) IS 'Keeps an error of the worker in the run of this date (NULL: today).';
