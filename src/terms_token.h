/*
 * terms_token.h
 *		The tokens of payment terms: numbers, words, "/", "%".
 */
#ifndef DEBITEUR_TERMS_TOKEN_H
#define DEBITEUR_TERMS_TOKEN_H

#define TOKEN_NUMBER_LIMIT 1000000
#define TOKEN_WORD_LENGTH 10

typedef enum TokenKind
{
	TOKEN_END,
	TOKEN_NUMBER,
	TOKEN_WORD,
	TOKEN_SLASH,
	TOKEN_PERCENT,
	TOKEN_OTHER
} TokenKind;

typedef struct Token
{
	TokenKind kind;
	const char *start;
	const char *end;
	int whole;		 /* TOKEN_NUMBER: at most TOKEN_NUMBER_LIMIT */
	int thousandths; /* behind the decimal point */
	int decimals;	 /* digits behind the point; -1 without a point */
	bool ordinal;	 /* "10th" */
	char word[TOKEN_WORD_LENGTH + 1]; /* lower case, without dots */
} Token;

/* Two tokens in hand: this one, and the one ahead. */
typedef struct TokenReader
{
	const char *text;
	const char *at; /* behind the token ahead */
	const char *end;
	Token token;
	Token ahead;
} TokenReader;

extern void debiteur_first_token(TokenReader *r, const char *text, int length);
extern void debiteur_next_token(TokenReader *r);

static inline bool
is_word(const Token *token, const char *word)
{
	return token->kind == TOKEN_WORD && strcmp(token->word, word) == 0;
}

/* Goes past the token in hand if it is of that kind, or that word. */
static inline bool
accept_kind(TokenReader *r, TokenKind kind)
{
	if (r->token.kind != kind)
		return false;
	debiteur_next_token(r);
	return true;
}

static inline bool
accept_word(TokenReader *r, const char *word)
{
	return is_word(&r->token, word) && accept_kind(r, TOKEN_WORD);
}

static inline bool
accept_words(TokenReader *r, const char *word, const char *next)
{
	return is_word(&r->token, word) && is_word(&r->ahead, next) &&
		   accept_kind(r, TOKEN_WORD) && accept_kind(r, TOKEN_WORD);
}

#endif /* DEBITEUR_TERMS_TOKEN_H */
