/*
 * aging.sql
 *		The aggregate aging(): amounts summed by days past due, in one pass over
 *		any table.
 *
 * Its state is a type and not `internal`, so that parallel workers and Citus
 * nodes can hand it on; the same aging can thus be kept in a table and
 * combined later.
 */

CREATE TYPE debiteur.aging_state;

CREATE FUNCTION debiteur.aging_state_in(cstring) RETURNS debiteur.aging_state
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'debiteur_aging_state_in';
CREATE FUNCTION debiteur.aging_state_out(debiteur.aging_state) RETURNS cstring
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'debiteur_aging_state_out';
CREATE FUNCTION debiteur.aging_state_recv(internal) RETURNS debiteur.aging_state
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'debiteur_aging_state_recv';
CREATE FUNCTION debiteur.aging_state_send(debiteur.aging_state) RETURNS bytea
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'debiteur_aging_state_send';

COMMENT ON FUNCTION debiteur.aging_state_in(cstring) IS 'Text input of aging_state.';
COMMENT ON FUNCTION debiteur.aging_state_out(debiteur.aging_state) IS 'Text output of aging_state.';
COMMENT ON FUNCTION debiteur.aging_state_recv(internal) IS 'Binary input of aging_state.';
COMMENT ON FUNCTION debiteur.aging_state_send(debiteur.aging_state) IS 'Binary output of aging_state.';

CREATE TYPE debiteur.aging_state (
    INPUT = debiteur.aging_state_in,
    OUTPUT = debiteur.aging_state_out,
    RECEIVE = debiteur.aging_state_recv,
    SEND = debiteur.aging_state_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = double,
    STORAGE = extended
);

COMMENT ON TYPE debiteur.aging_state IS
'What the aggregate aging() knows halfway: bounds and a sum for each bucket, such as {30,60,90}:{100.00,0.00,25.50,0.00,0.00}. aging_combine() adds two up, aging_final() gives the sums.
Bounds as aging() takes them; two sums more than bounds, numbers without exponent, NaN or (-)Infinity. No blanks. Sums come out with the same digits after the point. Error RV001.';

CREATE FUNCTION debiteur.aging_accum(state debiteur.aging_state, amount numeric, due date, as_of date)
RETURNS debiteur.aging_state
LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'debiteur_aging_accum';

CREATE FUNCTION debiteur.aging_accum(state debiteur.aging_state, amount numeric, due date, as_of date, bounds int[])
RETURNS debiteur.aging_state
LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'debiteur_aging_accum';

CREATE FUNCTION debiteur.aging_combine(state debiteur.aging_state, other debiteur.aging_state)
RETURNS debiteur.aging_state
LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'debiteur_aging_combine';

CREATE FUNCTION debiteur.aging_final(state debiteur.aging_state)
RETURNS numeric[]
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'debiteur_aging_final';

COMMENT ON FUNCTION debiteur.aging_accum(debiteur.aging_state, numeric, date, date) IS
'Adds an amount to the state of aging(); a NULL state is an empty one.';
COMMENT ON FUNCTION debiteur.aging_accum(debiteur.aging_state, numeric, date, date, int[]) IS
'Adds an amount to the state of aging() with bounds; a NULL state is an empty one.';
COMMENT ON FUNCTION debiteur.aging_combine(debiteur.aging_state, debiteur.aging_state) IS
'Adds two states of aging() up; NULL is an empty one. Error 22023 if their bounds differ.';
COMMENT ON FUNCTION debiteur.aging_final(debiteur.aging_state) IS
'The sums in a state of aging(), one for each bucket.';

CREATE AGGREGATE debiteur.aging(amount numeric, due date, as_of date) (
    SFUNC = debiteur.aging_accum,
    STYPE = debiteur.aging_state,
    SSPACE = 192,
    FINALFUNC = debiteur.aging_final,
    COMBINEFUNC = debiteur.aging_combine,
    PARALLEL = SAFE
);

CREATE AGGREGATE debiteur.aging(amount numeric, due date, as_of date, bounds int[]) (
    SFUNC = debiteur.aging_accum,
    STYPE = debiteur.aging_state,
    SSPACE = 192,
    FINALFUNC = debiteur.aging_final,
    COMBINEFUNC = debiteur.aging_combine,
    PARALLEL = SAFE
);

COMMENT ON AGGREGATE debiteur.aging(numeric, date, date) IS
'Amounts summed by days past due on as_of: {not due, 1-30, 31-60, 61-90, more than 90}. Due on as_of is not due.
The elements add up to sum(amount), exactly, each with the scale of that sum. due = infinity is not due, -infinity is in the last bucket. NaN and Infinity are added as numeric does.
A NULL amount is ignored; no rows give NULL. Error RV016 if an amount''s due or as_of is NULL, so that no amount falls out of every bucket, or if as_of is infinite.';
COMMENT ON AGGREGATE debiteur.aging(numeric, date, date, int[]) IS
'Amounts summed by days past due on as_of, with bounds of your own: element 1 is what is not due, then one element up to and including each bound, then one for what is beyond the last: the buckets of aging_buckets(bounds).
Bounds are last days of buckets, ascending, 1 to 1,000 of them, each from 1 to 32767 (error RV001), and the same in every row of a group (error 22023). All else as aging(amount, due, as_of).';
