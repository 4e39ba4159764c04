/*
 * flow: the roll-up. What was posted, by posting date, due date and currency;
 * so that a figure of the ledger on any date is a sum over some thousand rows.
 *
 * Level 0 rows are written by the postings' triggers, each with an id of its
 * own, so that no two sessions wait for each other; fold() adds them to the
 * levels day, month and year and deletes them. A reader adds the years before
 * as_of's, the months of its year before its month, the days of its month up to
 * as_of, and what is not folded. All levels are sums, so a back-dated posting
 * adds to its day, month and year and makes nothing else wrong.
 */
CREATE SEQUENCE flow_id_seq;
CREATE TABLE flow (
    level         smallint NOT NULL CHECK (level BETWEEN 0 AND 3),
    period        date NOT NULL,
    currency      text NOT NULL,
    due_on        date NOT NULL,
    id            bigint NOT NULL DEFAULT 0,
    receivable    numeric NOT NULL DEFAULT 0,
    charges       numeric NOT NULL DEFAULT 0,
    on_account    numeric NOT NULL DEFAULT 0,
    items         bigint NOT NULL DEFAULT 0,
    invoices      bigint NOT NULL DEFAULT 0,
    sales         numeric NOT NULL DEFAULT 0,
    charged       numeric NOT NULL DEFAULT 0,
    receipts      numeric NOT NULL DEFAULT 0,
    credits       numeric NOT NULL DEFAULT 0,
    discounts     numeric NOT NULL DEFAULT 0,
    write_offs    numeric NOT NULL DEFAULT 0,
    closed        bigint NOT NULL DEFAULT 0,
    days          bigint NOT NULL DEFAULT 0,
    late          bigint NOT NULL DEFAULT 0,
    closed_amount numeric NOT NULL DEFAULT 0,
    amount_days   numeric NOT NULL DEFAULT 0,
    amount_late   numeric NOT NULL DEFAULT 0,
    PRIMARY KEY (level, period, currency, due_on, id)
);
ALTER SEQUENCE flow_id_seq OWNED BY flow.id;
COMMENT ON TABLE flow IS 'Roll-up of the postings; the reports read it. Written by triggers and fold(); verify() compares it with what it is made of.';
COMMENT ON COLUMN flow.level IS '0: not folded; 1: a day; 2: a month; 3: a year.';
COMMENT ON COLUMN flow.period IS 'Posting date (levels 0 and 1), or first day of the month or year.';
COMMENT ON COLUMN flow.currency IS 'ISO 4217.';
COMMENT ON COLUMN flow.due_on IS 'Due date of the claims; infinity: money, which has none.';
COMMENT ON COLUMN flow.id IS '0, but of its own on level 0.';
COMMENT ON COLUMN flow.receivable IS 'Change of what is open of invoices and credit notes.';
COMMENT ON COLUMN flow.charges IS 'Change of what is open of costs and interest.';
COMMENT ON COLUMN flow.on_account IS 'Change of the money that is not allocated.';
COMMENT ON COLUMN flow.items IS 'Change of the number of open claims.';
COMMENT ON COLUMN flow.invoices IS 'Invoices issued.';
COMMENT ON COLUMN flow.sales IS 'Invoices issued, amount.';
COMMENT ON COLUMN flow.charged IS 'Costs and interest issued.';
COMMENT ON COLUMN flow.receipts IS 'Money received, reversals deducted.';
COMMENT ON COLUMN flow.credits IS 'Credit notes issued, direct credits and cancellations.';
COMMENT ON COLUMN flow.discounts IS 'Discounts granted.';
COMMENT ON COLUMN flow.write_offs IS 'Claims written off.';
COMMENT ON COLUMN flow.closed IS 'Invoices settled, by money at least in part; one that opens again is taken back.';
COMMENT ON COLUMN flow.days IS 'Of these, the days from issue to settlement, summed.';
COMMENT ON COLUMN flow.late IS 'Of these, the days from due date to settlement, early ones 0, summed.';
COMMENT ON COLUMN flow.closed_amount IS 'Amount of these invoices.';
COMMENT ON COLUMN flow.amount_days IS 'Sum of amount times days.';
COMMENT ON COLUMN flow.amount_late IS 'Sum of amount times days late.';
