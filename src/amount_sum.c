/*
 * amount_sum.c
 *		Exact sums of numeric, kept in one flat value: what isn't done a row.
 *
 * amount_sum.h says what the sums are and has the quick way in. Here is the
 * rest: amounts that don't fit it, adding up states, and states as text and
 * binary. All of it uses functions of numeric that the server offers.
 *
 * Text is "{1.50,0.00,-3.25}": every sum with the same digits after the point.
 * It says nothing of whole, fraction and rest, so it outlives them. Binary is
 * what numeric_send makes of each.
 */
#include "postgres.h"

#include "libpq/pqformat.h"
#include "utils/builtins.h"

#include "debiteur.h"
#include "amount_sum.h"

AmountLayout debiteur_amount_layout = AMOUNT_LAYOUT_UNTRIED;

/* What numeric itself admits (numeric.c). */
#define NUMERIC_DIGITS_BEFORE_POINT 131072
#define NUMERIC_DIGITS_AFTER_POINT 16383

static Numeric
numeric_from_text(const char *text)
{
	return DatumGetNumeric(
		DirectFunctionCall3(numeric_in, CStringGetDatum(text),
							ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}

static Numeric
plus(Numeric a, Numeric b)
{
	return DatumGetNumeric(DirectFunctionCall2(numeric_add, NumericGetDatum(a),
											   NumericGetDatum(b)));
}

/*
 * Reads known numbers; if one comes out wrong the server keeps its numerics
 * otherwise than amount_read() believes, and all goes by numeric_add().
 */
static AmountLayout
try_amount_layout(void)
{
	static const struct
	{
		const char *text;
		bool usual;
		Amount amount;
	} known[] = {
		{"0", true, {0, 0, 0}},
		{"0.00", true, {0, 0, 2}},
		{"1", true, {1, 0, 0}},
		{"-1", true, {-1, 0, 0}},
		{"10000", true, {10000, 0, 0}},
		{"1234567.89", true, {1234567, INT64CONST(8900000000000000), 2}},
		{"-0.01", true, {0, -INT64CONST(100000000000000), 2}},
		{"-20000.00005", true, {-20000, -INT64CONST(500000000000), 5}},
		{"9999999999999999.9999999999999999",
		 true,
		 {INT64CONST(9999999999999999), INT64CONST(9999999999999999), 16}},
		{"0.0000000000000001", true, {0, 1, 16}},
		{"-7.5000000000000000000000000000000000000000000000000000000000000000",
		 true,
		 {-7, -INT64CONST(5000000000000000), 64}},
		{"0.00000000000000001", false, {0, 0, 0}},
		{"10000000000000000", false, {0, 0, 0}},
		{"NaN", false, {0, 0, 0}},
		{"Infinity", false, {0, 0, 0}},
		{"-Infinity", false, {0, 0, 0}},
	};

	for (size_t i = 0; i < lengthof(known); i++)
	{
		Numeric numeric = numeric_from_text(known[i].text);
		Amount amount;
		bool usual = amount_read((struct varlena *) numeric, &amount);

		if (usual != known[i].usual ||
			(usual && (amount.whole != known[i].amount.whole ||
					   amount.fraction != known[i].amount.fraction ||
					   amount.scale != known[i].amount.scale)))
			return AMOUNT_LAYOUT_UNKNOWN;
		pfree(numeric);
	}
	return AMOUNT_LAYOUT_KNOWN;
}

static Size
size_without_rests(int n_sums, int n_bounds)
{
	return MAXALIGN(offsetof(AmountSums, sum) + n_sums * sizeof(AmountSum) +
					n_bounds * sizeof(int32));
}

AmountSums *
debiteur_sums_new(int n_sums, int n_bounds)
{
	Size size = size_without_rests(n_sums, n_bounds);
	AmountSums *sums = palloc0(size);

	SET_VARSIZE(sums, size);
	sums->n_sums = n_sums;
	sums->n_bounds = n_bounds;
	return sums;
}

/*
 * The state that came as an argument, to change it: an aggregate's is the
 * aggregate's own, of anybody else's we take a copy.
 */
AmountSums *
debiteur_sums_to_change(FunctionCallInfo fcinfo, int arg)
{
	Pointer given = DatumGetPointer(PG_GETARG_DATUM(arg));
	AmountSums *sums = (AmountSums *) PG_GETARG_VARLENA_P(arg);

	if ((Pointer) sums == given && !AggCheckCallContext(fcinfo, NULL))
		sums = (AmountSums *) PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(arg));
	return sums;
}

static Numeric
rest_of(const AmountSums *sums, int i)
{
	int32 at = sums->sum[i].rest_at;

	return at == 0 ? NULL : (Numeric) ((char *) sums + at);
}

/* Lays the sums out anew, with room for a rest of that size in one of them. */
static AmountSums *
with_room(const AmountSums *sums, int i, Size size)
{
	Size at = size_without_rests(sums->n_sums, sums->n_bounds);
	Size total = at;
	Size room = MAXALIGN(size) + 16; /* a sum grows, slowly */
	AmountSums *roomy;

	for (int j = 0; j < sums->n_sums; j++)
		total += (j == i) ? room : (Size) sums->sum[j].rest_room;

	roomy = palloc0(total);
	memcpy(roomy, sums, at);
	SET_VARSIZE(roomy, total);
	for (int j = 0; j < sums->n_sums; j++)
	{
		AmountSum *sum = &roomy->sum[j];
		Numeric rest = rest_of(sums, j);

		if (j == i)
			sum->rest_room = room;
		if (sum->rest_room == 0)
			continue;
		sum->rest_at = at;
		if (rest != NULL)
			memcpy((char *) roomy + at, rest, VARSIZE(rest));
		at += sum->rest_room;
	}
	return roomy;
}

static AmountSums *
add_to_rest(AmountSums *sums, int i, Numeric amount)
{
	Numeric rest = rest_of(sums, i);

	if (rest != NULL)
		amount = plus(rest, amount);
	if ((int32) VARSIZE(amount) > sums->sum[i].rest_room)
		sums = with_room(sums, i, VARSIZE(amount));
	memcpy((char *) sums + sums->sum[i].rest_at, amount, VARSIZE(amount));
	return sums;
}

/* Adds any numeric: the first of a session, and what is no usual amount. */
AmountSums *
debiteur_sums_add_any(AmountSums *sums, int i, struct varlena *stored)
{
	Numeric numeric = DatumGetNumeric(PointerGetDatum(stored));
	Amount amount;

	if (debiteur_amount_layout == AMOUNT_LAYOUT_UNTRIED)
		debiteur_amount_layout = try_amount_layout();
	if (debiteur_amount_layout == AMOUNT_LAYOUT_KNOWN &&
		amount_read((struct varlena *) numeric, &amount))
		return sums_add_amount(sums, i, &amount);

	if (!numeric_is_nan(numeric) && !numeric_is_inf(numeric))
	{
		int32 scale = DatumGetInt32(
			DirectFunctionCall1(numeric_scale, NumericGetDatum(numeric)));

		sums->scale = Max(sums->scale, scale);
	}
	return add_to_rest(sums, i, numeric);
}

/* whole + fraction / 10^16 as a numeric of that many digits after the point.
 */
static Numeric
parts_to_numeric(int64 whole, int64 fraction, int32 scale)
{
	int digits = Max(scale, AMOUNT_FRACTION_DIGITS);
	char *text = palloc(digits + 32);
	char *point;
	bool negative;
	Numeric numeric;

	/* One sign for both. */
	if (whole > 0 && fraction < 0)
	{
		whole--;
		fraction += AMOUNT_FRACTION_UNITS;
	}
	else if (whole < 0 && fraction > 0)
	{
		whole++;
		fraction -= AMOUNT_FRACTION_UNITS;
	}
	negative = (whole < 0 || fraction < 0);

	if (fraction < 0)
		fraction = -fraction;
	point = text + sprintf(text, "%s" UINT64_FORMAT, negative ? "-" : "",
						   whole < 0 ? -(uint64) whole : (uint64) whole);
	sprintf(point, ".%08d%08d", (int) (fraction / 100000000),
			(int) (fraction % 100000000));
	memset(point + 1 + AMOUNT_FRACTION_DIGITS, '0',
		   digits - AMOUNT_FRACTION_DIGITS);
	/* Behind the scale are zeros: no amount had a digit there. */
	point[scale == 0 ? 0 : 1 + scale] = '\0';

	numeric = numeric_from_text(text);
	pfree(text);
	return numeric;
}

/* Adds an amount with whatever sums_add_amount() has no time for. */
AmountSums *
debiteur_sums_add_parts(AmountSums *sums, int i, const Amount *amount)
{
	AmountSum *sum = &sums->sum[i];
	int64 fraction = sum->fraction + amount->fraction;
	int64 carry = fraction / AMOUNT_FRACTION_UNITS;
	int64 whole;

	sums->scale = Max(sums->scale, amount->scale);
	if (pg_add_s64_overflow(sum->whole, amount->whole, &whole) ||
		pg_add_s64_overflow(whole, carry, &whole))
	{
		/* What was summed so far becomes rest; begin again from zero. */
		sums = add_to_rest(
			sums, i, parts_to_numeric(sum->whole, sum->fraction, sums->scale));
		sum = &sums->sum[i];
		whole = amount->whole;
		fraction = amount->fraction;
		carry = 0;
	}
	sum->whole = whole;
	sum->fraction = fraction - carry * AMOUNT_FRACTION_UNITS;
	return sums;
}

static AmountSums *
free_moved(AmountSums *before, const AmountSums *given, AmountSums *sums)
{
	if (before != sums && before != given)
		pfree(before);
	return sums;
}

/*
 * Adds each of the other sums, from the first that is asked for, to its like.
 * What was moved on the way is freed, for a thousand moves would leave a
 * thousand copies behind; not what was given, which is the caller's.
 */
AmountSums *
debiteur_sums_add_all(AmountSums *given, const AmountSums *others, int first)
{
	AmountSums *sums = given;

	for (int i = first; i < others->n_sums; i++)
	{
		const AmountSum *other = &others->sum[i];
		Numeric rest = rest_of(others, i);
		Amount amount = {other->whole, other->fraction, others->scale};

		sums =
			free_moved(sums, given, debiteur_sums_add_parts(sums, i, &amount));
		if (rest != NULL)
			sums = free_moved(
				sums, given,
				debiteur_sums_add_any(sums, i, (struct varlena *) rest));
	}
	sums->n_of_scale = 0;
	return sums;
}

/* The same with more sums, which are zero. */
AmountSums *
debiteur_sums_grow(const AmountSums *sums, int n_sums)
{
	AmountSums *grown = debiteur_sums_new(n_sums, sums->n_bounds);

	memcpy(AmountSumsBounds(grown), AmountSumsBounds(sums),
		   sums->n_bounds * sizeof(int32));
	return debiteur_sums_add_all(grown, sums, 0);
}

/* A combine function: adds up two states of as many sums; NULL is no sums. */
Datum
debiteur_sums_combine(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	if (PG_ARGISNULL(0))
		PG_RETURN_POINTER(PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(1)));
	PG_RETURN_POINTER(
		debiteur_sums_add_all(debiteur_sums_to_change(fcinfo, 0),
							  (AmountSums *) PG_GETARG_VARLENA_P(1), 0));
}

/* One of the sums, with the largest scale that any of them had added. */
Numeric
debiteur_sums_get(const AmountSums *sums, int i)
{
	Numeric numeric = parts_to_numeric(sums->sum[i].whole,
									   sums->sum[i].fraction, sums->scale);
	Numeric rest = rest_of(sums, i);

	return rest == NULL ? numeric : plus(numeric, rest);
}

/*
 * Text and binary. The owner of the state writes and reads what goes before.
 */
void
debiteur_sums_text(const AmountSums *sums, StringInfo text)
{
	for (int i = 0; i < sums->n_sums; i++)
	{
		Datum sum = NumericGetDatum(debiteur_sums_get(sums, i));

		appendStringInfoChar(text, i == 0 ? '{' : ',');
		appendStringInfoString(
			text, DatumGetCString(DirectFunctionCall1(numeric_out, sum)));
	}
	appendStringInfoChar(text, '}');
}

/*
 * How long the number at the beginning of the text is: 0 if there is none, or
 * one that numeric would not take.
 */
static size_t
number_length(const char *text)
{
	static const char *const special[] = {"NaN", "Infinity", "-Infinity"};
	size_t sign = (text[0] == '-');
	size_t before = strspn(text + sign, "0123456789");
	size_t after;

	for (size_t i = 0; i < lengthof(special); i++)
		if (strncmp(text, special[i], strlen(special[i])) == 0)
			return strlen(special[i]);

	if (before == 0 || before > NUMERIC_DIGITS_BEFORE_POINT)
		return 0;
	if (text[sign + before] != '.')
		return sign + before;
	after = strspn(text + sign + before + 1, "0123456789");
	if (after == 0 || after > NUMERIC_DIGITS_AFTER_POINT)
		return 0;
	return sign + before + 1 + after;
}

/* Reads "{...}" into sums that are zero; NULL if the text is not so many. */
AmountSums *
debiteur_sums_parse(AmountSums *given, const char *text)
{
	AmountSums *sums = given;

	for (int i = 0; i < sums->n_sums; i++)
	{
		size_t length;
		char *number;

		if (*text++ != (i == 0 ? '{' : ','))
			return NULL;
		length = number_length(text);
		if (length == 0)
			return NULL;
		number = pnstrdup(text, length);
		sums = free_moved(
			sums, given,
			debiteur_sums_add_any(
				sums, i, (struct varlena *) numeric_from_text(number)));
		pfree(number);
		text += length;
	}
	return strcmp(text, "}") == 0 ? sums : NULL;
}

void
debiteur_sums_send(const AmountSums *sums, StringInfo buf)
{
	for (int i = 0; i < sums->n_sums; i++)
	{
		Datum sum = NumericGetDatum(debiteur_sums_get(sums, i));
		bytea *sent = DatumGetByteaP(DirectFunctionCall1(numeric_send, sum));

		pq_sendbytes(buf, VARDATA(sent), VARSIZE(sent) - VARHDRSZ);
	}
}

/* Reads the sums into sums that are zero. */
AmountSums *
debiteur_sums_recv(AmountSums *given, StringInfo buf)
{
	AmountSums *sums = given;

	for (int i = 0; i < sums->n_sums; i++)
	{
		Datum sum = DirectFunctionCall3(numeric_recv, PointerGetDatum(buf),
										ObjectIdGetDatum(InvalidOid),
										Int32GetDatum(-1));

		sums =
			free_moved(sums, given,
					   debiteur_sums_add_any(
						   sums, i, (struct varlena *) DatumGetNumeric(sum)));
	}
	return sums;
}
