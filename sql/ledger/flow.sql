/*
 * flow: the roll-up. What was posted, by posting date, due date and currency;
 * so that a figure of the ledger on any date is a sum over some thousand rows.
 *
 * The postings' triggers append to flow, each row with an id of its own, so
 * that no two sessions wait for each other. fold() adds these rows to the
 * levels day, month and year of two tables and deletes them: flow_by_due keeps
 * the due dates, for the aging's inner buckets; flow_total has none, and what is
 * past due as measures of their own, for the KPIs and the aging's outer buckets.
 * A reader adds the years before as_of's, the months of its year before its
 * month, the days of its month up to as_of (flow_periods), and what is in flow.
 * All levels are sums, so a back-dated posting adds to its day, month and year
 * and makes nothing else wrong.
 */
CREATE SEQUENCE flow_id_seq;
-- Emptied again and again: vacuumed by rows and not by share.
CREATE TABLE flow (
    id            bigint PRIMARY KEY DEFAULT nextval('flow_id_seq'),
    posted_on     date NOT NULL,
    currency      text NOT NULL,
    due_on        date NOT NULL,
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
    amount_late   numeric NOT NULL DEFAULT 0
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
ALTER SEQUENCE flow_id_seq OWNED BY flow.id;
COMMENT ON TABLE flow IS 'Roll-up of the postings, as far as it is not folded. Written by triggers; the reports read it with flow_by_due and flow_total; verify() compares it with what it is made of.';
COMMENT ON COLUMN flow.id IS 'Opaque.';
COMMENT ON COLUMN flow.posted_on IS 'Posting date.';
COMMENT ON COLUMN flow.currency IS 'ISO 4217.';
COMMENT ON COLUMN flow.due_on IS 'Due date of the claims; infinity: money, which has none.';
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

CREATE TABLE flow_by_due (
    level         smallint NOT NULL CHECK (level BETWEEN 1 AND 3),
    period        date NOT NULL,
    currency      text NOT NULL,
    due_on        date NOT NULL,
    receivable    numeric NOT NULL DEFAULT 0,
    charges       numeric NOT NULL DEFAULT 0,
    items         bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (level, period, currency, due_on)
);
-- For the aging: of months and years only some due dates are read.
CREATE INDEX flow_by_due_due ON flow_by_due (level, due_on, period) WHERE level > 1;
COMMENT ON TABLE flow_by_due IS 'Roll-up of what is open, by due date; written by fold().';
COMMENT ON COLUMN flow_by_due.level IS '1: a day; 2: a month; 3: a year.';
COMMENT ON COLUMN flow_by_due.period IS 'Posting date, or first day of the month or year.';
COMMENT ON COLUMN flow_by_due.currency IS 'ISO 4217.';
COMMENT ON COLUMN flow_by_due.due_on IS 'Due date of the claims.';
COMMENT ON COLUMN flow_by_due.receivable IS 'Change of what is open of invoices and credit notes.';
COMMENT ON COLUMN flow_by_due.charges IS 'Change of what is open of costs and interest.';
COMMENT ON COLUMN flow_by_due.items IS 'Change of the number of open claims.';

CREATE TABLE flow_total (
    level           smallint NOT NULL CHECK (level BETWEEN 1 AND 3),
    period          date NOT NULL,
    currency        text NOT NULL,
    receivable      numeric NOT NULL DEFAULT 0,
    charges         numeric NOT NULL DEFAULT 0,
    items           bigint NOT NULL DEFAULT 0,
    overdue         numeric NOT NULL DEFAULT 0,
    overdue_charges numeric NOT NULL DEFAULT 0,
    overdue_items   bigint NOT NULL DEFAULT 0,
    on_account      numeric NOT NULL DEFAULT 0,
    invoices        bigint NOT NULL DEFAULT 0,
    sales           numeric NOT NULL DEFAULT 0,
    charged         numeric NOT NULL DEFAULT 0,
    receipts        numeric NOT NULL DEFAULT 0,
    credits         numeric NOT NULL DEFAULT 0,
    discounts       numeric NOT NULL DEFAULT 0,
    write_offs      numeric NOT NULL DEFAULT 0,
    closed          bigint NOT NULL DEFAULT 0,
    days            bigint NOT NULL DEFAULT 0,
    late            bigint NOT NULL DEFAULT 0,
    closed_amount   numeric NOT NULL DEFAULT 0,
    amount_days     numeric NOT NULL DEFAULT 0,
    amount_late     numeric NOT NULL DEFAULT 0,
    PRIMARY KEY (level, period, currency)
);
COMMENT ON TABLE flow_total IS 'Roll-up of all postings, whatever their due date; written by fold().';
COMMENT ON COLUMN flow_total.level IS '1: a day; 2: a month; 3: a year.';
COMMENT ON COLUMN flow_total.period IS 'Posting date, or first day of the month or year.';
COMMENT ON COLUMN flow_total.currency IS 'ISO 4217.';
COMMENT ON COLUMN flow_total.receivable IS 'Change of what is open of invoices and credit notes.';
COMMENT ON COLUMN flow_total.charges IS 'Change of what is open of costs and interest.';
COMMENT ON COLUMN flow_total.items IS 'Change of the number of open claims.';
COMMENT ON COLUMN flow_total.overdue IS 'Change of the receivable that is past due: posted when due, or from the day after the due date on.';
COMMENT ON COLUMN flow_total.overdue_charges IS 'The same of charges.';
COMMENT ON COLUMN flow_total.overdue_items IS 'The same of items.';
COMMENT ON COLUMN flow_total.on_account IS 'Change of the money that is not allocated.';
COMMENT ON COLUMN flow_total.invoices IS 'Invoices issued.';
COMMENT ON COLUMN flow_total.sales IS 'Invoices issued, amount.';
COMMENT ON COLUMN flow_total.charged IS 'Costs and interest issued.';
COMMENT ON COLUMN flow_total.receipts IS 'Money received, reversals deducted.';
COMMENT ON COLUMN flow_total.credits IS 'Credit notes issued, direct credits and cancellations.';
COMMENT ON COLUMN flow_total.discounts IS 'Discounts granted.';
COMMENT ON COLUMN flow_total.write_offs IS 'Claims written off.';
COMMENT ON COLUMN flow_total.closed IS 'Invoices settled, by money at least in part; one that opens again is taken back.';
COMMENT ON COLUMN flow_total.days IS 'Of these, the days from issue to settlement, summed.';
COMMENT ON COLUMN flow_total.late IS 'Of these, the days from due date to settlement, early ones 0, summed.';
COMMENT ON COLUMN flow_total.closed_amount IS 'Amount of these invoices.';
COMMENT ON COLUMN flow_total.amount_days IS 'Sum of amount times days.';
COMMENT ON COLUMN flow_total.amount_late IS 'Sum of amount times days late.';
