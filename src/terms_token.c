/*
 * terms_token.c
 *		The tokens of payment terms: numbers, words, "/", "%".
 *
 * Bytes are classified as ASCII here and never by the locale, so that no
 * setting changes what is accepted. Words may be written in either case. A
 * number of any length is read whole and counts as TOKEN_NUMBER_LIMIT when it
 * is larger, so that nothing overflows. Nothing is allocated.
 */
#include "postgres.h"

#include "terms_token.h"

static inline bool
is_digit(const TokenReader *r, const char *at)
{
	return at < r->end && *at >= '0' && *at <= '9';
}

/* The letter at a place, in lower case; zero if there is none. */
static inline char
letter(const TokenReader *r, const char *at)
{
	if (at < r->end &&
		((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z')))
		return *at | 0x20;
	return '\0';
}

static bool
accept_ordinal_suffix(TokenReader *r)
{
	static const char *const suffixes[] = {"st", "nd", "rd", "th"};

	for (size_t i = 0; i < lengthof(suffixes); i++)
		if (letter(r, r->at) == suffixes[i][0] &&
			letter(r, r->at + 1) == suffixes[i][1] &&
			letter(r, r->at + 2) == '\0')
		{
			r->at += 2;
			return true;
		}
	return false;
}

static void
read_number(TokenReader *r, Token *token)
{
	int weight = 100;

	token->kind = TOKEN_NUMBER;
	token->decimals = -1;
	for (; is_digit(r, r->at); r->at++)
		token->whole =
			Min(token->whole * 10 + (*r->at - '0'), TOKEN_NUMBER_LIMIT);
	if (r->at < r->end && *r->at == '.' && is_digit(r, r->at + 1))
	{
		token->decimals = 0;
		for (r->at++; is_digit(r, r->at); r->at++)
		{
			token->thousandths += weight * (*r->at - '0');
			weight /= 10;
			token->decimals = Min(token->decimals + 1, TOKEN_NUMBER_LIMIT);
		}
	}
	token->ordinal = accept_ordinal_suffix(r);
}

/* A word; the dots of an abbreviation ("e.o.m.", "prox.") count for nothing.
 */
static void
read_word(TokenReader *r, Token *token)
{
	int length = 0;

	token->kind = TOKEN_WORD;
	for (; letter(r, r->at) ||
		   (r->at < r->end && *r->at == '.' && !is_digit(r, r->at + 1));
		 r->at++)
		if (*r->at != '.' && length <= TOKEN_WORD_LENGTH)
			token->word[length++] = letter(r, r->at);
	/* No word that we know is longer. */
	token->word[length <= TOKEN_WORD_LENGTH ? length : 0] = '\0';
}

/* A comma parts like a blank. */
static inline bool
is_blank(char c)
{
	return c == ' ' || c == ',' || (c >= '\t' && c <= '\r');
}

void
debiteur_next_token(TokenReader *r)
{
	Token *token = &r->ahead;

	r->token = r->ahead;
	while (r->at < r->end && is_blank(*r->at))
		r->at++;
	memset(token, 0, sizeof(*token));
	token->start = r->at;
	if (r->at == r->end)
		token->kind = TOKEN_END;
	else if (is_digit(r, r->at) || (*r->at == '.' && is_digit(r, r->at + 1)))
		read_number(r, token);
	else if (letter(r, r->at))
		read_word(r, token);
	else
	{
		if (*r->at == '/')
			token->kind = TOKEN_SLASH;
		else if (*r->at == '%')
			token->kind = TOKEN_PERCENT;
		else
			token->kind = TOKEN_OTHER;
		r->at++;
	}
	token->end = r->at;
}

void
debiteur_first_token(TokenReader *r, const char *text, int length)
{
	r->text = r->at = text;
	r->end = text + length;
	debiteur_next_token(r);
	debiteur_next_token(r);
}
