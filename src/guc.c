/*
 * guc.c
 *		The settings, all named debiteur.*.
 *
 * They are defined whenever the library is loaded, so that it can be used
 * without shared_preload_libraries; only the worker needs the preload. No
 * setting changes what a type accepts or what a ledger decides.
 */
#include "postgres.h"

#include <limits.h>

#include "nodes/pg_list.h"
#include "utils/guc.h"
#include "utils/varlena.h"

#include "debiteur.h"
#include "worker.h"

bool debiteur_enabled;
int debiteur_naptime;
char *debiteur_databases;
int debiteur_batch_size;
int debiteur_batch_timeout;

/* check_databases refuses what can't be read as a list of names. */
static bool
check_databases(char **newval, void **extra pg_attribute_unused(),
				GucSource source pg_attribute_unused())
{
	char *raw = pstrdup(*newval);
	List *names;
	bool valid = SplitIdentifierString(raw, ',', &names);

	if (!valid)
	{
		GUC_check_errdetail("It must be database names separated by commas.");
		GUC_check_errhint("A name with capitals or signs is written in double "
						  "quotes.");
	}
	list_free(names);
	pfree(raw);
	return valid;
}

void
debiteur_define_settings(void)
{
	/*
	 * debiteur.enabled: whether the worker advances ledgers. Off lets a DBA
	 * stop it with a reload instead of a restart; a worker that runs stops
	 * after its batch. CALL ledger.advance() by hand is not affected. Set by
	 * the DBA.
	 */
	DefineCustomBoolVariable(
		"debiteur.enabled", "Lets the background worker advance ledgers.",
		"When off, the worker stops after the batch at hand and starts "
		"nothing. Ledgers can still be advanced by hand.",
		/* valueAddr */ &debiteur_enabled,
		/* bootValue */ true,
		/* context */ PGC_SIGHUP,
		/* flags */ 0,
		/* check_hook */ NULL,
		/* assign_hook */ NULL,
		/* show_hook */ NULL);

	/*
	 * debiteur.naptime: how long the launcher sleeps between two passes over
	 * the databases. It bounds how late after midnight (in a ledger's time
	 * zone) its day begins; a pass with nothing to do costs one short-lived
	 * process a database. Set by the DBA.
	 */
	DefineCustomIntVariable(
		"debiteur.naptime",
		"Time between two passes of the background worker.",
		"A ledger's day is begun at most this long after midnight in its "
		"time zone.",
		/* valueAddr */ &debiteur_naptime,
		/* bootValue */ 60,
		/* minValue */ 1,
		/* maxValue */ 86400,
		/* context */ PGC_SIGHUP,
		/* flags */ GUC_UNIT_S,
		/* check_hook */ NULL,
		/* assign_hook */ NULL,
		/* show_hook */ NULL);

	/*
	 * debiteur.databases: the databases to look into, as a comma-separated
	 * list in which names are read like identifiers of SQL. Empty: every
	 * database that accepts connections is looked into, and those that have
	 * the extension are worked on. Worth setting in a cluster of hundreds of
	 * databases of which few have ledgers. Set by the DBA.
	 */
	DefineCustomStringVariable(
		"debiteur.databases",
		"Databases in which the background worker advances ledgers.",
		"Empty: every database that has the extension. Names are separated "
		"by commas; those with capitals or signs stand in double quotes.",
		/* valueAddr */ &debiteur_databases,
		/* bootValue */ "",
		/* context */ PGC_SIGHUP,
		/* flags */ GUC_LIST_INPUT,
		/* check_hook */ check_databases,
		/* assign_hook */ NULL,
		/* show_hook */ NULL);

	/*
	 * debiteur.batch_size: how many claims one transaction of an advance
	 * treats, the worker's as well as one by hand. More is a little faster,
	 * less holds row locks for a shorter time and loses less work in a crash;
	 * the outcome is the same. For the worker it is read from the
	 * configuration file or from ALTER DATABASE ... SET. Set by anybody.
	 */
	DefineCustomIntVariable("debiteur.batch_size",
							"Claims treated in one transaction of an advance.",
							NULL,
							/* valueAddr */ &debiteur_batch_size,
							/* bootValue */ 1000,
							/* minValue */ 1,
							/* maxValue */ 100000,
							/* context */ PGC_USERSET,
							/* flags */ 0,
							/* check_hook */ NULL,
							/* assign_hook */ NULL,
							/* show_hook */ NULL);

	/*
	 * debiteur.batch_timeout: how long one transaction of the worker may take.
	 * A ledger's owner can have triggers that never end, and the ledgers of
	 * all databases are advanced one after the other. A batch takes fractions
	 * of a second, so the default is far from disturbing one. What takes
	 * longer is an error of that ledger, tried again as after others. Set by
	 * the DBA.
	 */
	DefineCustomIntVariable(
		"debiteur.batch_timeout",
		"Longest time of one transaction of the background worker.",
		"A ledger whose batch takes longer fails and lets the others go on; "
		"0 is without limit.",
		/* valueAddr */ &debiteur_batch_timeout,
		/* bootValue */ 600,
		/* minValue */ 0,
		/* maxValue */ 86400,
		/* context */ PGC_SIGHUP,
		/* flags */ GUC_UNIT_S,
		/* check_hook */ NULL,
		/* assign_hook */ NULL,
		/* show_hook */ NULL);

	MarkGUCPrefixReserved("debiteur");
}
