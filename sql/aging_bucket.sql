/*
 * aging_bucket.sql
 *		Type aging_bucket: a range of days past due, and the bucket of a claim.
 */

CREATE TYPE debiteur.aging_bucket;

CREATE FUNCTION debiteur.aging_bucket_in(cstring) RETURNS debiteur.aging_bucket
    AS 'MODULE_PATHNAME', 'debiteur_aging_bucket_in'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.aging_bucket_in(cstring) IS 'text input: "not due", "1-30", "90+"; error RV001';
CREATE FUNCTION debiteur.aging_bucket_out(debiteur.aging_bucket) RETURNS cstring
    AS 'MODULE_PATHNAME', 'debiteur_aging_bucket_out'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.aging_bucket_out(debiteur.aging_bucket) IS 'text output of aging_bucket';
CREATE FUNCTION debiteur.aging_bucket_recv(internal) RETURNS debiteur.aging_bucket
    AS 'MODULE_PATHNAME', 'debiteur_aging_bucket_recv'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.aging_bucket_recv(internal) IS 'binary input: "more than" and "at most" so many days, two bytes each; error RV001';
CREATE FUNCTION debiteur.aging_bucket_send(debiteur.aging_bucket) RETURNS bytea
    AS 'MODULE_PATHNAME', 'debiteur_aging_bucket_send'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.aging_bucket_send(debiteur.aging_bucket) IS 'binary output of aging_bucket';

CREATE TYPE debiteur.aging_bucket (
    INPUT = debiteur.aging_bucket_in, OUTPUT = debiteur.aging_bucket_out,
    RECEIVE = debiteur.aging_bucket_recv, SEND = debiteur.aging_bucket_send,
    INTERNALLENGTH = 4, PASSEDBYVALUE, ALIGNMENT = int4, STORAGE = plain
);
COMMENT ON TYPE debiteur.aging_bucket IS
'A range of days past due: "not due" (on the due date and before), "1-30", "31-60", ... or "90+" (more than 90 days). Ordered: not due first, then by lower, then by upper bound. Days are at most 32767. Input of anything else is error RV001.';

CREATE FUNCTION debiteur.aging_bucket_eq(debiteur.aging_bucket, debiteur.aging_bucket) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_aging_bucket_eq'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.aging_bucket_eq(debiteur.aging_bucket, debiteur.aging_bucket) IS 'implementation of the operator =';
CREATE FUNCTION debiteur.aging_bucket_ne(debiteur.aging_bucket, debiteur.aging_bucket) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_aging_bucket_ne'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.aging_bucket_ne(debiteur.aging_bucket, debiteur.aging_bucket) IS 'implementation of the operator <>';
CREATE FUNCTION debiteur.aging_bucket_lt(debiteur.aging_bucket, debiteur.aging_bucket) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_aging_bucket_lt'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.aging_bucket_lt(debiteur.aging_bucket, debiteur.aging_bucket) IS 'implementation of the operator <';
CREATE FUNCTION debiteur.aging_bucket_le(debiteur.aging_bucket, debiteur.aging_bucket) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_aging_bucket_le'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.aging_bucket_le(debiteur.aging_bucket, debiteur.aging_bucket) IS 'implementation of the operator <=';
CREATE FUNCTION debiteur.aging_bucket_gt(debiteur.aging_bucket, debiteur.aging_bucket) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_aging_bucket_gt'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.aging_bucket_gt(debiteur.aging_bucket, debiteur.aging_bucket) IS 'implementation of the operator >';
CREATE FUNCTION debiteur.aging_bucket_ge(debiteur.aging_bucket, debiteur.aging_bucket) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_aging_bucket_ge'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.aging_bucket_ge(debiteur.aging_bucket, debiteur.aging_bucket) IS 'implementation of the operator >=';
CREATE FUNCTION debiteur.aging_bucket_cmp(debiteur.aging_bucket, debiteur.aging_bucket) RETURNS integer
    AS 'MODULE_PATHNAME', 'debiteur_aging_bucket_cmp'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.aging_bucket_cmp(debiteur.aging_bucket, debiteur.aging_bucket) IS 'order for btree: -1 (less), 0 (equal) or 1 (greater)';
CREATE FUNCTION debiteur.aging_bucket_hash(debiteur.aging_bucket) RETURNS integer
    AS 'MODULE_PATHNAME', 'debiteur_aging_bucket_hash'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.aging_bucket_hash(debiteur.aging_bucket) IS 'hash of 32 bits';
CREATE FUNCTION debiteur.aging_bucket_hash_extended(debiteur.aging_bucket, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'debiteur_aging_bucket_hash_extended'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.aging_bucket_hash_extended(debiteur.aging_bucket, bigint) IS 'hash of 64 bits with a seed';

CREATE OPERATOR debiteur.= (
    LEFTARG = debiteur.aging_bucket, RIGHTARG = debiteur.aging_bucket, FUNCTION = debiteur.aging_bucket_eq,
    COMMUTATOR = OPERATOR(debiteur.=), NEGATOR = OPERATOR(debiteur.<>),
    RESTRICT = eqsel, JOIN = eqjoinsel,
    HASHES, MERGES
);
COMMENT ON OPERATOR debiteur.= (debiteur.aging_bucket, debiteur.aging_bucket) IS 'the same range of days';

CREATE OPERATOR debiteur.<> (
    LEFTARG = debiteur.aging_bucket, RIGHTARG = debiteur.aging_bucket, FUNCTION = debiteur.aging_bucket_ne,
    COMMUTATOR = OPERATOR(debiteur.<>), NEGATOR = OPERATOR(debiteur.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR debiteur.<> (debiteur.aging_bucket, debiteur.aging_bucket) IS 'another range of days';

CREATE OPERATOR debiteur.< (
    LEFTARG = debiteur.aging_bucket, RIGHTARG = debiteur.aging_bucket, FUNCTION = debiteur.aging_bucket_lt,
    COMMUTATOR = OPERATOR(debiteur.>), NEGATOR = OPERATOR(debiteur.>=),
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR debiteur.< (debiteur.aging_bucket, debiteur.aging_bucket) IS 'less far past due: a smaller lower bound, or the same and a smaller upper bound';

CREATE OPERATOR debiteur.<= (
    LEFTARG = debiteur.aging_bucket, RIGHTARG = debiteur.aging_bucket, FUNCTION = debiteur.aging_bucket_le,
    COMMUTATOR = OPERATOR(debiteur.>=), NEGATOR = OPERATOR(debiteur.>),
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR debiteur.<= (debiteur.aging_bucket, debiteur.aging_bucket) IS 'less far past due, or the same';

CREATE OPERATOR debiteur.> (
    LEFTARG = debiteur.aging_bucket, RIGHTARG = debiteur.aging_bucket, FUNCTION = debiteur.aging_bucket_gt,
    COMMUTATOR = OPERATOR(debiteur.<), NEGATOR = OPERATOR(debiteur.<=),
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR debiteur.> (debiteur.aging_bucket, debiteur.aging_bucket) IS 'farther past due: a greater lower bound, or the same and a greater upper bound';

CREATE OPERATOR debiteur.>= (
    LEFTARG = debiteur.aging_bucket, RIGHTARG = debiteur.aging_bucket, FUNCTION = debiteur.aging_bucket_ge,
    COMMUTATOR = OPERATOR(debiteur.<=), NEGATOR = OPERATOR(debiteur.<),
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR debiteur.>= (debiteur.aging_bucket, debiteur.aging_bucket) IS 'farther past due, or the same';

CREATE OPERATOR CLASS debiteur.aging_bucket_ops DEFAULT FOR TYPE debiteur.aging_bucket USING btree AS
    OPERATOR 1 debiteur.<, OPERATOR 2 debiteur.<=, OPERATOR 3 debiteur.=,
    OPERATOR 4 debiteur.>=, OPERATOR 5 debiteur.>,
    FUNCTION 1 debiteur.aging_bucket_cmp(debiteur.aging_bucket, debiteur.aging_bucket),
    FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS debiteur.aging_bucket_ops USING btree IS 'order by lower, then by upper bound; not due is first';

CREATE OPERATOR CLASS debiteur.aging_bucket_ops DEFAULT FOR TYPE debiteur.aging_bucket USING hash AS
    OPERATOR 1 debiteur.=,
    FUNCTION 1 debiteur.aging_bucket_hash(debiteur.aging_bucket),
    FUNCTION 2 debiteur.aging_bucket_hash_extended(debiteur.aging_bucket, bigint);
COMMENT ON OPERATOR CLASS debiteur.aging_bucket_ops USING hash IS 'equality of aging buckets';

CREATE FUNCTION debiteur.aging_bucket(due date, as_of date, bounds integer[] DEFAULT '{30,60,90}') RETURNS debiteur.aging_bucket
    AS 'MODULE_PATHNAME', 'debiteur_aging_bucket_of_date'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.aging_bucket(date, date, integer[]) IS
'The bucket on as_of of a claim due on due. Overdue means as_of > due. bounds are the last days of the buckets, ascending; every date falls into exactly one bucket of aging_buckets(bounds). Due infinity is not due, -infinity in the last bucket. NULL gives NULL. Errors: RV001 if the bounds are none, more than 1,000, NULL, not ascending or not between 1 and 32767; RV016 if as_of is infinite.';

CREATE FUNCTION debiteur.aging_bucket(days integer, bounds integer[] DEFAULT '{30,60,90}') RETURNS debiteur.aging_bucket
    AS 'MODULE_PATHNAME', 'debiteur_aging_bucket_of_days'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.aging_bucket(integer, integer[]) IS
'The bucket of a claim so many days past due; not due for 0 and less. bounds are the last days of the buckets, ascending. NULL gives NULL. Error RV001 if the bounds are none, more than 1,000, NULL, not ascending or not between 1 and 32767.';

CREATE FUNCTION debiteur.aging_buckets(bounds integer[] DEFAULT '{30,60,90}') RETURNS SETOF debiteur.aging_bucket
    AS 'MODULE_PATHNAME', 'debiteur_aging_buckets'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 5;
COMMENT ON FUNCTION debiteur.aging_buckets(integer[]) IS
'All buckets of a scheme, in order: not due, one up to each bound, and one past the last. Join it to show buckets that are empty. NULL gives no rows. Error RV001 if the bounds are none, more than 1,000, NULL, not ascending or not between 1 and 32767.';

CREATE FUNCTION debiteur.lower_days(bucket debiteur.aging_bucket) RETURNS integer
    AS 'MODULE_PATHNAME', 'debiteur_lower_days'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.lower_days(debiteur.aging_bucket) IS
'The first day past due of the bucket: 31 for "31-60", 91 for "90+"; NULL for "not due", which has none.';

CREATE FUNCTION debiteur.upper_days(bucket debiteur.aging_bucket) RETURNS integer
    AS 'MODULE_PATHNAME', 'debiteur_upper_days'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.upper_days(debiteur.aging_bucket) IS
'The last day past due of the bucket: 60 for "31-60", 0 for "not due"; NULL for "90+", which has none.';
