/*
 * figures.sql
 *		All of the ledger named by the variable ledger: what it says of dates past
 *		and to come, its rows, and its objects in the catalogs. Two ledgers that
 *		print the same are the same. With the variable moments, also when runs were.
 */
SET search_path = :"ledger", debiteur, pg_catalog;
SET datestyle = ISO;

SELECT 'ledger', * FROM debiteur.ledgers ORDER BY name;
SELECT min(issued_on) AS first, max(issued_on) + 40 AS last FROM invoice
\gset
SELECT 'aging', d::date, a.* FROM generate_series(timestamp :'first', :'last', '23 days') AS d, aging(d::date) a ORDER BY d, currency, bucket;
SELECT 'aging, other bounds', a.* FROM aging(:'last', '{7,14,45}') a ORDER BY currency, bucket;
SELECT 'open', d::date, o.* FROM generate_series(timestamp :'first', :'last', '61 days') AS d, open_items(d::date) o ORDER BY d, invoice_id;
SELECT 'customer', d::date, a.* FROM generate_series(timestamp :'first', :'last', '61 days') AS d, aging_by_customer(d::date) a ORDER BY d, currency, customer;
SELECT 'kpi', d::date, k.* FROM generate_series(timestamp :'first', :'last', '1 month') AS d, kpi(d::date, (d + interval '1 month - 1 day')::date) k ORDER BY d, currency;
SELECT 'kpi', k.* FROM kpi(:'first', :'last') k ORDER BY currency;
SELECT 'decide', d::date, e.* FROM generate_series(timestamp :'last', date :'last' + 60, '15 days') AS d, decide(d::date) e ORDER BY d, invoice_id;
SELECT 'explain', i.number, e.* FROM invoice i, explain(i.number, :'last') e WHERE i.id % 10 = 0 ORDER BY i.id, e;

SELECT 'settings', * FROM settings;
SELECT 'customer', * FROM customer ORDER BY id;
SELECT 'policy', * FROM policy ORDER BY id;
SELECT 'holiday', * FROM holiday ORDER BY day;
SELECT 'invoice', * FROM invoice ORDER BY id;
SELECT 'payment', * FROM payment ORDER BY id;
SELECT 'allocation', * FROM allocation ORDER BY id;
SELECT 'reschedule', * FROM reschedule ORDER BY id;
SELECT 'hold', to_jsonb(h) - '{created_by,created_at}'::text[] FROM hold h ORDER BY id;
SELECT 'dispute', to_jsonb(d) FROM dispute d ORDER BY 2;
SELECT 'promise', to_jsonb(p) FROM promise p ORDER BY 2;
SELECT 'plan', to_jsonb(p) - '{created_by,created_at}'::text[] FROM plan p ORDER BY 2;
SELECT 'instalment', to_jsonb(i) FROM instalment i ORDER BY 2;
SELECT 'contact', to_jsonb(c) - 'recorded_by' FROM contact c ORDER BY id;
SELECT 'recall', to_jsonb(r) - 'recorded_by' FROM recall r ORDER BY id;
SELECT 'fee', * FROM agency_fee ORDER BY payment_id;
SELECT 'block', to_jsonb(b) - 'recorded_by' FROM supply_block b ORDER BY id;
SELECT 'limit', to_jsonb(l) - '{recorded_by,recorded_at}'::text[] FROM credit_limit l ORDER BY id;
SELECT 'reservation', * FROM credit_reservation ORDER BY id;
SELECT 'exposure', d::date, e.* FROM generate_series(timestamp :'first', :'last', '61 days') AS d, exposure(as_of => d::date) e ORDER BY d, currency, customer;
SELECT 'text', * FROM notice_text ORDER BY id;
SELECT 'flow', f.posted_on, f.currency, f.due_on, sum(f.receivable), sum(f.on_account), sum(f.items) FROM flow f GROUP BY 2, 3, 4 ORDER BY 2, 3, 4;
SELECT 'total', * FROM flow_total ORDER BY level, period, currency;
SELECT 'by due', * FROM flow_by_due ORDER BY level, period, currency, due_on;
SELECT 'notice', * FROM notice ORDER BY id;
SELECT 'line', * FROM notice_line ORDER BY notice_id, invoice_id;
SELECT 'outbox', * FROM outbox ORDER BY id;
SELECT 'request', * FROM request ORDER BY key;
SELECT 'run', as_of, notices, steps, overdue, skipped, failures, finished_at IS NOT NULL FROM run ORDER BY as_of;
\if :{?moments}
SELECT 'moments', as_of, started_at, finished_at FROM run ORDER BY as_of;
SELECT 'who', id, created_by, created_at FROM hold ORDER BY id;
\endif

SELECT 'sequence', sequencename, last_value FROM pg_sequences WHERE schemaname = :'ledger' ORDER BY 2;
SELECT 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
       col_description(c.oid, a.attnum)
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
 WHERE c.relnamespace = to_regnamespace(quote_ident(:'ledger')) AND c.relkind IN ('r', 'v') AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY 2, a.attnum;
SELECT 'constraint', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c
 WHERE c.connamespace = to_regnamespace(quote_ident(:'ledger')) AND c.contype <> 'n' ORDER BY 2::text, 3;
SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = :'ledger' ORDER BY 2;
SELECT 'trigger', t.tgname, pg_get_triggerdef(t.oid), t.tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
 WHERE c.relnamespace = to_regnamespace(quote_ident(:'ledger')) AND NOT t.tgisinternal ORDER BY 3;
SELECT 'routine', p.oid::regprocedure, pg_get_functiondef(p.oid), p.proowner = n.nspowner, obj_description(p.oid, 'pg_proc')
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = :'ledger' ORDER BY p.oid::regprocedure::text COLLATE "C";
-- The owner's own rights are the same, written or not.
SELECT 'right', what, CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE grantee::regrole::text END, privilege_type
  FROM (SELECT p.oid::regprocedure::text AS what, p.proowner AS owner, a.* FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
         WHERE p.pronamespace = to_regnamespace(quote_ident(:'ledger'))
        UNION ALL
        SELECT c.oid::regclass::text, c.relowner, a.* FROM pg_class c, aclexplode(c.relacl) a WHERE c.relnamespace = to_regnamespace(quote_ident(:'ledger'))
        UNION ALL
        SELECT n.nspname, n.nspowner, a.* FROM pg_namespace n, aclexplode(n.nspacl) a WHERE n.nspname = :'ledger') AS r
 WHERE grantee <> owner ORDER BY what COLLATE "C", 3, 4;
