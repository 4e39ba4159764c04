/*
 * payment_terms.h
 *		Payment terms in memory, and what their files offer each other.
 *
 * Stored, payment terms are a text in canonical notation. Here they are what
 * that text says: discount tiers, and date operations that lead from the
 * invoice date to the due date.
 */
#ifndef DEBITEUR_PAYMENT_TERMS_H
#define DEBITEUR_PAYMENT_TERMS_H

#include "fmgr.h"
#include "nodes/nodes.h"

#define TERMS_MAX_TIERS 4
#define TERMS_MAX_OPS 4
#define TERMS_MAX_DAYS 3650
#define TERMS_MAX_MONTHS 120
#define TERMS_UPON_RECEIPT 6 /* the last of debiteur_trade_words */

typedef enum DateOpKind
{
	DATE_OP_DAYS,		   /* count days later */
	DATE_OP_BUSINESS_DAYS, /* count business days later */
	DATE_OP_MONTHS, /* count months later, clamped to the month's length */
	DATE_OP_EOM,	/* the last day of the month */
	DATE_OP_PROX,	/* day count of the next month, clamped */
	DATE_OP_ON		/* the next of some days of the month, today included */
} DateOpKind;

/* Is it written "net" and a number? */
static inline bool
is_counted(DateOpKind kind)
{
	return kind == DATE_OP_DAYS || kind == DATE_OP_BUSINESS_DAYS ||
		   kind == DATE_OP_MONTHS;
}

/* No operation leads to an earlier date, none changes the order of dates. */
typedef struct DateOp
{
	DateOpKind kind;
	int count;
	uint32 days; /* DATE_OP_ON: bit n is day n of the month, clamped */
} DateOp;

typedef struct DiscountTier
{
	int percentage; /* in thousandths of a per cent */
	DateOp until;	/* its last day: DATE_OP_DAYS or DATE_OP_PROX */
} DiscountTier;

typedef struct PaymentTerms
{
	int trade_word; /* index of "cod" and the like, due at once; or -1 */
	int cutoff;		/* dated after this day: dated the next first; or 0 */
	int ntiers;
	DiscountTier tiers[TERMS_MAX_TIERS]; /* highest first */
	int nops;
	DateOp ops[TERMS_MAX_OPS];
} PaymentTerms;

/* payment_terms.c */
extern const char *const debiteur_trade_words[];
extern const PaymentTerms *debiteur_terms_arg(FunctionCallInfo fcinfo);
extern void **debiteur_terms_extra(FunctionCallInfo fcinfo);

/* terms_notation.c */
extern bool debiteur_parse_terms(const char *text, int length,
								 PaymentTerms *terms, Node *escontext);

/* terms_readings.c */
extern const char *debiteur_readings_of_days(int days, bool bare);
extern const char *debiteur_readings_of_months(int months);
extern const char *debiteur_readings_of_business_days(int days);

/* due_date.c */
extern bool
debiteur_never_later(const DateOp *until, const DateOp *ops, int nops);
extern int debiteur_most_days(const PaymentTerms *terms);

#endif /* DEBITEUR_PAYMENT_TERMS_H */
