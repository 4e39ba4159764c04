/*
 * reschedules: what changing a due date does to its claim, and what a claim's
 * due date was on a day.
 *
 * Whoever inserts rows, reschedule() or the owner, one trigger checks them and
 * brings the claims up to date, as for allocations.
 */
CREATE OR REPLACE FUNCTION due_as_of(invoice_id bigint, as_of date) RETURNS date
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
BEGIN
    -- No LIMIT: it could lead the planner along all rows in the order of their ids.
    RETURN coalesce((SELECT (array_agg(r.due_from ORDER BY r.id))[1] FROM reschedule r WHERE r.invoice_id = due_as_of.invoice_id AND r.posted_on > due_as_of.as_of),
                    (SELECT i.due_on FROM invoice i WHERE i.id = due_as_of.invoice_id));
END $$;
COMMENT ON FUNCTION due_as_of(bigint, date) IS 'Due date of a claim, given by its id, as it was at the end of a day; of -infinity: the one that it was issued with. Only for claims with rescheduled_on after that day it is another one than invoice.due_on.';

CREATE OR REPLACE FUNCTION reschedule(invoice text, due_on date, reason text DEFAULT NULL, posted_on date DEFAULT NULL, key text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    new_id bigint := request_begin(key, 'reschedule', jsonb_build_object('invoice', invoice, 'due_on', due_on, 'reason', reason, 'posted_on', posted_on));
    claim_id bigint;
    day date := coalesce(reschedule.posted_on, today());
BEGIN
    IF new_id IS NOT NULL THEN
        RETURN new_id;
    END IF;
    PERFORM require_date(reschedule.due_on, 'due_on'), require_date(day, 'posted_on');
    claim_id := lock_invoice(reschedule.invoice);
    INSERT INTO reschedule AS r (invoice_id, posted_on, due_to, reason) VALUES (claim_id, day, reschedule.due_on, reschedule.reason)
        RETURNING r.id INTO new_id;
    RETURN request_end(key, new_id);
END $$;
COMMENT ON FUNCTION reschedule(text, date, text, date, text) IS
'Gives an open claim another due date, earlier or later; returns the id of its row in reschedule. From posted_on (today) on it is aged by the new date; on earlier dates the reports stay as they were. Dunning looks at it again: steps that were taken stay taken, the others count from the new date, also one that would count from the notice before, if that was earlier. An overdue claim is open again while the new date has not passed. Errors: RV006 the claim is not open, or it is handed over; RV009 no such invoice; RV016 not a date, the date that it has, a date before the invoice''s, or something was posted to it after posted_on.';

CREATE OR REPLACE FUNCTION reschedule_defaults() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    claim record;
BEGIN
    SELECT i.customer_id, i.due_on INTO claim FROM invoice i WHERE i.id = NEW.invoice_id;
    NEW.customer_id := coalesce(NEW.customer_id, claim.customer_id);
    NEW.due_from := coalesce(NEW.due_from, claim.due_on);
    RETURN NEW;
END $$;
COMMENT ON FUNCTION reschedule_defaults() IS 'Trigger: a change of a due date belongs to its invoice''s customer, and begins with the due date that the claim has.';

CREATE OR REPLACE TRIGGER reschedule_defaults BEFORE INSERT ON reschedule FOR EACH ROW
    WHEN (NEW.customer_id IS NULL OR NEW.due_from IS NULL) EXECUTE FUNCTION reschedule_defaults();

CREATE OR REPLACE FUNCTION reschedule_fault(ids bigint[], OUT code text, OUT fault text, OUT number text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    SELECT f.found[1], f.found[2], f.number INTO code, fault, number
      FROM (SELECT r.id, i.number, CASE
                -- Sessions that insert without a lock can get their ids in another order than they come to pass.
                WHEN r.due_from <> r.last_to OR r.posted_on < r.last_on OR NOT r.posted AND r.last_posted THEN
                    ARRAY['RV016', format('since %s it is due on %s', r.last_on, r.last_to)]
                WHEN NOT r.posted THEN NULL
                WHEN i.status NOT IN ('open', 'overdue') THEN ARRAY['RV006', format('it is %s', i.status)]
                WHEN r.customer_id <> i.customer_id THEN ARRAY['RV009', 'it belongs to another customer']
                WHEN r.last_to IS NULL AND r.due_from <> i.due_on THEN ARRAY['RV016', format('it is due on %s, not on %s', i.due_on, r.due_from)]
                WHEN r.due_to = r.due_from THEN ARRAY['RV016', format('it is due on %s already', r.due_to)]
                WHEN least(r.due_to, r.posted_on) < i.issued_on AND (i.kind <> 'credit_note' OR r.posted_on < i.issued_on) THEN
                    ARRAY['RV016', format('it was issued on %s, after %s', i.issued_on, least(r.due_to, r.posted_on))]
                WHEN EXISTS (SELECT FROM allocation a WHERE a.invoice_id = r.invoice_id AND a.posted_on > r.posted_on) THEN
                    ARRAY['RV016', format('something was posted to it after %s', r.posted_on)]
                END AS found
              FROM (SELECT c.*, n.id IS NOT NULL AS posted, lag(n.id IS NOT NULL) OVER chain AS last_posted, lag(c.due_to) OVER chain AS last_to,
                           lag(c.posted_on) OVER chain AS last_on
                      FROM reschedule c LEFT JOIN unnest(ids) AS n(id) ON n.id = c.id
                     WHERE c.invoice_id IN (SELECT p.invoice_id FROM reschedule p WHERE p.id = ANY (ids))
                    WINDOW chain AS (PARTITION BY c.invoice_id ORDER BY c.id)) r
              JOIN invoice i ON i.id = r.invoice_id) f
     WHERE f.found IS NOT NULL
     ORDER BY f.id LIMIT 1;
END $$;
COMMENT ON FUNCTION reschedule_fault(bigint[]) IS 'What is wrong with one of these changes of due dates, with its SQLSTATE and the number of its invoice; NULLs if nothing.';

CREATE OR REPLACE FUNCTION reschedule_posted() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    ids bigint[];
    customers bigint[];
    claims bigint[];
    wrong record;
BEGIN
    SELECT array_agg(n.id), array_agg(DISTINCT n.customer_id), array_agg(DISTINCT n.invoice_id) INTO ids, customers, claims FROM posted n;
    IF ids IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM FROM customer c WHERE c.id = ANY (customers) ORDER BY c.id FOR NO KEY UPDATE;
    SELECT * INTO wrong FROM reschedule_fault(ids);
    IF wrong.code IS NOT NULL THEN
        RAISE EXCEPTION 'invoice % can''t be rescheduled: %', wrong.number, wrong.fault
            USING ERRCODE = wrong.code, DETAIL = (SELECT format('The rows posted: %s, on %s, to %s.', count(*), max(n.posted_on), max(n.due_to)) FROM posted n),
                  HINT = 'An open claim that is not with an agency (recall_claim()) gets another due date, not before its issue, on a day not before the last thing posted to it.';
    END IF;
    UPDATE invoice i
       SET due_on = r.due_to,
           rescheduled_on = r.posted_on,
           status = CASE WHEN r.due_to >= r.posted_on THEN 'open' ELSE i.status END,
           -- Not on an earlier day, on which it had another due date.
           next_on = CASE WHEN i.kind <> 'credit_note' THEN r.posted_on END
      FROM (SELECT DISTINCT ON (c.invoice_id) c.* FROM reschedule c WHERE c.invoice_id = ANY (claims) ORDER BY c.invoice_id, c.id DESC) r
     WHERE i.id = r.invoice_id;
    INSERT INTO flow (posted_on, currency, due_on, receivable, charges, items)
    SELECT f.* FROM flow_of_reschedules(ids, '{}') f;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION reschedule_posted() IS 'Trigger: checks new changes of due dates, brings their claims up to date and appends to flow what they move.';

CREATE OR REPLACE TRIGGER posted AFTER INSERT ON reschedule REFERENCING NEW TABLE AS posted
    FOR EACH STATEMENT EXECUTE FUNCTION reschedule_posted();
