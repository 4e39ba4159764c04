/*
 * dunning_step.sql
 *		Type dunning_step, one step of a policy, and what follows from a list of
 *		steps: can it work, which step is next, and when.
 */

CREATE TYPE debiteur.dunning_step;

CREATE FUNCTION debiteur.dunning_step_in(cstring) RETURNS debiteur.dunning_step
    AS 'MODULE_PATHNAME', 'debiteur_dunning_step_in'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.dunning_step_in(cstring) IS 'text input: ANCHOR+N[bd] CHANNEL ACTION; error RV001';
CREATE FUNCTION debiteur.dunning_step_out(debiteur.dunning_step) RETURNS cstring
    AS 'MODULE_PATHNAME', 'debiteur_dunning_step_out'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.dunning_step_out(debiteur.dunning_step) IS 'text output of dunning_step';
CREATE FUNCTION debiteur.dunning_step_recv(internal) RETURNS debiteur.dunning_step
    AS 'MODULE_PATHNAME', 'debiteur_dunning_step_recv'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.dunning_step_recv(internal) IS 'binary input: anchor, days (two bytes), unit, channel, action; error RV001';
CREATE FUNCTION debiteur.dunning_step_send(debiteur.dunning_step) RETURNS bytea
    AS 'MODULE_PATHNAME', 'debiteur_dunning_step_send'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.dunning_step_send(debiteur.dunning_step) IS 'binary output of dunning_step';

CREATE TYPE debiteur.dunning_step (
    INPUT = debiteur.dunning_step_in, OUTPUT = debiteur.dunning_step_out,
    RECEIVE = debiteur.dunning_step_recv, SEND = debiteur.dunning_step_send,
    INTERNALLENGTH = 4, PASSEDBYVALUE, ALIGNMENT = int4, STORAGE = plain
);
COMMENT ON TYPE debiteur.dunning_step IS
'One step of a dunning policy: ANCHOR+N[bd] CHANNEL ACTION, for example "due-3 email upcoming", "due+14 letter final_notice", "prev+5bd task escalate". Anchor due counts from the due date, prev (+1 or more) from the day of the notice before. N is at most 3650; bd makes it business days, Monday to Friday. Channels: email, letter, phone, sms, task, agency, webhook. Actions: upcoming, reminder, final_notice, call, default_notice, escalate, stop_supply, hand_over (this by agency, and agency only this). Any number of blanks may separate the words. Input of anything else is error RV001. The order (anchor, days, unit, channel, action) is for sorting and indexes only.';

CREATE FUNCTION debiteur.dunning_step_eq(debiteur.dunning_step, debiteur.dunning_step) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_dunning_step_eq'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.dunning_step_eq(debiteur.dunning_step, debiteur.dunning_step) IS 'implementation of the operator =';
CREATE FUNCTION debiteur.dunning_step_ne(debiteur.dunning_step, debiteur.dunning_step) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_dunning_step_ne'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.dunning_step_ne(debiteur.dunning_step, debiteur.dunning_step) IS 'implementation of the operator <>';
CREATE FUNCTION debiteur.dunning_step_lt(debiteur.dunning_step, debiteur.dunning_step) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_dunning_step_lt'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.dunning_step_lt(debiteur.dunning_step, debiteur.dunning_step) IS 'implementation of the operator <';
CREATE FUNCTION debiteur.dunning_step_le(debiteur.dunning_step, debiteur.dunning_step) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_dunning_step_le'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.dunning_step_le(debiteur.dunning_step, debiteur.dunning_step) IS 'implementation of the operator <=';
CREATE FUNCTION debiteur.dunning_step_gt(debiteur.dunning_step, debiteur.dunning_step) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_dunning_step_gt'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.dunning_step_gt(debiteur.dunning_step, debiteur.dunning_step) IS 'implementation of the operator >';
CREATE FUNCTION debiteur.dunning_step_ge(debiteur.dunning_step, debiteur.dunning_step) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_dunning_step_ge'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.dunning_step_ge(debiteur.dunning_step, debiteur.dunning_step) IS 'implementation of the operator >=';
CREATE FUNCTION debiteur.dunning_step_cmp(debiteur.dunning_step, debiteur.dunning_step) RETURNS integer
    AS 'MODULE_PATHNAME', 'debiteur_dunning_step_cmp'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.dunning_step_cmp(debiteur.dunning_step, debiteur.dunning_step) IS 'order for btree: -1 (less), 0 (equal) or 1 (greater)';
CREATE FUNCTION debiteur.dunning_step_hash(debiteur.dunning_step) RETURNS integer
    AS 'MODULE_PATHNAME', 'debiteur_dunning_step_hash'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.dunning_step_hash(debiteur.dunning_step) IS 'hash of 32 bits';
CREATE FUNCTION debiteur.dunning_step_hash_extended(debiteur.dunning_step, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'debiteur_dunning_step_hash_extended'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.dunning_step_hash_extended(debiteur.dunning_step, bigint) IS 'hash of 64 bits with a seed';

CREATE OPERATOR debiteur.= (
    LEFTARG = debiteur.dunning_step, RIGHTARG = debiteur.dunning_step, FUNCTION = debiteur.dunning_step_eq,
    COMMUTATOR = OPERATOR(debiteur.=), NEGATOR = OPERATOR(debiteur.<>),
    RESTRICT = eqsel, JOIN = eqjoinsel,
    HASHES, MERGES
);
COMMENT ON OPERATOR debiteur.= (debiteur.dunning_step, debiteur.dunning_step) IS 'the same step';

CREATE OPERATOR debiteur.<> (
    LEFTARG = debiteur.dunning_step, RIGHTARG = debiteur.dunning_step, FUNCTION = debiteur.dunning_step_ne,
    COMMUTATOR = OPERATOR(debiteur.<>), NEGATOR = OPERATOR(debiteur.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR debiteur.<> (debiteur.dunning_step, debiteur.dunning_step) IS 'another step';

CREATE OPERATOR debiteur.< (
    LEFTARG = debiteur.dunning_step, RIGHTARG = debiteur.dunning_step, FUNCTION = debiteur.dunning_step_lt,
    COMMUTATOR = OPERATOR(debiteur.>), NEGATOR = OPERATOR(debiteur.>=),
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR debiteur.< (debiteur.dunning_step, debiteur.dunning_step) IS 'sorts before (anchor, days, unit, channel, action)';

CREATE OPERATOR debiteur.<= (
    LEFTARG = debiteur.dunning_step, RIGHTARG = debiteur.dunning_step, FUNCTION = debiteur.dunning_step_le,
    COMMUTATOR = OPERATOR(debiteur.>=), NEGATOR = OPERATOR(debiteur.>),
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR debiteur.<= (debiteur.dunning_step, debiteur.dunning_step) IS 'sorts before, or is the same';

CREATE OPERATOR debiteur.> (
    LEFTARG = debiteur.dunning_step, RIGHTARG = debiteur.dunning_step, FUNCTION = debiteur.dunning_step_gt,
    COMMUTATOR = OPERATOR(debiteur.<), NEGATOR = OPERATOR(debiteur.<=),
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR debiteur.> (debiteur.dunning_step, debiteur.dunning_step) IS 'sorts after (anchor, days, unit, channel, action)';

CREATE OPERATOR debiteur.>= (
    LEFTARG = debiteur.dunning_step, RIGHTARG = debiteur.dunning_step, FUNCTION = debiteur.dunning_step_ge,
    COMMUTATOR = OPERATOR(debiteur.<=), NEGATOR = OPERATOR(debiteur.<),
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR debiteur.>= (debiteur.dunning_step, debiteur.dunning_step) IS 'sorts after, or is the same';

CREATE OPERATOR CLASS debiteur.dunning_step_ops DEFAULT FOR TYPE debiteur.dunning_step USING btree AS
    OPERATOR 1 debiteur.<, OPERATOR 2 debiteur.<=, OPERATOR 3 debiteur.=,
    OPERATOR 4 debiteur.>=, OPERATOR 5 debiteur.>,
    FUNCTION 1 debiteur.dunning_step_cmp(debiteur.dunning_step, debiteur.dunning_step),
    FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS debiteur.dunning_step_ops USING btree IS 'order by anchor, days, unit, channel, action';

CREATE OPERATOR CLASS debiteur.dunning_step_ops DEFAULT FOR TYPE debiteur.dunning_step USING hash AS
    OPERATOR 1 debiteur.=,
    FUNCTION 1 debiteur.dunning_step_hash(debiteur.dunning_step),
    FUNCTION 2 debiteur.dunning_step_hash_extended(debiteur.dunning_step, bigint);
COMMENT ON OPERATOR CLASS debiteur.dunning_step_ops USING hash IS 'equality of steps';

CREATE FUNCTION debiteur.anchor(step debiteur.dunning_step) RETURNS text
    AS 'MODULE_PATHNAME', 'debiteur_step_anchor'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.anchor(debiteur.dunning_step) IS
'What the step counts from: due (the due date) or prev (the day of the notice before). NULL gives NULL.';

CREATE FUNCTION debiteur.days(step debiteur.dunning_step) RETURNS integer
    AS 'MODULE_PATHNAME', 'debiteur_step_days'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.days(debiteur.dunning_step) IS
'The days of the step from its anchor; negative before it. Calendar days, or business days: see in_business_days(). NULL gives NULL.';

CREATE FUNCTION debiteur.in_business_days(step debiteur.dunning_step) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_step_in_business_days'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.in_business_days(debiteur.dunning_step) IS
'Does the step count business days? NULL gives NULL.';

CREATE FUNCTION debiteur.uses_business_days(steps debiteur.dunning_step[]) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_uses_business_days'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.uses_business_days(debiteur.dunning_step[]) IS
'Does any of the steps count business days? NULL gives NULL. Error RV011 if the steps are no list of steps.';

CREATE FUNCTION debiteur.channel(step debiteur.dunning_step) RETURNS text
    AS 'MODULE_PATHNAME', 'debiteur_step_channel'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.channel(debiteur.dunning_step) IS
'The way the step is taken: email, letter, phone, sms, task, agency or webhook. NULL gives NULL.';

CREATE FUNCTION debiteur.action(step debiteur.dunning_step) RETURNS text
    AS 'MODULE_PATHNAME', 'debiteur_step_action'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.action(debiteur.dunning_step) IS
'What is done: upcoming, reminder, final_notice, call, default_notice, escalate, stop_supply or hand_over. NULL gives NULL.';

CREATE FUNCTION debiteur.policy_problem(steps debiteur.dunning_step[]) RETURNS text
    AS 'MODULE_PATHNAME', 'debiteur_policy_problem'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.policy_problem(debiteur.dunning_step[]) IS
'NULL if the steps can work as a policy, else a sentence saying what is wrong. They are 1 to 100, numbered from 1, none NULL; first those that count from the due date, on ascending days (business days taken as near as they can be: 5bd as 5 days), then those that count from the step before; a hand-over is the last, and neither it nor final_notice, default_notice and stop_supply can be before the claim is overdue. No steps at all (NULL) are a problem.';

CREATE FUNCTION debiteur.next_step(steps debiteur.dunning_step[], taken integer, due date, issued date, noticed date, as_of date, by_age boolean DEFAULT false,
    holidays date[] DEFAULT '{}', convention text DEFAULT 'unadjusted') RETURNS integer
    AS 'MODULE_PATHNAME', 'debiteur_next_step'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.next_step(debiteur.dunning_step[], integer, date, date, date, date, boolean, date[], text) IS
'The number of the step to take on as_of for a claim due on due and issued on issued, of which step taken (0: none) was the last, with its notice on noticed (NULL: none); NULL if there is none. A step is to be taken from its day on: counted from due, or for prev from noticed (from due if there was none), but never on or before noticed. A step on or before the due date lapses when the due date is past, and if its day is not after issued. Lapsed steps are skipped. Business days are Monday to Friday without the holidays. convention moves the day of a step onto a business day as roll() does, but not across the day it counts from: then the other way. Otherwise steps are taken in order, unless by_age: then the furthest one reached among those that count from the due date. An infinite due and NULLs (but for noticed) give NULL. Errors: RV016 if as_of or a holiday is infinite, RV011 if the steps are no list of steps, 22023 if taken is negative or there is no such convention.';

CREATE FUNCTION debiteur.next_step_on(steps debiteur.dunning_step[], taken integer, due date, issued date, noticed date, not_before date DEFAULT NULL, by_age boolean DEFAULT false,
    holidays date[] DEFAULT '{}', convention text DEFAULT 'unadjusted') RETURNS date
    AS 'MODULE_PATHNAME', 'debiteur_next_step_on'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.next_step_on(debiteur.dunning_step[], integer, date, date, date, date, boolean, date[], text) IS
'The first day, not before not_before (NULL: no bound), on which next_step() of the same claim is not NULL; NULL if there is none. It is the same day with and without by_age. An infinite due and NULLs (but for noticed and not_before) give NULL. Errors: RV011 if the steps are no list of steps, RV016 if a holiday is infinite, 22023 if taken is negative or there is no such convention.';

-- No SET clause, everything qualified: it is inlined, for advance calls it for every claim.
CREATE FUNCTION debiteur.next_look(
    steps debiteur.dunning_step[], taken int, due date, issued date, noticed date, not_before date, by_age boolean, not_overdue boolean,
    holidays date[], convention text
) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT LEAST(debiteur.next_step_on(steps, taken, due, issued, noticed, not_before, by_age, holidays, convention),
                CASE WHEN not_overdue THEN GREATEST(due OPERATOR(pg_catalog.+) 1, not_before) END) $$;
COMMENT ON FUNCTION debiteur.next_look(debiteur.dunning_step[], int, date, date, date, date, boolean, boolean, date[], text) IS
'First day, not before not_before, on which advancing has something to do with a claim: its next step (see next_step_on()), or, while it is not overdue yet, the day after it is due. NULL: never.';
