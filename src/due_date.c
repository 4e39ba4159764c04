/*
 * due_date.c
 *		What payment terms mean: the due date, the discount, its yearly cost,
 *		and the law's longest terms.
 *
 * A date operation never leads to an earlier date, and keeps the order of
 * dates. So the days of a sequence are bounded by sums over its operations,
 * and whether a discount can outlast the due date is decided when terms are
 * read, for all invoice dates at once. The most days that do occur can be
 * fewer than the sum; the law asks for exactly those, and they are looked for
 * over four years, which hold every order of month lengths, or over 28, which
 * hold it on every day of the week, if business days are counted. Holidays
 * are days more, which no bound knows of; they only make a due date later.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/numeric.h"

#include "business_day.h"
#include "debiteur.h"
#include "payment_terms.h"

#define FOUR_YEARS 1461 /* days */
#define MAX_DIGITS 20
#define PERCENTAGE_WHOLE 100000 /* 100 per cent, as DiscountTier counts it */

/* Law: the longest days that need no express agreement. */
#define BUSINESS_DAYS 60
#define PUBLIC_DAYS 30
#define LARGE_TO_SME_DAYS 30

/* ---------- dates ---------- */

static void
out_of_range(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("date out of range"),
			 errdetail("The payment terms lead beyond the last date "
					   "there is."),
			 errhint("Take an earlier date, or shorter payment terms.")));
}

/* The date of a day of the month, clamped; month may be one of later years. */
static DateADT
month_day(int year, int month, int day)
{
	year += (month - 1) / MONTHS_PER_YEAR;
	month = (month - 1) % MONTHS_PER_YEAR + 1;
	if (!IS_VALID_JULIAN(year, month, day))
		out_of_range();
	day = Min(day, day_tab[isleap(year)][month - 1]);
	return date2j(year, month, day) - POSTGRES_EPOCH_JDATE;
}

/* The first of the given days of the month, clamped, that is not over. */
static DateADT
next_day_of(uint32 days, int year, int month, int day)
{
	int length = day_tab[isleap(year)][month - 1];
	int first = 0;

	for (int d = 31; d >= 1; d--)
		if (days & ((uint32) 1 << d))
			first = d;
	for (int d = first; d <= 31; d++)
		if (days & ((uint32) 1 << d) && Min(d, length) >= day)
			return month_day(year, month, d);
	return month_day(year, month + 1, first);
}

static DateADT
apply_op(const DateOp *op, const Calendar *calendar, DateADT date)
{
	int year;
	int month;
	int day;
	int64 result = date;

	j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	switch (op->kind)
	{
		case DATE_OP_DAYS:
			result += op->count;
			break;
		case DATE_OP_BUSINESS_DAYS:
			result = debiteur_add_business_days(calendar, date, op->count);
			break;
		case DATE_OP_MONTHS:
			result = month_day(year, month + op->count, day);
			break;
		case DATE_OP_EOM:
			result = month_day(year, month, 31);
			break;
		case DATE_OP_PROX:
			result = month_day(year, month + 1, op->count);
			break;
		case DATE_OP_ON:
			result = next_day_of(op->days, year, month, day);
			break;
	}
	if (!IS_VALID_DATE(result))
		out_of_range();
	return (DateADT) result;
}

/* The date that counts as the invoice's: after the cut-off, the next first. */
static DateADT
reckoned_from(const PaymentTerms *terms, DateADT issued)
{
	const DateOp next_first = {DATE_OP_PROX, 1, 0};
	int year;
	int month;
	int day;

	j2date(issued + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	if (terms->cutoff > 0 && day > terms->cutoff)
		return apply_op(&next_first, &debiteur_weekdays, issued);
	return issued;
}

static DateADT
due_date(const PaymentTerms *terms, const Calendar *calendar, DateADT issued)
{
	DateADT date = reckoned_from(terms, issued);

	for (int i = 0; i < terms->nops; i++)
		date = apply_op(&terms->ops[i], calendar, date);
	return date;
}

static bool
in_business_days(const PaymentTerms *terms)
{
	for (int i = 0; i < terms->nops; i++)
		if (terms->ops[i].kind == DATE_OP_BUSINESS_DAYS)
			return true;
	return false;
}

static DateADT
discount_date(const PaymentTerms *terms, int tier, DateADT issued)
{
	/* A discount counts calendar days. */
	return apply_op(&terms->tiers[tier].until, &debiteur_weekdays,
					reckoned_from(terms, issued));
}

/* ---------- bounds ---------- */

/* Days of n months from any date, years with no leap day. */
static const int fewest_month_days[MONTHS_PER_YEAR] = {
	0, 28, 59, 89, 120, 150, 181, 212, 242, 273, 303, 334};
/* The same for years with as many leap days as fit. */
static const int most_month_days[MONTHS_PER_YEAR] = {
	0, 31, 62, 92, 123, 153, 184, 215, 245, 276, 306, 337};

static int
fewest_days(const DateOp *op)
{
	switch (op->kind)
	{
		case DATE_OP_DAYS:
			return op->count;
		case DATE_OP_BUSINESS_DAYS:
			return op->count + (op->count - 1) / 5 * 2;
		case DATE_OP_MONTHS:
			return op->count / MONTHS_PER_YEAR * 365 +
				   fewest_month_days[op->count % MONTHS_PER_YEAR];
		case DATE_OP_PROX:
			return Min(op->count, 28);
		case DATE_OP_EOM:
		case DATE_OP_ON:
			break;
	}
	return 0;
}

static int
most_days(const DateOp *op)
{
	int years = op->count / MONTHS_PER_YEAR;

	switch (op->kind)
	{
		case DATE_OP_DAYS:
			return op->count;
		case DATE_OP_BUSINESS_DAYS:
			return op->count + (op->count + 4) / 5 * 2;
		case DATE_OP_MONTHS:
			return years * 365 + (years + 3) / 4 +
				   most_month_days[op->count % MONTHS_PER_YEAR];
		case DATE_OP_PROX:
			return 30 + op->count;
		case DATE_OP_EOM:
		case DATE_OP_ON:
			break;
	}
	return 30;
}

/* An upper bound of the days to the due date, without holidays. */
int
debiteur_most_days(const PaymentTerms *terms)
{
	int days = terms->cutoff > 0 ? 31 - terms->cutoff : 0;

	for (int i = 0; i < terms->nops; i++)
		days += most_days(&terms->ops[i]);
	return days;
}

/*
 * Is until, for every date, never later than where ops lead? True is sure;
 * false may be a sequence that is too involved to see it.
 *
 * An operation at any place leads at least as far as it does from the first
 * date, and those behind it add their fewest days. So a day of the next month
 * is reached by the same or a later day of the next month, by an earlier one
 * with the days between added, or by a month end with that many days added.
 */
bool
debiteur_never_later(const DateOp *until, const DateOp *ops, int nops)
{
	int rest = 0;

	for (int i = nops - 1; i >= 0; i--)
	{
		if (until->kind == DATE_OP_PROX &&
			((ops[i].kind == DATE_OP_PROX &&
			  rest >= until->count - ops[i].count) ||
			 (ops[i].kind == DATE_OP_EOM && rest >= until->count)))
			return true;
		rest += fewest_days(&ops[i]);
	}
	return rest >= most_days(until);
}

/*
 * Days from the last day of the first discount to the due date, if they are
 * the same for every invoice date and more than none.
 */
static bool
days_without_discount(const PaymentTerms *terms, int *days)
{
	const DateOp *until = &terms->tiers[0].until;
	int first = 0;

	*days = -until->count;
	if (terms->ntiers == 0)
		return false;
	if (until->kind == DATE_OP_PROX)
	{
		/* Both begin with the next month; days above 28 may be clamped. */
		const DateOp *op = &terms->ops[first++];
		bool same = op->count == until->count;

		if (op->kind == DATE_OP_PROX &&
			(same || Max(op->count, until->count) <= 28))
			*days += op->count;
		else if (op->kind != DATE_OP_EOM || until->count > 28)
			return false;
	}
	for (int i = first; i < terms->nops; i++)
	{
		if (terms->ops[i].kind != DATE_OP_DAYS)
			return false;
		*days += terms->ops[i].count;
	}
	return *days > 0;
}

/* The most days from the invoice to the due date that occur. */
static int
longest_days(const PaymentTerms *terms)
{
	int longest = 0;
	int days = FOUR_YEARS * (in_business_days(terms) ? 7 : 1);

	/* Day 0 is 2000-01-01. */
	for (DateADT issued = 0; issued < days; issued++)
		longest =
			Max(longest, due_date(terms, &debiteur_weekdays, issued) - issued);
	return longest;
}

/* ---------- arguments ---------- */

DateADT
debiteur_date_arg(FunctionCallInfo fcinfo, int n, const char *name)
{
	DateADT date = PG_GETARG_DATEADT(n);

	if (DATE_NOT_FINITE(date))
		ereport(ERROR,
				(errcode(ERRCODE_DEBITEUR_DATE), errmsg("date must be finite"),
				 errdetail("\"%s\" is %s.", name,
						   DATE_IS_NOBEGIN(date) ? "-infinity" : "infinity"),
				 errhint("Pass a date of the calendar, or NULL where it is "
						 "not known.")));
	return date;
}

static int
year_days_arg(FunctionCallInfo fcinfo, int n)
{
	int days = PG_GETARG_INT32(n);

	if (days < 1 || days > 366)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("a year can't have %d days", days),
						errdetail("A year has from 1 to 366 days."),
						errhint("Pass 365, or 360 for a banker's year.")));
	return days;
}

/* ---------- SQL functions: dates ---------- */

PG_FUNCTION_INFO_V1(debiteur_due_date);
Datum
debiteur_due_date(PG_FUNCTION_ARGS)
{
	const PaymentTerms *terms = debiteur_terms_arg(fcinfo);
	DateADT issued = debiteur_date_arg(fcinfo, 1, "issued");
	const Calendar *calendar = &debiteur_weekdays;

	if (in_business_days(terms))
		calendar =
			debiteur_calendar_arg(fcinfo, 2, -1, debiteur_terms_extra(fcinfo));
	PG_RETURN_DATEADT(due_date(terms, calendar, issued));
}

PG_FUNCTION_INFO_V1(debiteur_discount_date);
Datum
debiteur_discount_date(PG_FUNCTION_ARGS)
{
	const PaymentTerms *terms = debiteur_terms_arg(fcinfo);
	DateADT issued = debiteur_date_arg(fcinfo, 1, "issued");

	if (terms->ntiers == 0)
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(discount_date(terms, 0, issued));
}

/* ---------- SQL functions: the discount ---------- */

/* What a payment on a day earns, in thousandths of a per cent. */
static int
earned_percentage(const PaymentTerms *terms, DateADT issued, DateADT paid_on)
{
	for (int i = 0; i < terms->ntiers; i++)
		if (paid_on <= discount_date(terms, i, issued))
			return terms->tiers[i].percentage;
	return 0;
}

PG_FUNCTION_INFO_V1(debiteur_discount_percentage);
Datum
debiteur_discount_percentage(PG_FUNCTION_ARGS)
{
	const PaymentTerms *terms = debiteur_terms_arg(fcinfo);
	DateADT issued = debiteur_date_arg(fcinfo, 1, "issued");
	DateADT paid_on = debiteur_date_arg(fcinfo, 2, "paid_on");
	int percentage = earned_percentage(terms, issued, paid_on);

	return DirectFunctionCall1(
		numeric_trim_scale,
		NumericGetDatum(int64_div_fast_to_numeric(percentage, 3)));
}

PG_FUNCTION_INFO_V1(debiteur_discount);
Datum
debiteur_discount(PG_FUNCTION_ARGS)
{
	const PaymentTerms *terms = debiteur_terms_arg(fcinfo);
	Numeric amount = PG_GETARG_NUMERIC(1);
	DateADT issued = debiteur_date_arg(fcinfo, 2, "issued");
	DateADT paid_on = debiteur_date_arg(fcinfo, 3, "paid_on");
	int digits = PG_GETARG_INT32(4);
	int percentage = earned_percentage(terms, issued, paid_on);
	Datum exact;

	if (numeric_is_nan(amount) || numeric_is_inf(amount))
		ereport(ERROR, (errcode(ERRCODE_DEBITEUR_AMOUNT),
						errmsg("amount must be a finite number"),
						errdetail("\"amount\" is %s.",
								  numeric_is_nan(amount) ? "NaN" : "infinite"),
						errhint("Pass the amount that the discount is given "
								"on.")));
	if (digits < 0 || digits > MAX_DIGITS)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("digits must be from 0 to %d", MAX_DIGITS),
						errdetail("\"digits\" is %d.", digits),
						errhint("Pass the decimals of the currency.")));
	exact = DirectFunctionCall2(
		numeric_mul, NumericGetDatum(amount),
		NumericGetDatum(int64_div_fast_to_numeric(percentage, 5)));
	return DirectFunctionCall2(numeric_round, exact, Int32GetDatum(digits));
}

/* p / (1 - p) * year / days, in one division */
PG_FUNCTION_INFO_V1(debiteur_annual_cost);
Datum
debiteur_annual_cost(PG_FUNCTION_ARGS)
{
	const PaymentTerms *terms = debiteur_terms_arg(fcinfo);
	int64 year_days = year_days_arg(fcinfo, 1);
	int64 percentage = terms->tiers[0].percentage;
	int days;

	if (!days_without_discount(terms, &days))
		PG_RETURN_NULL();
	return DirectFunctionCall2(
		numeric_div, NumericGetDatum(int64_to_numeric(percentage * year_days)),
		NumericGetDatum(
			int64_to_numeric((PERCENTAGE_WHOLE - percentage) * days)));
}

/* (1 / (1 - p)) ^ (year / days) - 1 */
PG_FUNCTION_INFO_V1(debiteur_effective_annual_cost);
Datum
debiteur_effective_annual_cost(PG_FUNCTION_ARGS)
{
	const PaymentTerms *terms = debiteur_terms_arg(fcinfo);
	int year_days = year_days_arg(fcinfo, 1);
	int percentage = terms->tiers[0].percentage;
	int days;
	Datum growth;
	Datum periods;

	if (!days_without_discount(terms, &days))
		PG_RETURN_NULL();
	growth = DirectFunctionCall2(
		numeric_div, NumericGetDatum(int64_to_numeric(PERCENTAGE_WHOLE)),
		NumericGetDatum(int64_to_numeric(PERCENTAGE_WHOLE - percentage)));
	periods = DirectFunctionCall2(numeric_div,
								  NumericGetDatum(int64_to_numeric(year_days)),
								  NumericGetDatum(int64_to_numeric(days)));
	return DirectFunctionCall2(
		numeric_sub, DirectFunctionCall2(numeric_power, growth, periods),
		NumericGetDatum(int64_to_numeric(1)));
}

/* ---------- SQL functions: the law ---------- */

/* The longest days by law, or -1 if there is no limit. */
static int
longest_by_law(const char *debtor, bool creditor_sme, bool dated,
			   DateADT issued)
{
	DateADT large_to_sme_since = date2j(2022, 7, 1) - POSTGRES_EPOCH_JDATE;

	if (strcmp(debtor, "consumer") == 0)
		return -1;
	if (strcmp(debtor, "public") == 0)
		return PUBLIC_DAYS;
	if (strcmp(debtor, "large") == 0)
		return creditor_sme && (!dated || issued >= large_to_sme_since)
				   ? LARGE_TO_SME_DAYS
				   : BUSINESS_DAYS;
	if (strcmp(debtor, "business") == 0)
		return BUSINESS_DAYS;
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("unknown kind of debtor: \"%s\"", debtor),
					errdetail("A kind of debtor is one exact word in small "
							  "letters."),
					errhint("Pass \"business\", \"large\" (a large company), "
							"\"public\" (an authority) or \"consumer\".")));
	return -1;
}

PG_FUNCTION_INFO_V1(debiteur_within_law);
Datum
debiteur_within_law(PG_FUNCTION_ARGS)
{
	const PaymentTerms *terms;
	bool dated = !PG_ARGISNULL(3);
	DateADT issued = 0;
	int limit;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	terms = debiteur_terms_arg(fcinfo);
	if (dated)
		issued = debiteur_date_arg(fcinfo, 3, "issued");
	limit = longest_by_law(text_to_cstring(PG_GETARG_TEXT_PP(1)),
						   PG_GETARG_BOOL(2), dated, issued);
	if (limit < 0)
		PG_RETURN_BOOL(true);
	if (dated)
		PG_RETURN_BOOL(due_date(terms, &debiteur_weekdays, issued) - issued <=
					   limit);
	/* The bound is quick; only where it is too long is the calendar asked. */
	PG_RETURN_BOOL(debiteur_most_days(terms) <= limit ||
				   longest_days(terms) <= limit);
}
