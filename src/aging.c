/*
 * aging.c
 *		The aggregate aging(): amounts summed by days past due.
 *
 * One pass and one row, where SQL needs a sum with a FILTER for each bucket.
 * The buckets cover every day, and an amount without a date is an error, so
 * the elements always add up to the sum of the amounts: an aging out of which
 * something fell silently is the one that nobody can reconcile.
 *
 * What bounds can be, and which bucket a day falls into, aging_bucket.h says.
 * The state, debiteur.aging_state, is the bounds and a sum for each bucket
 * (amount_sum.h). In text "{30,60,90}:{100.00,0.00,25.50,0.00,0.00}"; in
 * binary the number of bounds and the bounds, 32 bits each, and each sum as
 * numeric has it.
 *
 * It has no inverse for window frames that move, as weighted_days() has. An
 * aging is of one day: with as_of fixed, its groups are customers and
 * currencies, not the last so many invoices; and where as_of is each row's own
 * day, every amount in the frame may change its bucket from row to row, so
 * that there is nothing to keep.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"

#include "aging_bucket.h"
#include "amount_sum.h"
#include "debiteur.h"
#include "scan.h"

static const int32 default_bounds[] = {30, 60, 90};

static AmountSums *
new_aging(const int32 *bounds, int n)
{
	AmountSums *aging = debiteur_sums_new(aging_bucket_count(n), n);

	memcpy(AmountSumsBounds(aging), bounds, n * sizeof(int32));
	return aging;
}

static bool
has_bounds(const AmountSums *aging, const int32 *bounds, int n)
{
	return aging->n_bounds == n &&
		   memcmp(AmountSumsBounds(aging), bounds, n * sizeof(int32)) == 0;
}

static char *
bounds_text(const int32 *bounds, int n)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoChar(&text, '{');
	for (int i = 0; i < n; i++)
		appendStringInfo(&text, i == 0 ? "%d" : ",%d", bounds[i]);
	appendStringInfoChar(&text, '}');
	return text.data;
}

static void
check_bounds(const AmountSums *aging, const int32 *bounds, int n)
{
	if (!has_bounds(aging, bounds, n))
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the bounds of an aging must be the same in every row"),
			 errdetail("Bounds %s come after %s.", bounds_text(bounds, n),
					   bounds_text(AmountSumsBounds(aging), aging->n_bounds)),
			 errhint("Group by the bounds, or give them as a constant.")));
}

/* The aging with these bounds; a new one where there is none. */
static AmountSums *
with_bounds(AmountSums *aging, const int32 *bounds, int n)
{
	if (aging == NULL)
		return new_aging(bounds, n);
	check_bounds(aging, bounds, n);
	return aging;
}

/*
 * The same with the bounds of an argument. They are validated where they
 * aren't simply what the aging has, which is all but the first row of a group.
 */
static AmountSums *
with_bounds_argument(AmountSums *aging, FunctionCallInfo fcinfo, int arg)
{
	ArrayType *array = NULL;
	const int32 *bounds;
	int n;

	if (!PG_ARGISNULL(arg))
		array = PG_GETARG_ARRAYTYPE_P(arg);
	if (aging != NULL && array != NULL && ARR_NDIM(array) == 1 &&
		!ARR_HASNULL(array) &&
		has_bounds(aging, (const int32 *) ARR_DATA_PTR(array),
				   ARR_DIMS(array)[0]))
		return aging;
	bounds = debiteur_aging_bounds(array, &n);
	return with_bounds(aging, bounds, n);
}

/*
 * The transition function: state, amount, due, as_of and perhaps bounds.
 */
static void
date_is_missing(FunctionCallInfo fcinfo, const char *date)
{
	Datum amount = DirectFunctionCall1(numeric_out, PG_GETARG_DATUM(1));

	ereport(ERROR, (errcode(ERRCODE_DEBITEUR_DATE),
					errmsg("an amount can't be aged: %s is NULL", date),
					errdetail("The amount is %s.", DatumGetCString(amount)),
					errhint("Give every amount its dates, or leave it out on "
							"purpose with FILTER (WHERE ... IS NOT NULL).")));
}

PG_FUNCTION_INFO_V1(debiteur_aging_accum);

Datum
debiteur_aging_accum(PG_FUNCTION_ARGS)
{
	AmountSums *aging = NULL;
	int32 days;
	int bucket;

	if (!PG_ARGISNULL(0))
		aging = debiteur_sums_to_change(fcinfo, 0);
	if (PG_ARGISNULL(1))
	{
		if (aging == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(aging);
	}
	if (PG_ARGISNULL(2))
		date_is_missing(fcinfo, "due");
	if (PG_ARGISNULL(3))
		date_is_missing(fcinfo, "as_of");

	days = debiteur_days_past_due(PG_GETARG_DATEADT(2), PG_GETARG_DATEADT(3));
	if (PG_NARGS() > 4)
		aging = with_bounds_argument(aging, fcinfo, 4);
	else
		aging = with_bounds(aging, default_bounds, lengthof(default_bounds));
	bucket = aging_index(AmountSumsBounds(aging), aging->n_bounds, days);
	PG_RETURN_POINTER(sums_add(aging, bucket, PG_GETARG_VARLENA_PP(1)));
}

PG_FUNCTION_INFO_V1(debiteur_aging_combine);

Datum
debiteur_aging_combine(PG_FUNCTION_ARGS)
{
	if (!PG_ARGISNULL(0) && !PG_ARGISNULL(1))
	{
		AmountSums *aging = (AmountSums *) PG_GETARG_VARLENA_P(0);
		AmountSums *other = (AmountSums *) PG_GETARG_VARLENA_P(1);

		check_bounds(aging, AmountSumsBounds(other), other->n_bounds);
	}
	return debiteur_sums_combine(fcinfo);
}

PG_FUNCTION_INFO_V1(debiteur_aging_final);

Datum
debiteur_aging_final(PG_FUNCTION_ARGS)
{
	AmountSums *aging = (AmountSums *) PG_GETARG_VARLENA_P(0);
	Datum *buckets = palloc(aging->n_sums * sizeof(Datum));

	for (int i = 0; i < aging->n_sums; i++)
		buckets[i] = NumericGetDatum(debiteur_sums_get(aging, i));
	PG_RETURN_ARRAYTYPE_P(construct_array(buckets, aging->n_sums, NUMERICOID,
										  -1, false, TYPALIGN_INT));
}

/*
 * Text and binary.
 */

/* Reads "{30,60,90}:"; NULL if it is no such thing. */
static const char *
parse_bounds(const char *text, int32 *bounds, int *n)
{
	*n = 0;
	if (*text != '{')
		return NULL;
	do
	{
		text++;
		if (*n == DEBITEUR_MAX_BOUNDS ||
			!debiteur_scan_int(&text, DEBITEUR_MAX_BOUND, &bounds[*n]))
			return NULL;
		(*n)++;
	} while (*text == ',');
	if (text[0] != '}' || text[1] != ':' ||
		debiteur_bounds_problem(bounds, *n) != NULL)
		return NULL;
	return text + 2;
}

PG_FUNCTION_INFO_V1(debiteur_aging_state_in);

Datum
debiteur_aging_state_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	int32 bounds[DEBITEUR_MAX_BOUNDS];
	int n;
	const char *rest = parse_bounds(text, bounds, &n);
	AmountSums *aging = NULL;

	if (rest != NULL)
		aging = debiteur_sums_parse(new_aging(bounds, n), rest);
	if (aging == NULL)
		input_error(
			fcinfo->context,
			(errcode(ERRCODE_DEBITEUR_INVALID_TEXT),
			 errmsg("invalid input syntax for type %s: \"%s\"",
					"debiteur.aging_state", text),
			 errdetail(
				 "It is {bounds}:{sums}, bounds ascending from 1 to %d, two "
				 "sums more than bounds: {30,60}:{100.00,0.00,25.50,0.00}.",
				 DEBITEUR_MAX_BOUND),
			 errhint("Take the value as an aging printed it.")));
	PG_RETURN_POINTER(aging);
}

PG_FUNCTION_INFO_V1(debiteur_aging_state_out);

Datum
debiteur_aging_state_out(PG_FUNCTION_ARGS)
{
	AmountSums *aging = (AmountSums *) PG_GETARG_VARLENA_P(0);
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoString(
		&text, bounds_text(AmountSumsBounds(aging), aging->n_bounds));
	appendStringInfoChar(&text, ':');
	debiteur_sums_text(aging, &text);
	PG_RETURN_CSTRING(text.data);
}

PG_FUNCTION_INFO_V1(debiteur_aging_state_recv);

Datum
debiteur_aging_state_recv(PG_FUNCTION_ARGS)
{
	StringInfo buf = (StringInfo) PG_GETARG_POINTER(0);
	int32 bounds[DEBITEUR_MAX_BOUNDS];
	int32 n = pq_getmsgint(buf, sizeof(int32));
	const char *problem;

	for (int i = 0; i < Min(n, DEBITEUR_MAX_BOUNDS); i++)
		bounds[i] = pq_getmsgint(buf, sizeof(int32));
	problem = debiteur_bounds_problem(bounds, n);
	if (problem != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DEBITEUR_INVALID_TEXT),
				 errmsg("invalid binary value of type debiteur.aging_state"),
				 errdetail("Its bounds can't be. %s", problem),
				 errhint("Take the value as it was sent by an aging.")));
	PG_RETURN_POINTER(debiteur_sums_recv(new_aging(bounds, n), buf));
}

PG_FUNCTION_INFO_V1(debiteur_aging_state_send);

Datum
debiteur_aging_state_send(PG_FUNCTION_ARGS)
{
	AmountSums *aging = (AmountSums *) PG_GETARG_VARLENA_P(0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendint32(&buf, aging->n_bounds);
	for (int i = 0; i < aging->n_bounds; i++)
		pq_sendint32(&buf, AmountSumsBounds(aging)[i]);
	debiteur_sums_send(aging, &buf);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}
