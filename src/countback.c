/*
 * countback.c
 *		DSO by count-back: of two arrays, and as an aggregate over sales.
 *
 * The walk is one (count_back): from the newest period back, sales are taken
 * off the receivable until a period covers what is left. Two things can be
 * asked of it: the days, and whether the history was exhausted, which is one
 * of the reasons why there are none.
 *
 * The aggregates take sales of any day, in any order, and make calendar months
 * of them. A month without sales must be seen as such, so the state,
 * debiteur.countback_state, has a sum (amount_sum.h) for each month from that
 * of as_of back to the oldest with sales, and before them one for the
 * receivable; its one bound is as_of. In text
 * "2025-06-30:{450000.00,200000.00,190000.00}"; in binary as_of as date has
 * it, the number of months, 32 bits, and each sum as numeric has it.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "libpq/pqformat.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"

#include "amount_sum.h"
#include "debiteur.h"
#include "scan.h"

/* Sales further back are not kept: one wrong date must not cost gigabytes. */
#define MAX_MONTHS 1200

/* The sums of a state: the receivable, then the months, the newest first. */
#define RECEIVABLE 0
#define FIRST_MONTH 1

typedef struct Period
{
	Numeric sales; /* NULL: not known */
	int32 days;	   /* 0: not known */
} Period;

typedef struct Countback
{
	Numeric days;	/* NULL: not defined */
	bool exhausted; /* the periods ended before the receivable did */
} Countback;

/* ---------- the walk ---------- */

static Numeric
number(int64 value)
{
	return DatumGetNumeric(
		DirectFunctionCall1(int8_numeric, Int64GetDatum(value)));
}

static Numeric
calculate(PGFunction operation, Numeric a, Numeric b)
{
	return DatumGetNumeric(DirectFunctionCall2(operation, NumericGetDatum(a),
											   NumericGetDatum(b)));
}

static int
compare(Numeric a, Numeric b)
{
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, NumericGetDatum(a),
											 NumericGetDatum(b)));
}

static Countback
count_back(Numeric receivable, const Period *periods, int n)
{
	Countback result = {NULL, false};
	Numeric zero = number(0);
	Numeric remaining = receivable;
	int64 counted = 0;

	if (compare(receivable, zero) < 0)
		return result;
	if (compare(receivable, zero) == 0)
	{
		result.days = zero;
		return result;
	}

	for (const Period *period = periods; period < periods + n; period++)
	{
		if (period->sales == NULL || compare(period->sales, zero) <= 0 ||
			period->days <= 0)
			return result;
		if (compare(remaining, period->sales) <= 0)
		{
			Numeric part =
				calculate(numeric_mul, remaining, number(period->days));

			part = calculate(numeric_div, part, period->sales);
			result.days = calculate(numeric_add, number(counted), part);
			return result;
		}
		remaining = calculate(numeric_sub, remaining, period->sales);
		counted += period->days;
	}
	result.exhausted = true;
	return result;
}

static Datum
days_counted(FunctionCallInfo fcinfo, Countback result)
{
	if (result.days == NULL)
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(result.days);
}

/* ---------- of two arrays ---------- */

static Countback
count_back_arrays(FunctionCallInfo fcinfo)
{
	Datum *sales, *days;
	bool *sales_missing, *days_missing;
	int n, n_days;
	Period *periods;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), NUMERICOID, -1, false,
					  TYPALIGN_INT, &sales, &sales_missing, &n);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(2), INT4OID, sizeof(int32), true,
					  TYPALIGN_INT, &days, &days_missing, &n_days);
	if (n != n_days)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("sales and days must be of the same periods"),
				 errdetail("sales has %d elements, days has %d.", n, n_days),
				 errhint("Give each period its sales and its number of days, "
						 "the newest period first.")));

	periods = palloc(n * sizeof(Period));
	for (int i = 0; i < n; i++)
	{
		periods[i].sales = sales_missing[i] ? NULL : DatumGetNumeric(sales[i]);
		periods[i].days = days_missing[i] ? 0 : DatumGetInt32(days[i]);
	}
	return count_back(PG_GETARG_NUMERIC(0), periods, n);
}

PG_FUNCTION_INFO_V1(debiteur_dso_countback);

Datum
debiteur_dso_countback(PG_FUNCTION_ARGS)
{
	return days_counted(fcinfo, count_back_arrays(fcinfo));
}

PG_FUNCTION_INFO_V1(debiteur_countback_exhausted);

Datum
debiteur_countback_exhausted(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(count_back_arrays(fcinfo).exhausted);
}

/* ---------- months ---------- */

/* Months since long ago: 10,000 years on, the calendar is the same. */
static int
month_number(DateADT date, int *day)
{
	int year, month;

	j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, day);
	return (year + 10000) * MONTHS_PER_YEAR + month - 1;
}

static int
month_days(int month_number)
{
	int year = month_number / MONTHS_PER_YEAR;

	return day_tab[isleap(year)][month_number % MONTHS_PER_YEAR];
}

/* How many months before that of as_of. */
static int
months_before(DateADT as_of, DateADT date)
{
	int day;

	return month_number(as_of, &day) - month_number(date, &day);
}

/* ---------- the state ---------- */

static DateADT *
as_of_of(AmountSums *state)
{
	return (DateADT *) AmountSumsBounds(state);
}

static AmountSums *
new_countback(DateADT as_of, int n_months)
{
	AmountSums *state = debiteur_sums_new(FIRST_MONTH + n_months, 1);

	*as_of_of(state) = as_of;
	return state;
}

static void
not_the_same(const char *what, Datum next, Datum first)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s must be the same in every row of a count-back", what),
			 errdetail("%s comes after %s.", DatumGetCString(next),
					   DatumGetCString(first)),
			 errhint("Group by %s, or give it as a constant.", what)));
}

static void
check_as_of(AmountSums *state, DateADT as_of)
{
	DateADT first = *as_of_of(state);

	if (as_of != first)
		not_the_same("as_of",
					 DirectFunctionCall1(date_out, DateADTGetDatum(as_of)),
					 DirectFunctionCall1(date_out, DateADTGetDatum(first)));
}

static void
check_receivable(AmountSums *state, struct varlena *receivable)
{
	if (!sums_has(state, RECEIVABLE, receivable))
		not_the_same(
			"receivable",
			DirectFunctionCall1(numeric_out, PointerGetDatum(receivable)),
			DirectFunctionCall1(numeric_out, NumericGetDatum(debiteur_sums_get(
												 state, RECEIVABLE))));
}

static AmountSums *
with_months(AmountSums *state, int n_months)
{
	int n_sums = FIRST_MONTH + n_months;

	return n_sums > state->n_sums ? debiteur_sums_grow(state, n_sums) : state;
}

/*
 * The transition function: state, receivable, sales, sold_on, as_of.
 */
static const char *
argument_text(FunctionCallInfo fcinfo, int arg, PGFunction out)
{
	if (PG_ARGISNULL(arg))
		return "NULL";
	return DatumGetCString(DirectFunctionCall1(out, PG_GETARG_DATUM(arg)));
}

static void
refuse(FunctionCallInfo fcinfo, const char *what, int sqlstate,
	   const char *hint)
{
	ereport(ERROR,
			(errcode(sqlstate), errmsg("can't count back: %s", what),
			 errdetail("receivable is %s, sales %s, sold_on %s, as_of %s.",
					   argument_text(fcinfo, 1, numeric_out),
					   argument_text(fcinfo, 2, numeric_out),
					   argument_text(fcinfo, 3, date_out),
					   argument_text(fcinfo, 4, date_out)),
			 errhint("%s", hint)));
}

static void
check_arguments(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(1))
		refuse(fcinfo, "receivable is NULL", ERRCODE_NULL_VALUE_NOT_ALLOWED,
			   "Give coalesce(receivable, 0), or leave the rows out on "
			   "purpose with FILTER (WHERE ... IS NOT NULL).");
	if (PG_ARGISNULL(4) || DATE_NOT_FINITE(PG_GETARG_DATEADT(4)))
		refuse(fcinfo, "as_of is NULL or infinite", ERRCODE_DEBITEUR_DATE,
			   "Give the date to which the receivable belongs.");
	if (!PG_ARGISNULL(2) &&
		(PG_ARGISNULL(3) || DATE_NOT_FINITE(PG_GETARG_DATEADT(3))))
		refuse(fcinfo, "sold_on is NULL or infinite", ERRCODE_DEBITEUR_DATE,
			   "Give all sales their dates, or leave them out on purpose with "
			   "FILTER (WHERE ... IS NOT NULL).");
}

PG_FUNCTION_INFO_V1(debiteur_countback_accum);

Datum
debiteur_countback_accum(PG_FUNCTION_ARGS)
{
	AmountSums *state = NULL;
	struct varlena *receivable;
	DateADT as_of, sold_on;
	int months;

	if (!PG_ARGISNULL(0))
		state = debiteur_sums_to_change(fcinfo, 0);
	if (PG_ARGISNULL(1) && PG_ARGISNULL(2))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	check_arguments(fcinfo);
	receivable = PG_GETARG_VARLENA_PP(1);
	as_of = PG_GETARG_DATEADT(4);
	if (state == NULL)
		state = sums_add(new_countback(as_of, 0), RECEIVABLE, receivable);
	check_as_of(state, as_of);
	check_receivable(state, receivable);
	if (PG_ARGISNULL(2))
		PG_RETURN_POINTER(state);

	sold_on = PG_GETARG_DATEADT(3);
	months = months_before(as_of, sold_on);
	if (sold_on <= as_of && months < MAX_MONTHS)
	{
		state = with_months(state, months + 1);
		state = sums_add(state, FIRST_MONTH + months, PG_GETARG_VARLENA_PP(2));
	}
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(debiteur_countback_combine);

Datum
debiteur_countback_combine(PG_FUNCTION_ARGS)
{
	AmountSums *state, *other;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return debiteur_sums_combine(fcinfo);

	state = debiteur_sums_to_change(fcinfo, 0);
	other = (AmountSums *) PG_GETARG_VARLENA_P(1);
	check_as_of(state, *as_of_of(other));
	check_receivable(state,
					 (struct varlena *) debiteur_sums_get(other, RECEIVABLE));
	state = with_months(state, other->n_sums - FIRST_MONTH);
	PG_RETURN_POINTER(debiteur_sums_add_all(state, other, FIRST_MONTH));
}

static Countback
count_back_months(AmountSums *state)
{
	int n = state->n_sums - FIRST_MONTH;
	Period *periods = palloc(n * sizeof(Period));
	int day;
	int newest = month_number(*as_of_of(state), &day);

	for (int i = 0; i < n; i++)
	{
		periods[i].sales = debiteur_sums_get(state, FIRST_MONTH + i);
		periods[i].days = (i == 0) ? day : month_days(newest - i);
	}
	return count_back(debiteur_sums_get(state, RECEIVABLE), periods, n);
}

PG_FUNCTION_INFO_V1(debiteur_countback_final);

Datum
debiteur_countback_final(PG_FUNCTION_ARGS)
{
	AmountSums *state = (AmountSums *) PG_GETARG_VARLENA_P(0);

	return days_counted(fcinfo, count_back_months(state));
}

PG_FUNCTION_INFO_V1(debiteur_countback_exhausted_final);

Datum
debiteur_countback_exhausted_final(PG_FUNCTION_ARGS)
{
	AmountSums *state = (AmountSums *) PG_GETARG_VARLENA_P(0);

	PG_RETURN_BOOL(count_back_months(state).exhausted);
}

/* ---------- text and binary ---------- */

/*
 * Reads "2025-06-30:", years before 1 as ISO 8601 has them (0000 is 1 BC);
 * NULL if it is no such thing.
 */
static const char *
parse_as_of(const char *text, DateADT *as_of)
{
	bool negative = (*text == '-');
	int year, month, day;

	text += negative;
	if (!debiteur_scan_int(&text, JULIAN_MAXYEAR, &year) || *text++ != '-' ||
		!debiteur_scan_int(&text, MONTHS_PER_YEAR, &month) || *text++ != '-' ||
		!debiteur_scan_int(&text, 31, &day) || *text++ != ':')
		return NULL;
	if (negative)
		year = -year;
	if (month < 1 || month > MONTHS_PER_YEAR || day < 1 ||
		day > day_tab[isleap(year)][month - 1] ||
		!IS_VALID_JULIAN(year, month, day))
		return NULL;
	*as_of = date2j(year, month, day) - POSTGRES_EPOCH_JDATE;
	return IS_VALID_DATE(*as_of) ? text : NULL;
}

/* How many sums "{...}" has, read up to one more than there can be. */
static int
count_sums(const char *text)
{
	int n = 1;

	for (; *text != '\0' && n <= FIRST_MONTH + MAX_MONTHS; text++)
		n += (*text == ',');
	return n;
}

PG_FUNCTION_INFO_V1(debiteur_countback_state_in);

Datum
debiteur_countback_state_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	DateADT as_of;
	const char *rest = parse_as_of(text, &as_of);
	int n_months = (rest == NULL) ? 0 : count_sums(rest) - FIRST_MONTH;
	AmountSums *state = NULL;

	if (rest != NULL && n_months <= MAX_MONTHS)
		state = debiteur_sums_parse(new_countback(as_of, n_months), rest);
	if (state == NULL)
		input_error(
			fcinfo->context,
			(errcode(ERRCODE_DEBITEUR_INVALID_TEXT),
			 errmsg("invalid input syntax for type %s: \"%s\"",
					"debiteur.countback_state", text),
			 errdetail("It is as_of:{receivable,sales of that month,of the "
					   "month before,...}, at most %d months: "
					   "2025-06-30:{450000.00,200000.00,190000.00}.",
					   MAX_MONTHS),
			 errhint("Take the value as a count-back printed it.")));
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(debiteur_countback_state_out);

Datum
debiteur_countback_state_out(PG_FUNCTION_ARGS)
{
	AmountSums *state = (AmountSums *) PG_GETARG_VARLENA_P(0);
	int year, month, day;
	StringInfoData text;

	j2date(*as_of_of(state) + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	initStringInfo(&text);
	appendStringInfo(&text, "%s%04d-%02d-%02d:", year < 0 ? "-" : "",
					 abs(year), month, day);
	debiteur_sums_text(state, &text);
	PG_RETURN_CSTRING(text.data);
}

PG_FUNCTION_INFO_V1(debiteur_countback_state_recv);

Datum
debiteur_countback_state_recv(PG_FUNCTION_ARGS)
{
	StringInfo buf = (StringInfo) PG_GETARG_POINTER(0);
	DateADT as_of = pq_getmsgint(buf, sizeof(int32));
	int32 n_months = pq_getmsgint(buf, sizeof(int32));

	if (!IS_VALID_DATE(as_of) || n_months < 0 || n_months > MAX_MONTHS)
		ereport(
			ERROR,
			(errcode(ERRCODE_DEBITEUR_INVALID_TEXT),
			 errmsg("invalid binary value of type debiteur.countback_state"),
			 errdetail("Its date is %d days from 2000-01-01, its months are "
					   "%d of at most %d.",
					   as_of, n_months, MAX_MONTHS),
			 errhint("Take the value as it was sent by a count-back.")));
	PG_RETURN_POINTER(debiteur_sums_recv(new_countback(as_of, n_months), buf));
}

PG_FUNCTION_INFO_V1(debiteur_countback_state_send);

Datum
debiteur_countback_state_send(PG_FUNCTION_ARGS)
{
	AmountSums *state = (AmountSums *) PG_GETARG_VARLENA_P(0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendint32(&buf, *as_of_of(state));
	pq_sendint32(&buf, state->n_sums - FIRST_MONTH);
	debiteur_sums_send(state, &buf);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}
