/* dispute: what a customer contests, and what became of it; and notes on holds. */
CREATE TABLE dispute (
    hold_id     bigint PRIMARY KEY REFERENCES hold,
    customer_id bigint NOT NULL REFERENCES customer,
    invoice_id  bigint NOT NULL REFERENCES invoice,
    cause       text NOT NULL CHECK (cause <> ''),
    amount      numeric NOT NULL CHECK (amount > 0),
    owner       text,
    opened_on   date NOT NULL CHECK (isfinite(opened_on)),
    outcome     text CHECK (outcome IN ('granted', 'partly_granted', 'rejected')),
    credited    numeric,
    resolved_on date CHECK (isfinite(resolved_on)),
    CONSTRAINT dispute_outcome CHECK (num_nulls(outcome, credited, resolved_on) IN (0, 3) AND credited >= 0 AND resolved_on >= opened_on)
);
CREATE INDEX dispute_opened ON dispute (opened_on);
COMMENT ON TABLE dispute IS 'Disputes about claims; the hold of the same id keeps the disputed part from being dunned.';
COMMENT ON COLUMN dispute.hold_id IS 'Its hold.';
COMMENT ON COLUMN dispute.customer_id IS 'Who disputes.';
COMMENT ON COLUMN dispute.invoice_id IS 'The claim.';
COMMENT ON COLUMN dispute.cause IS 'Category, chosen by the user: price, quality, delivery, ...';
COMMENT ON COLUMN dispute.amount IS 'What is disputed, in the claim''s currency: what was given, else what was open.';
COMMENT ON COLUMN dispute.owner IS 'Who sees to it.';
COMMENT ON COLUMN dispute.opened_on IS 'First day of its hold.';
COMMENT ON COLUMN dispute.outcome IS 'granted, partly_granted or rejected; NULL: not resolved.';
COMMENT ON COLUMN dispute.credited IS 'What was credited for it; NULL: not resolved.';
COMMENT ON COLUMN dispute.resolved_on IS 'When; NULL: not resolved.';

CREATE SEQUENCE hold_note_id_seq;
CREATE TABLE hold_note (
    id          bigint PRIMARY KEY DEFAULT nextval('hold_note_id_seq'),
    customer_id bigint NOT NULL REFERENCES customer,
    hold_id     bigint NOT NULL REFERENCES hold,
    note        text NOT NULL CHECK (note <> ''),
    document    text CHECK (document <> ''),
    created_by  text NOT NULL DEFAULT coalesce(nullif(current_setting('role'), 'none'), session_user),
    created_at  timestamptz NOT NULL DEFAULT now()
);
ALTER SEQUENCE hold_note_id_seq OWNED BY hold_note.id;
CREATE INDEX hold_note_hold ON hold_note (hold_id);
COMMENT ON TABLE hold_note IS 'Notes on holds: evidence, calls, letters. Append-only.';
COMMENT ON COLUMN hold_note.id IS 'Opaque; add_note() returns it.';
COMMENT ON COLUMN hold_note.customer_id IS 'The hold''s customer.';
COMMENT ON COLUMN hold_note.hold_id IS 'The hold.';
COMMENT ON COLUMN hold_note.note IS 'The text.';
COMMENT ON COLUMN hold_note.document IS 'Where the document is that it is about: a link, or a number of your archive; NULL: there is none.';
COMMENT ON COLUMN hold_note.created_by IS 'Role of whoever wrote it.';
COMMENT ON COLUMN hold_note.created_at IS 'When it was written.';
