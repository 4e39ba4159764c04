/* agencies: the dossier of a customer, recalls, money that the agency collects, and what it is told. */
CREATE OR REPLACE FUNCTION describe_postings(invoice_id bigint, as_of date) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
BEGIN
    RETURN coalesce((SELECT jsonb_agg(jsonb_build_object('posted_on', a.posted_on, 'kind', a.kind, 'amount', a.amount, 'reason', a.reason) ORDER BY a.posted_on, a.id)
                       FROM allocation a WHERE a.invoice_id = describe_postings.invoice_id AND a.posted_on <= describe_postings.as_of), '[]');
END $$;
COMMENT ON FUNCTION describe_postings(bigint, date) IS 'What was posted on a claim until a date, as JSON, the oldest first.';

CREATE OR REPLACE FUNCTION dossier(customer text, as_of date DEFAULT today()) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    owner_id bigint;
    owner customer;
BEGIN
    PERFORM require_date(dossier.as_of, 'as_of');
    owner_id := find_customer(dossier.customer);
    SELECT c.* INTO owner FROM customer c WHERE c.id = owner_id;
    RETURN jsonb_build_object(
        'as_of', dossier.as_of,
        'customer', to_jsonb(owner) - '{id,terms,policy,segment}'::text[],
        'claims', coalesce((
            SELECT jsonb_agg(jsonb_build_object(
                       'number', i.number, 'kind', i.kind, 'belongs_to', r.number, 'currency', i.currency, 'issued_on', i.issued_on,
                       'due_on', CASE WHEN i.rescheduled_on > dossier.as_of THEN due_as_of(i.id, dossier.as_of) ELSE i.due_on END,
                       'terms', i.terms::text, 'reference', i.reference, 'amount', i.amount, 'open_amount', o.open_amount, 'status', i.status::text,
                       'postings', describe_postings(i.id, dossier.as_of)) ORDER BY i.due_on, i.id)
              FROM invoice i
             CROSS JOIN LATERAL (SELECT i.amount - coalesce(sum(a.amount), 0) AS open_amount FROM allocation a
                                  WHERE a.invoice_id = i.id AND a.posted_on <= dossier.as_of) o
              LEFT JOIN invoice r ON r.id = i.related_id
             WHERE i.customer_id = owner.id AND i.issued_on <= dossier.as_of AND i.status NOT IN ('draft', 'cancelled') AND o.open_amount <> 0), '[]'),
        'on_account', coalesce((
            SELECT jsonb_object_agg(u.currency, u.amount)
              FROM (SELECT m.currency, sum(m.amount) AS amount FROM money_use m
                     WHERE m.customer_id = owner.id AND m.received_on <= dossier.as_of AND m.used_on > dossier.as_of GROUP BY 1) u
             WHERE u.amount <> 0), '{}'),
        'promises', coalesce((
            SELECT jsonb_agg(jsonb_build_object('made_on', p.made_on, 'promised_on', p.promised_on, 'currency', p.currency, 'amount', p.amount,
                                                'came_in', v.came_in, 'status', v.status, 'note', p.note) ORDER BY p.made_on, p.id)
              FROM value_promises(ARRAY(SELECT q.id FROM promise q WHERE q.customer_id = owner.id AND q.made_on <= dossier.as_of), dossier.as_of) v
              JOIN promise p ON p.id = v.promise_id), '[]'),
        'plans', coalesce((
            SELECT jsonb_agg(jsonb_build_object('agreed_on', p.agreed_on, 'currency', p.currency, 'amount', p.amount, 'came_in', v.came_in,
                                                'open_amount', v.open_amount, 'broken_on', v.broken_on, 'status', v.status, 'note', p.note) ORDER BY p.agreed_on, p.id)
              FROM value_plans(ARRAY(SELECT q.id FROM plan q WHERE q.customer_id = owner.id AND q.agreed_on <= dossier.as_of), dossier.as_of) v
              JOIN plan p ON p.id = v.plan_id), '[]'),
        'notices', coalesce((
            SELECT jsonb_agg(jsonb_build_object(
                       'issued_on', n.issued_on, 'action', n.action, 'channel', n.channel, 'sent_by', n.sent_by, 'currency', n.currency, 'amount', n.amount,
                       'delivery', n.delivery, 'attempts', n.attempts, 'note', n.delivery_note, 'address', n.address, 'email', n.email,
                       'claims', (SELECT jsonb_agg(l.number ORDER BY l.due_on, l.invoice_id) FROM notice_line l WHERE l.notice_id = n.id)) ORDER BY n.issued_on, n.id)
              FROM notice n WHERE n.customer_id = owner.id AND n.issued_on <= dossier.as_of), '[]'),
        'holds', coalesce((
            SELECT jsonb_agg(jsonb_build_object(
                       'kind', h.kind, 'claim', i.number, 'amount', h.amount, 'from', lower(h.during), 'until', upper(h.during) - 1, 'reason', h.reason,
                       'notes', coalesce((SELECT jsonb_agg(jsonb_build_object('written_at', n.created_at, 'note', n.note, 'document', n.document) ORDER BY n.id)
                                            FROM hold_note n WHERE n.hold_id = h.id), '[]'))
                             || CASE WHEN d.hold_id IS NULL THEN '{}'
                                     ELSE jsonb_build_object('outcome', d.outcome, 'credited', d.credited, 'resolved_on', d.resolved_on) END
                             ORDER BY lower(h.during), h.id)
              FROM hold h LEFT JOIN invoice i ON i.id = h.invoice_id LEFT JOIN dispute d ON d.hold_id = h.id
             WHERE h.customer_id = owner.id AND lower(h.during) <= dossier.as_of), '[]'),
        'contacts', coalesce((
            SELECT jsonb_agg(jsonb_build_object('contacted_on', k.contacted_on, 'channel', k.channel, 'outcome', k.outcome, 'note', k.note)
                             ORDER BY k.contacted_on, k.id)
              FROM contact k WHERE k.customer_id = owner.id AND k.contacted_on <= dossier.as_of), '[]'));
END $$;
COMMENT ON FUNCTION dossier(text, date) IS
'All that is known of a customer''s open claims on a date, as JSON: contact data, claims with their postings, money on account, promises and plans with what became of them, notices with their delivery, holds with their notes (all that were written so far) and, of disputes, the outcome, contacts. The message of a hand-over has it. Errors: RV009 no such customer; RV016 not a date.';

CREATE OR REPLACE FUNCTION post_to_agency(claim invoice, topic text, more jsonb) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO outbox (customer_id, topic, payload)
    SELECT c.id, post_to_agency.topic, jsonb_build_object('channel', 'agency', 'customer', c.number, 'name', c.name, 'invoice', claim.number, 'currency', claim.currency,
                                                          'open_amount', claim.open_amount) || more
      FROM customer c WHERE c.id = claim.customer_id;
    PERFORM pg_notify('debiteur', current_schema());
END $$;
COMMENT ON FUNCTION post_to_agency(invoice, text, jsonb) IS 'Puts a message about this claim, with what more there is to say, into the outbox for the agency, and sends NOTIFY debiteur with the ledger''s name.';

CREATE OR REPLACE FUNCTION recall_claim(
    invoice text, recalled_on date DEFAULT NULL, restart boolean DEFAULT false, note text DEFAULT NULL, key text DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    new_id bigint := request_begin(key, 'recall_claim', jsonb_build_object('invoice', invoice, 'recalled_on', recalled_on, 'restart', restart, 'note', note));
    claim invoice;
    day date := coalesce(recall_claim.recalled_on, today());
    again boolean := coalesce(restart, false);
BEGIN
    IF new_id IS NOT NULL THEN
        RETURN new_id;
    END IF;
    PERFORM require_date(day, 'recalled_on'), lock_invoice(recall_claim.invoice);
    SELECT i.* INTO claim FROM invoice i WHERE i.number = recall_claim.invoice;
    IF claim.status <> 'in_collection' THEN
        RAISE EXCEPTION 'invoice % is not with an agency', quote_literal(claim.number)
            USING ERRCODE = 'RV006', DETAIL = format('It is %s.', claim.status), HINT = 'Only claims that were handed over can be recalled.';
    END IF;
    IF day < claim.noticed_on THEN
        RAISE EXCEPTION 'invoice % was handed over on %, after %', quote_literal(claim.number), claim.noticed_on, day
            USING ERRCODE = 'RV016', DETAIL = 'The latter was given as recalled_on.', HINT = 'Give that day or a later one.';
    END IF;
    INSERT INTO recall AS r (customer_id, invoice_id, recalled_on, restarted, note)
        VALUES (claim.customer_id, claim.id, day, again, recall_claim.note) RETURNING r.id INTO new_id;
    -- A new case begins under the policy of then; without one, nothing follows the last step.
    UPDATE invoice i
       SET status = 'overdue', cycle = i.cycle + CASE WHEN again THEN 1 ELSE 0 END, step = CASE WHEN again THEN 0 ELSE i.step END,
           policy_id = CASE WHEN again THEN NULL ELSE i.policy_id END, noticed_on = CASE WHEN again THEN NULL ELSE i.noticed_on END,
           next_on = CASE WHEN again THEN day END
     WHERE i.id = claim.id;
    PERFORM post_to_agency(claim, 'recall', jsonb_build_object('recalled_on', day, 'note', recall_claim.note));
    RETURN request_end(key, new_id);
END $$;
COMMENT ON FUNCTION recall_claim(text, date, boolean, text, text) IS
'Takes a claim back from the agency, and tells it so by a message of topic recall; returns the recall''s id. The claim is overdue again; it is dunned again only with restart: from the first step of the customer''s policy. recalled_on: today. Errors: RV006 it is not with an agency; RV009 no such invoice; RV016 before it was handed over, or not a date.';

CREATE OR REPLACE FUNCTION record_agency_payment(
    customer text, collected numeric, withheld numeric DEFAULT 0, received_on date DEFAULT NULL, invoices text[] DEFAULT NULL,
    currency text DEFAULT NULL, reference text DEFAULT NULL, key text DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    new_id bigint := request_begin(key, 'record_agency_payment', jsonb_build_object('customer', customer, 'collected', collected, 'withheld', withheld,
        'received_on', received_on, 'invoices', invoices, 'currency', currency, 'reference', reference));
    used_currency text := coalesce(record_agency_payment.currency, (SELECT s.currency FROM settings s));
    payer bigint;
    handed_over text[];
BEGIN
    IF new_id IS NOT NULL THEN
        RETURN new_id;
    END IF;
    payer := lock_customer(record_agency_payment.customer);
    PERFORM require_amount(record_agency_payment.collected, used_currency);
    IF record_agency_payment.withheld IS NULL OR NOT is_amount(record_agency_payment.withheld, used_currency)
       OR record_agency_payment.withheld NOT BETWEEN 0 AND record_agency_payment.collected THEN
        RAISE EXCEPTION 'of % collected, % can''t be withheld', record_agency_payment.collected, coalesce(record_agency_payment.withheld::text, 'NULL')
            USING ERRCODE = 'RV004', DETAIL = 'It was given as withheld.', HINT = 'Give an amount from 0 to what was collected.';
    END IF;
    -- Costs before interest before principal: so an agency settles.
    handed_over := coalesce(record_agency_payment.invoices,
        ARRAY(SELECT i.number FROM invoice i
               WHERE i.customer_id = payer AND i.currency = used_currency AND i.status = 'in_collection' AND i.kind <> 'credit_note' AND i.open_amount <> 0
               ORDER BY CASE i.kind WHEN 'costs' THEN 1 WHEN 'interest' THEN 2 ELSE 3 END, i.due_on, i.id));
    new_id := record_payment(record_agency_payment.customer, record_agency_payment.collected, record_agency_payment.received_on, handed_over,
                             used_currency, record_agency_payment.reference, false);
    INSERT INTO agency_fee (payment_id, customer_id, withheld) VALUES (new_id, payer, record_agency_payment.withheld);
    RETURN request_end(key, new_id);
END $$;
COMMENT ON FUNCTION record_agency_payment(text, numeric, numeric, date, text[], text, text, text) IS
'Records what the agency collected of a customer; returns the payment''s id. collected: what the customer paid, all of which settles claims; withheld: what of it the agency kept as its fee and VAT: that is an expense, no claim. invoices: NULL: those with the agency, costs before interest before principal, oldest first; what is over stays on account. Errors: as record_payment(); RV004 withheld is not between 0 and collected.';

-- An agency must not ask for what the customer has paid to us meanwhile.
CREATE OR REPLACE FUNCTION tell_agency() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM post_to_agency(NEW, 'open_amount', jsonb_build_object('before', OLD.open_amount, 'status', NEW.status::text, 'postings', describe_postings(NEW.id, 'infinity')));
    RETURN NULL;
END $$;
COMMENT ON FUNCTION tell_agency() IS 'Trigger: when less or more is open of a claim that is with the agency, it is told by a message of topic open_amount. A claim of which nothing is open is not with it any more: if a payment bounces then, it begins anew with us.';

CREATE OR REPLACE TRIGGER tell_agency AFTER UPDATE OF allocated ON invoice FOR EACH ROW
    WHEN (OLD.status = 'in_collection' AND NEW.allocated <> OLD.allocated) EXECUTE FUNCTION tell_agency();
