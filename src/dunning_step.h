/*
 * dunning_step.h
 *		How a dunning step is packed into an integer.
 *
 * From the upper bits down: anchor, days, unit, channel, action. So the order
 * of integers is the order of steps, and adding a channel or an action at the
 * end of its list changes no stored value.
 */
#ifndef DEBITEUR_DUNNING_STEP_H
#define DEBITEUR_DUNNING_STEP_H

typedef int32 DunningStep;

typedef enum StepAnchor
{
	ANCHOR_DUE = 1,
	ANCHOR_PREV
} StepAnchor;

typedef enum StepUnit
{
	UNIT_CALENDAR_DAYS = 1,
	UNIT_BUSINESS_DAYS
} StepUnit;

typedef enum StepChannel
{
	CHANNEL_EMAIL = 1,
	CHANNEL_LETTER,
	CHANNEL_PHONE,
	CHANNEL_SMS,
	CHANNEL_TASK,
	CHANNEL_AGENCY,
	CHANNEL_WEBHOOK
} StepChannel;

typedef enum StepAction
{
	ACTION_UPCOMING = 1,
	ACTION_REMINDER,
	ACTION_FINAL_NOTICE,
	ACTION_CALL,
	ACTION_DEFAULT_NOTICE,
	ACTION_ESCALATE,
	ACTION_STOP_SUPPLY,
	ACTION_HAND_OVER
} StepAction;

#define STEP_MAX_DAYS 3650
#define STEP_DAYS_BIAS 8192

#define STEP(anchor, days, unit, channel, action)                             \
	(((anchor) << 28) | (((days) + STEP_DAYS_BIAS) << 14) | ((unit) << 12) |  \
	 ((channel) << 6) | (action))
#define STEP_ANCHOR(step) (((step) >> 28) & 0x03)
#define STEP_DAYS(step) ((((step) >> 14) & 0x3FFF) - STEP_DAYS_BIAS)
#define STEP_UNIT(step) (((step) >> 12) & 0x03)
#define STEP_CHANNEL(step) (((step) >> 6) & 0x3F)
#define STEP_ACTION(step) ((step) &0x3F)

extern char *debiteur_dunning_step_text(DunningStep step);

#endif
