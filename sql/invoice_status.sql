/*
 * invoice_status.sql
 *		Type invoice_status: where a claim is in its life, and what it can
 *		become.
 */

CREATE TYPE debiteur.invoice_status;

CREATE FUNCTION debiteur.invoice_status_in(cstring) RETURNS debiteur.invoice_status
    AS 'MODULE_PATHNAME', 'debiteur_invoice_status_in'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.invoice_status_in(cstring) IS 'text input: an exact label; error RV001';
CREATE FUNCTION debiteur.invoice_status_out(debiteur.invoice_status) RETURNS cstring
    AS 'MODULE_PATHNAME', 'debiteur_invoice_status_out'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.invoice_status_out(debiteur.invoice_status) IS 'text output of invoice_status';
CREATE FUNCTION debiteur.invoice_status_recv(internal) RETURNS debiteur.invoice_status
    AS 'MODULE_PATHNAME', 'debiteur_invoice_status_recv'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.invoice_status_recv(internal) IS 'binary input: one byte from 1 (draft) to 8 (cancelled); error RV001';
CREATE FUNCTION debiteur.invoice_status_send(debiteur.invoice_status) RETURNS bytea
    AS 'MODULE_PATHNAME', 'debiteur_invoice_status_send'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.invoice_status_send(debiteur.invoice_status) IS 'binary output of invoice_status';

CREATE TYPE debiteur.invoice_status (
    INPUT = debiteur.invoice_status_in, OUTPUT = debiteur.invoice_status_out,
    RECEIVE = debiteur.invoice_status_recv, SEND = debiteur.invoice_status_send,
    INTERNALLENGTH = 1, PASSEDBYVALUE, ALIGNMENT = char, STORAGE = plain
);
COMMENT ON TYPE debiteur.invoice_status IS
'Where a claim is in its life, ordered along it: draft, open (issued), overdue (its due date is past), in_collection (handed over), and its ends paid, credited, written_off, cancelled. Input is one of these labels exactly, else error RV001. "Partly paid", "disputed" and "in arrangement" are no statuses but facts beside it: the open amount, holds.';

CREATE FUNCTION debiteur.invoice_status_eq(debiteur.invoice_status, debiteur.invoice_status) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_invoice_status_eq'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.invoice_status_eq(debiteur.invoice_status, debiteur.invoice_status) IS 'implementation of the operator =';
CREATE FUNCTION debiteur.invoice_status_ne(debiteur.invoice_status, debiteur.invoice_status) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_invoice_status_ne'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.invoice_status_ne(debiteur.invoice_status, debiteur.invoice_status) IS 'implementation of the operator <>';
CREATE FUNCTION debiteur.invoice_status_lt(debiteur.invoice_status, debiteur.invoice_status) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_invoice_status_lt'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.invoice_status_lt(debiteur.invoice_status, debiteur.invoice_status) IS 'implementation of the operator <';
CREATE FUNCTION debiteur.invoice_status_le(debiteur.invoice_status, debiteur.invoice_status) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_invoice_status_le'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.invoice_status_le(debiteur.invoice_status, debiteur.invoice_status) IS 'implementation of the operator <=';
CREATE FUNCTION debiteur.invoice_status_gt(debiteur.invoice_status, debiteur.invoice_status) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_invoice_status_gt'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.invoice_status_gt(debiteur.invoice_status, debiteur.invoice_status) IS 'implementation of the operator >';
CREATE FUNCTION debiteur.invoice_status_ge(debiteur.invoice_status, debiteur.invoice_status) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_invoice_status_ge'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.invoice_status_ge(debiteur.invoice_status, debiteur.invoice_status) IS 'implementation of the operator >=';
CREATE FUNCTION debiteur.invoice_status_cmp(debiteur.invoice_status, debiteur.invoice_status) RETURNS integer
    AS 'MODULE_PATHNAME', 'debiteur_invoice_status_cmp'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.invoice_status_cmp(debiteur.invoice_status, debiteur.invoice_status) IS 'order for btree: -1 (less), 0 (equal) or 1 (greater)';
CREATE FUNCTION debiteur.invoice_status_hash(debiteur.invoice_status) RETURNS integer
    AS 'MODULE_PATHNAME', 'debiteur_invoice_status_hash'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.invoice_status_hash(debiteur.invoice_status) IS 'hash of 32 bits';
CREATE FUNCTION debiteur.invoice_status_hash_extended(debiteur.invoice_status, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'debiteur_invoice_status_hash_extended'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.invoice_status_hash_extended(debiteur.invoice_status, bigint) IS 'hash of 64 bits with a seed';

CREATE OPERATOR debiteur.= (
    LEFTARG = debiteur.invoice_status, RIGHTARG = debiteur.invoice_status, FUNCTION = debiteur.invoice_status_eq,
    COMMUTATOR = OPERATOR(debiteur.=), NEGATOR = OPERATOR(debiteur.<>),
    RESTRICT = eqsel, JOIN = eqjoinsel,
    HASHES, MERGES
);
COMMENT ON OPERATOR debiteur.= (debiteur.invoice_status, debiteur.invoice_status) IS 'the same status';

CREATE OPERATOR debiteur.<> (
    LEFTARG = debiteur.invoice_status, RIGHTARG = debiteur.invoice_status, FUNCTION = debiteur.invoice_status_ne,
    COMMUTATOR = OPERATOR(debiteur.<>), NEGATOR = OPERATOR(debiteur.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR debiteur.<> (debiteur.invoice_status, debiteur.invoice_status) IS 'another status';

CREATE OPERATOR debiteur.< (
    LEFTARG = debiteur.invoice_status, RIGHTARG = debiteur.invoice_status, FUNCTION = debiteur.invoice_status_lt,
    COMMUTATOR = OPERATOR(debiteur.>), NEGATOR = OPERATOR(debiteur.>=),
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR debiteur.< (debiteur.invoice_status, debiteur.invoice_status) IS 'earlier in the life of a claim';

CREATE OPERATOR debiteur.<= (
    LEFTARG = debiteur.invoice_status, RIGHTARG = debiteur.invoice_status, FUNCTION = debiteur.invoice_status_le,
    COMMUTATOR = OPERATOR(debiteur.>=), NEGATOR = OPERATOR(debiteur.>),
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR debiteur.<= (debiteur.invoice_status, debiteur.invoice_status) IS 'earlier in the life of a claim, or the same';

CREATE OPERATOR debiteur.> (
    LEFTARG = debiteur.invoice_status, RIGHTARG = debiteur.invoice_status, FUNCTION = debiteur.invoice_status_gt,
    COMMUTATOR = OPERATOR(debiteur.<), NEGATOR = OPERATOR(debiteur.<=),
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR debiteur.> (debiteur.invoice_status, debiteur.invoice_status) IS 'later in the life of a claim';

CREATE OPERATOR debiteur.>= (
    LEFTARG = debiteur.invoice_status, RIGHTARG = debiteur.invoice_status, FUNCTION = debiteur.invoice_status_ge,
    COMMUTATOR = OPERATOR(debiteur.<=), NEGATOR = OPERATOR(debiteur.<),
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR debiteur.>= (debiteur.invoice_status, debiteur.invoice_status) IS 'later in the life of a claim, or the same';

CREATE OPERATOR CLASS debiteur.invoice_status_ops DEFAULT FOR TYPE debiteur.invoice_status USING btree AS
    OPERATOR 1 debiteur.<, OPERATOR 2 debiteur.<=, OPERATOR 3 debiteur.=,
    OPERATOR 4 debiteur.>=, OPERATOR 5 debiteur.>,
    FUNCTION 1 debiteur.invoice_status_cmp(debiteur.invoice_status, debiteur.invoice_status),
    FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS debiteur.invoice_status_ops USING btree IS 'order along the life of a claim';

CREATE OPERATOR CLASS debiteur.invoice_status_ops DEFAULT FOR TYPE debiteur.invoice_status USING hash AS
    OPERATOR 1 debiteur.=,
    FUNCTION 1 debiteur.invoice_status_hash(debiteur.invoice_status),
    FUNCTION 2 debiteur.invoice_status_hash_extended(debiteur.invoice_status, bigint);
COMMENT ON OPERATOR CLASS debiteur.invoice_status_ops USING hash IS 'equality of statuses';

CREATE FUNCTION debiteur.can_become("from" debiteur.invoice_status, "to" debiteur.invoice_status) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_can_become'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.can_become(debiteur.invoice_status, debiteur.invoice_status) IS
'May a claim go from the first status to the second? To stay the same is always allowed. A draft is issued or cancelled; an open or overdue claim can become anything but a draft; one in collection is taken back as overdue, settled or cancelled; a settled one (paid, credited, written_off) is settled otherwise or opens again when a posting is reversed; a cancelled one stays so. NULL gives NULL.';

CREATE FUNCTION debiteur.is_open(status debiteur.invoice_status) RETURNS boolean
    AS 'MODULE_PATHNAME', 'debiteur_is_open'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION debiteur.is_open(debiteur.invoice_status) IS
'Is money still to be had on a claim of this status: open, overdue or in_collection? NULL gives NULL.';
