/*
 * debiteur.h
 *		Private declarations: what differs between PostgreSQL versions, and
 *		what one file of src/ offers to the others.
 *
 * Everything is static unless it stands here; what stands here begins with
 * debiteur_, for on PostgreSQL 15 every other symbol of a module is exported.
 */
#ifndef DEBITEUR_H
#define DEBITEUR_H

#include "fmgr.h"
#include "nodes/nodes.h"
#include "utils/date.h"

#include "errors.h"

/*
 * Input functions report bad input softly where the server can (16 and
 * later: pg_input_is_valid, COPY ... ON_ERROR), by ereport(ERROR) on 15.
 * Statements after input_error() are not reached.
 */
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#include "varatt.h"
#define input_error(escontext, ...) ereturn(escontext, (Datum) 0, __VA_ARGS__)
#else
#define input_error(escontext, ...)                                           \
	do                                                                        \
	{                                                                         \
		(void) (escontext);                                                   \
		ereport(ERROR, __VA_ARGS__);                                          \
	} while (0)
#endif

/* How PostgreSQL 18 says that a function does not return. */
#ifndef pg_noreturn
#define pg_noreturn pg_attribute_noreturn()
#endif

/* currency.c */
extern Datum debiteur_round_half_up(PG_FUNCTION_ARGS);

/* due_date.c */
extern DateADT
debiteur_date_arg(FunctionCallInfo fcinfo, int n, const char *name);

/* guc.c */
extern void debiteur_define_settings(void);

/* worker.c */
extern void debiteur_register_launcher(void);

#endif /* DEBITEUR_H */
