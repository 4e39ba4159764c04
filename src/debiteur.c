/*
 * debiteur.c
 *		Module entry: settings, and the launcher when the library is preloaded.
 *
 * debiteur's words: a *ledger* is one schema of receivables, a *policy* its
 * list of dunning *steps*, a *notice* one step taken for one customer, a *run*
 * one advance of one ledger for one date. doc/architecture.md has the rest.
 */
#include "postgres.h"

#include "debiteur.h"

PG_MODULE_MAGIC;

void _PG_init(void);

void
_PG_init(void)
{
}
