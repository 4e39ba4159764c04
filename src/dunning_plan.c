/*
 * dunning_plan.c
 *		The steps of a policy: can they work, which is to be taken on a day,
 *		and on which day is there one.
 *
 * A step is due from a day on, never on one day only: a day without a run
 * loses no step. "On or after" has two exceptions. At most one step a day is
 * taken, and a step that announces (on or before the due date) is worth
 * nothing once the due date is past, or if its day was not after the day the
 * invoice was issued: it lapses.
 *
 * Whether a step has lapsed depends on as_of only by "is the due date past?",
 * and a step that has not lapsed is taken on every day from its first one on.
 * Holidays and a convention move that first one, but leave it one day. So
 * next_step_on() need not try days: it looks at the candidate up to the due
 * date, then at the candidate after it. Days are counted in 64 bits, in which
 * nothing a date and a step can add up to overflows.
 */
#include "postgres.h"

#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"

#include "business_day.h"
#include "debiteur.h"
#include "dunning_step.h"

#define MAX_STEPS 100

/* The first and the last finite date. */
#define FIRST_DAY (DATETIME_MIN_JULIAN - POSTGRES_EPOCH_JDATE)
#define LAST_DAY (DATE_END_JULIAN - POSTGRES_EPOCH_JDATE - 1)

typedef struct DunningCase
{
	const DunningStep *steps;
	int nsteps;
	int taken; /* number of the last step taken, 0 if none was */
	int64 due;
	int64 issued;
	int64 noticed; /* day of the last notice */
	bool was_noticed;
	const Calendar *calendar;
	Convention convention;
} DunningCase;

static int64
add_days(const Calendar *calendar, int64 day, DunningStep step)
{
	if (STEP_UNIT(step) == UNIT_BUSINESS_DAYS)
		return debiteur_add_business_days(calendar, day, STEP_DAYS(step));
	return day + STEP_DAYS(step);
}

/*
 * Days from the due date to the step, taking business days as near as they
 * can be: five of them are five days from a Sunday on, seven from a Monday on.
 */
static int
nearest_day(DunningStep step)
{
	int n = abs(STEP_DAYS(step));

	if (STEP_UNIT(step) == UNIT_BUSINESS_DAYS && n > 0)
		n += (n - 1) / 5 * 2;
	return STEP_DAYS(step) < 0 ? -n : n;
}

/* The same of any step: one that follows another counts from that. */
static int
earliest_day(const DunningStep *steps, int i)
{
	int day = nearest_day(steps[i]);

	while (STEP_ANCHOR(steps[i]) == ANCHOR_PREV && i > 0)
		day += nearest_day(steps[--i]);
	return day;
}

/* Is it something that is done only about what is overdue? */
static bool
needs_overdue(DunningStep step)
{
	return STEP_ACTION(step) == ACTION_FINAL_NOTICE ||
		   STEP_ACTION(step) == ACTION_DEFAULT_NOTICE ||
		   STEP_ACTION(step) == ACTION_STOP_SUPPLY ||
		   STEP_ACTION(step) == ACTION_HAND_OVER;
}

/* What is wrong with the array as such; NULL if it is a list of steps. */
static char *
list_problem(ArrayType *array)
{
	if (array == NULL || ARR_NDIM(array) == 0)
		return pstrdup("A policy has at least one step.");
	if (ARR_NDIM(array) > 1)
		return pstrdup("The array of steps has more than one dimension.");
	if (ARR_LBOUND(array)[0] != 1)
		return psprintf("The steps are numbered from %d instead of 1.",
						ARR_LBOUND(array)[0]);
	if (ARR_DIMS(array)[0] > MAX_STEPS)
		return psprintf("A policy has at most %d steps, this one %d.",
						MAX_STEPS, ARR_DIMS(array)[0]);
	if (array_contains_nulls(array))
		return pstrdup("A step is NULL.");
	return NULL;
}

/* What is wrong with steps[i] in its place; NULL if nothing. */
static char *
place_problem(const DunningStep *steps, int i)
{
	char *step = debiteur_dunning_step_text(steps[i]);
	char *before;

	if (i == 0 && STEP_ANCHOR(steps[i]) == ANCHOR_PREV)
		return psprintf("Step 1 (%s) counts from the step before it, but "
						"there is none.",
						step);
	if (needs_overdue(steps[i]) && earliest_day(steps, i) <= 0)
		return psprintf("Step %d (%s) can be before the claim is overdue.",
						i + 1, step);
	if (i == 0)
		return NULL;

	before = debiteur_dunning_step_text(steps[i - 1]);
	if (STEP_ACTION(steps[i - 1]) == ACTION_HAND_OVER)
		return psprintf("Step %d (%s) comes after the hand-over of step %d "
						"(%s).",
						i + 1, step, i, before);
	if (STEP_ANCHOR(steps[i]) == ANCHOR_PREV)
		return NULL;
	if (STEP_ANCHOR(steps[i - 1]) == ANCHOR_PREV)
		return psprintf("Step %d (%s) counts from the due date, but step %d "
						"(%s) from the step before it.",
						i + 1, step, i, before);
	if (nearest_day(steps[i]) == nearest_day(steps[i - 1]))
		return psprintf("Step %d (%s) can be on the same day as step %d (%s).",
						i + 1, step, i, before);
	if (nearest_day(steps[i]) < nearest_day(steps[i - 1]))
		return psprintf("Step %d (%s) can be before step %d (%s).", i + 1,
						step, i, before);
	return NULL;
}

PG_FUNCTION_INFO_V1(debiteur_policy_problem);
Datum
debiteur_policy_problem(PG_FUNCTION_ARGS)
{
	ArrayType *array = PG_ARGISNULL(0) ? NULL : PG_GETARG_ARRAYTYPE_P(0);
	char *problem = list_problem(array);

	if (problem == NULL)
	{
		const DunningStep *steps = (const DunningStep *) ARR_DATA_PTR(array);

		for (int i = 0; i < ARR_DIMS(array)[0] && problem == NULL; i++)
			problem = place_problem(steps, i);
	}
	if (problem == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(problem));
}

static const DunningStep *
steps_arg(FunctionCallInfo fcinfo, int n, int *nsteps)
{
	ArrayType *array = PG_GETARG_ARRAYTYPE_P(n);
	char *problem = list_problem(array);

	if (problem != NULL)
		ereport(ERROR, (errcode(ERRCODE_DEBITEUR_POLICY),
						errmsg("the policy can't work"),
						errdetail_internal("%s", problem),
						errhint("policy_problem() says what is wrong with a "
								"list of steps.")));
	*nsteps = ARR_DIMS(array)[0];
	return (const DunningStep *) ARR_DATA_PTR(array);
}

PG_FUNCTION_INFO_V1(debiteur_uses_business_days);
Datum
debiteur_uses_business_days(PG_FUNCTION_ARGS)
{
	int nsteps;
	const DunningStep *steps = steps_arg(fcinfo, 0, &nsteps);

	for (int i = 0; i < nsteps; i++)
		if (STEP_UNIT(steps[i]) == UNIT_BUSINESS_DAYS)
			PG_RETURN_BOOL(true);
	PG_RETURN_BOOL(false);
}

/*
 * Reads the arguments that next_step() and next_step_on() share, the first
 * five and the last two, into the case; false if the answer is NULL whatever
 * the others are.
 */
static bool
read_case(FunctionCallInfo fcinfo, DunningCase *c)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2) ||
		PG_ARGISNULL(3) || PG_ARGISNULL(7) || PG_ARGISNULL(8))
		return false;

	c->steps = steps_arg(fcinfo, 0, &c->nsteps);
	c->taken = PG_GETARG_INT32(1);
	if (c->taken < 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("invalid number of a step: %d", c->taken),
						errdetail("Steps are numbered from 1."),
						errhint("Give 0 if no step was taken yet.")));
	if (DATE_NOT_FINITE(PG_GETARG_DATEADT(2)))
		return false;
	c->due = PG_GETARG_DATEADT(2);
	c->issued = PG_GETARG_DATEADT(3);
	c->was_noticed = !PG_ARGISNULL(4);
	c->noticed = c->was_noticed ? PG_GETARG_DATEADT(4) : 0;
	c->calendar =
		debiteur_calendar_arg(fcinfo, 7, -1, &fcinfo->flinfo->fn_extra);
	c->convention = debiteur_convention_arg(fcinfo, 8);
	return true;
}

/*
 * The first day of the step at steps[i], but for "one step a day". The
 * convention moves it, but not across the day it counts from: a reminder stays
 * after the due date, an announcement before it or on it.
 */
static int64
step_day(const DunningCase *c, int i)
{
	DunningStep step = c->steps[i];
	bool from_notice = STEP_ANCHOR(step) == ANCHOR_PREV && c->was_noticed;
	int64 anchor = from_notice ? c->noticed : c->due;
	int64 day = add_days(c->calendar, anchor, step);
	int64 moved = debiteur_roll(c->calendar, day, c->convention);

	if (day > anchor && moved <= anchor)
		return debiteur_roll(c->calendar, day, CONVENTION_FOLLOWING);
	if (day <= anchor && moved > anchor)
		return debiteur_roll(c->calendar, day, CONVENTION_PRECEDING);
	return moved;
}

static bool
has_lapsed(const DunningCase *c, int i, bool due_is_past)
{
	DunningStep step = c->steps[i];

	if (STEP_ANCHOR(step) != ANCHOR_DUE || STEP_DAYS(step) > 0)
		return false;
	return due_is_past || step_day(c, i) <= c->issued;
}

/* Place of the first step not taken that has not lapsed; nsteps if none. */
static int
candidate(const DunningCase *c, bool due_is_past)
{
	int i = c->taken;

	while (i < c->nsteps && has_lapsed(c, i, due_is_past))
		i++;
	return Min(i, c->nsteps);
}

/* Place of the furthest step reached from the candidate at steps[i] on. */
static int
furthest(const DunningCase *c, int i, int64 as_of)
{
	int reached = i;

	if (STEP_ANCHOR(c->steps[i]) != ANCHOR_DUE)
		return i;
	for (i++; i < c->nsteps && STEP_ANCHOR(c->steps[i]) == ANCHOR_DUE; i++)
	{
		if (has_lapsed(c, i, as_of > c->due))
			continue;
		if (step_day(c, i) > as_of)
			break;
		reached = i;
	}
	return reached;
}

PG_FUNCTION_INFO_V1(debiteur_next_step);
Datum
debiteur_next_step(PG_FUNCTION_ARGS)
{
	DunningCase c;
	int64 as_of;
	int i;

	if (PG_ARGISNULL(5) || PG_ARGISNULL(6))
		PG_RETURN_NULL();
	if (DATE_NOT_FINITE(PG_GETARG_DATEADT(5)))
		ereport(ERROR,
				(errcode(ERRCODE_DEBITEUR_DATE),
				 errmsg("no step is taken on an infinite date"),
				 errdetail("The date as_of is %s.",
						   DATE_IS_NOEND(PG_GETARG_DATEADT(5)) ? "infinity"
															   : "-infinity"),
				 errhint("Give the day for which to decide.")));
	as_of = PG_GETARG_DATEADT(5);
	if (!read_case(fcinfo, &c) || (c.was_noticed && as_of <= c.noticed))
		PG_RETURN_NULL();

	i = candidate(&c, as_of > c.due);
	if (i == c.nsteps || as_of < step_day(&c, i))
		PG_RETURN_NULL();
	if (PG_GETARG_BOOL(6))
		i = furthest(&c, i, as_of);
	PG_RETURN_INT32(i + 1);
}

/*
 * by_age changes which step is taken, never on which day the first one can
 * be; it is an argument so that calls of both functions look alike.
 */
PG_FUNCTION_INFO_V1(debiteur_next_step_on);
Datum
debiteur_next_step_on(PG_FUNCTION_ARGS)
{
	DunningCase c;
	int64 earliest = FIRST_DAY;
	int64 day;
	int i;

	if (PG_ARGISNULL(6) || !read_case(fcinfo, &c))
		PG_RETURN_NULL();
	if (!PG_ARGISNULL(5))
		earliest = Max(earliest, PG_GETARG_DATEADT(5));
	if (c.was_noticed)
		earliest = Max(earliest, c.noticed + 1);

	/* A day up to the due date? */
	i = candidate(&c, false);
	if (i < c.nsteps)
	{
		day = Max(earliest, step_day(&c, i));
		if (day <= c.due)
			PG_RETURN_DATEADT((DateADT) day);
	}

	/* Then the first one after it. */
	earliest = Max(earliest, c.due + 1);
	i = candidate(&c, true);
	if (i < c.nsteps)
	{
		day = Max(earliest, step_day(&c, i));
		if (day <= LAST_DAY)
			PG_RETURN_DATEADT((DateADT) day);
	}
	PG_RETURN_NULL();
}
