/*
 * aging.c
 *		The aggregate aging(): amounts summed by days past due.
 *
 * One pass and one row, where SQL needs a sum with a FILTER for each bucket.
 * The buckets cover every day, and an amount without a date is an error, so
 * the elements always add up to the sum of the amounts: an aging out of which
 * something fell silently is the one that nobody can reconcile.
 *
 * The state, debiteur.aging_state, is the bounds and a sum for each bucket
 * (amount_sum.h). In text "{30,60,90}:{100.00,0.00,25.50,0.00,0.00}"; in
 * binary the number of bounds and the bounds, 32 bits each, and each sum as
 * numeric has it.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "libpq/pqformat.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"

#include "debiteur.h"
#include "amount_sum.h"

#define MAX_BOUNDS 1000

static const int32 default_bounds[] = {30, 60, 90};

/*
 * Bounds. Bucket 0 is not due; bucket i ends with the i-th bound; one more is
 * beyond the last bound.
 */
static inline int
bucket_of(int64 days, const int32 *bounds, int n)
{
	int bucket = 0;

	if (days <= 0)
		return 0;
	while (bucket < n && days > bounds[bucket])
		bucket++;
	return bucket + 1;
}

static int
bucket_count(int n_bounds)
{
	return n_bounds + 2;
}

/* Which bound is not above the one before it, or above zero; -1 if none. */
static int
misplaced_bound(const int32 *bounds, int n)
{
	for (int i = 0; i < n; i++)
		if (bounds[i] <= (i == 0 ? 0 : bounds[i - 1]))
			return i;
	return -1;
}

static AmountSums *
new_aging(const int32 *bounds, int n)
{
	AmountSums *aging = debiteur_sums_new(bucket_count(n), n);

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
bounds_differ(const AmountSums *aging, const int32 *bounds, int n)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the bounds of an aging must be the same in every row"),
			 errdetail("Bounds %s come after %s.", bounds_text(bounds, n),
					   bounds_text(AmountSumsBounds(aging), aging->n_bounds)),
			 errhint("Group by the bounds, or give them as a constant.")));
}

/* The bounds in an array that is no NULL and has no NULL. */
static int
bounds_of_array(ArrayType *array, const int32 **bounds)
{
	int n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	int misplaced;

	*bounds = (const int32 *) ARR_DATA_PTR(array);
	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("the bounds of an aging must be one list"),
				 errdetail("The array has %d dimensions.", ARR_NDIM(array))));
	if (ARR_HASNULL(array) && array_contains_nulls(array))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("a bound of an aging can't be NULL")));
	if (n > MAX_BOUNDS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("an aging can't have more than %d bounds", MAX_BOUNDS),
				 errdetail("There are %d.", n)));

	misplaced = misplaced_bound(*bounds, n);
	if (misplaced >= 0)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the bounds of an aging must be positive and ascending"),
			 misplaced == 0
				 ? errdetail("The first bound is %d.", (*bounds)[0])
				 : errdetail("Bound %d comes after %d.", (*bounds)[misplaced],
							 (*bounds)[misplaced - 1]),
			 errhint("{30,60,90} makes five buckets: not due, 1-30, 31-60, "
					 "61-90 and more days past due.")));
	return n;
}

/*
 * The bounds argument. Validated where it isn't simply what the aging has,
 * which is all but the first row of a group.
 */
static int
bounds_argument(FunctionCallInfo fcinfo, int arg, const AmountSums *aging,
				const int32 **bounds)
{
	ArrayType *array;

	if (PG_ARGISNULL(arg))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("the bounds of an aging can't be NULL"),
						errhint("Leave the argument out for {30,60,90}.")));
	array = PG_GETARG_ARRAYTYPE_P(arg);
	if (aging != NULL && ARR_NDIM(array) == 1 && !ARR_HASNULL(array) &&
		has_bounds(aging, (const int32 *) ARR_DATA_PTR(array),
				   ARR_DIMS(array)[0]))
	{
		*bounds = AmountSumsBounds(aging);
		return aging->n_bounds;
	}
	return bounds_of_array(array, bounds);
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

/* Days past due; beyond every bound if it was due since for ever. */
static int64
days_past_due(FunctionCallInfo fcinfo)
{
	DateADT due, as_of;

	if (PG_ARGISNULL(2))
		date_is_missing(fcinfo, "due");
	if (PG_ARGISNULL(3))
		date_is_missing(fcinfo, "as_of");

	due = PG_GETARG_DATEADT(2);
	as_of = PG_GETARG_DATEADT(3);
	if (DATE_NOT_FINITE(as_of))
		ereport(ERROR,
				(errcode(ERRCODE_DEBITEUR_DATE),
				 errmsg("the date of an aging can't be infinite"),
				 errdetail("as_of is %s.",
						   DATE_IS_NOEND(as_of) ? "infinity" : "-infinity"),
				 errhint("An aging is of one day, such as current_date.")));
	if (DATE_IS_NOEND(due))
		return 0;
	if (DATE_IS_NOBEGIN(due))
		return PG_INT64_MAX;
	return (int64) as_of - due;
}

PG_FUNCTION_INFO_V1(debiteur_aging_accum);

Datum
debiteur_aging_accum(PG_FUNCTION_ARGS)
{
	AmountSums *aging = NULL;
	const int32 *bounds = default_bounds;
	int n_bounds = lengthof(default_bounds);
	int64 days;

	if (!PG_ARGISNULL(0))
		aging = debiteur_sums_to_change(fcinfo, 0);
	if (PG_ARGISNULL(1))
	{
		if (aging == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(aging);
	}

	days = days_past_due(fcinfo);
	if (PG_NARGS() > 4)
		n_bounds = bounds_argument(fcinfo, 4, aging, &bounds);
	if (aging == NULL)
		aging = new_aging(bounds, n_bounds);
	else if (!has_bounds(aging, bounds, n_bounds))
		bounds_differ(aging, bounds, n_bounds);

	PG_RETURN_POINTER(
		sums_add(aging, bucket_of(days, AmountSumsBounds(aging), n_bounds),
				 PG_GETARG_VARLENA_PP(1)));
}

PG_FUNCTION_INFO_V1(debiteur_aging_combine);

Datum
debiteur_aging_combine(PG_FUNCTION_ARGS)
{
	AmountSums *aging, *other;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	if (PG_ARGISNULL(0))
		PG_RETURN_POINTER(PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(1)));

	aging = debiteur_sums_to_change(fcinfo, 0);
	other = (AmountSums *) PG_GETARG_VARLENA_P(1);
	if (!has_bounds(aging, AmountSumsBounds(other), other->n_bounds))
		bounds_differ(aging, AmountSumsBounds(other), other->n_bounds);
	PG_RETURN_POINTER(debiteur_sums_add_all(aging, other));
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
	if (*text++ != '{')
		return NULL;
	while (*text != '}')
	{
		int64 bound = 0;

		if (*n == MAX_BOUNDS || (*n > 0 && *text++ != ','))
			return NULL;
		if (*text < '1' || *text > '9')
			return NULL;
		for (; *text >= '0' && *text <= '9'; text++)
		{
			bound = bound * 10 + (*text - '0');
			if (bound > PG_INT32_MAX)
				return NULL;
		}
		bounds[(*n)++] = bound;
	}
	if (misplaced_bound(bounds, *n) >= 0)
		return NULL;
	return text[1] == ':' ? text + 2 : NULL;
}

PG_FUNCTION_INFO_V1(debiteur_aging_state_in);

Datum
debiteur_aging_state_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	int32 bounds[MAX_BOUNDS];
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
				 "It is {bounds}:{sums}, the bounds ascending and two sums "
				 "more "
				 "than bounds, such as {30,60}:{100.00,0.00,25.50,0.00}.")));
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
	int32 bounds[MAX_BOUNDS];
	int32 n = pq_getmsgint(buf, sizeof(int32));

	if (n < 0 || n > MAX_BOUNDS)
		ereport(ERROR,
				(errcode(ERRCODE_DEBITEUR_INVALID_TEXT),
				 errmsg("invalid binary value of type debiteur.aging_state"),
				 errdetail("It says that it has %d bounds.", n)));
	for (int i = 0; i < n; i++)
		bounds[i] = pq_getmsgint(buf, sizeof(int32));
	if (misplaced_bound(bounds, n) >= 0)
		ereport(ERROR,
				(errcode(ERRCODE_DEBITEUR_INVALID_TEXT),
				 errmsg("invalid binary value of type debiteur.aging_state"),
				 errdetail("Its bounds are not positive and ascending.")));
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
