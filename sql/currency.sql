/*
 * currency.sql
 *		Currencies: the digits of their amounts, rounding to them, and what an
 *		amount may be.
 */

CREATE FUNCTION debiteur.minor_units(currency text) RETURNS integer
    AS 'MODULE_PATHNAME', 'debiteur_minor_units'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.minor_units(text) IS
'How many digits after the decimal point amounts of the currency have, by ISO 4217: 2, or 0 (JPY, KRW, ISK, ...), 3 (BHD, KWD, TND, ...), 4 (CLF, UYW). A code that ISO 4217 did not know has 2. NULL gives NULL. Error RV003 if it is not three capital letters.';

CREATE FUNCTION debiteur.round_half_up(amount numeric, currency text) RETURNS numeric
    AS 'MODULE_PATHNAME', 'debiteur_round_half_up'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.round_half_up(numeric, text) IS
'The amount rounded to the digits of its currency; half a unit goes away from zero: 0.125 EUR is 0.13, -0.125 EUR is -0.13. NULL gives NULL, NaN and infinity stay. Error RV003 if the currency is not three capital letters.';

CREATE FUNCTION debiteur.is_amount(amount numeric, currency text) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_is_amount'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.is_amount(numeric, text) IS
'Can the number be kept as an amount of the currency? It is finite, smaller than 10^15 either side of zero, and has no more digits than the currency; zeros at the end do not count: 100.1000 EUR is an amount, 100.001 EUR is not. NULL gives NULL. Error RV003 if the currency is not three capital letters.';
