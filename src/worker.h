/*
 * worker.h
 *		What guc.c, worker.c and worker_run.c share: the settings, and the
 *order that the launcher gives to a worker.
 */
#ifndef DEBITEUR_WORKER_H
#define DEBITEUR_WORKER_H

#include "postmaster/bgworker.h"
#include "utils/wait_event.h"

/* guc.c; each is explained there. */
extern bool debiteur_enabled;
extern int debiteur_naptime;
extern char *debiteur_databases;
extern int debiteur_batch_size;
extern int debiteur_batch_timeout;

/*
 * WorkerOrder travels in bgw_extra, by value: a worker shares no memory with
 * its launcher. A worker lives for one pass and remembers nothing, so it is
 * told whether to log what a DBA has to be told once, not every minute.
 */
typedef struct WorkerOrder
{
	Oid database;
	bool announce; /* log what is left alone, and why */
	bool named;	   /* the database stands in debiteur.databases */
} WorkerOrder;

StaticAssertDecl(sizeof(WorkerOrder) <= BGW_EXTRALEN,
				 "WorkerOrder must fit into bgw_extra");

/* A function that a ledger offers to the worker. */
typedef struct LedgerFunction
{
	const char *name;
	const char *result; /* columns to select; "r" is what it returns */
	Oid rettype;
	int nargs;
	Oid argtypes[4];
} LedgerFunction;

/* worker_call.c */
extern void debiteur_begin(const char *activity);
extern void debiteur_act_as(Oid role);
extern void debiteur_commit(void);
extern void debiteur_abort(void);
extern bool debiteur_call(const char *ledger, LedgerFunction *function,
						  Datum *args, const char *nulls);

/* What pg_stat_activity shows while the launcher sleeps. */
#if PG_VERSION_NUM >= 170000
#define LAUNCHER_WAIT_EVENT WaitEventExtensionNew("DebiteurLauncherMain")
#else
#define LAUNCHER_WAIT_EVENT PG_WAIT_EXTENSION
#endif

/* The postmaster finds these two by name. */
extern PGDLLEXPORT void debiteur_launcher_main(Datum main_arg);
extern PGDLLEXPORT void debiteur_worker_main(Datum main_arg);

#endif /* DEBITEUR_WORKER_H */
