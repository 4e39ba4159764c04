/* supply_blocks: blocking and releasing supply, by hand and by dunning. */
CREATE OR REPLACE FUNCTION block_supply(customer text, reason text DEFAULT NULL, blocked_on date DEFAULT NULL, key text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    new_id bigint := request_begin(key, 'block_supply', jsonb_build_object('customer', customer, 'reason', reason, 'blocked_on', blocked_on));
    owner_id bigint;
    day date := coalesce(block_supply.blocked_on, today());
BEGIN
    IF new_id IS NOT NULL THEN
        RETURN new_id;
    END IF;
    PERFORM require_date(day, 'blocked_on');
    owner_id := lock_customer(block_supply.customer);
    INSERT INTO supply_block AS b (customer_id, source, blocked_on, reason) VALUES (owner_id, 'manual', day, block_supply.reason)
        ON CONFLICT (customer_id, source) WHERE released_on IS NULL DO NOTHING RETURNING b.id INTO new_id;
    IF NOT FOUND THEN
        new_id := (SELECT b.id FROM supply_block b WHERE b.customer_id = owner_id AND b.source = 'manual' AND b.released_on IS NULL);
    END IF;
    RETURN request_end(key, new_id);
END $$;
COMMENT ON FUNCTION block_supply(text, text, date, text) IS
'Blocks the supply of a customer by hand; returns the block''s id, that of the present one if there is one. Only release_supply() ends it. Errors: RV009 no such customer; RV016 not a date.';

CREATE OR REPLACE FUNCTION release_supply(customer text, released_on date DEFAULT NULL, key text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    done bigint := request_begin(key, 'release_supply', jsonb_build_object('customer', customer, 'released_on', released_on));
    owner_id bigint;
    day date := coalesce(release_supply.released_on, today());
    ended bigint;
BEGIN
    IF done IS NOT NULL THEN
        RETURN done;
    END IF;
    PERFORM require_date(day, 'released_on');
    owner_id := lock_customer(release_supply.customer);
    UPDATE supply_block b SET released_on = greatest(day, b.blocked_on) WHERE b.customer_id = owner_id AND b.released_on IS NULL;
    GET DIAGNOSTICS ended = ROW_COUNT;
    RETURN request_end(key, ended);
END $$;
COMMENT ON FUNCTION release_supply(text, date, text) IS
'Ends all blocks of a customer''s supply, whoever made them; returns how many. Errors: RV009 no such customer; RV016 not a date.';

CREATE OR REPLACE FUNCTION supply_blocked(customer text, as_of date DEFAULT today()) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM require_date(supply_blocked.as_of, 'as_of');
    RETURN (SELECT EXISTS (SELECT FROM supply_block b
                            WHERE b.customer_id = c.id AND b.blocked_on <= supply_blocked.as_of
                              AND (b.released_on IS NULL OR b.released_on > supply_blocked.as_of))
              FROM customer c WHERE c.number = supply_blocked.customer);
END $$;
COMMENT ON FUNCTION supply_blocked(text, date) IS 'Is the customer not to be supplied on this date? NULL: there is no such customer. Error RV016: not a date.';

CREATE OR REPLACE FUNCTION block_by_policy(notices bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO supply_block (customer_id, source, blocked_on, notice_id, reason)
    SELECT n.customer_id, 'policy', n.issued_on, n.id, 'step of dunning' FROM notice n WHERE n.id = ANY (notices) AND n.action = 'stop_supply'
        ON CONFLICT (customer_id, source) WHERE released_on IS NULL DO NOTHING;
END $$;
COMMENT ON FUNCTION block_by_policy(bigint[]) IS 'Blocks the supply of the customers who got a notice stop_supply among these.';

CREATE OR REPLACE FUNCTION owing_nothing_overdue(customers bigint[], as_of date) RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
BEGIN
    -- As no notice asks for what credit notes and money on account cover, no block stays for it.
    RETURN ARRAY(SELECT c.id FROM unnest(customers) c(id)
                  WHERE NOT EXISTS (SELECT FROM invoice i
                                     WHERE i.customer_id = c.id AND i.open_amount <> 0 AND is_open(i.status) AND (i.due_on < as_of OR i.open_amount < 0)
                                     GROUP BY i.currency
                                    HAVING sum(i.open_amount) > coalesce((SELECT sum(m.unallocated) FROM payment m
                                                                           WHERE m.customer_id = c.id AND m.currency = i.currency AND m.unallocated <> 0
                                                                             AND m.received_on <= as_of), 0)));
END $$;
COMMENT ON FUNCTION owing_nothing_overdue(bigint[], date) IS 'Those of these customers of whom nothing is overdue on a date that credit notes and money on account don''t cover.';

CREATE OR REPLACE FUNCTION release_by_policy(as_of date) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    customers bigint[] := ARRAY(SELECT b.customer_id FROM supply_block b WHERE b.source = 'policy' AND b.released_on IS NULL);
    released int;
BEGIN
    PERFORM require_date(release_by_policy.as_of, 'as_of');
    customers := owing_nothing_overdue(customers, release_by_policy.as_of);
    IF customers = '{}' THEN
        RETURN 0;
    END IF;
    -- The customers first and in order, as everywhere; a payment may have been reversed before they are ours.
    PERFORM FROM customer c WHERE c.id = ANY (customers) ORDER BY c.id FOR NO KEY UPDATE;
    customers := owing_nothing_overdue(customers, release_by_policy.as_of);
    UPDATE supply_block b SET released_on = greatest(release_by_policy.as_of, b.blocked_on)
     WHERE b.source = 'policy' AND b.released_on IS NULL AND b.customer_id = ANY (customers);
    GET DIAGNOSTICS released = ROW_COUNT;
    RETURN released;
END $$;
COMMENT ON FUNCTION release_by_policy(date) IS 'Ends the blocks that dunning made of customers of whom nothing is overdue any more that credit notes and money on account don''t cover; those made by hand stay. Returns how many. advance() does it. Error RV016: not a date.';
