/* contact: what came of calls and other contacts with customers. */
CREATE SEQUENCE contact_id_seq;
CREATE TABLE contact (
    id           bigint PRIMARY KEY DEFAULT nextval('contact_id_seq'),
    customer_id  bigint NOT NULL REFERENCES customer,
    notice_id    bigint,
    contacted_on date NOT NULL CHECK (isfinite(contacted_on)),
    channel      text NOT NULL DEFAULT 'phone' CHECK (channel IN ('phone', 'email', 'letter', 'sms', 'visit', 'other')),
    outcome      text NOT NULL CHECK (outcome IN ('reached', 'promised', 'disputed', 'refused', 'paid_already', 'no_answer', 'left_message', 'wrong_number')),
    note         text,
    again_on     date CHECK (again_on > contacted_on),
    recorded_by  text NOT NULL DEFAULT session_user
);
ALTER SEQUENCE contact_id_seq OWNED BY contact.id;
CREATE INDEX contact_customer ON contact (customer_id, contacted_on);
COMMENT ON TABLE contact IS 'Contacts with customers, one row each; record_contact() writes them.';
COMMENT ON COLUMN contact.id IS 'Opaque; record_contact() returns it.';
COMMENT ON COLUMN contact.customer_id IS 'With whom.';
COMMENT ON COLUMN contact.notice_id IS 'The call or task that asked for it; NULL: none did.';
COMMENT ON COLUMN contact.contacted_on IS 'When.';
COMMENT ON COLUMN contact.channel IS 'phone, email, letter, sms, visit or other.';
COMMENT ON COLUMN contact.outcome IS 'reached, promised, disputed, refused, paid_already; or nobody was reached: no_answer, left_message, wrong_number.';
COMMENT ON COLUMN contact.note IS 'In words.';
COMMENT ON COLUMN contact.again_on IS 'From when on it is on the worklist again; NULL: not.';
COMMENT ON COLUMN contact.recorded_by IS 'Database user who recorded it.';
