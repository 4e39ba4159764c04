/*
 * aging_bucket.h
 *		Days past due and the bucket they fall into, for whoever groups claims
 *		by age.
 *
 * A scheme is its bounds, the last days of its buckets: {30,60,90} makes the
 * five buckets not due, 1-30, 31-60, 61-90, 90+, counted from 0.
 */
#ifndef DEBITEUR_AGING_BUCKET_H
#define DEBITEUR_AGING_BUCKET_H

#include "utils/array.h"
#include "utils/date.h"

/* A bound is at most so many days, about ninety years; bounds are so many. */
#define DEBITEUR_MAX_BOUND PG_INT16_MAX
#define DEBITEUR_MAX_BOUNDS 1000

/* What is wrong with the bounds, in a sentence, or NULL. */
extern const char *debiteur_bounds_problem(const int32 *bounds, int nbounds);

/*
 * The array's bounds, checked (or an error), in the array's own memory; array
 * may be NULL, which is an error too.
 */
extern const int32 *debiteur_aging_bounds(ArrayType *array, int *nbounds);

/* Days past due, 0 or less when not due; as_of must be finite, or an error. */
extern int32 debiteur_days_past_due(DateADT due, DateADT as_of);

/*
 * The number of the bucket of so many days: 0 is not due, nbounds + 1 past the
 * last bound. Schemes are short: reading along them is fastest.
 */
static inline int
aging_index(const int32 *bounds, int nbounds, int32 days)
{
	int i = 0;

	if (days <= 0)
		return 0;
	while (i < nbounds && days > bounds[i])
		i++;
	return i + 1;
}

/* How many buckets a scheme has: the two more are not due and past the last.
 */
static inline int
aging_bucket_count(int nbounds)
{
	return nbounds + 2;
}

#endif
