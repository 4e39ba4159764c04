/*
 * currency.c
 *		Currencies: how many digits their amounts have.
 *
 * ISO 4217 gives nearly every currency two digits after the decimal point; the
 * others are listed. A code that is not listed has two, so that a currency
 * introduced after this was written can be used at once; only what can't be a
 * code is refused. is_amount() stands in the CHECK of every amount that a
 * ledger keeps, so it calls the server's numeric functions and nothing else.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "debiteur.h"

/* Amounts stay below this, so that sums of them stay readable and exact. */
#define AMOUNT_LIMIT INT64CONST(1000000000000000)

#define CODE_LENGTH 3

typedef struct CurrencyDigits
{
	char code[CODE_LENGTH + 1];
	int digits;
} CurrencyDigits;

/* ISO 4217, list one: the currencies that do not have two digits. */
static const CurrencyDigits exceptions[] = {
	{"BHD", 3}, {"BIF", 0}, {"CLF", 4}, {"CLP", 0}, {"DJF", 0},
	{"GNF", 0}, {"IQD", 3}, {"ISK", 0}, {"JOD", 3}, {"JPY", 0},
	{"KMF", 0}, {"KRW", 0}, {"KWD", 3}, {"LYD", 3}, {"OMR", 3},
	{"PYG", 0}, {"RWF", 0}, {"TND", 3}, {"UGX", 0}, {"UYW", 4},
	{"VND", 0}, {"VUV", 0}, {"XAF", 0}, {"XOF", 0}, {"XPF", 0},
};

/* Returns the digits of the currency; an error if it can't be a code. */
static int
minor_units(text *currency)
{
	const char *code = VARDATA_ANY(currency);
	bool valid = VARSIZE_ANY_EXHDR(currency) == CODE_LENGTH;

	for (int i = 0; valid && i < CODE_LENGTH; i++)
		valid = code[i] >= 'A' && code[i] <= 'Z';
	if (!valid)
		ereport(ERROR,
				(errcode(ERRCODE_DEBITEUR_CURRENCY),
				 errmsg("invalid currency: \"%s\"", text_to_cstring(currency)),
				 errdetail("The code of a currency is three capital "
						   "letters (ISO 4217)."),
				 errhint("Write for example EUR, USD or JPY.")));

	for (size_t i = 0; i < lengthof(exceptions); i++)
		if (memcmp(exceptions[i].code, code, CODE_LENGTH) == 0)
			return exceptions[i].digits;
	return 2;
}

PG_FUNCTION_INFO_V1(debiteur_minor_units);
Datum
debiteur_minor_units(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(minor_units(PG_GETARG_TEXT_PP(0)));
}

/* numeric's own rounding takes halves away from zero, which is the rule. */
PG_FUNCTION_INFO_V1(debiteur_round_half_up);
Datum
debiteur_round_half_up(PG_FUNCTION_ARGS)
{
	int digits = minor_units(PG_GETARG_TEXT_PP(1));

	return DirectFunctionCall2(numeric_round, PG_GETARG_DATUM(0),
							   Int32GetDatum(digits));
}

PG_FUNCTION_INFO_V1(debiteur_is_amount);
Datum
debiteur_is_amount(PG_FUNCTION_ARGS)
{
	Numeric amount = PG_GETARG_NUMERIC(0);
	int digits = minor_units(PG_GETARG_TEXT_PP(1));
	Datum size;

	if (numeric_is_nan(amount) || numeric_is_inf(amount))
		PG_RETURN_BOOL(false);
	if (DatumGetInt32(DirectFunctionCall1(numeric_min_scale,
										  NumericGetDatum(amount))) > digits)
		PG_RETURN_BOOL(false);
	size = DirectFunctionCall1(numeric_abs, NumericGetDatum(amount));
	return DirectFunctionCall2(
		numeric_lt, size, NumericGetDatum(int64_to_numeric(AMOUNT_LIMIT)));
}
