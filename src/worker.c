/*
 * worker.c
 *		The launcher: finds the databases and starts one short-lived worker in
 *		each, in turn.
 *
 * The launcher is one process a server. It is connected to no database, only
 * to the shared catalogs, so it never stands in the way of DROP DATABASE. Each
 * debiteur.naptime it reads pg_database and starts a worker (worker_run.c) in
 * one database after the other, waiting for each to end: at most one
 * connection is taken from max_worker_processes, and between two passes none.
 * A worker in every database for good would need no launcher, but would block
 * DROP DATABASE and CREATE DATABASE ... TEMPLATE for ever.
 *
 * Failure: the launcher keeps nothing that matters. If it dies, the postmaster
 * starts it again after some seconds; if a worker dies, the next pass goes on
 * where it stopped. On a standby the launcher is not started until promotion.
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/tableam.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_database.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/varlena.h"

#include "debiteur.h"
#include "worker.h"

#define LAUNCHER_TYPE "debiteur launcher"
#define WORKER_TYPE "debiteur worker"
#define LAUNCHER_RESTART_S 5

/*
 * pg_database.datconnlimit of a database whose DROP was interrupted. The
 * server's own name for it is younger than 15.0.
 */
#define CONNLIMIT_INVALID_DATABASE (-2)

typedef struct Database
{
	Oid oid;
	char *name;
} Database;

/* The worker that runs now, so that it doesn't outlive the launcher. */
static BackgroundWorkerHandle *current_worker = NULL;

/* No worker slot was free, and the log says so already. */
static bool out_of_slots = false;

/*
 * Whether the next pass logs what it leaves alone: the first one does, and the
 * one after a reload, for the DBA may have corrected something.
 */
static bool announce_next = true;

static void stop_current_worker(int code, Datum arg);
static void reload_settings(void);
static void pass_over_databases(void);
static List *read_databases(void);
static List *named_databases(List *databases, bool announce);
static bool run_worker(Database *database, bool announce);

/* describe_worker fills in what the launcher and the workers have in common.
 */
static void
describe_worker(BackgroundWorker *worker, const char *type,
				const char *function)
{
	memset(worker, 0, sizeof(*worker));
	worker->bgw_flags =
		BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker->bgw_start_time = BgWorkerStart_RecoveryFinished;
	strlcpy(worker->bgw_library_name, "debiteur",
			sizeof(worker->bgw_library_name));
	strlcpy(worker->bgw_function_name, function,
			sizeof(worker->bgw_function_name));
	strlcpy(worker->bgw_type, type, sizeof(worker->bgw_type));
}

/* debiteur_register_launcher asks the postmaster for the launcher. */
void
debiteur_register_launcher(void)
{
	BackgroundWorker launcher;

	if (IsBinaryUpgrade)
		return;

	describe_worker(&launcher, LAUNCHER_TYPE, "debiteur_launcher_main");
	launcher.bgw_restart_time = LAUNCHER_RESTART_S;
	strlcpy(launcher.bgw_name, LAUNCHER_TYPE, sizeof(launcher.bgw_name));
	RegisterBackgroundWorker(&launcher);
}

/*
 * debiteur_launcher_main passes over the databases at once and then each
 * debiteur.naptime, until it is told to stop (SIGTERM; the handler `die` works
 * at every CHECK_FOR_INTERRUPTS).
 */
void
debiteur_launcher_main(Datum main_arg pg_attribute_unused())
{
	uint32 wait_event;
	TimestampTz last_pass = 0;

	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnection(NULL, NULL, 0);
	pgstat_report_appname(LAUNCHER_TYPE);
	before_shmem_exit(stop_current_worker, (Datum) 0);
	wait_event = LAUNCHER_WAIT_EVENT;

	for (;;)
	{
		int events = WL_LATCH_SET | WL_EXIT_ON_PM_DEATH;
		long timeout = -1;

		CHECK_FOR_INTERRUPTS();
		reload_settings();

		if (debiteur_enabled)
		{
			TimestampTz now = GetCurrentTimestamp();
			TimestampTz next_pass =
				last_pass + debiteur_naptime * USECS_PER_SEC;

			/* now < last_pass: the clock was set back. */
			if (now >= next_pass || now < last_pass)
			{
				pass_over_databases();
				last_pass = GetCurrentTimestamp();
				continue;
			}
			events |= WL_TIMEOUT;
			timeout = TimestampDifferenceMilliseconds(now, next_pass);
		}

		(void) WaitLatch(MyLatch, events, timeout, wait_event);
		ResetLatch(MyLatch);
	}
}

/*
 * stop_current_worker runs when the launcher exits, for whatever reason: its
 * successor would start a second worker in the same database.
 */
static void
stop_current_worker(int code pg_attribute_unused(),
					Datum arg pg_attribute_unused())
{
	if (current_worker != NULL)
		TerminateBackgroundWorker(current_worker);
}

static void
reload_settings(void)
{
	if (!ConfigReloadPending)
		return;
	ConfigReloadPending = false;
	ProcessConfigFile(PGC_SIGHUP);
	announce_next = true;
}

/*
 * pass_over_databases runs a worker in each database in turn. It ends early
 * when the worker was switched off, or none can be had.
 */
static void
pass_over_databases(void)
{
	MemoryContext pass = AllocSetContextCreate(
		TopMemoryContext, "debiteur pass", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(pass);
	bool announce = announce_next;
	ListCell *cell;

	announce_next = false;
	foreach (cell, named_databases(read_databases(), announce))
	{
		CHECK_FOR_INTERRUPTS();
		reload_settings();
		if (!debiteur_enabled)
			break;
		if (!run_worker(lfirst(cell), announce))
		{
			announce_next = announce;
			break;
		}
	}

	MemoryContextSwitchTo(caller);
	MemoryContextDelete(pass);
}

/*
 * read_databases lists the databases that can be connected to, in the
 * caller's memory context. Its transaction is over when it returns.
 */
static List *
read_databases(void)
{
	MemoryContext caller = CurrentMemoryContext;
	List *databases = NIL;
	Relation relation;
	TableScanDesc scan;
	HeapTuple tuple;

	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	(void) GetTransactionSnapshot();

	relation = table_open(DatabaseRelationId, AccessShareLock);
	scan = table_beginscan_catalog(relation, 0, NULL);
	while ((tuple = heap_getnext(scan, ForwardScanDirection)) != NULL)
	{
		Form_pg_database form = (Form_pg_database) GETSTRUCT(tuple);
		MemoryContext transaction;
		Database *database;

		if (form->datistemplate || !form->datallowconn ||
			form->datconnlimit == CONNLIMIT_INVALID_DATABASE)
			continue;

		transaction = MemoryContextSwitchTo(caller);
		database = palloc(sizeof(Database));
		database->oid = form->oid;
		database->name = pstrdup(NameStr(form->datname));
		databases = lappend(databases, database);
		MemoryContextSwitchTo(transaction);
	}
	table_endscan(scan);
	table_close(relation, AccessShareLock);

	CommitTransactionCommand();
	MemoryContextSwitchTo(caller);
	return databases;
}

/*
 * named_databases returns those of `databases` that debiteur.databases names,
 * all if it names none.
 */
static List *
named_databases(List *databases, bool announce)
{
	List *chosen = NIL;
	List *names;
	ListCell *name;

	/* check_databases() has accepted the list. */
	(void) SplitIdentifierString(pstrdup(debiteur_databases), ',', &names);
	if (names == NIL)
		return databases;

	foreach (name, names)
	{
		ListCell *cell;
		Database *found = NULL;

		foreach (cell, databases)
		{
			Database *database = lfirst(cell);

			if (strcmp(database->name, lfirst(name)) == 0)
				found = database;
		}
		if (found != NULL)
			chosen = list_append_unique_ptr(chosen, found);
		else if (announce)
			ereport(LOG,
					(errmsg("debiteur: there is no database \"%s\" to "
							"connect to",
							(char *) lfirst(name)),
					 errhint("Correct the setting debiteur.databases; names "
							 "with capitals stand in double quotes.")));
	}
	return chosen;
}

/*
 * run_worker starts the worker of one database and waits until it has ended.
 * Returns false when the server has no worker slot left.
 */
static bool
run_worker(Database *database, bool announce)
{
	BackgroundWorker worker;
	WorkerOrder order = {0};

	order.database = database->oid;
	order.announce = announce;
	order.named = debiteur_databases[0] != '\0';

	describe_worker(&worker, WORKER_TYPE, "debiteur_worker_main");
	worker.bgw_restart_time = BGW_NEVER_RESTART;
	snprintf(worker.bgw_name, sizeof(worker.bgw_name), "%s %s", WORKER_TYPE,
			 database->name);
	memcpy(worker.bgw_extra, &order, sizeof(order));
	worker.bgw_notify_pid = MyProcPid;

	if (!RegisterDynamicBackgroundWorker(&worker, &current_worker))
	{
		if (!out_of_slots)
			ereport(LOG,
					(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
					 errmsg("debiteur: no background worker slot is free, "
							"ledgers wait"),
					 errdetail("Tried again each debiteur.naptime."),
					 errhint("Raise max_worker_processes.")));
		out_of_slots = true;
		return false;
	}
	out_of_slots = false;

	if (WaitForBackgroundWorkerShutdown(current_worker) ==
		BGWH_POSTMASTER_DIED)
		proc_exit(1);
	pfree(current_worker);
	current_worker = NULL;
	return true;
}
