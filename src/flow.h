/*
 * flow.h
 *		Rows of a ledger's table flow, added up in memory.
 */
#ifndef DEBITEUR_FLOW_H
#define DEBITEUR_FLOW_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "utils/date.h"
#include "utils/hsearch.h"

#include "amount_sum.h"

/* The measures of flow: sums of amounts, then counts. */
typedef enum Measure
{
	RECEIVABLE,
	CHARGES,
	ON_ACCOUNT,
	SALES,
	CHARGED,
	RECEIPTS,
	CREDITS,
	DISCOUNTS,
	WRITE_OFFS,
	CLOSED_AMOUNT,
	AMOUNT_DAYS,
	AMOUNT_LATE,
	ITEMS,
	INVOICES,
	CLOSED,
	DAYS,
	LATE
} Measure;

#define N_AMOUNTS (AMOUNT_LATE + 1)
#define N_MEASURES (LATE + 1)

/* Without padding, for it is hashed as it lies. */
typedef struct FlowKey
{
	DateADT posted_on;
	DateADT due_on;
	int32 currency; /* place in Flow.currencies */
} FlowKey;

typedef struct FlowRow
{
	FlowKey key;
	AmountSums *amounts;
	int64 counts[N_MEASURES - N_AMOUNTS];
} FlowRow;

typedef struct Flow
{
	MemoryContext context; /* where all of it is */
	List *currencies;	   /* text */
	HTAB *rows;			   /* FlowRow by FlowKey */
} Flow;

extern void debiteur_flow_begin(Flow *flow);
extern int32 debiteur_flow_currency(Flow *flow, Datum currency);
extern FlowRow *debiteur_flow_row(Flow *flow, DateADT posted_on,
								  DateADT due_on, int32 currency);
extern void debiteur_flow_append(Flow *flow, const NameData *ledger);

static inline void
flow_add(Flow *flow, FlowRow *row, Measure measure, Datum amount)
{
	MemoryContext caller = MemoryContextSwitchTo(flow->context);

	row->amounts = sums_add(row->amounts, measure,
							(struct varlena *) DatumGetNumeric(amount));
	MemoryContextSwitchTo(caller);
}

static inline void
flow_count(FlowRow *row, Measure measure, int64 number)
{
	row->counts[measure - N_AMOUNTS] += number;
}

#endif /* DEBITEUR_FLOW_H */
