/*
 * scan.c
 *		Reading numbers and words from the text of a value.
 *
 * Bytes are compared with ASCII characters only, never classified by the
 * locale: what a type accepts must not depend on the database it is in. Each
 * function takes the address of a pointer into a string ended by a zero byte
 * and moves it behind what it has read.
 */
#include "postgres.h"

#include "scan.h"

/*
 * Reads a number of one or more digits; false if there is no digit. A number
 * above max is read whole and given as max + 1, so that no length overflows.
 */
bool
debiteur_scan_int(const char **s, int max, int *value)
{
	int64 number = 0;

	if (**s < '0' || **s > '9')
		return false;
	for (; **s >= '0' && **s <= '9'; (*s)++)
		number = Min(number * 10 + (**s - '0'), (int64) max + 1);
	*value = (int) number;
	return true;
}

/*
 * Reads a word of small letters and underscores and returns its place in
 * words, or -1 if it is none of them.
 */
int
debiteur_scan_word(const char **s, const char *const *words, int nwords)
{
	const char *start = *s;
	size_t length;

	while ((**s >= 'a' && **s <= 'z') || **s == '_')
		(*s)++;
	length = *s - start;
	for (int i = 0; i < nwords; i++)
		if (strlen(words[i]) == length && memcmp(words[i], start, length) == 0)
			return i;
	return -1;
}

/* Reads one or more blanks; false if there is none. */
bool
debiteur_scan_blanks(const char **s)
{
	const char *start = *s;

	while (**s == ' ')
		(*s)++;
	return *s > start;
}
