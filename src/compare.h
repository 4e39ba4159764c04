/*
 * compare.h
 *		Comparison and hash functions of the types that are one small integer.
 *
 * invoice_status, aging_bucket and dunning_step are passed by value and packed
 * so that the order of the integers is the order of the type and equal values
 * have equal bits. Then everything btree and hash need is the same few lines.
 */
#ifndef DEBITEUR_COMPARE_H
#define DEBITEUR_COMPARE_H

#include "common/hashfn.h"
#include "fmgr.h"

#define COMPARISON(name, getarg, operator)                                    \
	PG_FUNCTION_INFO_V1(name);                                                \
	Datum name(PG_FUNCTION_ARGS)                                              \
	{                                                                         \
		PG_RETURN_BOOL(getarg(0) operator getarg(1));                         \
	}                                                                         \
	extern Datum name(PG_FUNCTION_ARGS)

/* The functions debiteur_TYPE_eq ... _hash_extended; getarg is PG_GETARG_x. */
#define COMPARISONS(type, getarg)                                             \
	COMPARISON(debiteur_##type##_eq, getarg, ==);                             \
	COMPARISON(debiteur_##type##_ne, getarg, !=);                             \
	COMPARISON(debiteur_##type##_lt, getarg, <);                              \
	COMPARISON(debiteur_##type##_le, getarg, <=);                             \
	COMPARISON(debiteur_##type##_gt, getarg, >);                              \
	COMPARISON(debiteur_##type##_ge, getarg, >=);                             \
	PG_FUNCTION_INFO_V1(debiteur_##type##_cmp);                               \
	Datum debiteur_##type##_cmp(PG_FUNCTION_ARGS)                             \
	{                                                                         \
		PG_RETURN_INT32((getarg(0) > getarg(1)) - (getarg(0) < getarg(1)));   \
	}                                                                         \
	PG_FUNCTION_INFO_V1(debiteur_##type##_hash);                              \
	Datum debiteur_##type##_hash(PG_FUNCTION_ARGS)                            \
	{                                                                         \
		return UInt32GetDatum(hash_bytes_uint32((uint32) getarg(0)));         \
	}                                                                         \
	PG_FUNCTION_INFO_V1(debiteur_##type##_hash_extended);                     \
	Datum debiteur_##type##_hash_extended(PG_FUNCTION_ARGS)                   \
	{                                                                         \
		return UInt64GetDatum(hash_bytes_uint32_extended(                     \
			(uint32) getarg(0), (uint64) PG_GETARG_INT64(1)));                \
	}                                                                         \
	extern Datum debiteur_##type##_hash_extended(PG_FUNCTION_ARGS)

#endif /* DEBITEUR_COMPARE_H */
