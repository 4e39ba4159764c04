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

pg_noreturn static void
template_error(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_DEBITEUR_TEMPLATE), errmsg("invalid template"),
			 errdetail_internal("%s", detail),
			 errhint("A placeholder reads like {amount}; write {{ and }} "
					 "for braces.")));
}

pg_noreturn static void
no_value(const Piece *name)
{
	template_error(psprintf(_("There is no value called \"%.*s\"."),
							(int) name->length, name->start));
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

/* Values by name; NULL is nothing. */
typedef struct Figures
{
	Datum *names;
	Datum *values;
	bool *nulls;
	int count;
} Figures;

static void
append_from_arrays(StringInfo out, void *figures, const Piece *name)
{
	Figures *from = figures;

	for (int i = 0; i < from->count; i++)
	{
		text *candidate = DatumGetTextPP(from->names[i]);

		if (VARSIZE_ANY_EXHDR(candidate) != name->length ||
			memcmp(VARDATA_ANY(candidate), name->start, name->length) != 0)
			continue;
		if (!from->nulls[i])
		{
			text *value = DatumGetTextPP(from->values[i]);

			appendBinaryStringInfo(out, VARDATA_ANY(value),
								   VARSIZE_ANY_EXHDR(value));
		}
		return;
	}
	no_value(name);
}

/* The same from an object; JSON null is nothing. */
static void
append_from_json(StringInfo out, void *json, const Piece *name)
{
	Jsonb *values = json;
	JsonbValue buffer;
	JsonbValue *value = getKeyJsonValueFromContainer(
		&values->root, name->start, name->length, &buffer);

	if (value == NULL)
		no_value(name);
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

/* Fills in by append(out, values, name), which appends the value of a name. */
static text *
fill(text *template, void (*append)(StringInfo, void *, const Piece *),
	 void *values)
{
	const char *s = VARDATA_ANY(template);
	const char *end = s + VARSIZE_ANY_EXHDR(template);
	StringInfoData out;
	Piece piece;

	initStringInfo(&out);
	while (next_piece(&s, end, &piece))
	{
		if (piece.placeholder)
			append(&out, values, &piece);
		else
			appendBinaryStringInfo(&out, piece.start, piece.length);
	}
	return cstring_to_text_with_len(out.data, out.len);
}

PG_FUNCTION_INFO_V1(debiteur_fill);
Datum
debiteur_fill(PG_FUNCTION_ARGS)
{
	Jsonb *values = PG_GETARG_JSONB_P(1);

	if (!JB_ROOT_IS_OBJECT(values))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("values to fill in must be a JSON object"),
				 errdetail("It is an array or a single value."),
				 errhint("Give for example '{\"amount\": \"100.00\"}'.")));
	PG_RETURN_TEXT_P(fill(PG_GETARG_TEXT_PP(0), append_from_json, values));
}

/* The same from two arrays: an object costs ten times what the filling does.
 */
PG_FUNCTION_INFO_V1(debiteur_fill_arrays);
Datum
debiteur_fill_arrays(PG_FUNCTION_ARGS)
{
	ArrayType *names = PG_GETARG_ARRAYTYPE_P(1);
	ArrayType *values = PG_GETARG_ARRAYTYPE_P(2);
	Figures figures;
	int count;

	if (array_contains_nulls(names))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("a value to fill in has no name"),
						errdetail("One of the names is NULL."),
						errhint("Give each value a name.")));
	deconstruct_array(names, TEXTOID, -1, false, TYPALIGN_INT, &figures.names,
					  NULL, &figures.count);
	deconstruct_array(values, TEXTOID, -1, false, TYPALIGN_INT,
					  &figures.values, &figures.nulls, &count);
	if (count != figures.count)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("names and values must be as many"),
				 errdetail("There are %d names and %d values.", figures.count,
						   count),
				 errhint("Give each name its value, which may be NULL.")));
	PG_RETURN_TEXT_P(fill(PG_GETARG_TEXT_PP(0), append_from_arrays, &figures));
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
