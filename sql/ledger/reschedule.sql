/*
 * reschedule: changes of due dates, append-only. A claim's rows, in the order
 * of their ids, are a chain: each begins with the due date that the one before
 * it ended with, on its day or a later one, and the last ends with invoice.due_on.
 */
CREATE SEQUENCE reschedule_id_seq;
CREATE TABLE reschedule (
    id          bigint PRIMARY KEY DEFAULT nextval('reschedule_id_seq'),
    customer_id bigint NOT NULL REFERENCES customer,
    invoice_id  bigint NOT NULL REFERENCES invoice,
    posted_on   date NOT NULL CHECK (posted_on BETWEEN '0001-01-01' AND '9999-12-31'),
    due_from    date NOT NULL,
    due_to      date NOT NULL CHECK (due_to BETWEEN '0001-01-01' AND '9999-12-31'),
    reason      text
);
ALTER SEQUENCE reschedule_id_seq OWNED BY reschedule.id;
CREATE INDEX reschedule_invoice ON reschedule (invoice_id, id);
COMMENT ON TABLE reschedule IS 'Changes of claims'' due dates: from posted_on on, what is open counts by the new one; on earlier dates by the old one.';
COMMENT ON COLUMN reschedule.id IS 'Ascending along a claim; reschedule() returns it.';
COMMENT ON COLUMN reschedule.customer_id IS 'The invoice''s customer; default: taken from the invoice.';
COMMENT ON COLUMN reschedule.invoice_id IS 'The claim.';
COMMENT ON COLUMN reschedule.posted_on IS 'Day of the change; not before anything else that was posted to the claim then; from year 1 to 9999.';
COMMENT ON COLUMN reschedule.due_from IS 'The due date before; default: the claim''s, as it was when the statement began.';
COMMENT ON COLUMN reschedule.due_to IS 'The due date from then on; from year 1 to 9999.';
COMMENT ON COLUMN reschedule.reason IS 'Why, in words.';
