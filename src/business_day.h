/*
 * business_day.h
 *		Calendars: which days are business days, and counting in them.
 *
 * Days are those of the type date, in 64 bits, so that nothing that is added
 * to a date overflows; whoever makes a date of one looks whether it is one.
 */
#ifndef DEBITEUR_BUSINESS_DAY_H
#define DEBITEUR_BUSINESS_DAY_H

#include "fmgr.h"
#include "utils/date.h"

typedef struct Calendar
{
	int per_week; /* business days of a week without holidays */
	int upto[7];  /* of these, those up to and with Monday, ... Sunday */
	int place[7]; /* weekday, from Monday = 0, of the first, second, ... */
	int nholidays;
	const DateADT *holidays; /* ascending, each once, none in a weekend */
} Calendar;

typedef enum Convention
{
	CONVENTION_UNADJUSTED,
	CONVENTION_FOLLOWING,
	CONVENTION_MODIFIED_FOLLOWING,
	CONVENTION_PRECEDING,
	CONVENTION_MODIFIED_PRECEDING
} Convention;

extern const Calendar debiteur_weekdays;

extern const Calendar *
debiteur_calendar_arg(FunctionCallInfo fcinfo, int holidays, int weekend,
					  void **kept);
extern Convention debiteur_convention_arg(FunctionCallInfo fcinfo, int n);
extern int64
debiteur_add_business_days(const Calendar *calendar, int64 day, int n);
extern int64
debiteur_roll(const Calendar *calendar, int64 day, Convention convention);

#endif /* DEBITEUR_BUSINESS_DAY_H */
