/*
 * debiteur.c
 *		Module entry: settings, and the launcher when the library is preloaded.
 *
 * debiteur's words: a *ledger* is one schema of receivables, a *policy* its
 * list of dunning *steps*, a *notice* one step taken for one customer, a *run*
 * one advance of one ledger for one date. doc/architecture.md has the rest.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "debiteur.h"

PG_MODULE_MAGIC;

void _PG_init(void);

/* Whether the library was preloaded, and so the launcher registered. */
static bool preloaded = false;

void
_PG_init(void)
{
	debiteur_define_settings();

	/* A background worker can be registered only while the server starts. */
	if (!process_shared_preload_libraries_in_progress)
		return;

	debiteur_register_launcher();
	preloaded = true;
}

PG_FUNCTION_INFO_V1(debiteur_worker_runs);

/* debiteur_worker_runs tells whether this server has the background worker. */
Datum
debiteur_worker_runs(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(preloaded);
}
