/*
 * dunning_step.c
 *		Type dunning_step: when, by which channel, what.
 *
 * "due+14 letter final_notice" is 14 days after the due date, "prev+5bd task
 * escalate" five business days after the notice before it. A step says what
 * is to be done and on which day at the earliest; dunning_plan.c decides with
 * them which step of a policy is to be taken.
 */
#include "postgres.h"

#include "libpq/pqformat.h"
#include "utils/builtins.h"

#include "compare.h"
#include "debiteur.h"
#include "dunning_step.h"
#include "scan.h"

#define PG_GETARG_STEP(n) ((DunningStep) PG_GETARG_INT32(n))
#define PG_RETURN_STEP(x) PG_RETURN_INT32(x)

/* Labels in the order of their enums, which count from 1. */
static const char *const anchors[] = {"due", "prev"};
static const char *const channels[] = {"email", "letter", "phone",	"sms",
									   "task",	"agency", "webhook"};
static const char *const actions[] = {
	"upcoming",		  "reminder", "final_notice", "call",
	"default_notice", "escalate", "stop_supply",  "hand_over"};

#define CHANNELS "email, letter, phone, sms, task, agency, webhook"
#define ACTIONS                                                               \
	"upcoming, reminder, final_notice, call, default_notice, escalate, "      \
	"stop_supply, hand_over"

/* Bytes of the binary format: anchor, days (two), unit, channel, action. */
#define BINARY_LENGTH 6

#define LABEL(labels, code)                                                   \
	((code) >= 1 && (code) <= lengthof(labels) ? labels[(code) -1] : "?")

COMPARISONS(dunning_step, PG_GETARG_STEP);

/* What is wrong with a step whose parts are each valid; NULL if nothing. */
static const char *
step_problem(int anchor, int days, int channel, int action)
{
	if (days < -STEP_MAX_DAYS || days > STEP_MAX_DAYS)
		return _("The days are more than 3650.");
	if (anchor == ANCHOR_PREV && days < 1)
		return _("A step after the previous one is at least a day later.");
	if ((channel == CHANNEL_AGENCY) != (action == ACTION_HAND_OVER))
		return _(
			"The channel agency and the action hand_over go together only.");
	return NULL;
}

/*
 * Reads a step. Returns NULL, or what is wrong with the text.
 */
static const char *
parse_step(const char *s, DunningStep *step)
{
	int anchor = debiteur_scan_word(&s, anchors, lengthof(anchors)) + 1;
	int unit = UNIT_CALENDAR_DAYS;
	int channel;
	int action;
	int days;
	char sign;
	const char *problem;

	if (anchor == 0)
		return _("It begins with neither due nor prev.");
	sign = *s;
	if (sign != '+' && sign != '-')
		return _("The anchor is not followed by + or -.");
	s++;
	if (!debiteur_scan_int(&s, STEP_MAX_DAYS, &days))
		return _("The sign is not followed by a number of days.");
	if (sign == '-')
		days = -days;
	if (s[0] == 'b' && s[1] == 'd')
	{
		unit = UNIT_BUSINESS_DAYS;
		s += 2;
	}
	if (!debiteur_scan_blanks(&s))
		return _("The days are not followed by a blank and a channel.");
	channel = debiteur_scan_word(&s, channels, lengthof(channels)) + 1;
	if (channel == 0)
		return _("The channel is none of " CHANNELS ".");
	if (!debiteur_scan_blanks(&s))
		return _("The channel is not followed by a blank and an action.");
	action = debiteur_scan_word(&s, actions, lengthof(actions)) + 1;
	if (action == 0)
		return _("The action is none of " ACTIONS ".");
	if (*s != '\0')
		return _("Something follows the action.");

	problem = step_problem(anchor, days, channel, action);
	if (problem == NULL)
		*step = STEP(anchor, days, unit, channel, action);
	return problem;
}

/* The step as text, in the notation the input function reads. */
char *
debiteur_dunning_step_text(DunningStep step)
{
	return psprintf("%s%+d%s %s %s", LABEL(anchors, STEP_ANCHOR(step)),
					STEP_DAYS(step),
					STEP_UNIT(step) == UNIT_BUSINESS_DAYS ? "bd" : "",
					LABEL(channels, STEP_CHANNEL(step)),
					LABEL(actions, STEP_ACTION(step)));
}

PG_FUNCTION_INFO_V1(debiteur_dunning_step_in);
Datum
debiteur_dunning_step_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	DunningStep step = 0;
	const char *problem = parse_step(text, &step);

	if (problem != NULL)
		input_error(fcinfo->context,
					(errcode(ERRCODE_DEBITEUR_INVALID_TEXT),
					 errmsg("invalid dunning step: \"%s\"", text),
					 errdetail_internal("%s", problem),
					 errhint("A step reads like \"due+14 letter "
							 "final_notice\" or, with business days, "
							 "\"prev+5bd task escalate\".")));
	PG_RETURN_STEP(step);
}

PG_FUNCTION_INFO_V1(debiteur_dunning_step_out);
Datum
debiteur_dunning_step_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(debiteur_dunning_step_text(PG_GETARG_STEP(0)));
}

static void
binary_error(const char *problem)
{
	ereport(
		ERROR,
		(errcode(ERRCODE_DEBITEUR_INVALID_TEXT),
		 errmsg("invalid binary dunning step"),
		 errdetail_internal("%s", problem),
		 errhint(
			 "Send the anchor, the days (two bytes, signed), the unit, the "
			 "channel and the action; all but the days are numbered "
			 "from 1.")));
}

PG_FUNCTION_INFO_V1(debiteur_dunning_step_recv);
Datum
debiteur_dunning_step_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	int length = message->len - message->cursor;
	int anchor;
	int days;
	int unit;
	int channel;
	int action;
	const char *problem;

	if (length != BINARY_LENGTH)
		binary_error(psprintf(_("It has %d bytes instead of %d."), length,
							  BINARY_LENGTH));
	anchor = pq_getmsgbyte(message);
	days = (int16) pq_getmsgint(message, 2);
	unit = pq_getmsgbyte(message);
	channel = pq_getmsgbyte(message);
	action = pq_getmsgbyte(message);

	if (anchor < ANCHOR_DUE || anchor > ANCHOR_PREV)
		binary_error(psprintf(_("No anchor has the number %d."), anchor));
	if (unit < UNIT_CALENDAR_DAYS || unit > UNIT_BUSINESS_DAYS)
		binary_error(psprintf(_("No unit has the number %d."), unit));
	if (channel < CHANNEL_EMAIL || channel > CHANNEL_WEBHOOK)
		binary_error(psprintf(_("No channel has the number %d."), channel));
	if (action < ACTION_UPCOMING || action > ACTION_HAND_OVER)
		binary_error(psprintf(_("No action has the number %d."), action));
	problem = step_problem(anchor, days, channel, action);
	if (problem != NULL)
		binary_error(problem);
	PG_RETURN_STEP(STEP(anchor, days, unit, channel, action));
}

PG_FUNCTION_INFO_V1(debiteur_dunning_step_send);
Datum
debiteur_dunning_step_send(PG_FUNCTION_ARGS)
{
	DunningStep step = PG_GETARG_STEP(0);
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendbyte(&message, STEP_ANCHOR(step));
	pq_sendint16(&message, (uint16) (int16) STEP_DAYS(step));
	pq_sendbyte(&message, STEP_UNIT(step));
	pq_sendbyte(&message, STEP_CHANNEL(step));
	pq_sendbyte(&message, STEP_ACTION(step));
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

PG_FUNCTION_INFO_V1(debiteur_step_anchor);
Datum
debiteur_step_anchor(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(
		cstring_to_text(LABEL(anchors, STEP_ANCHOR(PG_GETARG_STEP(0)))));
}

PG_FUNCTION_INFO_V1(debiteur_step_days);
Datum
debiteur_step_days(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(STEP_DAYS(PG_GETARG_STEP(0)));
}

PG_FUNCTION_INFO_V1(debiteur_step_in_business_days);
Datum
debiteur_step_in_business_days(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(STEP_UNIT(PG_GETARG_STEP(0)) == UNIT_BUSINESS_DAYS);
}

PG_FUNCTION_INFO_V1(debiteur_step_channel);
Datum
debiteur_step_channel(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(
		cstring_to_text(LABEL(channels, STEP_CHANNEL(PG_GETARG_STEP(0)))));
}

PG_FUNCTION_INFO_V1(debiteur_step_action);
Datum
debiteur_step_action(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(
		cstring_to_text(LABEL(actions, STEP_ACTION(PG_GETARG_STEP(0)))));
}
