/*
 * weighted_days.sql
 *		The aggregate weighted_days(): the mean of days, weighted by the amounts
 *		they are of. Days to pay, days late, days past due, terms: of any table.
 */

CREATE TYPE debiteur.weighted_days_state;

CREATE FUNCTION debiteur.weighted_days_state_in(cstring) RETURNS debiteur.weighted_days_state
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'debiteur_weighted_days_state_in';
CREATE FUNCTION debiteur.weighted_days_state_out(debiteur.weighted_days_state) RETURNS cstring
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'debiteur_weighted_days_state_out';
CREATE FUNCTION debiteur.weighted_days_state_recv(internal) RETURNS debiteur.weighted_days_state
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'debiteur_weighted_days_state_recv';
CREATE FUNCTION debiteur.weighted_days_state_send(debiteur.weighted_days_state) RETURNS bytea
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'debiteur_weighted_days_state_send';

COMMENT ON FUNCTION debiteur.weighted_days_state_in(cstring) IS 'Text input of weighted_days_state.';
COMMENT ON FUNCTION debiteur.weighted_days_state_out(debiteur.weighted_days_state) IS 'Text output of weighted_days_state.';
COMMENT ON FUNCTION debiteur.weighted_days_state_recv(internal) IS 'Binary input of weighted_days_state.';
COMMENT ON FUNCTION debiteur.weighted_days_state_send(debiteur.weighted_days_state) IS 'Binary output of weighted_days_state.';

CREATE TYPE debiteur.weighted_days_state (
    INPUT = debiteur.weighted_days_state_in,
    OUTPUT = debiteur.weighted_days_state_out,
    RECEIVE = debiteur.weighted_days_state_recv,
    SEND = debiteur.weighted_days_state_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = double,
    STORAGE = extended
);

COMMENT ON TYPE debiteur.weighted_days_state IS
'What the aggregate weighted_days() knows halfway: the sum of amount * days and the sum of amount, such as {195000.00,6000.00}. weighted_days_combine() adds two up, weighted_days_final() divides.
Two numbers without exponent, NaN or (-)Infinity. No blanks. They come out with the same digits after the point. Error RV001.';

CREATE FUNCTION debiteur.weighted_days_accum(state debiteur.weighted_days_state, amount numeric, days int)
RETURNS debiteur.weighted_days_state
LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'debiteur_weighted_days_accum';

CREATE FUNCTION debiteur.weighted_days_remove(state debiteur.weighted_days_state, amount numeric, days int)
RETURNS debiteur.weighted_days_state
LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'debiteur_weighted_days_remove';

CREATE FUNCTION debiteur.weighted_days_combine(state debiteur.weighted_days_state, other debiteur.weighted_days_state)
RETURNS debiteur.weighted_days_state
LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'debiteur_weighted_days_combine';

CREATE FUNCTION debiteur.weighted_days_final(state debiteur.weighted_days_state)
RETURNS numeric
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'debiteur_weighted_days_final';

COMMENT ON FUNCTION debiteur.weighted_days_accum(debiteur.weighted_days_state, numeric, int) IS
'Adds an amount and its days to the state of weighted_days(); a NULL state is an empty one.';
COMMENT ON FUNCTION debiteur.weighted_days_remove(debiteur.weighted_days_state, numeric, int) IS
'Takes an amount and its days away from the state of weighted_days() that they were added to, for window frames that move. NULL, upon which the frame is added up anew, if what is left would not have the same digits: of NaN, infinities, and the last amount with the most digits after the point.';
COMMENT ON FUNCTION debiteur.weighted_days_combine(debiteur.weighted_days_state, debiteur.weighted_days_state) IS
'Adds two states of weighted_days() up; NULL is an empty one.';
COMMENT ON FUNCTION debiteur.weighted_days_final(debiteur.weighted_days_state) IS
'The mean in a state of weighted_days(); NULL if its amounts sum to zero.';

CREATE AGGREGATE debiteur.weighted_days(amount numeric, days int) (
    SFUNC = debiteur.weighted_days_accum,
    STYPE = debiteur.weighted_days_state,
    SSPACE = 96,
    FINALFUNC = debiteur.weighted_days_final,
    COMBINEFUNC = debiteur.weighted_days_combine,
    MSFUNC = debiteur.weighted_days_accum,
    MINVFUNC = debiteur.weighted_days_remove,
    MSTYPE = debiteur.weighted_days_state,
    MSSPACE = 96,
    MFINALFUNC = debiteur.weighted_days_final,
    MINITCOND = '{0,0}',
    PARALLEL = SAFE
);

COMMENT ON AGGREGATE debiteur.weighted_days(numeric, int) IS
'Mean of days, weighted by amount, in days: sum(amount * days) / sum(amount), as exact as numeric divides.
Of paid invoices with the days from issue to payment it is the weighted days to pay; from due date to payment the weighted days late. Choose the rows: all invoices or only late ones, early ones as negative days or greatest(days, 0); sources differ, and so do their figures.
Over a window it is a rolling mean, OVER (ORDER BY paid_on ROWS BETWEEN 99 PRECEDING AND CURRENT ROW): a row that leaves the frame is taken away, the frame is not added up again.
A row in which either is NULL is ignored. NULL if there is none left, or if the amounts sum to zero.
https://docs.oracle.com/en/cloud/saas/financials/24c/faofc/how-you-calculate-weighted-average-metrics.html , https://calculator7.snowdaycalculatornow.com/how-to-calculate-weighted-average-days-to-pay/';
