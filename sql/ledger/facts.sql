/*
 * facts: posted facts stay as posted, whoever asks; a wrong one is corrected
 * by a counter-posting. The conditions are in the triggers' WHEN clauses, so a
 * lawful change costs no function call, and an update of other columns, such as
 * a dunning run's, nothing; updates are checked AFTER, for a BEFORE trigger
 * would lock every row once more.
 */
CREATE OR REPLACE FUNCTION facts_stay() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    RAISE EXCEPTION 'a row of % can''t be changed by % once it is posted', quote_ident(TG_ARGV[0]), TG_OP
        USING ERRCODE = 'RV005', DETAIL = TG_ARGV[1], HINT = TG_ARGV[2];
END $$;
COMMENT ON FUNCTION facts_stay() IS 'Trigger: refuses (RV005) to change or delete posted facts.';

CREATE OR REPLACE FUNCTION status_refused() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    RAISE EXCEPTION 'invoice % can''t become % from %', NEW.number, NEW.status, OLD.status
        USING ERRCODE = 'RV006', DETAIL = format('It is over %s, and %s is allocated.', NEW.amount, NEW.allocated),
              HINT = 'A status follows the facts: post a payment, a credit note, a write-off or a cancellation.';
END $$;
COMMENT ON FUNCTION status_refused() IS 'Trigger: refuses (RV006) a change of status that debiteur.can_become() does not know, or that only a posting makes.';

CREATE OR REPLACE TRIGGER facts_update
    AFTER UPDATE OF id, customer_id, number, kind, related_id, currency, amount, issued_on, terms ON invoice FOR EACH ROW
    WHEN (OLD.status <> 'draft' AND (
          NEW.id <> OLD.id OR NEW.customer_id <> OLD.customer_id OR NEW.number <> OLD.number OR NEW.kind <> OLD.kind
          OR NEW.related_id IS DISTINCT FROM OLD.related_id OR NEW.currency <> OLD.currency OR NEW.amount <> OLD.amount
          OR NEW.issued_on <> OLD.issued_on OR NEW.terms <> OLD.terms))
    EXECUTE FUNCTION facts_stay('invoice', 'An issued invoice keeps its number, customer, kind, currency, amount, dates and terms.',
        'Correct it by a credit note and a new invoice.');
-- The triggers of allocation and reschedule write these columns; nobody else does.
CREATE OR REPLACE TRIGGER facts_due AFTER UPDATE OF due_on, rescheduled_on ON invoice FOR EACH ROW
    WHEN (pg_trigger_depth() = 0
          AND (NEW.rescheduled_on IS DISTINCT FROM OLD.rescheduled_on OR (OLD.status <> 'draft' AND NEW.due_on <> OLD.due_on)))
    EXECUTE FUNCTION facts_stay('invoice', 'due_on and rescheduled_on follow the rows of reschedule.', 'Use reschedule(): it moves the open amount on the day that it happens.');
CREATE OR REPLACE TRIGGER facts_allocated AFTER UPDATE OF allocated, closed_on ON invoice FOR EACH ROW
    WHEN (pg_trigger_depth() = 0
          AND (NEW.allocated <> OLD.allocated OR (OLD.status <> 'draft' AND NEW.closed_on IS DISTINCT FROM OLD.closed_on)))
    EXECUTE FUNCTION facts_stay('invoice', 'allocated and closed_on follow the allocations.', 'Post an allocation: record_payment(), allocate(), write_off().');
CREATE OR REPLACE TRIGGER facts_status AFTER UPDATE ON invoice FOR EACH ROW
    WHEN (NOT can_become(OLD.status, NEW.status)
          -- Only postings settle a claim or open it again.
          OR (pg_trigger_depth() = 0 AND NEW.status <> OLD.status AND OLD.status <> 'draft'
              AND NOT (is_open(OLD.status) AND is_open(NEW.status)))
          -- Whoever writes it, the status says whether something is open. A draft over 0 is open until draft_issued().
          OR (NEW.status <> 'draft' AND NEW.amount <> 0 AND is_open(NEW.status) = (NEW.open_amount = 0))
          OR (NEW.closed_on IS NULL) <> (is_open(NEW.status) OR NEW.status = 'draft'))
    EXECUTE FUNCTION status_refused();
CREATE OR REPLACE TRIGGER facts_delete BEFORE DELETE ON invoice FOR EACH ROW WHEN (OLD.status <> 'draft')
    EXECUTE FUNCTION facts_stay('invoice', 'Only a draft can be deleted.', 'Use cancel_invoice() or issue_credit_note().');
CREATE OR REPLACE TRIGGER facts_truncate BEFORE TRUNCATE ON invoice
    EXECUTE FUNCTION facts_stay('invoice', 'Invoices are not deleted.', 'debiteur.drop_ledger() drops a whole ledger.');

CREATE OR REPLACE TRIGGER facts_update BEFORE UPDATE OR DELETE ON reschedule FOR EACH ROW
    EXECUTE FUNCTION facts_stay('reschedule', 'When a claim was due, and from which day on, stays as it was.', 'reschedule() gives the claim another due date.');
CREATE OR REPLACE TRIGGER facts_truncate BEFORE TRUNCATE ON reschedule
    EXECUTE FUNCTION facts_stay('reschedule', 'Changes of due dates are not deleted.', 'debiteur.drop_ledger() drops a whole ledger.');

CREATE OR REPLACE TRIGGER facts_update AFTER UPDATE ON payment FOR EACH ROW
    WHEN (NEW.id <> OLD.id OR NEW.customer_id <> OLD.customer_id OR NEW.currency <> OLD.currency OR NEW.amount <> OLD.amount
          OR NEW.received_on <> OLD.received_on OR NEW.reverses_id IS DISTINCT FROM OLD.reverses_id
          OR (pg_trigger_depth() = 0 AND (NEW.allocated <> OLD.allocated OR NEW.reversed_on IS DISTINCT FROM OLD.reversed_on)))
    EXECUTE FUNCTION facts_stay('payment', 'A payment keeps its customer, currency, amount and date; allocated and reversed_on follow the postings.',
        'Use reverse_payment() and record it again.');
CREATE OR REPLACE TRIGGER facts_delete BEFORE DELETE ON payment FOR EACH ROW
    EXECUTE FUNCTION facts_stay('payment', 'Payments are not deleted.', 'Use reverse_payment().');
CREATE OR REPLACE TRIGGER facts_truncate BEFORE TRUNCATE ON payment
    EXECUTE FUNCTION facts_stay('payment', 'Payments are not deleted.', 'debiteur.drop_ledger() drops a whole ledger.');

CREATE OR REPLACE TRIGGER facts_update BEFORE UPDATE OR DELETE ON allocation FOR EACH ROW
    EXECUTE FUNCTION facts_stay('allocation', 'Allocations are append-only.', 'Use reverse_payment(), or post a reversal.');
CREATE OR REPLACE TRIGGER facts_truncate BEFORE TRUNCATE ON allocation
    EXECUTE FUNCTION facts_stay('allocation', 'Allocations are append-only.', 'debiteur.drop_ledger() drops a whole ledger.');

CREATE OR REPLACE TRIGGER facts_update AFTER UPDATE ON notice FOR EACH ROW
    WHEN (NEW.id <> OLD.id OR NEW.customer_id <> OLD.customer_id OR NEW.currency <> OLD.currency
          OR NEW.policy_id IS DISTINCT FROM OLD.policy_id OR NEW.step IS DISTINCT FROM OLD.step OR NEW.plan_id IS DISTINCT FROM OLD.plan_id
          OR NEW.instalment IS DISTINCT FROM OLD.instalment
          OR NEW.channel <> OLD.channel OR NEW.action <> OLD.action OR NEW.issued_on <> OLD.issued_on
          OR NEW.lead_id <> OLD.lead_id OR NEW.amount <> OLD.amount OR NEW.name <> OLD.name OR NEW.address IS DISTINCT FROM OLD.address
          OR NEW.country IS DISTINCT FROM OLD.country OR NEW.email IS DISTINCT FROM OLD.email OR NEW.phone IS DISTINCT FROM OLD.phone
          OR NEW.language <> OLD.language OR NEW.text_id IS DISTINCT FROM OLD.text_id)
    EXECUTE FUNCTION facts_stay('notice', 'Only its delivery can change.', 'Use confirm_notice() or fail_notice().');
CREATE OR REPLACE TRIGGER facts_delete BEFORE DELETE ON notice FOR EACH ROW
    EXECUTE FUNCTION facts_stay('notice', 'Notices are the record of what was sent.', 'Use fail_notice() if it did not arrive.');
CREATE OR REPLACE TRIGGER facts_truncate BEFORE TRUNCATE ON notice
    EXECUTE FUNCTION facts_stay('notice', 'Notices are the record of what was sent.', 'debiteur.drop_ledger() drops a whole ledger.');
CREATE OR REPLACE TRIGGER facts_update BEFORE UPDATE OR DELETE ON notice_line FOR EACH ROW
    EXECUTE FUNCTION facts_stay('notice_line', 'The lines of a notice are as printed.', 'They stay.');
CREATE OR REPLACE TRIGGER facts_truncate BEFORE TRUNCATE ON notice_line
    EXECUTE FUNCTION facts_stay('notice_line', 'The lines of a notice are as printed.', 'debiteur.drop_ledger() drops a whole ledger.');

CREATE OR REPLACE TRIGGER facts_update AFTER UPDATE ON policy FOR EACH ROW
    WHEN (NEW.id <> OLD.id OR NEW.name <> OLD.name OR NEW.version <> OLD.version OR NEW.catch_up <> OLD.catch_up
          OR NEW.grouped_by <> OLD.grouped_by OR NEW.minimum_amount <> OLD.minimum_amount OR NEW.min_interval <> OLD.min_interval
          OR NEW.step_minimums IS DISTINCT FROM OLD.step_minimums OR NEW.minimum_share <> OLD.minimum_share
          OR NEW.steps <> OLD.steps OR NEW.convention <> OLD.convention OR NEW.send_days IS DISTINCT FROM OLD.send_days
          OR NEW.quiet IS DISTINCT FROM OLD.quiet OR NEW.currency IS DISTINCT FROM OLD.currency)
    EXECUTE FUNCTION facts_stay('policy', 'A version of a policy stays as it was.', 'set_policy() makes a new version.');
-- Claims and notices name their version without a foreign key.
CREATE OR REPLACE TRIGGER facts_delete BEFORE DELETE ON policy FOR EACH ROW
    EXECUTE FUNCTION facts_stay('policy', 'Claims and notices refer to versions of policies.', 'Give the customers another policy.');
CREATE OR REPLACE TRIGGER facts_truncate BEFORE TRUNCATE ON policy
    EXECUTE FUNCTION facts_stay('policy', 'Claims and notices refer to versions of policies.', 'debiteur.drop_ledger() drops a whole ledger.');

CREATE OR REPLACE TRIGGER facts_update BEFORE UPDATE OR DELETE ON migration FOR EACH ROW
    EXECUTE FUNCTION facts_stay('migration', 'What was moved stays as it was.', 'migrate_policy() moves cases again.');
CREATE OR REPLACE TRIGGER facts_truncate BEFORE TRUNCATE ON migration
    EXECUTE FUNCTION facts_stay('migration', 'What was moved is not deleted.', 'debiteur.drop_ledger() drops a whole ledger.');

CREATE OR REPLACE TRIGGER facts_update AFTER UPDATE ON notice_text FOR EACH ROW
    WHEN (NEW.id <> OLD.id OR NEW.action <> OLD.action OR NEW.language <> OLD.language OR NEW.channel <> OLD.channel
          OR NEW.subject <> OLD.subject OR NEW.body <> OLD.body OR NEW.line <> OLD.line)
    EXECUTE FUNCTION facts_stay('notice_text', 'A version of a text stays as it was.', 'set_notice_text() makes a new version.');
CREATE OR REPLACE TRIGGER facts_delete BEFORE DELETE ON notice_text FOR EACH ROW
    EXECUTE FUNCTION facts_stay('notice_text', 'Notices were written with it.', 'UPDATE notice_text SET current = false has no more written.');
CREATE OR REPLACE TRIGGER facts_truncate BEFORE TRUNCATE ON notice_text
    EXECUTE FUNCTION facts_stay('notice_text', 'Notices were written with them.', 'debiteur.drop_ledger() drops a whole ledger.');

CREATE OR REPLACE TRIGGER facts_update BEFORE UPDATE OR DELETE ON hold_note FOR EACH ROW
    EXECUTE FUNCTION facts_stay('hold_note', 'Notes are evidence.', 'Add another note: add_note().');
CREATE OR REPLACE TRIGGER facts_truncate BEFORE TRUNCATE ON hold_note
    EXECUTE FUNCTION facts_stay('hold_note', 'Notes are evidence.', 'debiteur.drop_ledger() drops a whole ledger.');

CREATE OR REPLACE TRIGGER facts_update BEFORE UPDATE OR DELETE ON credit_limit FOR EACH ROW
    EXECUTE FUNCTION facts_stay('credit_limit', 'Who gave which limit, and when, stays as it was.', 'set_credit_limit() gives another limit, or none.');
CREATE OR REPLACE TRIGGER facts_truncate BEFORE TRUNCATE ON credit_limit
    EXECUTE FUNCTION facts_stay('credit_limit', 'Decisions on limits are not deleted.', 'debiteur.drop_ledger() drops a whole ledger.');
