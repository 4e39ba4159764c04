/*
 * ledger_query.h
 *		Statements about the tables of a ledger, whose plans are kept.
 */
#ifndef DEBITEUR_LEDGER_QUERY_H
#define DEBITEUR_LEDGER_QUERY_H

#include "postgres.h"

/* A static one: plans are found by its address. */
typedef struct LedgerQuery
{
	const char *sql; /* one %s in it: the ledger's schema, quoted */
	int expected;	 /* SPI_OK_... */
	int n_args;
	Oid types[20];
} LedgerQuery;

extern void debiteur_ledger_of(Oid schema, NameData *ledger);
extern void debiteur_ledger_query(const NameData *ledger,
								  const LedgerQuery *query, Datum *args);

#endif /* DEBITEUR_LEDGER_QUERY_H */
