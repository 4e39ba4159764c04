/*
 * worker_call.c
 *		The worker's transactions: each runs as the role whose code it calls.
 *
 * The worker's session belongs to the bootstrap superuser, and the code it
 * runs belongs to users: ledgers have triggers, and whoever owns the extension
 * may drop it and put another schema in its place. So nothing of a user's is
 * run but as the one it belongs to: the list of ledgers is read as the
 * extension's owner; a ledger's function is called as the schema's owner, and
 * only if the function is that owner's too.
 *
 * Both in a security-restricted operation: the role can't be changed, and no
 * temporary table, cursor or deferred trigger is left behind. (A deferred
 * trigger of a user's on a ledger table is therefore an error in the worker.)
 * Settings that the code changes are undone at the end of each transaction,
 * so one ledger's owner can't prepare anything for the next one's. Settings of
 * the role (ALTER ROLE ... SET) do not apply, for the role doesn't log in;
 * those of the database do.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timeout.h"

#include "debiteur.h"
#include "worker.h"

/* Who the worker is but for debiteur_act_as(), and what that has changed. */
static Oid own_user;
static int own_security;
static int guc_level = 0;

/* The memory context outside the transaction. */
static MemoryContext resident_context;

static Oid owner_of(const char *ledger, const LedgerFunction *function);

/*
 * debiteur_begin begins a transaction, still as the worker's own user. The
 * server times the statements of clients only, so the timer is set here.
 */
void
debiteur_begin(const char *activity)
{
	resident_context = CurrentMemoryContext;
	SetCurrentStatementStartTimestamp();
	pgstat_report_activity(STATE_RUNNING, activity);
	StartTransactionCommand();
	if (debiteur_batch_timeout > 0)
		enable_timeout_after(STATEMENT_TIMEOUT, debiteur_batch_timeout * 1000);
	SPI_connect();
	PushActiveSnapshot(GetTransactionSnapshot());
}

/* debiteur_act_as gives the rest of the transaction to a role, and no more. */
void
debiteur_act_as(Oid role)
{
	GetUserIdAndSecContext(&own_user, &own_security);
	SetUserIdAndSecContext(role, own_security | SECURITY_LOCAL_USERID_CHANGE |
									 SECURITY_RESTRICTED_OPERATION);
	guc_level = NewGUCNestLevel();
}

/*
 * debiteur_commit commits while it still is the role, so that nothing of that
 * role's could run as the worker's own user. (An abort restores the user by
 * itself.)
 */
void
debiteur_commit(void)
{
	bool acting = guc_level > 0;

	PopActiveSnapshot();
	SPI_finish();
	if (acting)
		AtEOXact_GUC(false, guc_level);
	guc_level = 0;
	CommitTransactionCommand();
	disable_timeout(STATEMENT_TIMEOUT, false);
	if (acting)
		SetUserIdAndSecContext(own_user, own_security);

	MemoryContextSwitchTo(resident_context);
	pgstat_report_stat(false);
	pgstat_report_activity(STATE_IDLE, NULL);
}

/* debiteur_abort undoes the transaction after an error. */
void
debiteur_abort(void)
{
	disable_timeout(STATEMENT_TIMEOUT, false);
	QueryCancelPending = false;
	AbortOutOfAnyTransaction();
	guc_level = 0;
	MemoryContextSwitchTo(resident_context);
	pgstat_report_activity(STATE_IDLE, NULL);
}

/*
 * debiteur_call calls a ledger's function as the ledger's owner, in the
 * transaction at hand, and leaves its one row in SPI_tuptable. Returns false
 * when there is no row, or no such function (any more).
 */
bool
debiteur_call(const char *ledger, LedgerFunction *function, Datum *args,
			  const char *nulls)
{
	Oid owner = owner_of(ledger, function);
	StringInfoData query;

	if (!OidIsValid(owner))
		return false;
	debiteur_act_as(owner);

	initStringInfo(&query);
	appendStringInfo(&query, "SELECT %s FROM %s.%s(", function->result,
					 quote_identifier(ledger), function->name);
	for (int i = 1; i <= function->nargs; i++)
		appendStringInfo(&query, "%s$%d", i > 1 ? ", " : "", i);
	appendStringInfoString(&query, ") AS r");

	if (SPI_execute_with_args(query.data, function->nargs, function->argtypes,
							  args, nulls, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not call %s.%s()", ledger, function->name);
	if (SPI_processed == 0)
		return false;
	if (SPI_gettypeid(SPI_tuptable->tupdesc, 1) != function->rettype)
		elog(ERROR, "%s.%s() was replaced", ledger, function->name);
	return true;
}

/*
 * owner_of returns whom a ledger's function has to be called as: the owner of
 * the schema, provided that the function is that owner's too. Whoever else may
 * create a function in the schema must not get it run as the owner. InvalidOid
 * when there is no such function, as after DROP SCHEMA.
 */
static Oid
owner_of(const char *ledger, const LedgerFunction *function)
{
	oidvector *argtypes = buildoidvector(function->argtypes, function->nargs);
	Oid schema = get_namespace_oid(ledger, true);
	Oid owner;
	HeapTuple tuple;
	bool callable = false;

	if (!OidIsValid(schema))
		return InvalidOid;

	tuple = SearchSysCache1(NAMESPACEOID, ObjectIdGetDatum(schema));
	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	owner = ((Form_pg_namespace) GETSTRUCT(tuple))->nspowner;
	ReleaseSysCache(tuple);

	tuple =
		SearchSysCache3(PROCNAMEARGSNSP, CStringGetDatum(function->name),
						PointerGetDatum(argtypes), ObjectIdGetDatum(schema));
	if (HeapTupleIsValid(tuple))
	{
		Form_pg_proc form = (Form_pg_proc) GETSTRUCT(tuple);

		callable = form->proowner == owner &&
				   form->prokind == PROKIND_FUNCTION &&
				   form->prorettype == function->rettype;
		ReleaseSysCache(tuple);
	}
	return callable ? owner : InvalidOid;
}
