/*
 * assignments: which policy a customer is under. His own, else his segment's,
 * else the ledger's, which always has one: exactly one, so that none conflict.
 * The view is the one place that says so.
 */
CREATE OR REPLACE VIEW customer_policy AS
SELECT c.id AS customer_id, c.number AS customer, a.name AS policy, p.id AS policy_id, p.version,
       CASE WHEN c.policy IS NOT NULL THEN 'customer' WHEN g.policy IS NOT NULL THEN 'segment' ELSE 'ledger' END AS source
  FROM customer c
  LEFT JOIN segment g ON g.name = c.segment
 CROSS JOIN LATERAL (SELECT coalesce(c.policy, g.policy, (SELECT s.policy FROM settings s)) AS name) a
  LEFT JOIN policy p ON p.current AND p.name = a.name;
COMMENT ON VIEW customer_policy IS 'Under which policy new cases of each customer begin, and why.';
COMMENT ON COLUMN customer_policy.customer_id IS 'The customer.';
COMMENT ON COLUMN customer_policy.customer IS 'His number.';
COMMENT ON COLUMN customer_policy.policy IS 'Name of the policy.';
COMMENT ON COLUMN customer_policy.policy_id IS 'Its current version; NULL: there is no such policy.';
COMMENT ON COLUMN customer_policy.version IS 'Number of that version.';
COMMENT ON COLUMN customer_policy.source IS 'Who was given it: the customer, his segment or the ledger.';

CREATE OR REPLACE FUNCTION assign_policy(policy text, customer text DEFAULT NULL, segment text DEFAULT NULL, key text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    now_under bigint := request_begin(key, 'assign_policy', jsonb_build_object('policy', policy, 'customer', customer, 'segment', segment));
    owner_id bigint;
BEGIN
    IF now_under IS NOT NULL THEN
        RETURN now_under;
    END IF;
    PERFORM require_policy(assign_policy.policy);
    IF assign_policy.customer IS NOT NULL AND assign_policy.segment IS NOT NULL THEN
        RAISE EXCEPTION 'a policy is assigned to a customer or to a segment'
            USING ERRCODE = 'invalid_parameter_value', DETAIL = format('Customer %L and segment %L were given.', assign_policy.customer, assign_policy.segment),
                  HINT = 'Give one of them; neither, for the ledger.';
    END IF;
    IF assign_policy.customer IS NOT NULL THEN
        owner_id := lock_customer(assign_policy.customer);
        UPDATE customer c SET policy = assign_policy.policy WHERE c.id = owner_id;
        SELECT a.policy_id INTO now_under FROM customer_policy a WHERE a.customer_id = owner_id;
        RETURN request_end(key, now_under);
    END IF;
    IF assign_policy.segment IS NULL THEN
        PERFORM require_text(assign_policy.policy, 'policy');
        UPDATE settings s SET policy = assign_policy.policy;
    ELSIF assign_policy.policy IS NULL THEN
        DELETE FROM segment g WHERE g.name = assign_policy.segment;
    ELSE
        PERFORM require_text(assign_policy.segment, 'segment');
        INSERT INTO segment AS g (name, policy) VALUES (assign_policy.segment, assign_policy.policy)
            ON CONFLICT (name) DO UPDATE SET policy = excluded.policy;
    END IF;
    SELECT p.id INTO now_under FROM policy p
     WHERE p.current AND p.name = coalesce(assign_policy.policy, (SELECT s.policy FROM settings s));
    RETURN request_end(key, now_under);
END $$;
COMMENT ON FUNCTION assign_policy(text, text, text, text) IS
'Puts a customer, a segment or (neither given) the ledger under a policy; NULL takes a customer''s or a segment''s away. A customer''s own comes before his segment''s, and that before the ledger''s. Claims without a notice go over at once, the others stay on their version: see migrate_policy(). Returns the id of the version that new cases begin under. Errors: RV009 no such policy or customer; 22023 customer and segment; 23502, 23514 a name is missing.';

CREATE OR REPLACE FUNCTION policy_assigned() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN
        PERFORM require_policy(NEW.policy);
    END IF;
    IF TG_ARGV[0] = 'settings' THEN
        PERFORM replan(ARRAY(SELECT a.customer_id FROM customer_policy a WHERE a.source = 'ledger'));
    ELSIF TG_ARGV[0] = 'segment' THEN
        PERFORM replan(ARRAY(SELECT c.id FROM customer c WHERE c.policy IS NULL AND c.segment IN (OLD.name, NEW.name)));
    ELSIF OLD.policy IS DISTINCT FROM NEW.policy
        OR (NEW.policy IS NULL AND EXISTS (SELECT FROM segment g WHERE g.name IN (OLD.segment, NEW.segment))) THEN
        PERFORM replan(ARRAY[NEW.id]);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION policy_assigned() IS 'Trigger: a customer, a segment or the ledger got another policy, or a customer another segment. Error RV009: no such policy.';

CREATE OR REPLACE TRIGGER policy_assigned AFTER UPDATE OF policy, segment ON customer FOR EACH ROW
    WHEN (OLD.policy IS DISTINCT FROM NEW.policy OR OLD.segment IS DISTINCT FROM NEW.segment) EXECUTE FUNCTION policy_assigned('customer');
CREATE OR REPLACE TRIGGER policy_assigned AFTER INSERT OR UPDATE OR DELETE ON segment FOR EACH ROW EXECUTE FUNCTION policy_assigned('segment');
CREATE OR REPLACE TRIGGER policy_assigned AFTER UPDATE OF policy ON settings FOR EACH ROW
    WHEN (OLD.policy <> NEW.policy) EXECUTE FUNCTION policy_assigned('settings');
