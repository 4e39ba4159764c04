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

/* Bounds are at most this; about ninety years. */
#define DEBITEUR_MAX_BOUND PG_INT16_MAX

/* The array's bounds, checked (or an error), in the array's own memory. */
extern const int32 *debiteur_aging_bounds(ArrayType *array, int *nbounds);

/* Days past due, 0 or less when not due; as_of must be finite, or an error. */
extern int32 debiteur_days_past_due(DateADT due, DateADT as_of);

/* The bucket of so many days: 0 is not due, nbounds + 1 the last. */
extern int debiteur_aging_index(const int32 *bounds, int nbounds, int32 days);

#endif
