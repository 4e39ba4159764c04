/*
 * weighted_days.c
 *		The aggregate weighted_days(): days weighted by their amounts.
 *
 * The state, debiteur.weighted_days_state, is two sums (amount_sum.h): of
 * amount * days, and of amount. In text "{195000.00,6000.00}"; in binary the
 * two as numeric has them.
 *
 * A window's frame that moves loses amounts at its beginning; they are taken
 * away from the sums, so that a rolling mean costs the same a row however long
 * the frame is. The sums are exact, so nothing is lost by it; only the scale
 * of the sums, the largest there is in the frame, can't be told from them, and
 * so the amounts that have it are counted.
 */
#include "postgres.h"

#include "libpq/pqformat.h"
#include "utils/builtins.h"

#include "debiteur.h"
#include "amount_sum.h"

enum
{
	AMOUNT_DAYS,
	AMOUNT,
	N_SUMS
};

/* amount * days; false if it doesn't fit. */
static inline bool
times_days(const Amount *amount, int32 days, Amount *product)
{
	/* Both halves of a fraction times any int32 stay within 64 bits. */
	const int64 half = 100000000;
	int64 high = amount->fraction / half * days;
	int64 low = amount->fraction % half * days;
	int64 fraction = high % half * half + low;
	int64 carry = high / half + fraction / AMOUNT_FRACTION_UNITS;

	product->fraction = fraction % AMOUNT_FRACTION_UNITS;
	product->scale = amount->scale;
	return !pg_mul_s64_overflow(amount->whole, days, &product->whole) &&
		   !pg_add_s64_overflow(product->whole, carry, &product->whole);
}

/* Counts the amounts of the largest scale; before one is added. */
static inline void
count_scale(AmountSums *sums, int32 scale)
{
	if (scale > sums->scale)
		sums->n_of_scale = 1;
	else if (scale == sums->scale)
		sums->n_of_scale++;
}

/* The digits after the point; -1 of NaN and infinities. */
static int32
scale_of(struct varlena *stored)
{
	Numeric amount = DatumGetNumeric(PointerGetDatum(stored));

	if (numeric_is_nan(amount) || numeric_is_inf(amount))
		return -1;
	return DatumGetInt32(
		DirectFunctionCall1(numeric_scale, NumericGetDatum(amount)));
}

static inline AmountSums *
add_weighted(AmountSums *sums, struct varlena *stored, int32 days)
{
	Amount amount, product;

	if (likely(debiteur_amount_layout == AMOUNT_LAYOUT_KNOWN &&
			   amount_read(stored, &amount) &&
			   times_days(&amount, days, &product)))
	{
		count_scale(sums, amount.scale);
		sums = sums_add_amount(sums, AMOUNT_DAYS, &product);
		sums = sums_add_amount(sums, AMOUNT, &amount);
	}
	else
	{
		Datum weighted = DirectFunctionCall2(
			numeric_mul, PointerGetDatum(stored),
			DirectFunctionCall1(int4_numeric, Int32GetDatum(days)));

		count_scale(sums, scale_of(stored));
		sums = debiteur_sums_add_any(
			sums, AMOUNT_DAYS, (struct varlena *) DatumGetPointer(weighted));
		sums = debiteur_sums_add_any(sums, AMOUNT, stored);
	}
	return sums;
}

PG_FUNCTION_INFO_V1(debiteur_weighted_days_accum);

Datum
debiteur_weighted_days_accum(PG_FUNCTION_ARGS)
{
	AmountSums *sums = NULL;

	if (!PG_ARGISNULL(0))
		sums = debiteur_sums_to_change(fcinfo, 0);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		if (sums == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(sums);
	}
	if (sums == NULL)
		sums = debiteur_sums_new(N_SUMS, 0);
	PG_RETURN_POINTER(
		add_weighted(sums, PG_GETARG_VARLENA_PP(1), PG_GETARG_INT32(2)));
}

/*
 * Can an amount of that scale be taken away? Not what isn't finite, and not
 * the last that has the largest scale, for the sums would keep its zeros.
 */
static bool
can_remove(const AmountSums *sums, int32 scale)
{
	if (scale < 0 || scale > sums->scale)
		return false;
	return scale < sums->scale || scale == 0 || sums->n_of_scale > 1;
}

/*
 * The inverse, for frames that move: takes an amount away that was added. NULL
 * where that can't give what adding up the others would, digit by digit; the
 * server then adds them up.
 */
PG_FUNCTION_INFO_V1(debiteur_weighted_days_remove);

Datum
debiteur_weighted_days_remove(PG_FUNCTION_ARGS)
{
	AmountSums *sums;
	int64 n_of_scale;
	int32 scale;
	Datum negative;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	sums = debiteur_sums_to_change(fcinfo, 0);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_POINTER(sums);
	scale = scale_of(PG_GETARG_VARLENA_PP(1));
	if (!can_remove(sums, scale))
		PG_RETURN_NULL();

	n_of_scale = sums->n_of_scale - (scale == sums->scale ? 1 : 0);
	negative = DirectFunctionCall1(numeric_uminus, PG_GETARG_DATUM(1));
	sums = add_weighted(sums, (struct varlena *) DatumGetPointer(negative),
						PG_GETARG_INT32(2));
	sums->n_of_scale = n_of_scale;
	PG_RETURN_POINTER(sums);
}

PG_FUNCTION_INFO_V1(debiteur_weighted_days_combine);

Datum
debiteur_weighted_days_combine(PG_FUNCTION_ARGS)
{
	return debiteur_sums_combine(fcinfo);
}

PG_FUNCTION_INFO_V1(debiteur_weighted_days_final);

Datum
debiteur_weighted_days_final(PG_FUNCTION_ARGS)
{
	AmountSums *sums = (AmountSums *) PG_GETARG_VARLENA_P(0);
	Datum weighted = NumericGetDatum(debiteur_sums_get(sums, AMOUNT_DAYS));
	Datum amount = NumericGetDatum(debiteur_sums_get(sums, AMOUNT));
	Datum zero = DirectFunctionCall1(int4_numeric, Int32GetDatum(0));

	if (DatumGetBool(DirectFunctionCall2(numeric_eq, amount, zero)))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(DirectFunctionCall2(numeric_div, weighted, amount));
}

PG_FUNCTION_INFO_V1(debiteur_weighted_days_state_in);

Datum
debiteur_weighted_days_state_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	AmountSums *sums = debiteur_sums_parse(debiteur_sums_new(N_SUMS, 0), text);

	if (sums == NULL)
		input_error(
			fcinfo->context,
			(errcode(ERRCODE_DEBITEUR_INVALID_TEXT),
			 errmsg("invalid input syntax for type %s: \"%s\"",
					"debiteur.weighted_days_state", text),
			 errdetail("It is the sum of amount * days and the sum of "
					   "amount, such as {195000.00,6000.00}."),
			 errhint(
				 "Take the value as a weighted average of days printed it.")));
	PG_RETURN_POINTER(sums);
}

PG_FUNCTION_INFO_V1(debiteur_weighted_days_state_out);

Datum
debiteur_weighted_days_state_out(PG_FUNCTION_ARGS)
{
	StringInfoData text;

	initStringInfo(&text);
	debiteur_sums_text((AmountSums *) PG_GETARG_VARLENA_P(0), &text);
	PG_RETURN_CSTRING(text.data);
}

PG_FUNCTION_INFO_V1(debiteur_weighted_days_state_recv);

Datum
debiteur_weighted_days_state_recv(PG_FUNCTION_ARGS)
{
	StringInfo buf = (StringInfo) PG_GETARG_POINTER(0);

	PG_RETURN_POINTER(debiteur_sums_recv(debiteur_sums_new(N_SUMS, 0), buf));
}

PG_FUNCTION_INFO_V1(debiteur_weighted_days_state_send);

Datum
debiteur_weighted_days_state_send(PG_FUNCTION_ARGS)
{
	StringInfoData buf;

	pq_begintypsend(&buf);
	debiteur_sums_send((AmountSums *) PG_GETARG_VARLENA_P(0), &buf);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}
