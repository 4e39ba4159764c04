/*
 * terms_notation.c
 *		The notation of payment terms: reading and checking it.
 *
 *	terms	 = trade word | { tier } date { "then" date } [ "cutoff" day ]
 *	tier	 = percentage "/" days | percentage "/" day "prox"
 *	date	 = "net" days | "net" days "bd" | "net" months "month(s)" | "eom"
 *			 | day "prox" | "on" day { "," day }
 *
 * The first date is reckoned from the invoice date, each next one from the
 * date before it. The reader also takes what the trade writes ("n/30", "2% 10,
 * net 30", "30 days net", "10th proximo", "4/10 EOM"); what is printed
 * (payment_terms.c) is one form only, and reading it gives the same terms.
 * What the trade reads in more than one way ("30 days EOM") is refused with
 * the spellings of its readings, rather than guessed.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include "debiteur.h"
#include "payment_terms.h"
#include "terms_token.h"

#define QUOTED_BYTES 40
/* The textbooks' net period after the last day of an "eom" discount. */
#define DAYS_AFTER_EOM_DISCOUNT 20

static const char any_hint[] =
	"Payment terms look like \"net 30\", \"2/10 net 30\", \"net 1 month\", "
	"\"eom\", \"10 prox\", \"net 30 then eom\", \"net 5 then on 10,25\" or "
	"\"cod\".";

typedef struct TermsReader
{
	TokenReader tokens;
	PaymentTerms *terms;
	bool from_invoice; /* "net 60 from invoice" was written out */
	Node *escontext;
} TermsReader;

/* ---------- refusals: each returns false, where it returns ---------- */

static bool
refuse(TermsReader *r, const char *detail, const char *hint)
{
	const TokenReader *tokens = &r->tokens;

	input_error(r->escontext,
				(errcode(ERRCODE_DEBITEUR_INVALID_TEXT),
				 errmsg("invalid payment terms: \"%.*s\"",
						(int) (tokens->end - tokens->text), tokens->text),
				 errdetail("%s", detail), errhint("%s", hint)));
}

static bool
refuse_ambiguous(TermsReader *r, const char *detail, const char *hint)
{
	const TokenReader *tokens = &r->tokens;

	input_error(r->escontext,
				(errcode(ERRCODE_DEBITEUR_AMBIGUOUS),
				 errmsg("payment terms \"%.*s\" have more than one reading",
						(int) (tokens->end - tokens->text), tokens->text),
				 errdetail("%s", detail), errhint("%s", hint)));
}

/* A part of the text, for a message: whole characters, half a line. */
static const char *
quoted(const char *start, const char *end)
{
	int length = end - start;

	if (length <= QUOTED_BYTES)
		return psprintf("\"%.*s\"", length, start);
	length = pg_mbcliplen(start, length, QUOTED_BYTES);
	return psprintf("\"%.*s...\"", length, start);
}

/* The token in hand can't stand where it stands. */
static bool
refuse_token(TermsReader *r)
{
	const Token *token = &r->tokens.token;

	return refuse(r,
				  token->kind == TOKEN_END
					  ? "It ends where a date is expected."
					  : psprintf("%s is not understood.",
								 quoted(token->start, r->tokens.end)),
				  any_hint);
}

/* "30 days EOM", "net 30 eom", "EOM 30": no order of days and month end. */
static bool
refuse_unordered(TermsReader *r, const Token *start, const char *hint)
{
	return refuse_ambiguous(r,
							psprintf("%s does not say what comes first.",
									 quoted(start->start, r->tokens.end)),
							hint);
}

/* ---------- words and numbers ---------- */

static bool
check_whole(TermsReader *r, const Token *number, const char *what, int min,
			int max)
{
	if (number->decimals >= 0)
		return refuse(r,
					  psprintf("%s: only a discount can have decimals.",
							   quoted(number->start, number->end)),
					  any_hint);
	if (number->whole < min || number->whole > max)
		return refuse(r,
					  psprintf("%s: %s must be from %d to %d.",
							   quoted(number->start, number->end), what, min,
							   max),
					  any_hint);
	return true;
}

/* Takes the whole number in hand if it is from min to max. */
static bool
read_whole(TermsReader *r, const char *what, int min, int max, int *value)
{
	const Token *token = &r->tokens.token;

	if (token->kind != TOKEN_NUMBER)
		return refuse_token(r);
	if (!check_whole(r, token, what, min, max))
		return false;
	*value = token->whole;
	debiteur_next_token(&r->tokens);
	return true;
}

static bool
read_percentage(TermsReader *r, int *percentage)
{
	const Token *token = &r->tokens.token;

	*percentage = token->whole * 1000 + token->thousandths;
	if (*percentage == 0 || token->whole >= 100 || token->decimals > 3 ||
		token->ordinal)
		return refuse(r,
					  psprintf("%s: a discount must be more than 0 and less "
							   "than 100 per cent, with at most 3 decimals.",
							   quoted(token->start, token->end)),
					  any_hint);
	debiteur_next_token(&r->tokens);
	return true;
}

static bool
accept_prox(TermsReader *r)
{
	return accept_word(&r->tokens, "prox") ||
		   accept_word(&r->tokens, "proximo") ||
		   accept_word(&r->tokens, "mfi");
}

static bool
accept_day_unit(TermsReader *r)
{
	return accept_word(&r->tokens, "days") || accept_word(&r->tokens, "day") ||
		   accept_word(&r->tokens, "d");
}

static bool
accept_business_day_unit(TermsReader *r)
{
	return accept_word(&r->tokens, "bd") ||
		   accept_words(&r->tokens, "business", "days") ||
		   accept_words(&r->tokens, "business", "day") ||
		   accept_words(&r->tokens, "working", "days") ||
		   accept_words(&r->tokens, "working", "day");
}

static bool
accept_week_unit(TermsReader *r)
{
	return accept_word(&r->tokens, "weeks") || accept_word(&r->tokens, "week");
}

static bool
accept_month_unit(TermsReader *r)
{
	return accept_word(&r->tokens, "months") ||
		   accept_word(&r->tokens, "month");
}

static bool
accept_net(TermsReader *r)
{
	if (!accept_word(&r->tokens, "net") && !accept_word(&r->tokens, "n"))
		return false;
	(void) accept_kind(&r->tokens, TOKEN_SLASH);
	return true;
}

static bool
accept_eom(TermsReader *r)
{
	TokenReader before = r->tokens;

	if (accept_word(&r->tokens, "eom") ||
		accept_words(&r->tokens, "end", "month") ||
		(accept_words(&r->tokens, "end", "of") &&
		 accept_word(&r->tokens, "month")))
		return true;
	r->tokens = before;
	return false;
}

/* ---------- tiers: "2/10", "2% 10 days", "2/10 prox", "2% 10th" ---------- */

static bool
at_tier(const TermsReader *r)
{
	return r->tokens.token.kind == TOKEN_NUMBER &&
		   (r->tokens.ahead.kind == TOKEN_SLASH ||
			r->tokens.ahead.kind == TOKEN_PERCENT);
}

static bool
read_tier(TermsReader *r)
{
	PaymentTerms *terms = r->terms;
	DiscountTier tier = {.until.kind = DATE_OP_DAYS};
	Token day;

	if (terms->ntiers == TERMS_MAX_TIERS)
		return refuse(
			r,
			psprintf("%s is one discount more than the %d possible.",
					 quoted(r->tokens.token.start, r->tokens.token.end),
					 TERMS_MAX_TIERS),
			any_hint);
	if (!read_percentage(r, &tier.percentage))
		return false;
	(void) accept_kind(&r->tokens, TOKEN_PERCENT);
	(void) accept_kind(&r->tokens, TOKEN_SLASH);
	day = r->tokens.token;
	if (!read_whole(r, "days", 0, TERMS_MAX_DAYS, &tier.until.count))
		return false;
	if (!accept_day_unit(r) && (accept_prox(r) || day.ordinal))
	{
		tier.until.kind = DATE_OP_PROX;
		if (!check_whole(r, &day, "a day of the month", 1, 31))
			return false;
	}
	terms->tiers[terms->ntiers++] = tier;
	return true;
}

/* ---------- dates ---------- */

/*
 * Appends an operation so that one meaning has one notation: days are added
 * up, no days and a second jump to the same month end are left out, and a day
 * of the next month needs no jump to the month end before it.
 */
static bool
append_op(TermsReader *r, DateOpKind kind, int count, uint32 days)
{
	PaymentTerms *terms = r->terms;
	DateOp op = {kind, count, days};
	DateOp *last = &terms->ops[Max(terms->nops - 1, 0)];

	if (is_counted(kind) && count == 0)
		op.kind = DATE_OP_DAYS;
	if (terms->nops == 0)
		terms->ops[terms->nops++] = op;
	else if (last->kind == op.kind &&
			 (op.kind == DATE_OP_DAYS || op.kind == DATE_OP_BUSINESS_DAYS))
	{
		last->count += op.count;
		if (last->count > TERMS_MAX_DAYS)
			return refuse(r,
						  psprintf("The days add up to %d, more than the %d "
								   "possible.",
								   last->count, TERMS_MAX_DAYS),
						  any_hint);
	}
	else if ((last->kind == DATE_OP_DAYS && last->count == 0) ||
			 (last->kind == DATE_OP_EOM &&
			  (op.kind == DATE_OP_EOM || op.kind == DATE_OP_PROX)))
		*last = op;
	else if (op.kind == DATE_OP_DAYS && op.count == 0)
		return true;
	else if (terms->nops == TERMS_MAX_OPS)
		return refuse(r,
					  psprintf("More than %d dates are joined by \"then\".",
							   TERMS_MAX_OPS),
					  any_hint);
	else
		terms->ops[terms->nops++] = op;
	return true;
}

/* "eom", read; but "eom 30", "eom net 1 month" say no order. */
static bool
finish_eom(TermsReader *r, const Token *start)
{
	bool bare = r->tokens.token.kind == TOKEN_NUMBER;
	int count;

	if (!accept_net(r) && !bare)
		return append_op(r, DATE_OP_EOM, 0, 0);
	if (!read_whole(r, "days", 0, TERMS_MAX_DAYS, &count))
		return false;
	if (accept_month_unit(r))
		return refuse_unordered(r, start, debiteur_readings_of_months(count));
	if (accept_week_unit(r))
		return refuse_unordered(r, start,
								debiteur_readings_of_days(count * 7, false));
	if (accept_business_day_unit(r))
		return refuse_unordered(r, start,
								debiteur_readings_of_business_days(count));
	bare &= !accept_day_unit(r);
	return refuse_unordered(r, start, debiteur_readings_of_days(count, bare));
}

/* "on", read; then the days: "5", "5,25", "5 and 25". */
static bool
finish_on(TermsReader *r)
{
	uint32 days = 0;
	int day;

	do
	{
		if (!read_whole(r, "a day of the month", 1, 31, &day))
			return false;
		days |= (uint32) 1 << day;
		(void) accept_word(&r->tokens, "and");
	} while (r->tokens.token.kind == TOKEN_NUMBER);
	return append_op(r, DATE_OP_ON, 0, days);
}

/*
 * "then 10": after a month end, day 10 of the next month, which is also ten
 * days later; elsewhere it could be anything.
 */
static bool
finish_bare_number(TermsReader *r, const Token *number)
{
	const PaymentTerms *terms = r->terms;
	int n = number->whole;

	if (!check_whole(r, number, "without \"net\", a day of the month", 1, 31))
		return false;
	if (terms->nops > 0 && terms->ops[terms->nops - 1].kind == DATE_OP_EOM)
		return append_op(r, DATE_OP_PROX, n, 0);
	return refuse_ambiguous(
		r,
		psprintf("%s may count days or name a day of the month.",
				 quoted(number->start, number->end)),
		psprintf("Write \"net %d\" (%d days later), \"%d prox\" (day %d of "
				 "the next month) or \"on %d\" (the next day %d of a month).",
				 n, n, n, n, n, n));
}

/* The hint for days, weeks, months or business days with "eom" behind. */
static const char *
readings_with_eom(DateOpKind kind, int count, bool bare)
{
	if (kind == DATE_OP_MONTHS)
		return debiteur_readings_of_months(count);
	if (kind == DATE_OP_BUSINESS_DAYS)
		return debiteur_readings_of_business_days(count);
	return debiteur_readings_of_days(count, bare);
}

/*
 * "30", "30 days", "5 bd", "2 weeks", "1 month", "10 prox"; "net" may stand by
 */
static bool
read_counted(TermsReader *r, bool net, bool first)
{
	Token number = r->tokens.token;
	DateOpKind kind = DATE_OP_DAYS;
	const char *what = "days";
	int min = 0, max = TERMS_MAX_DAYS;
	int scale = 1;
	bool unit = true, eom;

	debiteur_next_token(&r->tokens);
	if (accept_month_unit(r))
	{
		kind = DATE_OP_MONTHS;
		what = "months";
		max = TERMS_MAX_MONTHS;
	}
	else if (accept_week_unit(r))
	{
		what = "weeks";
		max = TERMS_MAX_DAYS / 7;
		scale = 7;
	}
	else if (accept_business_day_unit(r))
	{
		kind = DATE_OP_BUSINESS_DAYS;
		what = "business days";
	}
	else if (accept_prox(r))
	{
		kind = DATE_OP_PROX;
		what = "a day of the month";
		min = 1;
		max = 31;
	}
	else
		unit = accept_day_unit(r);
	if (!net && first && kind != DATE_OP_PROX)
		unit |= accept_word(&r->tokens, "net");
	eom = kind != DATE_OP_PROX && accept_eom(r);
	if (!unit && !eom && (number.ordinal || !(first || net)))
		return finish_bare_number(r, &number);
	if (!check_whole(r, &number, what, min, max))
		return false;
	if (eom)
		return refuse_unordered(
			r, &number, readings_with_eom(kind, number.whole * scale, !unit));
	if (first && kind != DATE_OP_PROX &&
		accept_words(&r->tokens, "from", "invoice"))
	{
		(void) accept_word(&r->tokens, "date");
		r->from_invoice = true;
	}
	return append_op(r, kind, number.whole * scale, 0);
}

static bool
read_date(TermsReader *r, bool first)
{
	Token start = r->tokens.token;
	bool net = accept_net(r);

	if (accept_eom(r))
		return finish_eom(r, &start);
	if (accept_word(&r->tokens, "on"))
		return finish_on(r);
	if (r->tokens.token.kind == TOKEN_NUMBER)
		return read_counted(r, net, first);
	if (net && accept_words(&r->tokens, "monthly", "account"))
		return append_op(r, DATE_OP_MONTHS, 1, 0) &&
			   append_op(r, DATE_OP_EOM, 0, 0);
	return refuse_token(r);
}

/*
 * "4/10 EOM", read: a discount until the 10th of the next month, and twenty
 * days more for the whole amount.
 */
static bool
finish_eom_discount(TermsReader *r)
{
	PaymentTerms *terms = r->terms;
	DateOp *until = &terms->tiers[0].until;

	if (terms->ntiers > 1 || until->kind != DATE_OP_DAYS || until->count < 1 ||
		until->count > 31 ||
		(r->tokens.token.kind != TOKEN_END &&
		 !is_word(&r->tokens.token, "cutoff")))
		return refuse_ambiguous(
			r, "\"eom\" may belong to the discount or to the due date.",
			"Write \"2/10 prox\" for a discount until day 10 of the next "
			"month and \"net eom\" for a due date at the end of the month; "
			"\"2/10 eom\" alone is \"2/10 prox net 10 prox then net 20\".");
	until->kind = DATE_OP_PROX;
	return append_op(r, DATE_OP_PROX, until->count, 0) &&
		   append_op(r, DATE_OP_DAYS, DAYS_AFTER_EOM_DISCOUNT, 0);
}

static bool
accept_trade_word(TermsReader *r)
{
	(void) (accept_word(&r->tokens, "due") ||
			accept_word(&r->tokens, "payable"));
	for (int i = 0; i < TERMS_UPON_RECEIPT; i++)
		if (accept_word(&r->tokens, debiteur_trade_words[i]))
		{
			r->terms->trade_word = i;
			return true;
		}
	if (accept_words(&r->tokens, "upon", "receipt") ||
		accept_words(&r->tokens, "on", "receipt"))
	{
		r->terms->trade_word = TERMS_UPON_RECEIPT;
		return true;
	}
	return false;
}

/* ---------- the whole ---------- */

/* Does the due date of terms with a "prox" discount begin with bare days? */
static bool
net_begins_somewhere(const TermsReader *r)
{
	const PaymentTerms *terms = r->terms;
	bool prox = false;

	for (int i = 0; i < terms->ntiers; i++)
		prox |= terms->tiers[i].until.kind == DATE_OP_PROX;
	return prox && !r->from_invoice && is_counted(terms->ops[0].kind);
}

static bool
check_tiers(TermsReader *r)
{
	const PaymentTerms *terms = r->terms;

	for (int i = 1; i < terms->ntiers; i++)
	{
		const DiscountTier *tier = &terms->tiers[i];
		const DiscountTier *before = &terms->tiers[i - 1];

		if (tier->percentage >= before->percentage ||
			!debiteur_never_later(&before->until, &tier->until, 1) ||
			(tier->until.kind == before->until.kind &&
			 tier->until.count == before->until.count))
			return refuse(r,
						  psprintf("Discount %d is not lower and longer than "
								   "the one before it.",
								   i + 1),
						  "Write the highest discount, which ends first, "
						  "first: \"3/10 1/20 net 60\".");
	}
	if (net_begins_somewhere(r))
		return refuse_ambiguous(
			r,
			"After a discount until a day of the next month, the net period "
			"may begin with the invoice or with the next month.",
			"Write \"net 60 from invoice\" (60 days after the invoice date), "
			"\"net 1 prox then net 60\" (60 days after the first of the next "
			"month) or \"net 30 prox\" (day 30 of the next month).");
	if (terms->ntiers > 0 &&
		!debiteur_never_later(&terms->tiers[terms->ntiers - 1].until,
							  terms->ops, terms->nops))
		return refuse(r, "The last discount day can fall after the due date.",
					  "Write a longer net period or a shorter discount.");
	return true;
}

static bool
read_due_date(TermsReader *r)
{
	TokenReader *tokens = &r->tokens;

	if (r->terms->ntiers > 0)
	{
		if (accept_eom(r))
			return finish_eom_discount(r);
		/* "2/10/n30" */
		if (is_word(&tokens->ahead, "n") || is_word(&tokens->ahead, "net"))
			(void) accept_kind(tokens, TOKEN_SLASH);
	}
	else if (accept_trade_word(r))
		return true;
	if (!read_date(r, true))
		return false;
	while (accept_word(tokens, "then"))
		if (!read_date(r, false))
			return false;
	return true;
}

/* Reads terms; false after an error that was reported softly. */
bool
debiteur_parse_terms(const char *text, int length, PaymentTerms *terms,
					 Node *escontext)
{
	TermsReader r = {.terms = terms, .escontext = escontext};

	memset(terms, 0, sizeof(*terms));
	terms->trade_word = -1;
	debiteur_first_token(&r.tokens, text, length);
	while (at_tier(&r))
		if (!read_tier(&r))
			return false;
	if (!read_due_date(&r))
		return false;
	if (terms->trade_word < 0 && accept_word(&r.tokens, "cutoff") &&
		!read_whole(&r, "a cut-off day", 1, 30, &terms->cutoff))
		return false;
	if (r.tokens.token.kind != TOKEN_END)
		return refuse_token(&r);
	return check_tiers(&r);
}
