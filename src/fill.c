/*
 * fill.c
 *		Filling in text templates: "Dear {customer}, please pay {amount}."
 *
 * A placeholder is a name of small letters and underscores in braces; a brace
 * of its own is written twice. The template is read once from left to right
 * and what was filled in is never read again, so a value that looks like a
 * placeholder (a customer's name may) is printed as it stands.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"

#include "debiteur.h"

/* What comes next in a template: text as it stands, or a placeholder. */
typedef struct Piece
{
	const char *start;
	size_t length;
	bool placeholder;
} Piece;

static void
pg_attribute_noreturn() template_error(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_DEBITEUR_TEMPLATE), errmsg("invalid template"),
			 errdetail_internal("%s", detail),
			 errhint("A placeholder reads like {amount}; write {{ and }} "
					 "for braces.")));
}

static bool
is_name(const char *s, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') || s[i] == '_'))
			return false;
	return length > 0;
}

/* Moves *s behind the next piece; false at the end of the template. */
static bool
next_piece(const char **s, const char *end, Piece *piece)
{
	const char *here = *s;

	if (here == end)
		return false;
	piece->start = here;
	piece->placeholder = false;
	if (*here != '{' && *here != '}')
	{
		while (here < end && *here != '{' && *here != '}')
			here++;
		piece->length = here - piece->start;
	}
	else if (here + 1 < end && here[1] == *here)
	{
		piece->length = 1;
		here += 2;
	}
	else
	{
		const char *close = memchr(here, '}', end - here);

		if (*here == '}')
			template_error(_("It has a } that closes nothing."));
		if (close == NULL)
			template_error(_("It has a { that is not closed."));
		piece->start = here + 1;
		piece->length = close - piece->start;
		piece->placeholder = true;
		if (!is_name(piece->start, piece->length))
			template_error(psprintf(
				_("\"%.*s\" is not a name: small letters "
				  "and underscores."),
				pg_mbcliplen(piece->start, piece->length, 64), piece->start));
		here = close + 1;
	}
	*s = here;
	return true;
}

/* Appends the value of the placeholder; JSON null is nothing. */
static void
append_value(StringInfo out, Jsonb *values, const Piece *name)
{
	JsonbValue buffer;
	JsonbValue *value = getKeyJsonValueFromContainer(
		&values->root, name->start, name->length, &buffer);

	if (value == NULL)
		template_error(psprintf(_("There is no value called \"%.*s\"."),
								(int) name->length, name->start));
	switch (value->type)
	{
		case jbvNull:
			break;
		case jbvString:
			appendBinaryStringInfo(out, value->val.string.val,
								   value->val.string.len);
			break;
		case jbvNumeric:
			appendStringInfoString(
				out, DatumGetCString(DirectFunctionCall1(
						 numeric_out, NumericGetDatum(value->val.numeric))));
			break;
		default:
			template_error(
				psprintf(_("The value called \"%.*s\" is neither text "
						   "nor number."),
						 (int) name->length, name->start));
	}
}

PG_FUNCTION_INFO_V1(debiteur_fill);
Datum
debiteur_fill(PG_FUNCTION_ARGS)
{
	text *template = PG_GETARG_TEXT_PP(0);
	Jsonb *values = PG_GETARG_JSONB_P(1);
	const char *s = VARDATA_ANY(template);
	const char *end = s + VARSIZE_ANY_EXHDR(template);
	StringInfoData out;
	Piece piece;

	if (!JB_ROOT_IS_OBJECT(values))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("values to fill in must be a JSON object"),
				 errdetail("It is an array or a single value."),
				 errhint("Give for example '{\"amount\": \"100.00\"}'.")));
	initStringInfo(&out);
	while (next_piece(&s, end, &piece))
	{
		if (piece.placeholder)
			append_value(&out, values, &piece);
		else
			appendBinaryStringInfo(&out, piece.start, piece.length);
	}
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

/* The names of the placeholders, in the order of the text. */
PG_FUNCTION_INFO_V1(debiteur_placeholders);
Datum
debiteur_placeholders(PG_FUNCTION_ARGS)
{
	text *template = PG_GETARG_TEXT_PP(0);
	const char *s = VARDATA_ANY(template);
	const char *end = s + VARSIZE_ANY_EXHDR(template);
	ArrayBuildState *names =
		initArrayResult(TEXTOID, CurrentMemoryContext, false);
	Piece piece;

	while (next_piece(&s, end, &piece))
		if (piece.placeholder)
			names = accumArrayResult(names,
									 PointerGetDatum(cstring_to_text_with_len(
										 piece.start, piece.length)),
									 false, TEXTOID, CurrentMemoryContext);
	PG_RETURN_DATUM(makeArrayResult(names, CurrentMemoryContext));
}
