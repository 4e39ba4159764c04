/*
 * aging_bucket.c
 *		Type aging_bucket: a range of days past due.
 *
 * A bucket is "more than so many days past due, and at most so many": two
 * numbers of 16 bits in one integer, the first in the upper half, so that the
 * order of integers is the order of buckets (by lower, then upper bound) and
 * the bucket that is not due, 0, is the first. Overdue is as_of > due: on the
 * due date itself a claim is not due.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"

#include "aging_bucket.h"
#include "compare.h"
#include "debiteur.h"
#include "scan.h"

typedef int32 AgingBucket;

#define NOT_DUE 0
#define UNBOUNDED PG_UINT16_MAX

#define BUCKET(after, upto) (((AgingBucket) (after) << 16) | (upto))
#define AFTER(bucket) ((int) ((uint32) (bucket) >> 16))
#define UPTO(bucket) ((int) ((bucket) &0xFFFF))

#define PG_GETARG_BUCKET(n) ((AgingBucket) PG_GETARG_INT32(n))
#define PG_RETURN_BUCKET(x) PG_RETURN_INT32(x)

COMPARISONS(aging_bucket, PG_GETARG_BUCKET);

/* Every integer that means a bucket, and no other. */
static bool
is_bucket(int after, int upto)
{
	if (after == 0 && upto == 0)
		return true;
	return after <= DEBITEUR_MAX_BOUND &&
		   (upto == UNBOUNDED || (upto <= DEBITEUR_MAX_BOUND && after < upto));
}

/*
 * Reads a bucket. Returns NULL, or what is wrong with the text.
 */
static const char *
parse_bucket(const char *s, AgingBucket *bucket)
{
	int lower;
	int upper;

	if (strcmp(s, "not due") == 0)
	{
		*bucket = NOT_DUE;
		return NULL;
	}
	if (!debiteur_scan_int(&s, DEBITEUR_MAX_BOUND, &lower))
		return _("It does not begin with a number of days.");
	if (lower > DEBITEUR_MAX_BOUND)
		return _("Days are at most 32767.");

	if (strcmp(s, "+") == 0)
	{
		*bucket = BUCKET(lower, UNBOUNDED);
		return NULL;
	}
	if (*s++ != '-' || !debiteur_scan_int(&s, DEBITEUR_MAX_BOUND, &upper) ||
		*s != '\0')
		return _("It is no range of days.");
	if (upper > DEBITEUR_MAX_BOUND)
		return _("Days are at most 32767.");
	if (lower < 1)
		return _("A range begins at day 1 or later: day 0 is not due.");
	if (lower > upper)
		return _("The range ends before it begins.");
	*bucket = BUCKET(lower - 1, upper);
	return NULL;
}

PG_FUNCTION_INFO_V1(debiteur_aging_bucket_in);
Datum
debiteur_aging_bucket_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	AgingBucket bucket = NOT_DUE;
	const char *problem = parse_bucket(text, &bucket);

	if (problem != NULL)
		input_error(fcinfo->context,
					(errcode(ERRCODE_DEBITEUR_INVALID_TEXT),
					 errmsg("invalid aging bucket: \"%s\"", text),
					 errdetail_internal("%s", problem),
					 errhint("A bucket reads like \"not due\", \"1-30\", or "
							 "\"90+\" for more than 90 days past due.")));
	PG_RETURN_BUCKET(bucket);
}

PG_FUNCTION_INFO_V1(debiteur_aging_bucket_out);
Datum
debiteur_aging_bucket_out(PG_FUNCTION_ARGS)
{
	AgingBucket bucket = PG_GETARG_BUCKET(0);

	if (bucket == NOT_DUE)
		PG_RETURN_CSTRING(pstrdup("not due"));
	if (UPTO(bucket) == UNBOUNDED)
		PG_RETURN_CSTRING(psprintf("%d+", AFTER(bucket)));
	PG_RETURN_CSTRING(psprintf("%d-%d", AFTER(bucket) + 1, UPTO(bucket)));
}

/*
 * Binary format: two unsigned numbers of 16 bits, "more than" and "at most";
 * 0 and 0 is not due, 65535 as the second means without limit.
 */
PG_FUNCTION_INFO_V1(debiteur_aging_bucket_recv);
Datum
debiteur_aging_bucket_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	int length = message->len - message->cursor;
	int after;
	int upto;

	if (length != 4)
		ereport(ERROR,
				(errcode(ERRCODE_DEBITEUR_INVALID_TEXT),
				 errmsg("invalid binary aging bucket"),
				 errdetail("It has %d bytes instead of 4.", length),
				 errhint("Send the days after which it begins and its last "
						 "day, two bytes each.")));
	after = (int) pq_getmsgint(message, 2);
	upto = (int) pq_getmsgint(message, 2);
	if (!is_bucket(after, upto))
		ereport(ERROR,
				(errcode(ERRCODE_DEBITEUR_INVALID_TEXT),
				 errmsg("invalid binary aging bucket"),
				 errdetail("More than %d and at most %d days is no bucket.",
						   after, upto),
				 errhint("Days are at most %d; send 0 and 0 for \"not due\", "
						 "%d as the last day for \"without limit\".",
						 DEBITEUR_MAX_BOUND, UNBOUNDED)));
	PG_RETURN_BUCKET(BUCKET(after, upto));
}

PG_FUNCTION_INFO_V1(debiteur_aging_bucket_send);
Datum
debiteur_aging_bucket_send(PG_FUNCTION_ARGS)
{
	AgingBucket bucket = PG_GETARG_BUCKET(0);
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendint16(&message, (uint16) AFTER(bucket));
	pq_sendint16(&message, (uint16) UPTO(bucket));
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* The first day of the bucket; NULL for not due, which has none. */
PG_FUNCTION_INFO_V1(debiteur_lower_days);
Datum
debiteur_lower_days(PG_FUNCTION_ARGS)
{
	AgingBucket bucket = PG_GETARG_BUCKET(0);

	if (bucket == NOT_DUE)
		PG_RETURN_NULL();
	PG_RETURN_INT32(AFTER(bucket) + 1);
}

/* The last day of the bucket, 0 for not due; NULL if it has none. */
PG_FUNCTION_INFO_V1(debiteur_upper_days);
Datum
debiteur_upper_days(PG_FUNCTION_ARGS)
{
	AgingBucket bucket = PG_GETARG_BUCKET(0);

	if (UPTO(bucket) == UNBOUNDED)
		PG_RETURN_NULL();
	PG_RETURN_INT32(UPTO(bucket));
}

static void
bounds_error(const char *problem)
{
	ereport(ERROR,
			(errcode(ERRCODE_DEBITEUR_INVALID_TEXT),
			 errmsg("invalid bounds of aging buckets"),
			 errdetail_internal("%s", problem),
			 errhint("Bounds are the last days of the buckets, for example "
					 "{30,60,90}.")));
}

const char *
debiteur_bounds_problem(const int32 *bounds, int nbounds)
{
	if (nbounds < 1)
		return _("There are none.");
	if (nbounds > DEBITEUR_MAX_BOUNDS)
		return psprintf(_("There are %d; at most %d are possible."), nbounds,
						DEBITEUR_MAX_BOUNDS);
	for (int i = 0; i < nbounds; i++)
	{
		if (bounds[i] < 1 || bounds[i] > DEBITEUR_MAX_BOUND)
			return psprintf(_("%d is not between 1 and %d."), bounds[i],
							DEBITEUR_MAX_BOUND);
		if (i > 0 && bounds[i] <= bounds[i - 1])
			return psprintf(_("They do not ascend: %d follows %d."), bounds[i],
							bounds[i - 1]);
	}
	return NULL;
}

const int32 *
debiteur_aging_bounds(ArrayType *array, int *nbounds)
{
	const int32 *bounds;
	const char *problem;

	if (array == NULL)
		bounds_error(_("They are NULL."));
	Assert(ARR_ELEMTYPE(array) == INT4OID);
	if (ARR_NDIM(array) > 1)
		bounds_error(_("The array has more than one dimension."));
	if (array_contains_nulls(array))
		bounds_error(_("One of them is NULL."));

	bounds = (const int32 *) ARR_DATA_PTR(array);
	*nbounds = ARR_NDIM(array) == 0 ? 0 : ARR_DIMS(array)[0];
	problem = debiteur_bounds_problem(bounds, *nbounds);
	if (problem != NULL)
		bounds_error(problem);
	return bounds;
}

/*
 * Days past due at the end of as_of. What is never due has none, what has
 * always been due has as many as there are.
 */
int32
debiteur_days_past_due(DateADT due, DateADT as_of)
{
	int64 days;

	if (DATE_NOT_FINITE(as_of))
		ereport(ERROR,
				(errcode(ERRCODE_DEBITEUR_DATE),
				 errmsg("can't age as of an infinite date"),
				 errdetail("The date as_of is %s.",
						   DATE_IS_NOEND(as_of) ? "infinity" : "-infinity"),
				 errhint("Give the day whose figures are wanted.")));
	if (DATE_IS_NOEND(due))
		return 0;
	if (DATE_IS_NOBEGIN(due))
		return PG_INT32_MAX;
	days = (int64) as_of - due;
	return (int32) Max(Min(days, PG_INT32_MAX), PG_INT32_MIN);
}

static AgingBucket
bucket_at(const int32 *bounds, int nbounds, int index)
{
	if (index == 0)
		return NOT_DUE;
	return BUCKET(index == 1 ? 0 : bounds[index - 2],
				  index > nbounds ? UNBOUNDED : bounds[index - 1]);
}

static AgingBucket
bucket_of(ArrayType *array, int32 days)
{
	int nbounds;
	const int32 *bounds = debiteur_aging_bounds(array, &nbounds);

	return bucket_at(bounds, nbounds, aging_index(bounds, nbounds, days));
}

PG_FUNCTION_INFO_V1(debiteur_aging_bucket_of_date);
Datum
debiteur_aging_bucket_of_date(PG_FUNCTION_ARGS)
{
	int32 days =
		debiteur_days_past_due(PG_GETARG_DATEADT(0), PG_GETARG_DATEADT(1));

	PG_RETURN_BUCKET(bucket_of(PG_GETARG_ARRAYTYPE_P(2), days));
}

PG_FUNCTION_INFO_V1(debiteur_aging_bucket_of_days);
Datum
debiteur_aging_bucket_of_days(PG_FUNCTION_ARGS)
{
	PG_RETURN_BUCKET(bucket_of(PG_GETARG_ARRAYTYPE_P(1), PG_GETARG_INT32(0)));
}

typedef struct Scheme
{
	const int32 *bounds;
	int nbounds;
} Scheme;

PG_FUNCTION_INFO_V1(debiteur_aging_buckets);
Datum
debiteur_aging_buckets(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;
	Scheme *scheme;

	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext caller;

		call = SRF_FIRSTCALL_INIT();
		caller = MemoryContextSwitchTo(call->multi_call_memory_ctx);
		scheme = palloc_object(Scheme);
		scheme->bounds = debiteur_aging_bounds(PG_GETARG_ARRAYTYPE_P_COPY(0),
											   &scheme->nbounds);
		call->user_fctx = scheme;
		call->max_calls = aging_bucket_count(scheme->nbounds);
		MemoryContextSwitchTo(caller);
	}
	call = SRF_PERCALL_SETUP();
	scheme = call->user_fctx;
	if (call->call_cntr < call->max_calls)
	{
		/* Taken before SRF_RETURN_NEXT, which counts first. */
		AgingBucket bucket =
			bucket_at(scheme->bounds, scheme->nbounds, (int) call->call_cntr);

		SRF_RETURN_NEXT(call, Int32GetDatum(bucket));
	}
	SRF_RETURN_DONE(call);
}
