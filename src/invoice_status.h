/*
 * invoice_status.h
 *		The statuses by number, which is also their order and binary format.
 */
#ifndef DEBITEUR_INVOICE_STATUS_H
#define DEBITEUR_INVOICE_STATUS_H

typedef enum InvoiceStatus
{
	DRAFT = 1,
	OPEN,
	OVERDUE,
	IN_COLLECTION,
	PAID,
	CREDITED,
	WRITTEN_OFF,
	CANCELLED
} InvoiceStatus;

#define DatumGetInvoiceStatus(d) ((InvoiceStatus) DatumGetChar(d))

#endif /* DEBITEUR_INVOICE_STATUS_H */
