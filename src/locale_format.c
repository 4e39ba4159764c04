/*
 * locale_format.c
 *		Amounts and dates as letters in a language write them.
 *
 * By the language that is asked for and nothing else: what a customer reads
 * must not depend on the server's lc_numeric or on who sent the letter.
 * English, Dutch, German and French; any other language is written as English.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "debiteur.h"

#define NO_BREAK_SPACE "\xc2\xa0"

/*
 * Texts are UTF-8; where the database can't hold them, plain is used. The day
 * comes before the month in all of them.
 */
typedef struct Language
{
	char code[3];
	const char *thousands;
	const char *plain_thousands;
	char decimal;
	const char *after_day; /* of every day of the month */
	const char *first;	   /* of the first, if it is another */
	const char *months[12];
	const char *plain[12];
} Language;

static const Language languages[] = {
	{"en",
	 ",",
	 ",",
	 '.',
	 "",
	 "",
	 {"January", "February", "March", "April", "May", "June", "July", "August",
	  "September", "October", "November", "December"},
	 {NULL}},
	{"nl",
	 ".",
	 ".",
	 ',',
	 "",
	 "",
	 {"januari", "februari", "maart", "april", "mei", "juni", "juli",
	  "augustus", "september", "oktober", "november", "december"},
	 {NULL}},
	{"de",
	 ".",
	 ".",
	 ',',
	 ".",
	 ".",
	 {"Januar", "Februar", "M\xc3\xa4rz", "April", "Mai", "Juni", "Juli",
	  "August", "September", "Oktober", "November", "Dezember"},
	 {[2] = "Maerz"}},
	{"fr",
	 NO_BREAK_SPACE,
	 " ",
	 ',',
	 "",
	 "er",
	 {"janvier", "f\xc3\xa9vrier", "mars", "avril", "mai", "juin", "juillet",
	  "ao\xc3\xbbt", "septembre", "octobre", "novembre",
	  "d\xc3\xa9"
	  "cembre"},
	 {[1] = "fevrier", [7] = "aout", [11] = "decembre"}},
};

/* By its first two letters, so that nl-BE is nl. */
static const Language *
find_language(text *code)
{
	const char *s = VARDATA_ANY(code);
	size_t length = VARSIZE_ANY_EXHDR(code);

	if (length == 2 || (length > 2 && (s[2] == '-' || s[2] == '_')))
		for (size_t i = 0; i < lengthof(languages); i++)
			if (pg_strncasecmp(s, languages[i].code, 2) == 0)
				return &languages[i];
	return &languages[0];
}

/* The text in the encoding of the database, or plain where it has no place. */
static const char *
in_database(const char *utf8, const char *plain)
{
	switch (GetDatabaseEncoding())
	{
		case PG_UTF8:
			return utf8;
		case PG_LATIN1:
		case PG_LATIN9:
		case PG_WIN1252:
			return pg_any_to_server(utf8, strlen(utf8), PG_UTF8);
		default:
			return plain;
	}
}

PG_FUNCTION_INFO_V1(debiteur_format_amount);
Datum
debiteur_format_amount(PG_FUNCTION_ARGS)
{
	Datum rounded = DirectFunctionCall2(
		debiteur_round_half_up, PG_GETARG_DATUM(0), PG_GETARG_DATUM(1));
	const Language *language = find_language(PG_GETARG_TEXT_PP(2));
	const char *number =
		DatumGetCString(DirectFunctionCall1(numeric_out, rounded));
	const char *thousands =
		in_database(language->thousands, language->plain_thousands);
	StringInfoData out;
	size_t whole;

	initStringInfo(&out);
	if (*number == '-')
		appendStringInfoChar(&out, *number++);
	whole = strspn(number, "0123456789");
	for (size_t i = 0; i < whole; i++)
	{
		if (i > 0 && (whole - i) % 3 == 0)
			appendStringInfoString(&out, thousands);
		appendStringInfoChar(&out, number[i]);
	}
	if (number[whole] == '.')
		appendStringInfo(&out, "%c%s", language->decimal, number + whole + 1);
	else
		appendStringInfoString(&out, number + whole); /* NaN, Infinity */
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

PG_FUNCTION_INFO_V1(debiteur_format_date);
Datum
debiteur_format_date(PG_FUNCTION_ARGS)
{
	DateADT date = PG_GETARG_DATEADT(0);
	const Language *language = find_language(PG_GETARG_TEXT_PP(1));
	const char *month;
	int year;
	int month_number;
	int day;

	if (DATE_NOT_FINITE(date))
		ereport(ERROR,
				(errcode(ERRCODE_DEBITEUR_DATE),
				 errmsg("an infinite date can't be written in words"),
				 errdetail("It is %s.",
						   DATE_IS_NOBEGIN(date) ? "-infinity" : "infinity"),
				 errhint("Give a day.")));
	j2date(date + POSTGRES_EPOCH_JDATE, &year, &month_number, &day);
	month = language->months[month_number - 1];
	if (language->plain[month_number - 1] != NULL)
		month = in_database(month, language->plain[month_number - 1]);
	/* There is no year 0: 1 BC comes before AD 1. */
	PG_RETURN_TEXT_P(cstring_to_text(psprintf(
		"%d%s %s %d%s", day, day == 1 ? language->first : language->after_day,
		month, year > 0 ? year : 1 - year, year > 0 ? "" : " BC")));
}
