/*
 * worker_run.c
 *		The worker of one database: advances its ledgers, then exits.
 *
 * What a ledger does on a day is written in SQL (sql/ledger/advance.sql); this
 * file only brings it to run, so everything but the process itself can be
 * tested without it. A ledger offers three functions:
 *
 *		run_due()						the date to advance now, NULL: none
 *		advance_batch(as_of, cursor, batch_size)
 *										one batch; the cursor of the next, or
 *										NULL after the last
 *		record_failure(as_of, code, message, detail)
 *										keeps an error where users see it
 *
 * Each call is a transaction of its own, so a worker that is killed loses one
 * batch, and the next one goes on there. An error ends the ledger's turn, not
 * the worker: the other ledgers go on.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "debiteur.h"
#include "worker.h"

static LedgerFunction run_due = {"run_due", "r", DATEOID, 0, {InvalidOid}};
static LedgerFunction advance_batch = {"advance_batch",
									   "r, r->>'done', r->>'of'",
									   JSONBOID,
									   3,
									   {DATEOID, JSONBOID, INT4OID}};
static LedgerFunction record_failure = {
	"record_failure", "r", VOIDOID, 4, {DATEOID, TEXTOID, TEXTOID, TEXTOID}};

typedef struct Ledger
{
	char *name;
	char *version;
	bool current; /* is it the extension's version? */
} Ledger;

/* One advance of one ledger, from batch to batch. */
typedef struct Advance
{
	const char *ledger;
	bool dated; /* run_due() has answered with a date */
	DateADT as_of;
	struct varlena *cursor; /* NULL before the first batch */
	char activity[NAMEDATALEN + 128];
	ErrorData *error; /* what ended it, NULL: nothing */
} Advance;

static WorkerOrder order;
static char *database_name; /* for messages */

/* Lives as long as the worker. */
static MemoryContext worker_context;

static void connect_to(Oid database);
static void leave_quietly(ErrorData *error);
static void force_setting(const char *name, const char *value);
static List *read_ledgers(void);
static List *fetch_ledgers(const char *extension_schema);
static void announce_left_alone(const Ledger *ledger);
static bool may_go_on(void);
static void advance_ledger(const char *name);
static bool attempt(bool (*step)(Advance *advance), Advance *advance);
static bool find_date(Advance *advance);
static bool run_batch(Advance *advance);
static bool keep_failure(Advance *advance);
static void describe(Advance *advance, const char *done, const char *total);
static void add_context(void *advance);

/* debiteur_worker_main advances every ledger of one database once. */
void
debiteur_worker_main(Datum main_arg pg_attribute_unused())
{
	ListCell *cell;

	memcpy(&order, MyBgworkerEntry->bgw_extra, sizeof(order));

	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	connect_to(order.database);

	worker_context = AllocSetContextCreate(TopMemoryContext, "debiteur worker",
										   ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(worker_context);

	foreach (cell, read_ledgers())
	{
		Ledger *ledger = lfirst(cell);

		if (!may_go_on())
			break;
		if (ledger->current)
			advance_ledger(ledger->name);
		else
			announce_left_alone(ledger);
	}
}

/*
 * connect_to connects to a database as the bootstrap superuser, and undoes
 * what ALTER DATABASE ... SET may have chosen for clients and would make an
 * advance fail.
 */
static void
connect_to(Oid database)
{
	emit_log_hook_type log_hook = emit_log_hook;

	emit_log_hook = leave_quietly;
	BackgroundWorkerInitializeConnectionByOid(database, InvalidOid, 0);
	emit_log_hook = log_hook;

	force_setting("application_name", "debiteur");
	force_setting("search_path", "pg_catalog, pg_temp");
	force_setting("default_transaction_isolation", "read committed");
	force_setting("default_transaction_read_only", "off");
	/* One forgotten lock must not stop the ledgers of every other database. */
	force_setting("lock_timeout", "60s");
#if PG_VERSION_NUM >= 170000
	force_setting("transaction_timeout", "0");
#endif
}

static void
force_setting(const char *name, const char *value)
{
	SetConfigOption(name, value, PGC_SUSET, PGC_S_OVERRIDE);
}

/*
 * leave_quietly sees what is about to be logged while the worker connects. A
 * database that was dropped since the launcher read the list, or whose DROP is
 * going on, is no news for the log; and the connection can't be tried any
 * other way, for its failure is FATAL.
 */
static void
leave_quietly(ErrorData *error)
{
	if (error->elevel == FATAL &&
		(error->sqlerrcode == ERRCODE_UNDEFINED_DATABASE ||
		 error->sqlerrcode == ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE))
		proc_exit(0);
}

/*
 * read_ledgers lists the database's ledgers in worker_context; none if it
 * doesn't have the extension.
 */
static List *
read_ledgers(void)
{
	List *ledgers = NIL;

	debiteur_begin("debiteur: reading the list of ledgers");
	database_name =
		MemoryContextStrdup(worker_context, get_database_name(MyDatabaseId));

	/* Catalogs alone: what belongs to users is read as its owner. */
	if (SPI_execute("SELECT n.nspname, e.extowner FROM pg_extension e "
					"JOIN pg_namespace n ON n.oid = e.extnamespace "
					"WHERE e.extname = 'debiteur'",
					true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read pg_extension");

	if (SPI_processed == 1)
	{
		HeapTuple row = SPI_tuptable->vals[0];
		TupleDesc columns = SPI_tuptable->tupdesc;
		bool isnull;

		char *schema = SPI_getvalue(row, columns, 1);
		Oid owner = DatumGetObjectId(SPI_getbinval(row, columns, 2, &isnull));

		debiteur_act_as(owner);
		ledgers = fetch_ledgers(schema);
	}
	else if (order.named && order.announce)
		ereport(LOG,
				(errmsg("debiteur: database \"%s\" does not have the "
						"extension",
						database_name),
				 errhint("CREATE EXTENSION debiteur; in it, or take it out "
						 "of the setting debiteur.databases.")));
	debiteur_commit();
	return ledgers;
}

/*
 * fetch_ledgers reads the view `ledgers` of the extension. Its columns are
 * cast, for a view in its place may have others, and longer names.
 */
static List *
fetch_ledgers(const char *extension_schema)
{
	MemoryContext caller;
	List *ledgers = NIL;
	char *query = psprintf(
		"SELECT l.name::text::name, coalesce(l.version::text, 'unknown'), "
		"coalesce(l.current::boolean, false) "
		"FROM %s.ledgers l WHERE l.name IS NOT NULL ORDER BY 1",
		quote_identifier(extension_schema));

	if (SPI_execute(query, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the list of ledgers");

	caller = MemoryContextSwitchTo(worker_context);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple row = SPI_tuptable->vals[i];
		TupleDesc columns = SPI_tuptable->tupdesc;
		Ledger *ledger = palloc(sizeof(Ledger));
		bool isnull;

		ledger->name = SPI_getvalue(row, columns, 1);
		ledger->version = SPI_getvalue(row, columns, 2);
		ledger->current =
			DatumGetBool(SPI_getbinval(row, columns, 3, &isnull));
		ledgers = lappend(ledgers, ledger);
	}
	MemoryContextSwitchTo(caller);
	return ledgers;
}

static void
announce_left_alone(const Ledger *ledger)
{
	ereport(order.announce ? LOG : DEBUG1,
			(errmsg("debiteur: ledger \"%s\" is left alone, for its version "
					"is not the extension's",
					ledger->name),
			 errdetail("The ledger, in database \"%s\", has version %s.",
					   database_name, ledger->version),
			 errhint("SELECT debiteur.upgrade_ledger(%s);",
					 quote_literal_cstr(ledger->name))));
}

/* may_go_on is asked between two transactions. */
static bool
may_go_on(void)
{
	CHECK_FOR_INTERRUPTS();
	if (ConfigReloadPending)
	{
		ConfigReloadPending = false;
		ProcessConfigFile(PGC_SIGHUP);
	}
	return debiteur_enabled;
}

/*
 * advance_ledger brings one ledger to the date that it says is due. An error
 * is logged, kept in the ledger, and ends its turn.
 */
static void
advance_ledger(const char *name)
{
	Advance advance = {0};

	advance.ledger = name;
	describe(&advance, NULL, NULL);

	if (attempt(find_date, &advance))
	{
		while (may_go_on() && attempt(run_batch, &advance))
			;
	}
	if (advance.error != NULL)
	{
		(void) attempt(keep_failure, &advance);
		FreeErrorData(advance.error);
	}
	if (advance.cursor != NULL)
		pfree(advance.cursor);
}

/*
 * attempt runs one step of an advance, a transaction. An error is logged and
 * left in advance->error, and is false like the end of the work. A query that
 * was cancelled is an error like others: who cancels it stops this ledger; who
 * wants to stop the worker terminates it, which is not caught here.
 */
static bool
attempt(bool (*step)(Advance *advance), Advance *advance)
{
	ErrorContextCallback context;
	ErrorContextCallback *outer = error_context_stack;
	volatile bool more = false;

	context.callback = add_context;
	context.arg = advance;
	context.previous = outer;

	PG_TRY();
	{
		error_context_stack = &context;
		more = step(advance);
	}
	PG_CATCH();
	{
		HOLD_INTERRUPTS();
		MemoryContextSwitchTo(worker_context);
		if (advance->error == NULL)
			advance->error = CopyErrorData();
		EmitErrorReport();
		debiteur_abort();
		FlushErrorState();
		RESUME_INTERRUPTS();
	}
	PG_END_TRY();

	error_context_stack = outer;
	return more;
}

/* find_date asks the ledger which date is due; false: none. */
static bool
find_date(Advance *advance)
{
	debiteur_begin(advance->activity);
	if (debiteur_call(advance->ledger, &run_due, NULL, NULL))
	{
		bool isnull;
		Datum date = SPI_getbinval(SPI_tuptable->vals[0],
								   SPI_tuptable->tupdesc, 1, &isnull);

		if (!isnull)
		{
			advance->as_of = DatumGetDateADT(date);
			advance->dated = true;
		}
	}
	else
		ereport(order.announce ? LOG : DEBUG1,
				(errmsg("debiteur: ledger \"%s\" is left alone, for its owner "
						"has no function run_due() in it",
						advance->ledger),
				 errhint("In database \"%s\", the ledger's functions must "
						 "belong to the owner of its schema.",
						 database_name)));
	debiteur_commit();
	describe(advance, NULL, NULL);
	return advance->dated;
}

/* run_batch runs one batch and keeps the next one's cursor; false: done. */
static bool
run_batch(Advance *advance)
{
	struct varlena *next = NULL;
	Datum args[3];
	char nulls[] = "   ";

	args[0] = DateADTGetDatum(advance->as_of);
	args[1] = PointerGetDatum(advance->cursor);
	args[2] = Int32GetDatum(debiteur_batch_size);
	if (advance->cursor == NULL)
		nulls[1] = 'n';

	debiteur_begin(advance->activity);
	if (debiteur_call(advance->ledger, &advance_batch, args, nulls))
	{
		HeapTuple row = SPI_tuptable->vals[0];
		TupleDesc columns = SPI_tuptable->tupdesc;
		bool isnull;
		Datum cursor = SPI_getbinval(row, columns, 1, &isnull);

		if (!isnull)
		{
			MemoryContext caller = MemoryContextSwitchTo(worker_context);

			next = PG_DETOAST_DATUM_COPY(cursor);
			MemoryContextSwitchTo(caller);
			describe(advance, SPI_getvalue(row, columns, 2),
					 SPI_getvalue(row, columns, 3));
		}
	}
	debiteur_commit();

	if (advance->cursor != NULL)
		pfree(advance->cursor);
	advance->cursor = next;
	return next != NULL;
}

/* keep_failure writes advance->error where the ledger's users see it. */
static bool
keep_failure(Advance *advance)
{
	const ErrorData *error = advance->error;
	Datum args[4] = {0};
	char nulls[] = "    ";

	args[0] = DateADTGetDatum(advance->as_of);
	if (!advance->dated)
		nulls[0] = 'n';
	args[1] = CStringGetTextDatum(unpack_sql_state(error->sqlerrcode));
	if (error->message != NULL)
		args[2] = CStringGetTextDatum(error->message);
	else
		nulls[2] = 'n';
	if (error->detail != NULL)
		args[3] = CStringGetTextDatum(error->detail);
	else
		nulls[3] = 'n';

	snprintf(advance->activity, sizeof(advance->activity),
			 "debiteur: recording the failure of ledger %s", advance->ledger);
	debiteur_begin(advance->activity);
	(void) debiteur_call(advance->ledger, &record_failure, args, nulls);
	debiteur_commit();
	return true;
}

/* describe words what the worker is doing, for pg_stat_activity and the log.
 */
static void
describe(Advance *advance, const char *done, const char *total)
{
	size_t size = sizeof(advance->activity);
	char *text = advance->activity;
	size_t length =
		snprintf(text, size, "debiteur: advancing ledger %s", advance->ledger);

	if (advance->dated && !DATE_NOT_FINITE(advance->as_of))
	{
		int year;
		int month;
		int day;

		j2date(advance->as_of + POSTGRES_EPOCH_JDATE, &year, &month, &day);
		length += snprintf(text + length, size - length, " for %04d-%02d-%02d",
						   year, month, day);
	}
	if (done != NULL && total != NULL)
		snprintf(text + length, size - length, ", %.20s of %.20s", done,
				 total);
}

static void
add_context(void *advance)
{
	errcontext("%s", ((Advance *) advance)->activity);
}
