/*
 * amount_sum.h
 *		Exact sums of numeric, kept in one flat value and changed in place: the
 *		state of the aggregates.
 *
 * numeric_add() makes a new numeric a row, sum(numeric) an `internal` state
 * that can't leave its process but through serialize functions, which Citus
 * doesn't use. These sums are one varlena without pointers: a type of SQL that
 * travels and is stored as it is, and adding a usual amount is two integer
 * additions.
 *
 * A sum is whole + fraction / 10^16 + rest. Amounts below 10^16 with up to 16
 * decimals go into whole and fraction; others, NaN and infinities too, are
 * added by numeric_add() to the rest, a numeric further on in the value. Most
 * sums never have one.
 */
#ifndef DEBITEUR_AMOUNT_SUM_H
#define DEBITEUR_AMOUNT_SUM_H

#include "common/int.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/numeric.h"

#include "debiteur.h"

#define AMOUNT_FRACTION_DIGITS 16
#define AMOUNT_FRACTION_UNITS INT64CONST(10000000000000000)

typedef struct AmountSum
{
	int64 whole;
	int64 fraction;	 /* of either sign, below AMOUNT_FRACTION_UNITS */
	int32 rest_at;	 /* where in the AmountSums the rest is; 0: no rest */
	int32 rest_room; /* bytes there */
} AmountSum;

typedef struct AmountSums
{
	int32 vl_len_; /* varlena header, never touched directly */
	int32 scale;   /* most digits after the point of all that was added */
	int32 n_sums;
	int32 n_bounds;
	int64 n_of_scale; /* at least so many of them have it (weighted_days.c) */
	AmountSum sum[FLEXIBLE_ARRAY_MEMBER];
	/* then n_bounds int32 (the aging's bounds), then the rests */
} AmountSums;

#define AmountSumsBounds(s) ((int32 *) &(s)->sum[(s)->n_sums])

/* A usual amount, taken apart. */
typedef struct Amount
{
	int64 whole;
	int64 fraction;
	int32 scale;
} Amount;

typedef enum AmountLayout
{
	AMOUNT_LAYOUT_UNTRIED,
	AMOUNT_LAYOUT_KNOWN,
	AMOUNT_LAYOUT_UNKNOWN
} AmountLayout;

extern AmountLayout debiteur_amount_layout;

/* What returns AmountSums may have had to move them. */
extern AmountSums *debiteur_sums_new(int n_sums, int n_bounds);
extern AmountSums *debiteur_sums_to_change(FunctionCallInfo fcinfo, int arg);
extern AmountSums *
debiteur_sums_add_any(AmountSums *sums, int i, struct varlena *stored);
extern AmountSums *
debiteur_sums_add_parts(AmountSums *sums, int i, const Amount *amount);
extern AmountSums *
debiteur_sums_add_all(AmountSums *given, const AmountSums *others, int first);
extern AmountSums *debiteur_sums_grow(const AmountSums *sums, int n_sums);
extern Datum debiteur_sums_combine(FunctionCallInfo fcinfo);
extern Numeric debiteur_sums_get(const AmountSums *sums, int i);

extern void debiteur_sums_text(const AmountSums *sums, StringInfo text);
extern AmountSums *debiteur_sums_parse(AmountSums *given, const char *text);
extern void debiteur_sums_send(const AmountSums *sums, StringInfo buf);
extern AmountSums *debiteur_sums_recv(AmountSums *given, StringInfo buf);

/*
 * Takes a stored numeric apart; false if it is not a usual amount.
 *
 * A numeric is a 16-bit header, in the short form with sign, scale and weight
 * in it (the weight is the power of 10000 of the first digit), in the long
 * form with sign and scale and the weight in 16 bits more; then digits of base
 * 10000, 16 bits each, without zeros at either end. This is how numerics lie
 * in tables since 9.1 and what pg_upgrade relies on, yet no header offers it;
 * so it is tried on known numbers before it is used (debiteur_amount_layout).
 */
static inline bool
amount_read(const struct varlena *stored, Amount *amount)
{
	static const int64 power[] = {1, 10000, 100000000,
								  INT64CONST(1000000000000)};
	const char *p = VARDATA_ANY(stored);
	const char *end = p + VARSIZE_ANY_EXHDR(stored);
	uint16 header;
	int weight, last;
	bool negative;
	int64 whole = 0, fraction = 0;

	memcpy(&header, p, sizeof(header));
	p += sizeof(header);
	if ((header & 0xC000) == 0x8000)
	{
		negative = (header & 0x2000) != 0;
		amount->scale = (header >> 7) & 0x3F;
		weight = (header & 0x3F) - (header & 0x40);
	}
	else if ((header & 0xC000) == 0xC000)
		return false; /* NaN, infinity */
	else
	{
		int16 long_weight;

		memcpy(&long_weight, p, sizeof(long_weight));
		p += sizeof(long_weight);
		negative = (header & 0x4000) != 0;
		amount->scale = header & 0x3FFF;
		weight = long_weight;
	}

	last = weight - ((end - p) / (int) sizeof(int16) - 1);
	if (weight > 3 || last < -4)
		return false;

	for (; weight >= 0; weight--)
	{
		int16 digit = 0;

		if (p < end)
		{
			memcpy(&digit, p, sizeof(digit));
			p += sizeof(digit);
		}
		whole = whole * 10000 + digit;
	}
	if (p < end)
	{
		do
		{
			int16 digit;

			memcpy(&digit, p, sizeof(digit));
			p += sizeof(digit);
			fraction = fraction * 10000 + digit;
		} while (p < end);
		fraction *= power[last + 4];
	}

	amount->whole = negative ? -whole : whole;
	amount->fraction = negative ? -fraction : fraction;
	return true;
}

/* Adds an amount that was taken apart to one of the sums. */
static inline AmountSums *
sums_add_amount(AmountSums *sums, int i, const Amount *amount)
{
	AmountSum *sum = &sums->sum[i];
	int64 fraction = sum->fraction + amount->fraction;
	int64 whole;

	if (unlikely(fraction >= AMOUNT_FRACTION_UNITS ||
				 fraction <= -AMOUNT_FRACTION_UNITS ||
				 amount->scale > sums->scale ||
				 pg_add_s64_overflow(sum->whole, amount->whole, &whole)))
		return debiteur_sums_add_parts(sums, i, amount);
	sum->whole = whole;
	sum->fraction = fraction;
	return sums;
}

/* Adds a numeric, as it comes from a table, to one of the sums. */
static inline AmountSums *
sums_add(AmountSums *sums, int i, struct varlena *stored)
{
	Amount amount;

	if (likely(debiteur_amount_layout == AMOUNT_LAYOUT_KNOWN &&
			   amount_read(stored, &amount)))
		return sums_add_amount(sums, i, &amount);
	return debiteur_sums_add_any(sums, i, stored);
}

/* Is a numeric, as it comes from a table, the one amount of a sum? */
static inline bool
sums_has(const AmountSums *sums, int i, struct varlena *stored)
{
	const AmountSum *sum = &sums->sum[i];
	Amount amount;

	if (likely(debiteur_amount_layout == AMOUNT_LAYOUT_KNOWN &&
			   sum->rest_at == 0 && amount_read(stored, &amount)))
		return sum->whole == amount.whole && sum->fraction == amount.fraction;
	return DatumGetBool(
		DirectFunctionCall2(numeric_eq, PointerGetDatum(stored),
							NumericGetDatum(debiteur_sums_get(sums, i))));
}

#endif /* DEBITEUR_AMOUNT_SUM_H */
