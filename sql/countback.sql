/*
 * countback.sql
 *		DSO by count-back as an aggregate over sales: months are made of any
 *		table's dates. Of sales that are months already, in arrays, kpi.sql has
 *		the functions of the same names.
 */

CREATE TYPE debiteur.countback_state;

CREATE FUNCTION debiteur.countback_state_in(cstring) RETURNS debiteur.countback_state
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'debiteur_countback_state_in';
CREATE FUNCTION debiteur.countback_state_out(debiteur.countback_state) RETURNS cstring
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'debiteur_countback_state_out';
CREATE FUNCTION debiteur.countback_state_recv(internal) RETURNS debiteur.countback_state
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'debiteur_countback_state_recv';
CREATE FUNCTION debiteur.countback_state_send(debiteur.countback_state) RETURNS bytea
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'debiteur_countback_state_send';

COMMENT ON FUNCTION debiteur.countback_state_in(cstring) IS 'Text input of countback_state.';
COMMENT ON FUNCTION debiteur.countback_state_out(debiteur.countback_state) IS 'Text output of countback_state.';
COMMENT ON FUNCTION debiteur.countback_state_recv(internal) IS 'Binary input of countback_state.';
COMMENT ON FUNCTION debiteur.countback_state_send(debiteur.countback_state) IS 'Binary output of countback_state.';

CREATE TYPE debiteur.countback_state (
    INPUT = debiteur.countback_state_in,
    OUTPUT = debiteur.countback_state_out,
    RECEIVE = debiteur.countback_state_recv,
    SEND = debiteur.countback_state_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = double,
    STORAGE = extended
);

COMMENT ON TYPE debiteur.countback_state IS
'What the aggregates dso_countback() and countback_exhausted() know halfway: as_of, the receivable, and the sales of each month from that of as_of back to the oldest with sales, such as 2025-06-30:{450000.00,200000.00,190000.00}. countback_combine() adds two up, countback_final() counts back.
The date as year-month-day (year 0 is 1 BC), at most 1,200 months, numbers without exponent, NaN or (-)Infinity. No blanks. The numbers come out with the same digits after the point. Error RV001.';

CREATE FUNCTION debiteur.countback_accum(state debiteur.countback_state, receivable numeric, sales numeric, sold_on date, as_of date)
RETURNS debiteur.countback_state
LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'debiteur_countback_accum';

CREATE FUNCTION debiteur.countback_combine(state debiteur.countback_state, other debiteur.countback_state)
RETURNS debiteur.countback_state
LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'debiteur_countback_combine';

CREATE FUNCTION debiteur.countback_final(state debiteur.countback_state)
RETURNS numeric
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'debiteur_countback_final';

CREATE FUNCTION debiteur.countback_exhausted_final(state debiteur.countback_state)
RETURNS boolean
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'debiteur_countback_exhausted_final';

COMMENT ON FUNCTION debiteur.countback_accum(debiteur.countback_state, numeric, numeric, date, date) IS
'Adds sales to the state of a count-back; a NULL state is an empty one. Errors as dso_countback(receivable, sales, sold_on, as_of).';
COMMENT ON FUNCTION debiteur.countback_combine(debiteur.countback_state, debiteur.countback_state) IS
'Adds two states of a count-back up; NULL is an empty one. Error 22023 if their receivables or dates differ.';
COMMENT ON FUNCTION debiteur.countback_final(debiteur.countback_state) IS
'The days that a state of dso_countback() gives; NULL where they are not defined.';
COMMENT ON FUNCTION debiteur.countback_exhausted_final(debiteur.countback_state) IS
'Do the months of a state of countback_exhausted() end before the receivable does?';

CREATE AGGREGATE debiteur.dso_countback(receivable numeric, sales numeric, sold_on date, as_of date) (
    SFUNC = debiteur.countback_accum,
    STYPE = debiteur.countback_state,
    SSPACE = 640,
    FINALFUNC = debiteur.countback_final,
    COMBINEFUNC = debiteur.countback_combine,
    PARALLEL = SAFE
);

CREATE AGGREGATE debiteur.countback_exhausted(receivable numeric, sales numeric, sold_on date, as_of date) (
    SFUNC = debiteur.countback_accum,
    STYPE = debiteur.countback_state,
    SSPACE = 640,
    FINALFUNC = debiteur.countback_exhausted_final,
    COMBINEFUNC = debiteur.countback_combine,
    PARALLEL = SAFE
);

COMMENT ON AGGREGATE debiteur.dso_countback(numeric, numeric, date, date) IS
'Days sales outstanding by count-back, in days, from sales of any days in any order: invoices with their dates, or months with any date of theirs. Sales of a calendar month are added up; it has its own number of days, that of as_of those up to as_of. Then as dso_countback(receivable, sales[], days[]) counts.
receivable and as_of are the same in every row of a group (error 22023). Sales after as_of are left out, as they are no part of that receivable; so are those of more than 1,200 months (100 years) before.
0 if the receivable is 0. NULL, not a partial count, if it is negative, if the months end before it does (countback_exhausted() says so), or if a month that is needed has no sales or negative ones: one without rows too, and that of as_of, so take as_of at the end of a month.
NULL sales add nothing, but their row says what the receivable is; a row without both is ignored, and no rows give NULL. Error 22004 if the receivable is NULL, RV016 if as_of, or sold_on of sales, is NULL or infinite.';
COMMENT ON AGGREGATE debiteur.countback_exhausted(numeric, numeric, date, date) IS
'Does dso_countback() of the same arguments give NULL because the sales don''t go back far enough? True if the months ended, without a gap, before the receivable did: older sales would give a figure. False if there is a figure, or if another cause stands against it, which older sales don''t remove: a negative receivable, a month without sales.
Both in one query are one pass. Arguments, NULL and errors as dso_countback(receivable, sales, sold_on, as_of).';
