/*
 * business_day.c
 *		Business days: counting in them, and moving a day onto one.
 *
 * Business days are numbered. The number of a day is how many there are up to
 * it, counted from some day of the past: whole weeks by multiplication, less
 * the holidays, found by binary search. Back from a number to its day, the
 * holidays before it are searched for in the same way. So everything takes the
 * same time, however many days are added, and is exact for any dates.
 *
 * A call site keeps the calendar it made of its arguments as long as these
 * stay the same: the holidays are sorted once, not once a row.
 */
#include "postgres.h"

#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/memutils.h"

#include "business_day.h"
#include "debiteur.h"

#define DAYS_PER_WEEK 7
#define MONDAY 2 /* 2000-01-03; day 0 is 2000-01-01, a Saturday */

typedef struct CalendarCache
{
	ArrayType *holidays; /* as they were given */
	ArrayType *weekend;	 /* as it was given, NULL if it was not */
	Calendar calendar;
} CalendarCache;

/* Monday to Friday, without holidays. */
const Calendar debiteur_weekdays = {
	.per_week = 5, .upto = {1, 2, 3, 4, 5, 5, 5}, .place = {0, 1, 2, 3, 4}};

static const char *const conventions[] = {"unadjusted", "following",
										  "modified_following", "preceding",
										  "modified_preceding"};

/* ---------- arithmetic ---------- */

/* n / per_week, rounded down. */
static int64
week_of(int64 n, int per_week)
{
	return n / per_week - (n % per_week < 0);
}

static int
weekday(int64 day)
{
	int64 n = day - MONDAY;

	return (int) (n - week_of(n, DAYS_PER_WEEK) * DAYS_PER_WEEK);
}

/* The number of the last day up to this one that is not in a weekend. */
static int64
weekdays_upto(const Calendar *c, int64 day)
{
	return week_of(day - MONDAY, DAYS_PER_WEEK) * c->per_week +
		   c->upto[weekday(day)];
}

static int
holidays_upto(const Calendar *c, int64 day)
{
	int low = 0;
	int high = c->nholidays;

	while (low < high)
	{
		int middle = (low + high) / 2;

		if (c->holidays[middle] <= day)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The number of the last business day up to this day. */
static int64
business_days_upto(const Calendar *c, int64 day)
{
	return weekdays_upto(c, day) - holidays_upto(c, day);
}

/* The business day of this number. */
static int64
business_day(const Calendar *c, int64 number)
{
	int low = 0;
	int high = c->nholidays;
	int64 week;

	/* How many holidays come before it? Those with a lower number. */
	while (low < high)
	{
		int middle = (low + high) / 2;

		if (weekdays_upto(c, c->holidays[middle]) - (middle + 1) < number)
			low = middle + 1;
		else
			high = middle;
	}
	number += low - 1;
	week = week_of(number, c->per_week);
	return MONDAY + week * DAYS_PER_WEEK +
		   c->place[number - week * c->per_week];
}

static bool
is_business_day(const Calendar *c, int64 day)
{
	return business_days_upto(c, day) > business_days_upto(c, day - 1);
}

/*
 * The n-th business day after the day, or before it if n is negative; n = 0
 * is the day itself, whatever day it is.
 */
int64
debiteur_add_business_days(const Calendar *c, int64 day, int n)
{
	if (n > 0)
		return business_day(c, business_days_upto(c, day) + n);
	if (n < 0)
		return business_day(c, business_days_upto(c, day - 1) + 1 + n);
	return day;
}

static int64
following(const Calendar *c, int64 day)
{
	return business_day(c, business_days_upto(c, day - 1) + 1);
}

static int64
preceding(const Calendar *c, int64 day)
{
	return business_day(c, business_days_upto(c, day));
}

static bool
same_month(DateADT day, int64 other)
{
	int year;
	int month;
	int day_of_month;
	int64 first;

	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &day_of_month);
	first = (int64) day - day_of_month + 1;
	return IS_VALID_DATE(other) && other >= first &&
		   other < first + day_tab[isleap(year)][month - 1];
}

/* The business day that stands for the day; a day out of range stays. */
int64
debiteur_roll(const Calendar *c, int64 day, Convention convention)
{
	int64 moved = day;

	if (!IS_VALID_DATE(day))
		return day;
	switch (convention)
	{
		case CONVENTION_UNADJUSTED:
			break;
		case CONVENTION_FOLLOWING:
			return following(c, day);
		case CONVENTION_MODIFIED_FOLLOWING:
			moved = following(c, day);
			return same_month(day, moved) ? moved : preceding(c, day);
		case CONVENTION_PRECEDING:
			return preceding(c, day);
		case CONVENTION_MODIFIED_PRECEDING:
			moved = preceding(c, day);
			return same_month(day, moved) ? moved : following(c, day);
	}
	return moved;
}

/* ---------- calendars ---------- */

static int
compare_days(const void *a, const void *b)
{
	DateADT x = *(const DateADT *) a;
	DateADT y = *(const DateADT *) b;

	return (x > y) - (x < y);
}

/*
 * Weekdays as bits, Monday the lowest, from their ISO numbers; no array means
 * Saturday and Sunday.
 */
static int
weekend_bits(ArrayType *array)
{
	const int32 *days;
	int n;
	int bits = 0;

	if (array == NULL)
		return (1 << 5) | (1 << 6);
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a day of the weekend is NULL"),
				 errdetail("\"weekend\" has a NULL in it."),
				 errhint("Give weekdays from 1, Monday, to 7, Sunday.")));
	days = (const int32 *) ARR_DATA_PTR(array);
	n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	for (int i = 0; i < n; i++)
	{
		if (days[i] < 1 || days[i] > DAYS_PER_WEEK)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("there is no weekday %d", days[i]),
					 errdetail("It is in \"weekend\"."),
					 errhint("Give weekdays from 1, Monday, to 7, Sunday.")));
		bits |= 1 << (days[i] - 1);
	}
	if (bits == (1 << DAYS_PER_WEEK) - 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("no day of the week is a business day"),
						errdetail("\"weekend\" has all weekdays in it."),
						errhint("Leave one out.")));
	return bits;
}

static void
set_weekend(Calendar *c, int weekend)
{
	c->per_week = 0;
	for (int i = 0; i < DAYS_PER_WEEK; i++)
	{
		if (!(weekend & (1 << i)))
			c->place[c->per_week++] = i;
		c->upto[i] = c->per_week;
	}
}

/* Sorts the holidays, less those that are twice or in a weekend. */
static void
set_holidays(Calendar *c, ArrayType *array, int weekend, MemoryContext context)
{
	int n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	const DateADT *days = (const DateADT *) ARR_DATA_PTR(array);
	DateADT *sorted;
	int kept = 0;

	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_DEBITEUR_DATE), errmsg("a holiday is NULL"),
				 errdetail("\"holidays\" has a NULL in it."),
				 errhint("Leave it out.")));
	sorted = MemoryContextAlloc(context, Max(n, 1) * sizeof(DateADT));
	for (int i = 0; i < n; i++)
	{
		if (DATE_NOT_FINITE(days[i]))
			ereport(ERROR, (errcode(ERRCODE_DEBITEUR_DATE),
							errmsg("a holiday must be finite"),
							errdetail("\"holidays\" has %s in it.",
									  DATE_IS_NOBEGIN(days[i]) ? "-infinity"
															   : "infinity"),
							errhint("Leave it out.")));
		if (!(weekend & (1 << weekday(days[i]))))
			sorted[kept++] = days[i];
	}
	qsort(sorted, kept, sizeof(DateADT), compare_days);
	c->nholidays = 0;
	for (int i = 0; i < kept; i++)
		if (i == 0 || sorted[i] != sorted[i - 1])
			sorted[c->nholidays++] = sorted[i];
	c->holidays = sorted;
}

static bool
same_array(ArrayType *a, ArrayType *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return VARSIZE(a) == VARSIZE(b) && memcmp(a, b, VARSIZE(a)) == 0;
}

static ArrayType *
keep_array(ArrayType *array, MemoryContext context)
{
	if (array == NULL)
		return NULL;
	return memcpy(MemoryContextAlloc(context, VARSIZE(array)), array,
				  VARSIZE(array));
}

/*
 * The calendar of two arguments, an array of dates and one of weekdays; with
 * weekend < 0 there is no second one, and it is Saturday and Sunday. It is
 * kept where the caller says: in fn_extra, or where that leads to.
 */
const Calendar *
debiteur_calendar_arg(FunctionCallInfo fcinfo, int holidays, int weekend,
					  void **kept)
{
	ArrayType *days = PG_GETARG_ARRAYTYPE_P(holidays);
	ArrayType *week = weekend < 0 ? NULL : PG_GETARG_ARRAYTYPE_P(weekend);
	CalendarCache *cache = *kept;
	MemoryContext context;
	int bits;

	if (cache != NULL && same_array(days, cache->holidays) &&
		same_array(week, cache->weekend))
		return &cache->calendar;

	/* What is kept has a context of its own, and goes with it. */
	*kept = NULL;
	if (cache != NULL)
		MemoryContextDelete(GetMemoryChunkContext(cache));
	context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt,
									"debiteur calendar", ALLOCSET_SMALL_SIZES);
	cache = MemoryContextAlloc(context, sizeof(CalendarCache));
	bits = weekend_bits(week);
	set_weekend(&cache->calendar, bits);
	set_holidays(&cache->calendar, days, bits, context);
	cache->holidays = keep_array(days, context);
	cache->weekend = keep_array(week, context);
	*kept = cache;
	return &cache->calendar;
}

Convention
debiteur_convention_arg(FunctionCallInfo fcinfo, int n)
{
	text *name = PG_GETARG_TEXT_PP(n);
	size_t length = VARSIZE_ANY_EXHDR(name);

	for (int i = 0; i < (int) lengthof(conventions); i++)
		if (strlen(conventions[i]) == length &&
			memcmp(conventions[i], VARDATA_ANY(name), length) == 0)
			return (Convention) i;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("there is no convention \"%s\"", text_to_cstring(name)),
			 errdetail("The conventions are unadjusted, following, "
					   "modified_following, preceding and "
					   "modified_preceding."),
			 errhint("\"following\" moves a day to the next business day.")));
}

/* ---------- SQL functions ---------- */

static Datum
date_result(int64 day)
{
	if (!IS_VALID_DATE(day))
		ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
						errmsg("date out of range"),
						errdetail("The business day lies beyond the first or "
								  "the last date there is."),
						errhint("Take another date, or fewer days.")));
	return DateADTGetDatum((DateADT) day);
}

/* The calendar of two arguments in a row, holidays and weekend. */
static const Calendar *
calendar_arg(FunctionCallInfo fcinfo, int holidays)
{
	return debiteur_calendar_arg(fcinfo, holidays, holidays + 1,
								 &fcinfo->flinfo->fn_extra);
}

PG_FUNCTION_INFO_V1(debiteur_is_business_day);
Datum
debiteur_is_business_day(PG_FUNCTION_ARGS)
{
	DateADT day = debiteur_date_arg(fcinfo, 0, "day");

	PG_RETURN_BOOL(is_business_day(calendar_arg(fcinfo, 1), day));
}

PG_FUNCTION_INFO_V1(debiteur_business_day_add);
Datum
debiteur_business_day_add(PG_FUNCTION_ARGS)
{
	DateADT day = debiteur_date_arg(fcinfo, 0, "day");
	const Calendar *calendar = calendar_arg(fcinfo, 2);

	return date_result(
		debiteur_add_business_days(calendar, day, PG_GETARG_INT32(1)));
}

PG_FUNCTION_INFO_V1(debiteur_business_days_between);
Datum
debiteur_business_days_between(PG_FUNCTION_ARGS)
{
	DateADT from = debiteur_date_arg(fcinfo, 0, "from_on");
	DateADT until = debiteur_date_arg(fcinfo, 1, "until_on");
	const Calendar *calendar = calendar_arg(fcinfo, 2);

	/* All dates there are are fewer days than fit. */
	PG_RETURN_INT32((int32) (business_days_upto(calendar, until) -
							 business_days_upto(calendar, from)));
}

PG_FUNCTION_INFO_V1(debiteur_business_day_roll);
Datum
debiteur_business_day_roll(PG_FUNCTION_ARGS)
{
	DateADT day = debiteur_date_arg(fcinfo, 0, "day");
	Convention convention = debiteur_convention_arg(fcinfo, 1);
	const Calendar *calendar = calendar_arg(fcinfo, 2);

	return date_result(debiteur_roll(calendar, day, convention));
}
