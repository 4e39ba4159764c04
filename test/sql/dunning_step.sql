--
-- dunning_step: the notation of a step, and what follows from a list of steps
--
SET search_path = debiteur, pg_catalog;
SET datestyle = 'ISO';

SELECT s AS step, anchor(s), days(s), in_business_days(s) AS business, channel(s), action(s), pg_column_size(s) AS bytes, dunning_step_send(s) AS binary
  FROM unnest('{due-3 email upcoming,due+7 email reminder,due+14 letter final_notice,due+21 phone call,prev+14 letter default_notice,
                prev+5bd task escalate,prev+15 agency hand_over,due+0 sms upcoming,due-3650bd webhook stop_supply,prev+3650 agency hand_over}'::dunning_step[]) s;
SELECT 'due+007bd   email     reminder'::dunning_step AS canonical, 'due-0 email upcoming'::dunning_step AS zero, 'due+7 email reminder'::text::dunning_step::text AS casts;

-- The operators agree with the parts.
CREATE TEMPORARY TABLE step AS
SELECT s, row_number() OVER (ORDER BY anchor(s), days(s), in_business_days(s),
                                      array_position('{email,letter,phone,sms,task,agency,webhook}', channel(s)),
                                      array_position('{upcoming,reminder,final_notice,call,default_notice,escalate,stop_supply,hand_over}', action(s)))::int AS n
  FROM (SELECT format('%s%s %s %s', a, d, c, b)::dunning_step AS s
          FROM unnest('{due,prev}'::text[]) a, unnest('{+1,+2,+2bd,+3650}'::text[]) d,
               unnest('{email,letter,webhook}'::text[]) c, unnest('{upcoming,final_notice,stop_supply}'::text[]) b
        UNION ALL
        SELECT unnest('{due-1 sms call,due-3650 email upcoming,due+0 task escalate,due+0bd task escalate,prev+1 agency hand_over}'::dunning_step[])) x;
SELECT bool_and((x.s = y.s) = (x.n = y.n) AND (x.s <> y.s) = (x.n <> y.n)
            AND (x.s < y.s) = (x.n < y.n) AND (x.s <= y.s) = (x.n <= y.n)
            AND (x.s > y.s) = (x.n > y.n) AND (x.s >= y.s) = (x.n >= y.n)
            AND dunning_step_cmp(x.s, y.s) = sign(x.n - y.n)
            AND (dunning_step_hash(x.s) = dunning_step_hash(y.s)) = (x.n = y.n)
            AND (dunning_step_hash_extended(x.s, 7) = dunning_step_hash_extended(y.s, 7)) = (x.n = y.n)) AS consistent,
       count(*)
  FROM step x, step y;
SELECT bool_and(dunning_step_hash(s) = dunning_step_hash_extended(s, 0)::bit(32)::int) AS hashes_agree FROM step;
CREATE INDEX step_btree ON step (s);
CREATE INDEX step_hash ON step USING hash (s);
SET enable_seqscan = off;
SELECT count(*) FROM step WHERE s < 'due+1 email upcoming';
DROP INDEX step_btree;
SELECT n FROM step WHERE s = 'due-1 sms call';
RESET enable_seqscan;
SELECT anchor(NULL) IS NULL AND days(NULL) IS NULL AND in_business_days(NULL) IS NULL AND channel(NULL) IS NULL AND action(NULL) IS NULL AS null_gives_null;

-- Errors of input
SELECT 'after+7 email reminder'::dunning_step;
SELECT 'due 7 email reminder'::dunning_step;
SELECT 'due+ email reminder'::dunning_step;
SELECT 'due+7b email reminder'::dunning_step;
SELECT 'due+3651 email reminder'::dunning_step;
SELECT 'due+7 fax reminder'::dunning_step;
SELECT 'due+7 email'::dunning_step;
SELECT 'due+7 email greet'::dunning_step;
SELECT 'due+7 email reminder '::dunning_step;
SELECT 'prev+0 email reminder'::dunning_step;
SELECT 'due+7 email hand_over'::dunning_step;
\set VERBOSITY sqlstate
SELECT ''::dunning_step;
SELECT 'due'::dunning_step;
SELECT 'due email reminder'::dunning_step;
SELECT 'Due+7 email reminder'::dunning_step;
SELECT ' due+7 email reminder'::dunning_step;
SELECT 'due +7 email reminder'::dunning_step;
SELECT 'due+7email reminder'::dunning_step;
SELECT E'due+7\temail reminder'::dunning_step;
SELECT 'due+7bdd email reminder'::dunning_step;
SELECT 'due+99999999999999999999 email reminder'::dunning_step;
SELECT 'due--7 email reminder'::dunning_step;
SELECT 'prev-1 email reminder'::dunning_step;
SELECT 'prev+0bd email reminder'::dunning_step;
SELECT 'due+7 agency reminder'::dunning_step;
SELECT 'due+7 letter hand_over'::dunning_step;
SELECT 'due+7 emails reminder'::dunning_step;
SELECT 'due+7 email reminderx'::dunning_step;
\set VERBOSITY default

-- From version 16 on bad input can be asked about without an error.
DO $$
DECLARE
    state text;
BEGIN
    IF current_setting('server_version_num')::int >= 160000 THEN
        EXECUTE $q$SELECT sql_error_code FROM pg_input_error_info('due', 'debiteur.dunning_step')$q$ INTO state;
        ASSERT state = 'RV001', state;
    END IF;
END $$;

-- Binary COPY takes what it gave, and nothing else.
\getenv outputdir PG_ABS_BUILDDIR
\cd :outputdir
\copy step TO 'results/dunning_step.copy' (FORMAT binary)
CREATE TEMPORARY TABLE step_copied (LIKE step);
\copy step_copied FROM 'results/dunning_step.copy' (FORMAT binary)
SELECT count(*), bool_and(x.s = y.s) AS same FROM step x JOIN step_copied y USING (n);
CREATE TEMPORARY TABLE received (s dunning_step);
\copy (SELECT '\x01fffd010101'::bytea) TO 'results/dunning_step.copy' (FORMAT binary)
\copy received FROM 'results/dunning_step.copy' (FORMAT binary)
SELECT s FROM received;
\copy (SELECT '\x000007010102'::bytea) TO 'results/dunning_step.copy' (FORMAT binary)
\copy received FROM 'results/dunning_step.copy' (FORMAT binary)
\copy (SELECT '\x030007010102'::bytea) TO 'results/dunning_step.copy' (FORMAT binary)
\copy received FROM 'results/dunning_step.copy' (FORMAT binary)
\copy (SELECT '\x017fff010102'::bytea) TO 'results/dunning_step.copy' (FORMAT binary)
\copy received FROM 'results/dunning_step.copy' (FORMAT binary)
\copy (SELECT '\x02fffd010102'::bytea) TO 'results/dunning_step.copy' (FORMAT binary)
\copy received FROM 'results/dunning_step.copy' (FORMAT binary)
\copy (SELECT '\x010007030102'::bytea) TO 'results/dunning_step.copy' (FORMAT binary)
\copy received FROM 'results/dunning_step.copy' (FORMAT binary)
\copy (SELECT '\x010007010802'::bytea) TO 'results/dunning_step.copy' (FORMAT binary)
\copy received FROM 'results/dunning_step.copy' (FORMAT binary)
\copy (SELECT '\x010007010109'::bytea) TO 'results/dunning_step.copy' (FORMAT binary)
\copy received FROM 'results/dunning_step.copy' (FORMAT binary)
\copy (SELECT '\x010007010108'::bytea) TO 'results/dunning_step.copy' (FORMAT binary)
\copy received FROM 'results/dunning_step.copy' (FORMAT binary)
\copy (SELECT '\x0100070101'::bytea) TO 'results/dunning_step.copy' (FORMAT binary)
\copy received FROM 'results/dunning_step.copy' (FORMAT binary)
\copy (SELECT '\x01000701010200'::bytea) TO 'results/dunning_step.copy' (FORMAT binary)
\copy received FROM 'results/dunning_step.copy' (FORMAT binary)
SELECT count(*) AS received FROM received;

-- 10,000 mutated steps: RV001 or a value that goes round.
SET client_encoding = 'UTF8';
CREATE FUNCTION pg_temp.mutated(value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    alphabet text := '0123456789012345678901234567899999-+-+      bdbdabcdefghijklmnopqrstuvwxyz_D' || chr(1) || chr(9) || chr(10) || chr(127) || 'éß²';
    place int;
BEGIN
    FOR i IN 1 .. (random() * CASE value WHEN '' THEN 20 ELSE 3 END)::int LOOP
        place := (random() * length(value))::int;
        value := left(value, place) || substr(alphabet, 1 + (random() * length(alphabet))::int, (random() * 2)::int)
                 || substr(value, place + 1 + (random() * 1.5)::int);
    END LOOP;
    RETURN value;
END $$;
CREATE FUNCTION pg_temp.fuzz(rounds int, OUT accepted int, OUT refused int) LANGUAGE plpgsql AS $$
DECLARE
    label text;
    step debiteur.dunning_step;
BEGIN
    accepted := 0;
    refused := 0;
    FOR i IN 1 .. rounds LOOP
        SELECT pg_temp.mutated(coalesce(min(s::text), '')) INTO label FROM step WHERE n = i % 78;
        BEGIN
            step := label::debiteur.dunning_step;
            -- Blanks, zeros before a number and -0 are all that is not given back.
            IF step::text IS DISTINCT FROM regexp_replace(regexp_replace(regexp_replace(label, ' +', ' ', 'g'), '([-+])0+(?=\d)', '\1'), '-0(?=\D)', '+0')
               OR step::text::debiteur.dunning_step <> step THEN
                RAISE 'accepted %, gave back %', label, step;
            END IF;
            accepted := accepted + 1;
        EXCEPTION WHEN SQLSTATE 'RV001' THEN
            refused := refused + 1;
        END;
    END LOOP;
END $$;
SELECT setseed(0.5);
SELECT accepted + refused = 10000 AS all_answered, accepted > 100 AS some_accepted, refused > 1000 AS some_refused
  FROM pg_temp.fuzz(10000);
RESET client_encoding;

SELECT opcname, amname, amvalidate(c.oid)
  FROM pg_opclass c JOIN pg_am a ON a.oid = c.opcmethod
 WHERE c.opcintype = 'dunning_step'::regtype ORDER BY 2;
