/*
 * payment_terms.c
 *		The type payment_terms: input, output, comparison, hash.
 *
 * A value is stored, sent and printed as one text, its canonical notation
 * (terms_notation.c): "net 30", "2/10 net 30", "net 30 then eom". So there is
 * one thing to validate, and text and binary input do it with the same code;
 * a dump, a column and a wire show the same bytes; equal terms have equal
 * bytes; and no later version is bound to the layout of a struct. The price is
 * reading the text before each computation, a fraction of a microsecond, which
 * a function called for many rows of the same terms pays once.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"

#include "debiteur.h"
#include "payment_terms.h"

/* Terms that are due on the invoice date. */
const char *const debiteur_trade_words[] = {"cod", "cia", "cwo",		 "cbs",
											"cnd", "pia", "upon receipt"};
StaticAssertDecl(lengthof(debiteur_trade_words) == TERMS_UPON_RECEIPT + 1,
				 "TERMS_UPON_RECEIPT is not the last word");

/* The terms last read by one call site, in fn_extra. */
typedef struct TermsCache
{
	PaymentTerms terms;
	void *extra; /* what else the function keeps there */
	int length;
	char text[FLEXIBLE_ARRAY_MEMBER];
} TermsCache;

static void
print_percentage(StringInfo out, int percentage)
{
	int decimals = 3;
	int rest = percentage % 1000;

	appendStringInfo(out, "%d", percentage / 1000);
	if (rest == 0)
		return;
	for (; rest % 10 == 0; rest /= 10)
		decimals--;
	appendStringInfo(out, ".%0*d", decimals, rest);
}

static void
print_op(StringInfo out, const DateOp *op)
{
	const char *separator = "on ";

	switch (op->kind)
	{
		case DATE_OP_DAYS:
			appendStringInfo(out, "net %d", op->count);
			break;
		case DATE_OP_BUSINESS_DAYS:
			appendStringInfo(out, "net %d bd", op->count);
			break;
		case DATE_OP_MONTHS:
			appendStringInfo(out, "net %d month%s", op->count,
							 op->count == 1 ? "" : "s");
			break;
		case DATE_OP_EOM:
			appendStringInfoString(out, "eom");
			break;
		case DATE_OP_PROX:
			appendStringInfo(out, "%d prox", op->count);
			break;
		case DATE_OP_ON:
			for (int day = 1; day <= 31; day++)
				if (op->days & ((uint32) 1 << day))
				{
					appendStringInfo(out, "%s%d", separator, day);
					separator = ",";
				}
			break;
	}
}

/* The canonical notation. */
static void
print_terms(StringInfo out, const PaymentTerms *terms)
{
	bool counted = is_counted(terms->ops[0].kind);
	bool prox = false;

	if (terms->trade_word >= 0)
	{
		appendStringInfoString(out, debiteur_trade_words[terms->trade_word]);
		return;
	}
	for (int i = 0; i < terms->ntiers; i++)
	{
		print_percentage(out, terms->tiers[i].percentage);
		appendStringInfo(out, "/%d ", terms->tiers[i].until.count);
		if (terms->tiers[i].until.kind == DATE_OP_PROX)
		{
			appendStringInfoString(out, "prox ");
			prox = true;
		}
	}
	if (terms->ntiers > 0 && !counted)
		appendStringInfoString(out, "net ");
	print_op(out, &terms->ops[0]);
	if (prox && counted)
		appendStringInfoString(out, " from invoice");
	for (int i = 1; i < terms->nops; i++)
	{
		appendStringInfoString(out, " then ");
		print_op(out, &terms->ops[i]);
	}
	if (terms->cutoff > 0)
		appendStringInfo(out, " cutoff %d", terms->cutoff);
}

/* Reads text and makes the value to store; in a soft error, NULL. */
static struct varlena *
make_terms(const char *text, int length, Node *escontext)
{
	PaymentTerms terms;
	StringInfoData canonical;

	if (!debiteur_parse_terms(text, length, &terms, escontext))
		return NULL;
	initStringInfo(&canonical);
	print_terms(&canonical, &terms);
	return cstring_to_text_with_len(canonical.data, canonical.len);
}

/* The terms in argument 0, read; they live as long as the call site. */
const PaymentTerms *
debiteur_terms_arg(FunctionCallInfo fcinfo)
{
	struct varlena *value = PG_GETARG_VARLENA_PP(0);
	const char *text = VARDATA_ANY(value);
	int length = VARSIZE_ANY_EXHDR(value);
	TermsCache *cache = fcinfo->flinfo->fn_extra;
	void *extra = cache == NULL ? NULL : cache->extra;

	if (cache == NULL || cache->length != length ||
		memcmp(cache->text, text, length) != 0)
	{
		if (cache != NULL)
			pfree(cache);
		fcinfo->flinfo->fn_extra = NULL;
		cache = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt,
								   offsetof(TermsCache, text) + length);
		(void) debiteur_parse_terms(text, length, &cache->terms, NULL);
		memcpy(cache->text, text, length);
		cache->length = length;
		cache->extra = extra;
		fcinfo->flinfo->fn_extra = cache;
	}
	return &cache->terms;
}

/* Where a function that has read its terms keeps something else. */
void **
debiteur_terms_extra(FunctionCallInfo fcinfo)
{
	return &((TermsCache *) fcinfo->flinfo->fn_extra)->extra;
}

PG_FUNCTION_INFO_V1(debiteur_payment_terms_in);
Datum
debiteur_payment_terms_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);

	PG_RETURN_POINTER(make_terms(text, strlen(text), fcinfo->context));
}

PG_FUNCTION_INFO_V1(debiteur_payment_terms_out);
Datum
debiteur_payment_terms_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(TextDatumGetCString(PG_GETARG_DATUM(0)));
}

PG_FUNCTION_INFO_V1(debiteur_payment_terms_recv);
Datum
debiteur_payment_terms_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	int length;
	const char *text =
		pq_getmsgtext(message, message->len - message->cursor, &length);

	PG_RETURN_POINTER(make_terms(text, length, NULL));
}

PG_FUNCTION_INFO_V1(debiteur_payment_terms_send);
Datum
debiteur_payment_terms_send(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_VARLENA_PP(0);
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendtext(&message, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* The most days that stored terms can give. */
static int
most_days(const char *text, int length)
{
	PaymentTerms terms;

	(void) debiteur_parse_terms(text, length, &terms, NULL);
	return debiteur_most_days(&terms);
}

/*
 * Orders by the most days the terms can give, then by the bytes of their text.
 * Frees what it copied, for an index build compares in one memory context.
 */
static int
compare_args(FunctionCallInfo fcinfo)
{
	struct varlena *a = PG_GETARG_VARLENA_PP(0);
	struct varlena *b = PG_GETARG_VARLENA_PP(1);
	const char *atext = VARDATA_ANY(a);
	const char *btext = VARDATA_ANY(b);
	int alength = VARSIZE_ANY_EXHDR(a);
	int blength = VARSIZE_ANY_EXHDR(b);
	int bytes = memcmp(atext, btext, Min(alength, blength));
	int result = 0;

	if (bytes == 0)
		bytes = alength - blength;
	if (bytes != 0)
		result = most_days(atext, alength) - most_days(btext, blength);
	if (result == 0)
		result = bytes;
	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return (result > 0) - (result < 0);
}

static bool
args_equal(FunctionCallInfo fcinfo)
{
	struct varlena *a = PG_GETARG_VARLENA_PP(0);
	struct varlena *b = PG_GETARG_VARLENA_PP(1);
	bool result =
		VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;

	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return result;
}

PG_FUNCTION_INFO_V1(debiteur_payment_terms_eq);
Datum
debiteur_payment_terms_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(args_equal(fcinfo));
}

PG_FUNCTION_INFO_V1(debiteur_payment_terms_ne);
Datum
debiteur_payment_terms_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!args_equal(fcinfo));
}

PG_FUNCTION_INFO_V1(debiteur_payment_terms_lt);
Datum
debiteur_payment_terms_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) < 0);
}

PG_FUNCTION_INFO_V1(debiteur_payment_terms_le);
Datum
debiteur_payment_terms_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) <= 0);
}

PG_FUNCTION_INFO_V1(debiteur_payment_terms_gt);
Datum
debiteur_payment_terms_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) > 0);
}

PG_FUNCTION_INFO_V1(debiteur_payment_terms_ge);
Datum
debiteur_payment_terms_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) >= 0);
}

PG_FUNCTION_INFO_V1(debiteur_payment_terms_cmp);
Datum
debiteur_payment_terms_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_args(fcinfo));
}

PG_FUNCTION_INFO_V1(debiteur_payment_terms_hash);
Datum
debiteur_payment_terms_hash(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_VARLENA_PP(0);
	Datum hash = hash_any((unsigned char *) VARDATA_ANY(value),
						  VARSIZE_ANY_EXHDR(value));

	PG_FREE_IF_COPY(value, 0);
	return hash;
}

PG_FUNCTION_INFO_V1(debiteur_payment_terms_hash_extended);
Datum
debiteur_payment_terms_hash_extended(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_VARLENA_PP(0);
	Datum hash =
		hash_any_extended((unsigned char *) VARDATA_ANY(value),
						  VARSIZE_ANY_EXHDR(value), PG_GETARG_INT64(1));

	PG_FREE_IF_COPY(value, 0);
	return hash;
}
