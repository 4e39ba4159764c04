/*
 * invoice_status.c
 *		Type invoice_status: where a claim is in its life.
 *
 * One byte, passed by value: the statuses are numbered 1 to 8 along the life
 * of a claim, and the numbers are both the order and the binary format, so
 * they never change. That a claim is partly paid, disputed or in an
 * arrangement is no status: those are facts beside it.
 */
#include "postgres.h"

#include "libpq/pqformat.h"
#include "utils/builtins.h"

#include "compare.h"
#include "debiteur.h"
#include "invoice_status.h"

#define LAST_STATUS CANCELLED

#define LABELS                                                                \
	"draft, open, overdue, in_collection, paid, credited, written_off, "      \
	"cancelled"

static const char *const labels[] = {
	[DRAFT] = "draft",
	[OPEN] = "open",
	[OVERDUE] = "overdue",
	[IN_COLLECTION] = "in_collection",
	[PAID] = "paid",
	[CREDITED] = "credited",
	[WRITTEN_OFF] = "written_off",
	[CANCELLED] = "cancelled",
};

#define BIT(status) (1 << (status))
#define STILL_OPEN (BIT(OPEN) | BIT(OVERDUE) | BIT(IN_COLLECTION))
#define SETTLED (BIT(PAID) | BIT(CREDITED) | BIT(WRITTEN_OFF))

/*
 * What a claim can become. A settled claim opens again when what settled it
 * was reversed; only a cancelled one is at its end. To stay what it is is
 * always possible and not in the table.
 */
static const int successors[] = {
	[DRAFT] = BIT(OPEN) | BIT(CANCELLED),
	[OPEN] = STILL_OPEN | SETTLED | BIT(CANCELLED),
	[OVERDUE] = STILL_OPEN | SETTLED | BIT(CANCELLED),
	[IN_COLLECTION] = BIT(OVERDUE) | SETTLED | BIT(CANCELLED),
	[PAID] = BIT(OPEN) | BIT(OVERDUE) | SETTLED,
	[CREDITED] = BIT(OPEN) | BIT(OVERDUE) | SETTLED,
	[WRITTEN_OFF] = BIT(OPEN) | BIT(OVERDUE) | SETTLED,
	[CANCELLED] = 0,
};

COMPARISONS(invoice_status, PG_GETARG_CHAR);

/* The argument as a status; only damaged storage can hold anything else. */
static InvoiceStatus
status_argument(FunctionCallInfo fcinfo, int n)
{
	int status = PG_GETARG_CHAR(n);

	if (status < DRAFT || status > LAST_STATUS)
		ereport(
			ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("invalid code of an invoice status: %d", status),
			 errdetail("Codes are from %d to %d.", DRAFT, LAST_STATUS),
			 errhint(
				 "The stored value is damaged: restore it from a backup.")));
	return (InvoiceStatus) status;
}

PG_FUNCTION_INFO_V1(debiteur_invoice_status_in);
Datum
debiteur_invoice_status_in(PG_FUNCTION_ARGS)
{
	const char *label = PG_GETARG_CSTRING(0);

	for (int status = DRAFT; status <= LAST_STATUS; status++)
		if (strcmp(label, labels[status]) == 0)
			PG_RETURN_CHAR(status);

	input_error(fcinfo->context,
				(errcode(ERRCODE_DEBITEUR_INVALID_TEXT),
				 errmsg("invalid invoice status: \"%s\"", label),
				 errdetail("A status is one exact label in small letters, "
						   "without white space around it."),
				 errhint("The statuses are: %s.", LABELS)));
}

PG_FUNCTION_INFO_V1(debiteur_invoice_status_out);
Datum
debiteur_invoice_status_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(pstrdup(labels[status_argument(fcinfo, 0)]));
}

/* Binary format: one byte, the status's number. */
PG_FUNCTION_INFO_V1(debiteur_invoice_status_recv);
Datum
debiteur_invoice_status_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	int length = message->len - message->cursor;
	int status;

	if (length != 1)
		ereport(ERROR, (errcode(ERRCODE_DEBITEUR_INVALID_TEXT),
						errmsg("invalid binary invoice status"),
						errdetail("It has %d bytes instead of 1.", length),
						errhint("Send one byte from 1 (draft) to %d "
								"(cancelled).",
								LAST_STATUS)));
	status = pq_getmsgbyte(message);
	if (status < DRAFT || status > LAST_STATUS)
		ereport(ERROR, (errcode(ERRCODE_DEBITEUR_INVALID_TEXT),
						errmsg("invalid binary invoice status"),
						errdetail("No status has the number %d.", status),
						errhint("Send one byte from 1 (draft) to %d "
								"(cancelled).",
								LAST_STATUS)));
	PG_RETURN_CHAR(status);
}

PG_FUNCTION_INFO_V1(debiteur_invoice_status_send);
Datum
debiteur_invoice_status_send(PG_FUNCTION_ARGS)
{
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendbyte(&message, status_argument(fcinfo, 0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

PG_FUNCTION_INFO_V1(debiteur_can_become);
Datum
debiteur_can_become(PG_FUNCTION_ARGS)
{
	InvoiceStatus from = status_argument(fcinfo, 0);
	InvoiceStatus to = status_argument(fcinfo, 1);

	PG_RETURN_BOOL(from == to || (successors[from] & BIT(to)) != 0);
}

PG_FUNCTION_INFO_V1(debiteur_is_open);
Datum
debiteur_is_open(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL((BIT(status_argument(fcinfo, 0)) & STILL_OPEN) != 0);
}
