/*
 * bare.sql
 *		What a good DBA would write by hand for one day: one UPDATE … RETURNING
 *		feeding INSERTs, which leaves the same rows as advance on bench's data. It
 *		knows what advance has to find out: that all claims are at step 1, that
 *		no customer has credits, and that nothing came in for a promise; and,
 *		unless :any_held, that no claim is held.
 */
WITH
\if :any_held
held AS MATERIALIZED (
    SELECT h.invoice_id, sum(coalesce(h.amount, 'infinity')) AS amount, min(upper(h.during)) AS ends_on
      FROM bare.hold h WHERE h.during @> :'as_of'::date GROUP BY 1
), kept AS (
    UPDATE bare.invoice i SET next_on = k.ends_on
      FROM held k WHERE i.id = k.invoice_id AND i.next_on <= :'as_of'::date AND i.step = 1 AND k.amount >= i.open_amount
), taken AS (
    UPDATE bare.invoice i
       SET step = 2, next_on = i.due_on + 14, noticed_on = :'as_of'::date, policy_id = 1
     WHERE i.next_on <= :'as_of'::date AND i.open_amount <> 0 AND i.step = 1
       AND NOT EXISTS (SELECT FROM held k WHERE k.invoice_id = i.id AND k.amount >= i.open_amount)
    RETURNING i.id, i.customer_id, i.number, i.currency, i.cycle, i.amount, i.open_amount, i.due_on, i.reference
), moved AS MATERIALIZED (
    SELECT t.*, t.open_amount - coalesce(k.amount, 0) AS asked FROM taken t LEFT JOIN held k ON k.invoice_id = t.id
),
\else
moved AS (
    UPDATE bare.invoice i
       SET step = 2, next_on = i.due_on + 14, noticed_on = :'as_of'::date, policy_id = 1
     WHERE i.next_on <= :'as_of'::date AND i.open_amount <> 0 AND i.step = 1
    RETURNING i.id, i.customer_id, i.number, i.currency, i.cycle, i.amount, i.open_amount, i.due_on, i.reference, i.open_amount AS asked
),
\endif
head AS MATERIALIZED (
    SELECT nextval('bench.notice_id_seq') AS id, g.*
      FROM (SELECT customer_id, currency, (array_agg(id ORDER BY due_on, open_amount DESC, id))[1] AS lead_id, sum(asked) AS amount
              FROM moved GROUP BY 1, 2) g
), put_notice AS (
    INSERT INTO bare.notice (id, customer_id, currency, policy_id, step, channel, action, issued_on, lead_id, amount,
                             name, address, country, email, phone, language, text_id, sent_by)
    SELECT h.id, h.customer_id, h.currency, 1, 2, 'email', 'reminder', :'as_of'::date, h.lead_id, h.amount,
           c.name, c.address, c.country, c.email, c.phone, c.language, 2, 'email'
      FROM head h JOIN bench.customer c ON c.id = h.customer_id
), put_line AS (
    INSERT INTO bare.notice_line (notice_id, invoice_id, customer_id, number, kind, reference, taken, policy_id, step, cycle, amount, open_amount, asked, due_on)
    SELECT h.id, m.id, m.customer_id, m.number, 'invoice', m.reference, true, 1, 2, m.cycle, m.amount, m.open_amount, m.asked, m.due_on
      FROM moved m JOIN head h ON h.customer_id = m.customer_id AND h.currency = m.currency
)
INSERT INTO bare.outbox (customer_id, topic, payload)
SELECT w.customer_id, 'notice', jsonb_build_object(
           'notice', w.id, 'attempt', 1, 'channel', 'email', 'action', 'reminder', 'issued_on', :'as_of'::date,
           'customer', w.number, 'name', w.name, 'email', w.email, 'phone', w.phone, 'address', w.address, 'country', w.country,
           'language', w.language, 'account_manager', w.account_manager, 'subject', 'Reminder: invoice ' || w.lead, 'body', format(
E'Dear %s,\n\nPerhaps it has escaped your attention that the following is past due:\n\n%s\n\nPlease pay %s %s by %s, quoting %s.\n\n'
'If you have paid in the meantime, please disregard this letter. If something is wrong with the invoice, let us know.\n\nKind regards,\n',
               w.name, w.texts, w.currency, to_char(w.amount, 'FM999,999,990.00'), to_char(:'as_of'::date + 7, 'FMDD FMMonth YYYY'), w.lead),
           'currency', w.currency, 'amount', w.amount, 'lines', w.lines)
  FROM (SELECT h.id, h.customer_id, h.currency, h.amount, c.number, c.name, c.email, c.phone, c.address, c.country, c.language, c.account_manager,
               max(m.number) FILTER (WHERE m.id = h.lead_id) AS lead,
               string_agg(format('%s, due %s: %s %s, paid %s, to pay %s', m.number, to_char(m.due_on, 'FMDD FMMonth YYYY'), m.currency,
                                 to_char(m.amount, 'FM999,999,990.00'), to_char(m.amount - m.open_amount, 'FM999,999,990.00'),
                                 to_char(m.asked, 'FM999,999,990.00')), E'\n' ORDER BY m.due_on, m.id) AS texts,
               jsonb_agg(jsonb_build_object('invoice', m.number, 'due_on', m.due_on, 'amount', m.amount, 'open_amount', m.open_amount, 'asked', m.asked,
                                            'reference', m.reference, 'taken', true) ORDER BY m.due_on, m.id) AS lines
          FROM head h
          JOIN moved m ON m.customer_id = h.customer_id AND m.currency = h.currency
          JOIN bench.customer c ON c.id = h.customer_id
         GROUP BY h.id, h.customer_id, h.currency, h.amount, h.lead_id, c.id) w;
