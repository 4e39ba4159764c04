/*
 * terms_readings.c
 *		The readings of a notation that has more than one: what to write
 *		instead of "30 days EOM".
 */
#include "postgres.h"

#include "payment_terms.h"

/*
 * French law knows the first two readings, the British trade the third, for
 * whole months; a bare number also passes for a day of the next month.
 */
const char *
debiteur_readings_of_days(int days, bool bare)
{
	const char *s = days == 30 ? "" : "s";
	const char *third = "";

	if (days > 0 && days % 30 == 0)
		third = psprintf(", or \"net %d month%s then eom\" (%d month%s, then "
						 "the end of that month)",
						 days / 30, s, days / 30, s);
	else if (bare && days > 0 && days <= 31)
		third = psprintf(", or \"%d prox\" (day %d of the next month)", days,
						 days);
	return psprintf("Write \"net %d then eom\" (%d days, then the end of that "
					"month)%s \"eom then net %d\" (the end of the invoice's "
					"month, then %d days)%s.",
					days, days, third[0] ? "," : " or", days, days, third);
}

/* Of other units, in the word that is written and the word that is said. */
static const char *
readings_of(int n, const char *written, const char *said)
{
	return psprintf("Write \"net %d %s then eom\" (%d %s, then the end of "
					"that month) or \"eom then net %d %s\" (the end of the "
					"invoice's month, then %d %s).",
					n, written, n, said, n, written, n, said);
}

const char *
debiteur_readings_of_months(int months)
{
	const char *word = months == 1 ? "month" : "months";

	return readings_of(months, word, word);
}

const char *
debiteur_readings_of_business_days(int days)
{
	return readings_of(days, "bd",
					   days == 1 ? "business day" : "business days");
}
