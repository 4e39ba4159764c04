/*
 * invoice: a claim with its own balance.
 *
 * The facts (number, customer, dates, amount, ...) stay as posted. What follows
 * from postings (allocated, status, closed_on, another due_on) is kept up by
 * triggers; what dunning knows of the claim (policy_id ... next_on) is written
 * by advance.
 */
CREATE SEQUENCE invoice_id_seq;
CREATE TABLE invoice (
    id          bigint PRIMARY KEY DEFAULT nextval('invoice_id_seq'),
    customer_id bigint NOT NULL REFERENCES customer,
    number      text NOT NULL UNIQUE CHECK (number <> ''),
    kind        text NOT NULL DEFAULT 'invoice' CHECK (kind IN ('invoice', 'credit_note', 'costs', 'interest')),
    related_id  bigint REFERENCES invoice,
    currency    text NOT NULL CHECK (minor_units(currency) >= 0),
    amount      numeric NOT NULL,
    issued_on   date NOT NULL CHECK (issued_on BETWEEN '0001-01-01' AND '9999-12-31'),
    due_on      date NOT NULL CHECK (isfinite(due_on)),
    terms       payment_terms NOT NULL,
    reference   text,
    allocated   numeric NOT NULL DEFAULT 0,
    open_amount numeric NOT NULL GENERATED ALWAYS AS (CASE WHEN status = 'cancelled' THEN 0 ELSE amount - allocated END) STORED,
    status      invoice_status NOT NULL DEFAULT 'open',
    closed_on   date,
    rescheduled_on date,
    policy_id   bigint,
    cycle       int NOT NULL DEFAULT 1,
    step        int NOT NULL DEFAULT 0,
    noticed_on  date,
    next_on     date,
    CONSTRAINT invoice_amount CHECK (is_amount(amount, currency) AND (CASE WHEN kind = 'credit_note' THEN amount < 0 ELSE amount >= 0 END)),
    CONSTRAINT invoice_due CHECK (due_on >= issued_on OR kind = 'credit_note')
);
ALTER SEQUENCE invoice_id_seq OWNED BY invoice.id;
CREATE INDEX invoice_customer ON invoice (customer_id, issued_on);
-- What aging_by_customer() needs of an open claim.
CREATE INDEX invoice_open ON invoice (customer_id, currency) INCLUDE (due_on, issued_on, open_amount, status) WHERE open_amount <> 0;
CREATE INDEX invoice_next ON invoice (next_on, id) WHERE next_on IS NOT NULL;
-- Whether there are credit notes to distribute is asked for each batch.
CREATE INDEX invoice_credit ON invoice (customer_id) WHERE open_amount < 0;
CREATE INDEX invoice_related ON invoice (related_id) WHERE related_id IS NOT NULL;
COMMENT ON TABLE invoice IS 'Claims on customers: invoices, credit notes (negative), costs and interest.';
COMMENT ON COLUMN invoice.id IS 'Opaque; the natural key is number.';
COMMENT ON COLUMN invoice.customer_id IS 'Who owes.';
COMMENT ON COLUMN invoice.number IS 'Invoice number, unique in the ledger.';
COMMENT ON COLUMN invoice.kind IS 'invoice, credit_note, costs or interest. Costs and interest are claims of their own, not sales.';
COMMENT ON COLUMN invoice.related_id IS 'The invoice that a credit note, costs or interest belong to.';
COMMENT ON COLUMN invoice.currency IS 'ISO 4217.';
COMMENT ON COLUMN invoice.amount IS 'VAT included; negative for a credit note; no more digits than the currency has.';
COMMENT ON COLUMN invoice.issued_on IS 'Invoice date.';
COMMENT ON COLUMN invoice.due_on IS 'Last day of payment in time: overdue from the day after. Default: from the terms; for a credit note its invoice''s, else its own date. Kept by the rows of reschedule.';
COMMENT ON COLUMN invoice.terms IS 'Default: the customer''s, else those of settings.';
COMMENT ON COLUMN invoice.reference IS 'Payment reference printed on the invoice.';
COMMENT ON COLUMN invoice.allocated IS 'Sum of the allocations; kept by them.';
COMMENT ON COLUMN invoice.open_amount IS 'amount - allocated; 0 for a draft that was cancelled.';
COMMENT ON COLUMN invoice.status IS 'Follows the allocations and the dates; draft becomes open when it is issued.';
COMMENT ON COLUMN invoice.closed_on IS 'Day of the posting that settled it; NULL while open.';
COMMENT ON COLUMN invoice.rescheduled_on IS 'Day from which due_on is what it is, kept by the rows of reschedule: the posted_on of the last; NULL: the claim never had another due date.';
COMMENT ON COLUMN invoice.policy_id IS 'Policy version of its case, from the first notice on.';
COMMENT ON COLUMN invoice.cycle IS 'Counts its cases: a settled claim that opens again begins a new one.';
COMMENT ON COLUMN invoice.step IS 'Number of the last step taken in this cycle; 0: none.';
COMMENT ON COLUMN invoice.noticed_on IS 'Day of that step.';
COMMENT ON COLUMN invoice.next_on IS 'First day on which advance looks at it again; NULL: nothing is to be done.';
