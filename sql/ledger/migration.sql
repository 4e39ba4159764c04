/*
 * migration: cases that were moved to another version of a policy. Their
 * notices keep the version under which they went out; this says what followed.
 */
CREATE SEQUENCE migration_id_seq;
CREATE TABLE migration (
    id             bigint PRIMARY KEY DEFAULT nextval('migration_id_seq'),
    customer_id    bigint NOT NULL,
    invoice_id     bigint NOT NULL REFERENCES invoice,
    cycle          int NOT NULL,
    from_policy_id bigint NOT NULL,
    from_step      int NOT NULL,
    to_policy_id   bigint NOT NULL,
    to_step        int NOT NULL,
    matched_by     text NOT NULL CHECK (matched_by IN ('steps', 'age')),
    moved_at       timestamptz NOT NULL,
    moved_by       text NOT NULL
);
ALTER SEQUENCE migration_id_seq OWNED BY migration.id;
CREATE INDEX migration_invoice ON migration (invoice_id);
COMMENT ON TABLE migration IS 'Cases that migrate_policy() moved, one row each.';
COMMENT ON COLUMN migration.id IS 'Opaque.';
COMMENT ON COLUMN migration.customer_id IS 'Whose claim.';
COMMENT ON COLUMN migration.invoice_id IS 'The claim.';
COMMENT ON COLUMN migration.cycle IS 'Which case of it.';
COMMENT ON COLUMN migration.from_policy_id IS 'Version it was under.';
COMMENT ON COLUMN migration.from_step IS 'Last step taken there.';
COMMENT ON COLUMN migration.to_policy_id IS 'Version it is under since.';
COMMENT ON COLUMN migration.to_step IS 'Step there that counts as the last one taken; 0: it begins with the first.';
COMMENT ON COLUMN migration.matched_by IS 'How that was found: steps: the new version has steps that were taken; age: it has none, and this is the step it would have reached on the day of the last notice.';
COMMENT ON COLUMN migration.moved_at IS 'When.';
COMMENT ON COLUMN migration.moved_by IS 'Role that was logged in.';
