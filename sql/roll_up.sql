/*
 * roll_up.sql: the trigger of ledgers that appends to flow what was posted.
 *
 * It looks rows up by index, one or a million: its plans are made once, maybe
 * while the tables were empty.
 */
CREATE FUNCTION debiteur.roll_up() RETURNS trigger
LANGUAGE C SET enable_seqscan = off AS 'MODULE_PATHNAME', 'debiteur_roll_up';
COMMENT ON FUNCTION debiteur.roll_up() IS 'Trigger of a ledger''s tables invoice, payment and allocation (its argument says which): appends to flow what new rows add. The ledger''s functions flow_of_... say what that is.';
