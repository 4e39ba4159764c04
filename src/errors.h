/*
 * errors.h
 *		SQLSTATEs of debiteur, class RV ("receivables").
 *
 * Classes beginning with A-H or 0-4 belong to the SQL standard; RV is ours, so
 * a client can match these codes without reading messages. PL/pgSQL raises
 * the same codes by ERRCODE = 'RV...'; the README lists them all. A code is
 * never given another meaning.
 *
 *	RV001	not a value of the type: invoice_status, aging_bucket,
 *			payment_terms, dunning_step, aging_state, weighted_days_state,
 *			countback_state (text or binary input); not the bounds of aging
 *			buckets
 *	RV002	the notation has more than one reading ("30 days EOM")
 *	RV003	a currency is unknown, or currencies would be mixed
 *	RV004	an amount is not one: NaN, infinite, zero where it may not be,
 *			wrong sign, more digits than the currency has
 *	RV005	posted facts can't be changed or deleted
 *	RV006	the change of status is not allowed
 *	RV007	more than what is open, or more than the payment has left
 *	RV008	the key was used before, with other values
 *	RV009	no such customer, invoice, payment, notice, policy, hold,
 *			dispute, plan
 *	RV010	there is one of that number already
 *	RV011	the policy can't work
 *	RV012	no such ledger, or the schema is not a ledger
 *	RV013	the ledger has another version than the extension
 *	RV014	the ledger has data
 *	RV015	the ledger's or schema's name is taken or not usable
 *	RV016	a date is missing, infinite or out of order
 *	RV017	the template of a notice has a fault, or a placeholder that nothing
 *			fills
 *	RV018	the claim is held so already
 *	RV019	no credit: over the limit, or supply is blocked
 */
#ifndef DEBITEUR_ERRORS_H
#define DEBITEUR_ERRORS_H

#include "utils/elog.h"

#define ERRCODE_DEBITEUR_INVALID_TEXT MAKE_SQLSTATE('R', 'V', '0', '0', '1')
#define ERRCODE_DEBITEUR_AMBIGUOUS MAKE_SQLSTATE('R', 'V', '0', '0', '2')
#define ERRCODE_DEBITEUR_CURRENCY MAKE_SQLSTATE('R', 'V', '0', '0', '3')
#define ERRCODE_DEBITEUR_AMOUNT MAKE_SQLSTATE('R', 'V', '0', '0', '4')
#define ERRCODE_DEBITEUR_POLICY MAKE_SQLSTATE('R', 'V', '0', '1', '1')
#define ERRCODE_DEBITEUR_DATE MAKE_SQLSTATE('R', 'V', '0', '1', '6')
#define ERRCODE_DEBITEUR_TEMPLATE MAKE_SQLSTATE('R', 'V', '0', '1', '7')

#endif /* DEBITEUR_ERRORS_H */
