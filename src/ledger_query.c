/*
 * ledger_query.c
 *		Statements about the tables of a ledger, run by SPI with kept plans.
 *
 * Every name in them has its schema and every operator too, so no search_path
 * can redirect one. Plans are kept by the name of the schema, not by its oid:
 * when a schema is renamed, PostgreSQL makes all plans anew from their text,
 * and that has the name. A ledger that is dropped leaves its plans behind
 * until the session ends.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"

#include "ledger_query.h"

typedef struct PlanKey
{
	const LedgerQuery *query;
	NameData ledger; /* NULs behind the name, as namestrcpy() leaves them */
} PlanKey;

typedef struct KeptPlan
{
	PlanKey key;
	SPIPlanPtr plan; /* NULL when it could not be made */
} KeptPlan;

static HTAB *kept_plans = NULL;

/* The name of the schema. */
void
debiteur_ledger_of(Oid schema, NameData *ledger)
{
	char *name = get_namespace_name(schema);

	if (name == NULL)
		elog(ERROR, "schema %u is not there any more", schema);
	namestrcpy(ledger, name);
	pfree(name);
}

static KeptPlan *
kept_plan(const NameData *ledger, const LedgerQuery *query)
{
	PlanKey key = {.query = query, .ledger = *ledger};
	KeptPlan *kept;
	bool found;

	if (kept_plans == NULL)
	{
		HASHCTL ctl = {.keysize = sizeof(PlanKey),
					   .entrysize = sizeof(KeptPlan)};

		kept_plans =
			hash_create("debiteur plans", 16, &ctl, HASH_ELEM | HASH_BLOBS);
	}
	kept = hash_search(kept_plans, &key, HASH_ENTER, &found);
	if (!found)
		kept->plan = NULL;
	return kept;
}

/* Runs it, between SPI_connect() and SPI_finish(). */
void
debiteur_ledger_query(const NameData *ledger, const LedgerQuery *query,
					  Datum *args)
{
	KeptPlan *kept = kept_plan(ledger, query);
	int result;

	if (kept->plan == NULL)
	{
		char *sql = psprintf(query->sql, quote_identifier(NameStr(*ledger)));
		SPIPlanPtr plan = SPI_prepare_cursor(
			sql, query->n_args, (Oid *) query->types, CURSOR_OPT_GENERIC_PLAN);

		if (plan == NULL || SPI_keepplan(plan) != 0)
			elog(ERROR, "could not prepare: %s", sql);
		kept->plan = plan;
	}
	result = SPI_execute_plan(kept->plan, args, NULL, false, 0);
	if (result != query->expected)
		elog(ERROR, "%s returned %s", query->sql,
			 SPI_result_code_string(result));
}
