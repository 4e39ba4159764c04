/*
 * flow.c
 *		Adds up what is to go into a ledger's table flow, and appends it.
 *
 * One row for each posting date, due date and currency. Sums are exact
 * (amount_sum.h). Currencies are numbered, for a statement has few.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

#include "flow.h"
#include "ledger_query.h"

#define N_KEYS 3

/* The measures stand in the order of enum Measure. */
static const LedgerQuery append = {
	"INSERT INTO %s.flow (posted_on, currency, due_on,"
	" receivable, charges, on_account, sales, charged, receipts, credits,"
	" discounts, write_offs, closed_amount, amount_days, amount_late,"
	" items, invoices, closed, days, late)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"
	" $15, $16, $17, $18, $19, $20)",
	SPI_OK_INSERT,
	N_KEYS + N_MEASURES,
	{DATEOID,	 TEXTOID,	 DATEOID,	 NUMERICOID, NUMERICOID,
	 NUMERICOID, NUMERICOID, NUMERICOID, NUMERICOID, NUMERICOID,
	 NUMERICOID, NUMERICOID, NUMERICOID, NUMERICOID, NUMERICOID,
	 INT8OID,	 INT8OID,	 INT8OID,	 INT8OID,	 INT8OID}};

/* Begins with no rows, in the current memory context. */
void
debiteur_flow_begin(Flow *flow)
{
	HASHCTL ctl = {.keysize = sizeof(FlowKey),
				   .entrysize = sizeof(FlowRow),
				   .hcxt = CurrentMemoryContext};

	flow->context = CurrentMemoryContext;
	flow->currencies = NIL;
	flow->rows =
		hash_create("flow", 16, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/* The number of a currency. */
int32
debiteur_flow_currency(Flow *flow, Datum currency)
{
	text *wanted = DatumGetTextPP(currency);
	MemoryContext caller;
	ListCell *cell;

	foreach (cell, flow->currencies)
	{
		text *known = lfirst(cell);

		if (VARSIZE_ANY_EXHDR(known) == VARSIZE_ANY_EXHDR(wanted) &&
			memcmp(VARDATA_ANY(known), VARDATA_ANY(wanted),
				   VARSIZE_ANY_EXHDR(known)) == 0)
			return foreach_current_index(cell);
	}
	caller = MemoryContextSwitchTo(flow->context);
	flow->currencies = lappend(
		flow->currencies, cstring_to_text_with_len(VARDATA_ANY(wanted),
												   VARSIZE_ANY_EXHDR(wanted)));
	MemoryContextSwitchTo(caller);
	return list_length(flow->currencies) - 1;
}

/* The row of this key; all its measures are zero when it is new. */
FlowRow *
debiteur_flow_row(Flow *flow, DateADT posted_on, DateADT due_on,
				  int32 currency)
{
	FlowKey key = {posted_on, due_on, currency};
	bool found;
	FlowRow *row = hash_search(flow->rows, &key, HASH_ENTER, &found);

	if (!found)
	{
		MemoryContext caller = MemoryContextSwitchTo(flow->context);

		row->amounts = debiteur_sums_new(N_AMOUNTS, 0);
		memset(row->counts, 0, sizeof(row->counts));
		MemoryContextSwitchTo(caller);
	}
	return row;
}

/* Inserts the rows, between SPI_connect() and SPI_finish(). */
void
debiteur_flow_append(Flow *flow, const NameData *ledger)
{
	Datum zero = NumericGetDatum(int64_to_numeric(0));
	HASH_SEQ_STATUS all;
	FlowRow *row;

	hash_seq_init(&all, flow->rows);
	while ((row = hash_seq_search(&all)) != NULL)
	{
		Datum values[N_KEYS + N_MEASURES] = {
			DateADTGetDatum(row->key.posted_on),
			PointerGetDatum(list_nth(flow->currencies, row->key.currency)),
			DateADTGetDatum(row->key.due_on)};

		for (int i = 0; i < N_AMOUNTS; i++)
		{
			const AmountSum *sum = &row->amounts->sum[i];

			/* Most measures of a row are not touched. */
			values[N_KEYS + i] =
				sum->whole == 0 && sum->fraction == 0 && sum->rest_at == 0
					? zero
					: NumericGetDatum(debiteur_sums_get(row->amounts, i));
		}
		for (int i = N_AMOUNTS; i < N_MEASURES; i++)
			values[N_KEYS + i] = Int64GetDatum(row->counts[i - N_AMOUNTS]);
		debiteur_ledger_query(ledger, &append, values);
	}
}
