/*
 * roll_up.c
 *		The trigger that appends to a ledger's table flow what was posted.
 *
 * It runs once a statement on invoice, payment or allocation, adds up the new
 * rows by posting date, due date and currency (flow.c), and inserts one row of
 * flow for each: one for the payment of an invoice, some thousand for a COPY
 * of a million. It is in C because every posting waits for it: in PL/pgSQL it
 * was a third of record_payment()'s time.
 *
 * What a posting adds is written down in sql/ledger/roll_up.sql, in the
 * functions flow_of_...; here it is done once more, for postings to claims
 * that the view claim_rolled_up calls simple. Those to other claims are left
 * to roll_up_by_history(). verify() compares the outcome with flow_of_...
 *
 * Anybody may make a trigger of it on a table of his own, so nothing is taken
 * for granted: columns are found by name, and must have the right type.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

#include "flow.h"
#include "invoice_status.h"
#include "ledger_query.h"

static const LedgerQuery select_claims = {
	"SELECT * FROM %s.claim_rolled_up"
	" WHERE id OPERATOR(pg_catalog.=) ANY ($1)",
	SPI_OK_SELECT,
	1,
	{INT8ARRAYOID}};

static const LedgerQuery roll_up_by_history = {
	"SELECT %s.roll_up_by_history($1, $2)",
	SPI_OK_SELECT,
	2,
	{INT8ARRAYOID, INT8ARRAYOID}};

/* A claim that was posted to, as the view claim_rolled_up has it. */
typedef struct Claim
{
	int64 id; /* key */
	bool found;
	bool simple;
	bool is_charge;
	bool is_settled;
	bool by_money;
	int32 currency;
	DateADT issued_on;
	DateADT due_on;
	DateADT settled_on;
	Datum amount;
} Claim;

typedef struct RollUp
{
	TriggerData *trigger;
	NameData ledger;
	TupleTableSlot *slot;
	int reader;			   /* our place in the transition table */
	MemoryContext context; /* until the trigger ends */
	MemoryContext scratch; /* until the next row */
	Flow flow;
} RollUp;

PG_FUNCTION_INFO_V1(debiteur_roll_up);

/*
 * Columns.
 */
typedef struct Column
{
	const char *name;
	Oid type; /* InvalidOid: one byte, as invoice_status is */
	AttrNumber number;
} Column;

static void
find_columns(TupleDesc tuples, Column *columns, int n)
{
	for (int i = 0; i < n; i++)
	{
		int number = SPI_fnumber(tuples, columns[i].name);
		Form_pg_attribute found =
			number > 0 ? TupleDescAttr(tuples, number - 1) : NULL;

		if (found == NULL || (columns[i].type == InvalidOid
								  ? found->attlen != 1 || !found->attbyval
								  : found->atttypid != columns[i].type))
			ereport(ERROR,
					(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
					 errmsg("debiteur.roll_up() found no column \"%s\" of its "
							"type",
							columns[i].name),
					 errdetail("It is the trigger of a ledger's tables."),
					 errhint("debiteur.create_ledger() makes ledgers.")));
		columns[i].number = number;
	}
}

static Datum
not_null(Datum value, bool isnull, const Column *column)
{
	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("column \"%s\" is null", column->name),
				 errdetail("In a ledger it never is."),
				 errhint("The columns that a ledger was made with keep their "
						 "constraints.")));
	return value;
}

/*
 * The new rows: read from the transition table, from its beginning, as often
 * as rewind_posted() is called.
 */
static void
rewind_posted(RollUp *r)
{
	tuplestore_select_read_pointer(r->trigger->tg_newtable, r->reader);
	tuplestore_rescan(r->trigger->tg_newtable);
}

/* What was allocated for the row before is gone. */
static bool
next_posted(RollUp *r)
{
	CHECK_FOR_INTERRUPTS();
	ExecClearTuple(r->slot);
	MemoryContextReset(r->scratch);
	return tuplestore_gettupleslot(r->trigger->tg_newtable, true, false,
								   r->slot);
}

static Datum
posted(RollUp *r, const Column *column)
{
	bool isnull;
	Datum value = slot_getattr(r->slot, column->number, &isnull);

	return not_null(value, isnull, column);
}

static bool
is_word(Datum value, const char *word)
{
	text *t = DatumGetTextPP(value);
	size_t length = strlen(word);

	return VARSIZE_ANY_EXHDR(t) == length &&
		   memcmp(VARDATA_ANY(t), word, length) == 0;
}

static Datum
negative(Datum amount)
{
	return DirectFunctionCall1(numeric_uminus, amount);
}

static bool
is_zero(Datum amount)
{
	return DatumGetBool(DirectFunctionCall2(
		numeric_eq, amount, NumericGetDatum(int64_to_numeric(0))));
}

static Datum
times(Datum amount, int64 number)
{
	return DirectFunctionCall2(numeric_mul, amount,
							   NumericGetDatum(int64_to_numeric(number)));
}

static void
roll_up_invoices(RollUp *r)
{
	enum
	{
		STATUS,
		KIND,
		CURRENCY,
		AMOUNT,
		ISSUED_ON,
		DUE_ON
	};
	Column column[] = {
		[STATUS] = {"status", InvalidOid, 0},
		[KIND] = {"kind", TEXTOID, 0},
		[CURRENCY] = {"currency", TEXTOID, 0},
		[AMOUNT] = {"amount", NUMERICOID, 0},
		[ISSUED_ON] = {"issued_on", DATEOID, 0},
		[DUE_ON] = {"due_on", DATEOID, 0},
	};

	find_columns(r->trigger->tg_relation->rd_att, column, lengthof(column));
	for (rewind_posted(r); next_posted(r);)
	{
		Datum kind = posted(r, &column[KIND]);
		Datum amount = posted(r, &column[AMOUNT]);
		FlowRow *row;

		if (DatumGetInvoiceStatus(posted(r, &column[STATUS])) == DRAFT)
			continue;
		row = debiteur_flow_row(
			&r->flow, DatumGetDateADT(posted(r, &column[ISSUED_ON])),
			DatumGetDateADT(posted(r, &column[DUE_ON])),
			debiteur_flow_currency(&r->flow, posted(r, &column[CURRENCY])));
		if (is_word(kind, "invoice"))
		{
			flow_add(&r->flow, row, RECEIVABLE, amount);
			flow_add(&r->flow, row, SALES, amount);
			flow_count(row, INVOICES, 1);
		}
		else if (is_word(kind, "credit_note"))
		{
			flow_add(&r->flow, row, RECEIVABLE, amount);
			flow_add(&r->flow, row, CREDITS, negative(amount));
		}
		else
		{
			flow_add(&r->flow, row, CHARGES, amount);
			flow_add(&r->flow, row, CHARGED, amount);
		}
		if (!is_zero(amount))
			flow_count(row, ITEMS, 1);
	}
}

static void
roll_up_payments(RollUp *r)
{
	enum
	{
		CURRENCY,
		AMOUNT,
		RECEIVED_ON
	};
	Column column[] = {
		[CURRENCY] = {"currency", TEXTOID, 0},
		[AMOUNT] = {"amount", NUMERICOID, 0},
		[RECEIVED_ON] = {"received_on", DATEOID, 0},
	};

	find_columns(r->trigger->tg_relation->rd_att, column, lengthof(column));
	for (rewind_posted(r); next_posted(r);)
	{
		Datum amount = posted(r, &column[AMOUNT]);
		FlowRow *row = debiteur_flow_row(
			&r->flow, DatumGetDateADT(posted(r, &column[RECEIVED_ON])),
			DATEVAL_NOEND,
			debiteur_flow_currency(&r->flow, posted(r, &column[CURRENCY])));

		flow_add(&r->flow, row, ON_ACCOUNT, amount);
		flow_add(&r->flow, row, RECEIPTS, amount);
	}
}

static Datum
copied(RollUp *r, Datum numeric)
{
	MemoryContext caller = MemoryContextSwitchTo(r->context);
	Datum copy = datumCopy(numeric, false, -1);

	MemoryContextSwitchTo(caller);
	return copy;
}

/* Fills in the claims of these ids. */
static void
read_claims(RollUp *r, HTAB *claims, Datum *ids, int n)
{
	enum
	{
		ID,
		SIMPLE,
		IS_CHARGE,
		BY_MONEY,
		CURRENCY,
		ISSUED_ON,
		DUE_ON,
		AMOUNT,
		SETTLED_ON
	};
	Column column[] = {
		[ID] = {"id", INT8OID, 0},
		[SIMPLE] = {"simple", BOOLOID, 0},
		[IS_CHARGE] = {"is_charge", BOOLOID, 0},
		[BY_MONEY] = {"by_money", BOOLOID, 0},
		[CURRENCY] = {"currency", TEXTOID, 0},
		[ISSUED_ON] = {"issued_on", DATEOID, 0},
		[DUE_ON] = {"due_on", DATEOID, 0},
		[AMOUNT] = {"amount", NUMERICOID, 0},
		[SETTLED_ON] = {"settled_on", DATEOID, 0},
	};
	ArrayType *array =
		construct_array(ids, n, INT8OID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
	Datum args[] = {PointerGetDatum(array)};
	SPITupleTable *table;

	debiteur_ledger_query(&r->ledger, &select_claims, args);
	table = SPI_tuptable;
	find_columns(table->tupdesc, column, lengthof(column));
	for (uint64 i = 0; i < table->numvals; i++)
	{
		Datum v[lengthof(column)];
		bool isnull[lengthof(column)];
		int64 id;
		Claim *claim;

		for (size_t c = 0; c < lengthof(column); c++)
		{
			v[c] = SPI_getbinval(table->vals[i], table->tupdesc,
								 column[c].number, &isnull[c]);
			if (c != SETTLED_ON)
				not_null(v[c], isnull[c], &column[c]);
		}
		id = DatumGetInt64(v[ID]);
		claim = hash_search(claims, &id, HASH_FIND, NULL);
		if (claim == NULL)
			elog(ERROR, "got claim " INT64_FORMAT " unasked", id);
		claim->found = true;
		claim->simple = DatumGetBool(v[SIMPLE]);
		claim->is_charge = DatumGetBool(v[IS_CHARGE]);
		claim->by_money = DatumGetBool(v[BY_MONEY]);
		claim->currency = debiteur_flow_currency(&r->flow, v[CURRENCY]);
		claim->issued_on = DatumGetDateADT(v[ISSUED_ON]);
		claim->due_on = DatumGetDateADT(v[DUE_ON]);
		claim->amount = copied(r, v[AMOUNT]);
		claim->is_settled = !isnull[SETTLED_ON];
		claim->settled_on = DatumGetDateADT(v[SETTLED_ON]);
	}
	SPI_freetuptable(table);
	pfree(array);
}

/* The claims that the new allocations are posted to. */
static HTAB *
claims_posted_to(RollUp *r)
{
	Column column = {"invoice_id", INT8OID, 0};
	HASHCTL ctl = {.keysize = sizeof(int64),
				   .entrysize = sizeof(Claim),
				   .hcxt = r->context};
	HTAB *claims =
		hash_create("claims", 16, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	Datum ids[1000];
	int n = 0;

	find_columns(r->trigger->tg_relation->rd_att, &column, 1);
	for (rewind_posted(r); next_posted(r);)
	{
		int64 id = DatumGetInt64(posted(r, &column));
		bool known;
		Claim *claim = hash_search(claims, &id, HASH_ENTER, &known);

		if (known)
			continue;
		claim->found = false;
		ids[n++] = Int64GetDatum(id);
		if (n == lengthof(ids))
		{
			read_claims(r, claims, ids, n);
			n = 0;
		}
	}
	if (n > 0)
		read_claims(r, claims, ids, n);
	return claims;
}

static void
add_posting(RollUp *r, const Claim *claim, DateADT posted_on, Datum kind,
			Datum amount)
{
	FlowRow *row =
		debiteur_flow_row(&r->flow, posted_on, claim->due_on, claim->currency);

	flow_add(&r->flow, row, claim->is_charge ? CHARGES : RECEIVABLE,
			 negative(amount));
	if (is_word(kind, "payment"))
		flow_add(&r->flow, row, ON_ACCOUNT, negative(amount));
	else if (is_word(kind, "discount"))
		flow_add(&r->flow, row, DISCOUNTS, amount);
	else if (is_word(kind, "write_off"))
		flow_add(&r->flow, row, WRITE_OFFS, amount);
	else
		flow_add(&r->flow, row, CREDITS, amount);
}

/*
 * A simple claim that is settled now was settled by this statement: before it
 * something was open, or nothing could have been posted.
 */
static void
add_settlement(RollUp *r, const Claim *claim)
{
	FlowRow *row = debiteur_flow_row(&r->flow, claim->settled_on,
									 claim->due_on, claim->currency);
	int64 days = (int64) claim->settled_on - claim->issued_on;
	int64 late = Max((int64) claim->settled_on - claim->due_on, 0);

	flow_count(row, ITEMS, -1);
	if (!claim->by_money)
		return;
	flow_count(row, CLOSED, 1);
	flow_count(row, DAYS, days);
	flow_count(row, LATE, late);
	flow_add(&r->flow, row, CLOSED_AMOUNT, claim->amount);
	flow_add(&r->flow, row, AMOUNT_DAYS, times(claim->amount, days));
	flow_add(&r->flow, row, AMOUNT_LATE, times(claim->amount, late));
}

static void
roll_up_allocations(RollUp *r)
{
	enum
	{
		ID,
		INVOICE_ID,
		KIND,
		AMOUNT,
		POSTED_ON
	};
	Column column[] = {
		[ID] = {"id", INT8OID, 0},
		[INVOICE_ID] = {"invoice_id", INT8OID, 0},
		[KIND] = {"kind", TEXTOID, 0},
		[AMOUNT] = {"amount", NUMERICOID, 0},
		[POSTED_ON] = {"posted_on", DATEOID, 0},
	};
	HTAB *claims = claims_posted_to(r);
	HASH_SEQ_STATUS all;
	Claim *claim;
	ArrayBuildState *with_history = NULL, *postings = NULL;

	find_columns(r->trigger->tg_relation->rd_att, column, lengthof(column));
	for (rewind_posted(r); next_posted(r);)
	{
		int64 id = DatumGetInt64(posted(r, &column[INVOICE_ID]));

		claim = hash_search(claims, &id, HASH_FIND, NULL);
		/* There is such an invoice, but our snapshot is older than it. */
		if (!claim->found)
			ereport(ERROR,
					(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
					 errmsg("could not serialize access: an allocation is of "
							"an invoice issued later"),
					 errdetail("The invoice was committed after this "
							   "transaction had begun."),
					 errhint("Try the transaction again.")));
		if (claim->simple)
			add_posting(r, claim,
						DatumGetDateADT(posted(r, &column[POSTED_ON])),
						posted(r, &column[KIND]), posted(r, &column[AMOUNT]));
		else
			postings = accumArrayResult(postings, posted(r, &column[ID]),
										false, INT8OID, r->context);
	}

	hash_seq_init(&all, claims);
	while ((claim = hash_seq_search(&all)) != NULL)
		if (!claim->simple)
			with_history =
				accumArrayResult(with_history, Int64GetDatum(claim->id), false,
								 INT8OID, r->context);
		else if (claim->is_settled)
			add_settlement(r, claim);

	if (with_history != NULL)
	{
		Datum args[] = {makeArrayResult(with_history, r->context),
						makeArrayResult(postings, r->context)};

		debiteur_ledger_query(&r->ledger, &roll_up_by_history, args);
	}
}

Datum
debiteur_roll_up(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	RollUp r = {.trigger = trigger};
	const char *of;

	if (!CALLED_AS_TRIGGER(fcinfo) || trigger->tg_newtable == NULL ||
		trigger->tg_trigger->tgnargs != 1 ||
		!TRIGGER_FIRED_BY_INSERT(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("debiteur.roll_up() is the trigger of a ledger"),
				 errdetail("It takes the new rows of invoice, payment or "
						   "allocation."),
				 errhint("debiteur.create_ledger() makes ledgers.")));

	SPI_connect();
	r.context = CurrentMemoryContext;
	r.scratch = AllocSetContextCreate(r.context, "debiteur roll-up row",
									  ALLOCSET_SMALL_SIZES);
	r.slot = MakeSingleTupleTableSlot(trigger->tg_relation->rd_att,
									  &TTSOpsMinimalTuple);
	r.reader =
		tuplestore_alloc_read_pointer(trigger->tg_newtable, EXEC_FLAG_REWIND);
	debiteur_ledger_of(RelationGetNamespace(trigger->tg_relation), &r.ledger);
	debiteur_flow_begin(&r.flow);

	MemoryContextSwitchTo(r.scratch);
	of = trigger->tg_trigger->tgargs[0];
	if (strcmp(of, "invoice") == 0)
		roll_up_invoices(&r);
	else if (strcmp(of, "payment") == 0)
		roll_up_payments(&r);
	else
		roll_up_allocations(&r);
	debiteur_flow_append(&r.flow, &r.ledger);

	ExecDropSingleTupleTableSlot(r.slot);
	SPI_finish();
	return PointerGetDatum(NULL);
}
