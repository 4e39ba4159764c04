/*
 * payment_terms.sql
 *		The type payment_terms: when an invoice is due, and what early payment
 *		earns.
 */
CREATE TYPE debiteur.payment_terms;

CREATE FUNCTION debiteur.payment_terms_in(cstring) RETURNS debiteur.payment_terms
    AS 'MODULE_PATHNAME', 'debiteur_payment_terms_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION debiteur.payment_terms_out(debiteur.payment_terms) RETURNS cstring
    AS 'MODULE_PATHNAME', 'debiteur_payment_terms_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION debiteur.payment_terms_recv(internal) RETURNS debiteur.payment_terms
    AS 'MODULE_PATHNAME', 'debiteur_payment_terms_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION debiteur.payment_terms_send(debiteur.payment_terms) RETURNS bytea
    AS 'MODULE_PATHNAME', 'debiteur_payment_terms_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

-- STORAGE main: short headers, and no out-of-line storage for a few bytes.
CREATE TYPE debiteur.payment_terms (
    INPUT = debiteur.payment_terms_in,
    OUTPUT = debiteur.payment_terms_out,
    RECEIVE = debiteur.payment_terms_recv,
    SEND = debiteur.payment_terms_send,
    INTERNALLENGTH = VARIABLE,
    STORAGE = main
);
COMMENT ON TYPE debiteur.payment_terms IS
$$When an invoice is due and what early payment earns, in the trade's notation: "net 30", "net 5 bd" (business days), "net 1 month", "eom" (the last day of the invoice's month), "10 prox" (day 10 of the next month), "on 5,25" (the next of these days of a month, the invoice date included); several joined by "then" ("net 30 then eom"); with one to four discounts before ("2/10 net 30", "3/10 1/20 net 60", "2/10 prox net 30 prox"); an optional last "cutoff 25" (an invoice dated after the 25th counts as dated the first of the next month). "cod", "cia", "cwo", "cbs", "cnd", "pia" and "upon receipt" are due on the invoice date. Months and days of the month are clamped to the month's length. Days 0 to 3650, months 0 to 120. Common variants ("n/30", "2% 10, net 30", "5 working days", "2 weeks", "4/10 EOM") are read and printed in the one canonical form. Errors: RV001 not payment terms; RV002 more than one reading ("30 days EOM").$$;

COMMENT ON FUNCTION debiteur.payment_terms_in(cstring) IS 'Text input of payment_terms.';
COMMENT ON FUNCTION debiteur.payment_terms_out(debiteur.payment_terms) IS 'Text output of payment_terms: the canonical notation.';
COMMENT ON FUNCTION debiteur.payment_terms_recv(internal) IS 'Binary input of payment_terms: a text, checked like text input.';
COMMENT ON FUNCTION debiteur.payment_terms_send(debiteur.payment_terms) IS 'Binary output of payment_terms: the canonical notation.';

-- Comparison: by the most days the terms can give, then by their text.
CREATE FUNCTION debiteur.payment_terms_eq(debiteur.payment_terms, debiteur.payment_terms) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_payment_terms_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION debiteur.payment_terms_ne(debiteur.payment_terms, debiteur.payment_terms) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_payment_terms_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION debiteur.payment_terms_lt(debiteur.payment_terms, debiteur.payment_terms) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_payment_terms_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION debiteur.payment_terms_le(debiteur.payment_terms, debiteur.payment_terms) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_payment_terms_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION debiteur.payment_terms_gt(debiteur.payment_terms, debiteur.payment_terms) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_payment_terms_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION debiteur.payment_terms_ge(debiteur.payment_terms, debiteur.payment_terms) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_payment_terms_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION debiteur.payment_terms_cmp(debiteur.payment_terms, debiteur.payment_terms) RETURNS integer
    AS 'MODULE_PATHNAME', 'debiteur_payment_terms_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION debiteur.payment_terms_hash(debiteur.payment_terms) RETURNS integer
    AS 'MODULE_PATHNAME', 'debiteur_payment_terms_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION debiteur.payment_terms_hash_extended(debiteur.payment_terms, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'debiteur_payment_terms_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION debiteur.payment_terms_eq(debiteur.payment_terms, debiteur.payment_terms) IS 'implementation of = operator';
COMMENT ON FUNCTION debiteur.payment_terms_ne(debiteur.payment_terms, debiteur.payment_terms) IS 'implementation of <> operator';
COMMENT ON FUNCTION debiteur.payment_terms_lt(debiteur.payment_terms, debiteur.payment_terms) IS 'implementation of < operator';
COMMENT ON FUNCTION debiteur.payment_terms_le(debiteur.payment_terms, debiteur.payment_terms) IS 'implementation of <= operator';
COMMENT ON FUNCTION debiteur.payment_terms_gt(debiteur.payment_terms, debiteur.payment_terms) IS 'implementation of > operator';
COMMENT ON FUNCTION debiteur.payment_terms_ge(debiteur.payment_terms, debiteur.payment_terms) IS 'implementation of >= operator';
COMMENT ON FUNCTION debiteur.payment_terms_cmp(debiteur.payment_terms, debiteur.payment_terms) IS 'Order of payment_terms for btree: -1, 0 or 1.';
COMMENT ON FUNCTION debiteur.payment_terms_hash(debiteur.payment_terms) IS 'Hash of payment_terms.';
COMMENT ON FUNCTION debiteur.payment_terms_hash_extended(debiteur.payment_terms, bigint) IS 'Hash of payment_terms with a seed.';

CREATE OPERATOR debiteur.= (
    LEFTARG = debiteur.payment_terms, RIGHTARG = debiteur.payment_terms,
    FUNCTION = debiteur.payment_terms_eq, COMMUTATOR = OPERATOR(debiteur.=), NEGATOR = OPERATOR(debiteur.<>),
    RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR debiteur.<> (
    LEFTARG = debiteur.payment_terms, RIGHTARG = debiteur.payment_terms,
    FUNCTION = debiteur.payment_terms_ne, COMMUTATOR = OPERATOR(debiteur.<>), NEGATOR = OPERATOR(debiteur.=),
    RESTRICT = neqsel, JOIN = neqjoinsel);
CREATE OPERATOR debiteur.< (
    LEFTARG = debiteur.payment_terms, RIGHTARG = debiteur.payment_terms,
    FUNCTION = debiteur.payment_terms_lt, COMMUTATOR = OPERATOR(debiteur.>), NEGATOR = OPERATOR(debiteur.>=),
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR debiteur.<= (
    LEFTARG = debiteur.payment_terms, RIGHTARG = debiteur.payment_terms,
    FUNCTION = debiteur.payment_terms_le, COMMUTATOR = OPERATOR(debiteur.>=), NEGATOR = OPERATOR(debiteur.>),
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel);
CREATE OPERATOR debiteur.> (
    LEFTARG = debiteur.payment_terms, RIGHTARG = debiteur.payment_terms,
    FUNCTION = debiteur.payment_terms_gt, COMMUTATOR = OPERATOR(debiteur.<), NEGATOR = OPERATOR(debiteur.<=),
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel);
CREATE OPERATOR debiteur.>= (
    LEFTARG = debiteur.payment_terms, RIGHTARG = debiteur.payment_terms,
    FUNCTION = debiteur.payment_terms_ge, COMMUTATOR = OPERATOR(debiteur.<=), NEGATOR = OPERATOR(debiteur.<),
    RESTRICT = scalargesel, JOIN = scalargejoinsel);

COMMENT ON OPERATOR debiteur.=  (debiteur.payment_terms, debiteur.payment_terms) IS 'Are the terms the same, that is, have they the same canonical notation?';
COMMENT ON OPERATOR debiteur.<> (debiteur.payment_terms, debiteur.payment_terms) IS 'Have the terms different canonical notations?';
COMMENT ON OPERATOR debiteur.<  (debiteur.payment_terms, debiteur.payment_terms) IS 'Do the terms sort before? By the most days they can give (a month 31, to the month end 30), then by their notation, byte by byte.';
COMMENT ON OPERATOR debiteur.<= (debiteur.payment_terms, debiteur.payment_terms) IS 'Do the terms sort before, or are they the same?';
COMMENT ON OPERATOR debiteur.>  (debiteur.payment_terms, debiteur.payment_terms) IS 'Do the terms sort after? By the most days they can give, then by their notation.';
COMMENT ON OPERATOR debiteur.>= (debiteur.payment_terms, debiteur.payment_terms) IS 'Do the terms sort after, or are they the same?';

CREATE OPERATOR CLASS debiteur.payment_terms_ops DEFAULT FOR TYPE debiteur.payment_terms USING btree AS
    OPERATOR 1 debiteur.<, OPERATOR 2 debiteur.<=, OPERATOR 3 debiteur.=,
    OPERATOR 4 debiteur.>=, OPERATOR 5 debiteur.>,
    FUNCTION 1 debiteur.payment_terms_cmp(debiteur.payment_terms, debiteur.payment_terms);
CREATE OPERATOR CLASS debiteur.payment_terms_ops DEFAULT FOR TYPE debiteur.payment_terms USING hash AS
    OPERATOR 1 debiteur.=,
    FUNCTION 1 debiteur.payment_terms_hash(debiteur.payment_terms),
    FUNCTION 2 debiteur.payment_terms_hash_extended(debiteur.payment_terms, bigint);
COMMENT ON OPERATOR CLASS debiteur.payment_terms_ops USING btree IS 'Orders payment_terms by the most days they can give, then by their notation.';
COMMENT ON OPERATOR CLASS debiteur.payment_terms_ops USING hash IS 'Hashes payment_terms.';

CREATE CAST (debiteur.payment_terms AS text) WITH INOUT AS ASSIGNMENT;
CREATE CAST (text AS debiteur.payment_terms) WITH INOUT;
COMMENT ON CAST (debiteur.payment_terms AS text) IS 'The canonical notation.';
COMMENT ON CAST (text AS debiteur.payment_terms) IS 'Reads payment terms as text input does.';

CREATE FUNCTION debiteur.due_date(terms debiteur.payment_terms, issued date, holidays date[] DEFAULT '{}') RETURNS date
    AS 'MODULE_PATHNAME', 'debiteur_due_date' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.due_date(debiteur.payment_terms, date, date[]) IS
'The last day on which an invoice of that date is paid in time. Business days ("net 5 bd") are Monday to Friday without the holidays; all else counts calendar days, and no due date is moved off a weekend: roll() does that. NULL on NULL. Errors: RV016 for an infinite date or a holiday that is none, 22008 beyond the last date.';

CREATE FUNCTION debiteur.discount_date(terms debiteur.payment_terms, issued date) RETURNS date
    AS 'MODULE_PATHNAME', 'debiteur_discount_date' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.discount_date(debiteur.payment_terms, date) IS
'The last day on which payment earns the first, highest discount. NULL on NULL, or if the terms have no discount. Errors: RV016 for an infinite date, 22008 beyond the last date.';

CREATE FUNCTION debiteur.discount_percentage(terms debiteur.payment_terms, issued date, paid_on date) RETURNS numeric
    AS 'MODULE_PATHNAME', 'debiteur_discount_percentage' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.discount_percentage(debiteur.payment_terms, date, date) IS
'The discount in per cent (2 for 2 %) that a payment on that day earns: the highest whose last day has not passed, 0 when none is earned. NULL on NULL. Errors: RV016 for an infinite date.';

CREATE FUNCTION debiteur.discount(terms debiteur.payment_terms, amount numeric, issued date, paid_on date, digits integer DEFAULT 2) RETURNS numeric
    AS 'MODULE_PATHNAME', 'debiteur_discount' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.discount(debiteur.payment_terms, numeric, date, date, integer) IS
'The discount on the amount that a payment on that day earns, computed exactly and rounded half up (away from zero) to digits decimals, 0 to 20. The amount is the base of the discount: with or without VAT, as agreed. Of a negative amount (a credit note) the discount is negative. NULL on NULL. Errors: RV004 for NaN or infinity, RV016 for an infinite date, 22023 for digits.';

CREATE FUNCTION debiteur.annual_cost(terms debiteur.payment_terms, year_days integer DEFAULT 365) RETURNS numeric
    AS 'MODULE_PATHNAME', 'debiteur_annual_cost' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.annual_cost(debiteur.payment_terms, integer) IS
'What not taking the first discount d costs per year, simple interest, as a ratio (0.3724 for 2/10 net 30): d / (1 - d) * year_days / days from the last discount day to the due date. year_days 1 to 366: 365, or 360 as on a financial calculator (HP 10bII+ manual). NULL on NULL, without a discount, if there are no such days, or where the notation does not fix their number for every invoice date ("2/10 net 1 month"). Errors: 22023 for year_days.';

CREATE FUNCTION debiteur.effective_annual_cost(terms debiteur.payment_terms, year_days integer DEFAULT 365) RETURNS numeric
    AS 'MODULE_PATHNAME', 'debiteur_effective_annual_cost' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.effective_annual_cost(debiteur.payment_terms, integer) IS
'What not taking the first discount d costs per year, compound, as a ratio (0.4459 for 2/10 net 30): (1 + d / (1 - d)) ^ (year_days / days from the last discount day to the due date) - 1. NULL and errors as of annual_cost.';

CREATE FUNCTION debiteur.within_law(terms debiteur.payment_terms, debtor text DEFAULT 'business', creditor_sme boolean DEFAULT false, issued date DEFAULT NULL) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_within_law' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.within_law(debiteur.payment_terms, text, boolean, date) IS
$$Are the terms no longer than the law allows without more? debtor "business" or "large" (a large company): 60 days; longer needs express agreement and may not be grossly unfair (Directive 2011/7/EU, art. 3). "public" (an authority): 30 days (art. 4; its exceptional 60 days are not taken into account). "large" with creditor_sme (the creditor is an SME or self-employed): 30 days for invoices from 1 July 2022, 60 before, and a longer clause is void (Dutch Civil Code 6:119a(6); contracts older than that date had until 1 July 2023). "consumer": true, there is no such limit. Days count from the invoice date to the due date; with issued NULL the longest that any invoice date gives. Holidays are not counted. NULL if another argument is NULL. Errors: 22023 for another debtor, RV016 for an infinite date, 22008 beyond the last date.$$;
