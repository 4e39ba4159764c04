--
-- dispute: what is contested, what becomes of it, and why customers contest
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('dispute', time_zone => 'UTC');
SET search_path = dispute, debiteur;
CREATE VIEW sent AS
SELECT n.issued_on, n.action, n.amount, l.number, l.asked, l.open_amount FROM notice n JOIN notice_line l ON l.notice_id = n.id ORDER BY n.id, l.number;
CREATE PROCEDURE days(from_on date, until_on date) LANGUAGE plpgsql AS $$
BEGIN FOR n IN 0 .. until_on - from_on LOOP CALL dispute.advance(from_on + n); END LOOP; END $$;
SELECT set_policy('default', '{due+7 email reminder,due+14 email final_notice,due+21 letter default_notice}') > 0 AS made;
SELECT add_customer('C1', 'Jansen') > 0 AS added;
SELECT count(issue_invoice('C1', 'A' || n, 1000, '2024-01-01', '2024-01-31')) AS issued FROM generate_series(1, 8) n;

-- A part is disputed and granted in part; the rest of it is dunned from that day on.
SELECT dispute('A1', 'price', 300, 'jan', 'photo of the offer', '2024-02-01') AS d1, dispute('A2', 'quality', from_on => '2024-02-01', owner => 'piet') AS d2, dispute('A3', 'price', from_on => '2024-02-03', until_on => '2024-02-06') AS d3 \gset
SELECT d.cause, d.amount, d.owner, d.opened_on, h.amount AS held, h.during, h.kind, (SELECT string_agg(note, '; ') FROM hold_note WHERE hold_id = h.id) AS notes FROM dispute d JOIN hold h ON h.id = d.hold_id ORDER BY h.id;
SELECT * FROM explain('A1', '2024-02-07');
SELECT * FROM explain('A2', '2024-02-07');
CALL days('2024-02-01', '2024-02-09');
SELECT * FROM sent WHERE number IN ('A1', 'A2', 'A3');
SELECT add_note(:d1, 'price list of 2023 was used', 'https://archive.example/price-list-2023.pdf') > 0 AS noted;
SELECT add_note(:d1, 'x', '');
SELECT resolve_dispute(:d1, 'partly_granted', 100, '2024-02-10', 'half of it') = :d1 AS resolved;
SELECT number, amount, open_amount, status FROM invoice WHERE number = 'A1';
SELECT kind, amount, posted_on, reason FROM allocation;
SELECT cause, d.amount, outcome, credited, resolved_on, during FROM dispute d JOIN hold h ON h.id = d.hold_id WHERE d.hold_id = :d1;
SELECT h - 'notes' AS hold, n->>'note' AS note, n->>'document' AS document FROM jsonb_array_elements(dossier('C1', '2024-02-10')->'holds') h, jsonb_array_elements(h->'notes') n WHERE h->>'claim' = 'A1';
-- Rejected: all is dunned again, at the step where it was.
SELECT resolve_dispute(:d2, 'rejected', resolved_on => '2024-02-12') = :d2 AS resolved;
CALL days('2024-02-10', '2024-02-14');
SELECT * FROM sent WHERE number IN ('A1', 'A2') AND issued_on >= '2024-02-10';
-- The hold ended by itself; the dispute is still there, and is granted with a credit note.
SELECT resolve_dispute(:d3, 'granted', resolved_on => '2024-02-15', credit_note => 'N3') = :d3 AS resolved;
SELECT number, amount, open_amount, status, issued_on FROM invoice WHERE number IN ('A3', 'N3') ORDER BY 1;
SELECT during FROM hold WHERE id = :d3;
-- Granted whole, without one.
SELECT dispute('A4', 'delivery', 1000, from_on => '2024-02-10') AS d4 \gset
SELECT resolve_dispute(:d4, 'granted', resolved_on => '2024-02-11') = :d4 AS resolved;
SELECT status, closed_on FROM invoice WHERE number = 'A4';
-- Paid in the meantime: what is open is credited; with a credit note, the rest is the customer's.
SELECT dispute('A5', 'delivery', 400, from_on => '2024-02-10') AS d5, dispute('A6', 'delivery', 400, from_on => '2024-02-10') AS d6, dispute('A7', 'delivery', 400, from_on => '2024-02-10') AS d7 \gset
SELECT record_payment('C1', 800, '2024-02-12', '{A5}') > 0 AS p5, record_payment('C1', 1000, '2024-02-12', '{A6}') > 0 AS p6, record_payment('C1', 1000, '2024-02-12', '{A7}') > 0 AS p7;
SELECT resolve_dispute(:d5, 'granted', resolved_on => '2024-02-13') = :d5 AS resolved;
SELECT resolve_dispute(:d6, 'granted', resolved_on => '2024-02-13');
SELECT resolve_dispute(:d6, 'granted', resolved_on => '2024-02-13', credit_note => 'N6') = :d6 AS resolved;
SELECT number, open_amount, status FROM invoice WHERE number IN ('A5', 'A6', 'N6') ORDER BY 1;
SELECT hold_id = :d5 AS d5, credited FROM dispute WHERE hold_id IN (:d5, :d6) ORDER BY hold_id;

-- What is refused.
SELECT dispute('A4', 'price');
SELECT dispute('N6', 'price');
SELECT dispute('A8', '');
SELECT dispute('A8', 'price', 1000.01);
SELECT dispute('A7', 'price', 5, from_on => '2024-02-20');
SELECT resolve_dispute(:d1, 'rejected');
SELECT resolve_dispute(:d7, 'rejected', 10, '2024-02-20');
SELECT resolve_dispute(:d7, 'partly_granted', NULL, '2024-02-20');
SELECT resolve_dispute(:d7, 'partly_granted', 400, '2024-02-20');
SELECT resolve_dispute(:d7, 'granted', 400.01, '2024-02-20');
SELECT resolve_dispute(:d7, 'rejected', resolved_on => '2024-02-09');
SELECT resolve_dispute(:d7, 'forgotten');
SELECT resolve_dispute(0, 'rejected');
SELECT hold(invoice => 'A8', from_on => '2024-02-01') AS manual \gset
SELECT resolve_dispute(:manual, 'rejected');
SELECT dispute('A8', 'price', 100, from_on => '2024-02-25') AS d8 \gset
SELECT dispute('A8', 'quality', 100, from_on => '2024-02-26');

-- Why: as it stood at the end of the period, whatever was resolved later.
SELECT add_customer('C2', 'Smith') > 0 AS added, issue_invoice('C2', 'B1', 50, '2024-01-01', currency => 'USD') > 0 AS issued;
SELECT dispute('B1', 'price', from_on => '2024-02-10') > 0 AS disputed;
SELECT * FROM dispute_causes('2024-02-01', '2024-02-29');
SELECT * FROM dispute_causes('2024-02-01', '2024-02-11');
SELECT * FROM dispute_causes('2024-02-04', '2024-02-12');
SELECT bool_and(disputed = granted + rejected + open) AS parts_sum FROM dispute_causes('2024-01-01', '2024-12-31');
SELECT dispute_causes('2024-02-02', '2024-02-01');
SELECT count(*) AS verified FROM verify();

RESET search_path;
SELECT debiteur.drop_ledger('dispute', true);
