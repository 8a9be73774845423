-- Format 1. Each verb of the store is one function: one round trip, one transaction.
--
-- Locks: reserve takes the call's row, then the agent's; every other verb takes one call's row.
-- Whoever adds or removes reservations of a call holds its row, so nothing here can deadlock.
-- The clock is clock_timestamp(): now() would stand still while a lock is waited for.

CREATE SCHEMA teams_cc;

CREATE TABLE teams_cc.format (number integer NOT NULL);
INSERT INTO teams_cc.format VALUES (1);

-- Fencing tokens, epochs and versions: each number is given out once.
CREATE SEQUENCE teams_cc.numbers;

CREATE TABLE teams_cc.agents (
    agent text COLLATE "C" PRIMARY KEY,
    units integer NOT NULL,
    -- By channel, in the order of Channel::ALL.
    costs integer[] NOT NULL,
    mosts integer[] NOT NULL
);

CREATE TABLE teams_cc.calls (
    contact text COLLATE "C" PRIMARY KEY,
    taken boolean NOT NULL DEFAULT false,
    -- Whether it waits again once it is released.
    again boolean NOT NULL DEFAULT false
) WITH (fillfactor = 70);

CREATE TABLE teams_cc.reservations (
    token bigint PRIMARY KEY,
    agent text COLLATE "C" NOT NULL,
    contact text COLLATE "C" NOT NULL,
    channel integer NOT NULL,
    -- The end of the lease; null once the call is taken.
    until timestamptz
);
CREATE INDEX reservations_of_agent ON teams_cc.reservations (agent);
CREATE INDEX reservations_of_call ON teams_cc.reservations (contact);
CREATE INDEX reservations_by_end ON teams_cc.reservations (until) WHERE until IS NOT NULL;

-- A watcher has read every transaction below a number; those that are still open are not below it.
CREATE TABLE teams_cc.changes (
    place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    kind integer NOT NULL,
    token bigint,
    agent text COLLATE "C",
    contact text COLLATE "C",
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX changes_by_transaction ON teams_cc.changes (transaction);

-- Changes of transactions below this one may be deleted.
CREATE TABLE teams_cc.forgotten (transaction bigint NOT NULL);
INSERT INTO teams_cc.forgotten VALUES (0);

CREATE TABLE teams_cc.records (
    call text COLLATE "C" PRIMARY KEY,
    version bigint NOT NULL,
    format integer NOT NULL,
    owner text COLLATE "C" NOT NULL,
    body bytea NOT NULL
);
CREATE INDEX records_of_owner ON teams_cc.records (owner, call);

CREATE TABLE teams_cc.partitions (
    partition text COLLATE "C" PRIMARY KEY,
    node text COLLATE "C" NOT NULL,
    epoch bigint NOT NULL,
    until timestamptz NOT NULL
);

-- Kinds of changes: 1 agent, 2 waiting, 3 reserved, 4 taken, 5 freed, 6 gone.

CREATE FUNCTION teams_cc.put_agent(who text, units integer, costs integer[], mosts integer[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO teams_cc.agents VALUES (who, units, costs, mosts)
    ON CONFLICT (agent) DO UPDATE
        SET units = EXCLUDED.units, costs = EXCLUDED.costs, mosts = EXCLUDED.mosts;
    INSERT INTO teams_cc.changes (kind, agent) VALUES (1, who);
END $$;

CREATE FUNCTION teams_cc.remove_agent(who text)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM teams_cc.agents WHERE agent = who;
    IF FOUND THEN
        INSERT INTO teams_cc.changes (kind, agent) VALUES (1, who);
    END IF;
END $$;

CREATE FUNCTION teams_cc.enqueue(what text)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    LOOP
        INSERT INTO teams_cc.calls (contact) VALUES (what) ON CONFLICT DO NOTHING;
        IF FOUND THEN
            INSERT INTO teams_cc.changes (kind, contact) VALUES (2, what);
            RETURN;
        END IF;
        UPDATE teams_cc.calls SET again = taken WHERE contact = what;
        -- Where it is gone meanwhile, it is a new call.
        EXIT WHEN FOUND;
    END LOOP;
END $$;

CREATE FUNCTION teams_cc.withdraw(what text)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    is_taken boolean;
BEGIN
    SELECT taken INTO is_taken FROM teams_cc.calls WHERE contact = what FOR UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF is_taken THEN
        UPDATE teams_cc.calls SET again = false WHERE contact = what;
        RETURN;
    END IF;
    WITH freed AS (DELETE FROM teams_cc.reservations WHERE contact = what RETURNING agent)
    INSERT INTO teams_cc.changes (kind, agent) SELECT 5, agent FROM freed;
    DELETE FROM teams_cc.calls WHERE contact = what;
    INSERT INTO teams_cc.changes (kind, contact) VALUES (6, what);
END $$;

-- The token; -1 where the agent is not free, -2 where the call is not.
CREATE FUNCTION teams_cc.reserve(
    who text, what text, way integer, at_most integer, lease_microseconds bigint
)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    waits boolean;
    able teams_cc.agents;
    used bigint;
    alike bigint;
    new_token bigint;
BEGIN
    SELECT NOT taken INTO waits FROM teams_cc.calls WHERE contact = what FOR UPDATE;
    SELECT * INTO able FROM teams_cc.agents WHERE agent = who FOR UPDATE;
    IF NOT FOUND THEN
        RETURN -1;
    END IF;
    SELECT coalesce(sum(able.costs[channel]), 0), count(*) FILTER (WHERE channel = way)
    INTO used, alike
    FROM teams_cc.reservations WHERE agent = who;
    IF alike >= able.mosts[way] OR used + able.costs[way] > able.units THEN
        RETURN -1;
    END IF;
    IF waits IS NOT TRUE
        OR (SELECT count(*) FROM teams_cc.reservations WHERE contact = what) >= at_most
    THEN
        RETURN -2;
    END IF;
    new_token := nextval('teams_cc.numbers');
    INSERT INTO teams_cc.reservations VALUES (
        new_token, who, what, way,
        clock_timestamp() + lease_microseconds * interval '1 microsecond'
    );
    INSERT INTO teams_cc.changes (kind, token, agent, contact) VALUES (3, new_token, who, what);
    RETURN new_token;
END $$;

-- A reservation, with its call's row locked; all nulls where it is over.
CREATE FUNCTION teams_cc.hold(proof bigint)
RETURNS teams_cc.reservations LANGUAGE plpgsql AS $$
DECLARE
    held teams_cc.reservations;
BEGIN
    SELECT * INTO held FROM teams_cc.reservations WHERE token = proof;
    PERFORM FROM teams_cc.calls WHERE contact = held.contact FOR UPDATE;
    SELECT * INTO held FROM teams_cc.reservations WHERE token = proof;
    RETURN held;
END $$;

-- Whether the call is taken under this token.
CREATE FUNCTION teams_cc.accept(proof bigint)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    held teams_cc.reservations;
BEGIN
    held := teams_cc.hold(proof);
    IF held.token IS NULL THEN
        RETURN false;
    END IF;
    IF held.until IS NULL THEN
        RETURN true;
    END IF;
    IF held.until <= clock_timestamp() THEN
        RETURN false;
    END IF;
    UPDATE teams_cc.reservations SET until = NULL WHERE token = proof;
    UPDATE teams_cc.calls SET taken = true WHERE contact = held.contact;
    INSERT INTO teams_cc.changes (kind, token, agent, contact)
    VALUES (4, proof, held.agent, held.contact);
    WITH freed AS (
        DELETE FROM teams_cc.reservations
        WHERE contact = held.contact AND token <> proof RETURNING agent
    )
    INSERT INTO teams_cc.changes (kind, agent) SELECT 5, agent FROM freed;
    RETURN true;
END $$;

-- Frees one reservation of a call whose row is held; the call moves on.
CREATE FUNCTION teams_cc.free(held teams_cc.reservations)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    ended boolean;
BEGIN
    DELETE FROM teams_cc.reservations WHERE token = held.token;
    INSERT INTO teams_cc.changes (kind, agent) VALUES (5, held.agent);
    SELECT held.until IS NULL AND NOT again INTO ended
    FROM teams_cc.calls WHERE contact = held.contact;
    IF ended THEN
        DELETE FROM teams_cc.calls WHERE contact = held.contact;
        INSERT INTO teams_cc.changes (kind, contact) VALUES (6, held.contact);
    ELSIF NOT EXISTS (SELECT FROM teams_cc.reservations WHERE contact = held.contact) THEN
        UPDATE teams_cc.calls SET taken = false, again = false WHERE contact = held.contact;
        INSERT INTO teams_cc.changes (kind, contact) VALUES (2, held.contact);
    END IF;
END $$;

CREATE FUNCTION teams_cc.release(proof bigint)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    held teams_cc.reservations;
BEGIN
    held := teams_cc.hold(proof);
    IF held.token IS NOT NULL THEN
        PERFORM teams_cc.free(held);
    END IF;
END $$;

-- Release, but a call that is taken waits again.
CREATE FUNCTION teams_cc.put_back(proof bigint)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    held teams_cc.reservations;
BEGIN
    held := teams_cc.hold(proof);
    IF held.token IS NOT NULL THEN
        UPDATE teams_cc.calls SET again = taken WHERE contact = held.contact;
        PERFORM teams_cc.free(held);
    END IF;
END $$;

-- What ran out, at most 1,000 at a time. Calls that somebody decides about just now are skipped.
CREATE FUNCTION teams_cc.sweep()
RETURNS SETOF teams_cc.reservations LANGUAGE plpgsql AS $$
DECLARE
    over teams_cc.reservations;
BEGIN
    FOR over IN
        SELECT * FROM teams_cc.reservations WHERE until <= clock_timestamp()
        ORDER BY token LIMIT 1000
    LOOP
        PERFORM FROM teams_cc.calls WHERE contact = over.contact FOR UPDATE SKIP LOCKED;
        CONTINUE WHEN NOT FOUND;
        SELECT * INTO over FROM teams_cc.reservations
        WHERE token = over.token AND until IS NOT NULL;
        CONTINUE WHEN NOT FOUND;
        PERFORM teams_cc.free(over);
        RETURN NEXT over;
    END LOOP;
    -- One sweep at a time forgets.
    PERFORM FROM teams_cc.forgotten FOR UPDATE SKIP LOCKED;
    IF FOUND THEN
        WITH old AS (
            SELECT place FROM teams_cc.changes
            WHERE at < clock_timestamp() - interval '10 minutes' ORDER BY place LIMIT 10000
        ), gone AS (
            DELETE FROM teams_cc.changes USING old WHERE changes.place = old.place
            RETURNING changes.transaction
        ), last AS (SELECT max(gone.transaction) + 1 AS number FROM gone)
        UPDATE teams_cc.forgotten SET transaction = greatest(transaction, last.number)
        FROM last WHERE last.number IS NOT NULL;
    END IF;
END $$;

-- The new version; zero or less where the record is at another one, which is told negated.
CREATE FUNCTION teams_cc.put_record(
    what text, expected bigint, new_format integer, new_owner text, new_body bytea
)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    new_version bigint := nextval('teams_cc.numbers');
    found_version bigint;
BEGIN
    IF expected = 0 THEN
        INSERT INTO teams_cc.records VALUES (what, new_version, new_format, new_owner, new_body)
        ON CONFLICT DO NOTHING;
    ELSE
        UPDATE teams_cc.records
        SET version = new_version, format = new_format, owner = new_owner, body = new_body
        WHERE call = what AND version = expected;
    END IF;
    IF FOUND THEN
        RETURN new_version;
    END IF;
    SELECT version INTO found_version FROM teams_cc.records WHERE call = what;
    RETURN -coalesce(found_version, 0);
END $$;

-- A call that waits, and its record.
CREATE FUNCTION teams_cc.admit(what text, new_format integer, new_owner text, new_body bytea)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    new_version bigint := nextval('teams_cc.numbers');
BEGIN
    PERFORM FROM teams_cc.calls WHERE contact = what FOR UPDATE;
    INSERT INTO teams_cc.records VALUES (what, new_version, new_format, new_owner, new_body)
    ON CONFLICT (call) DO UPDATE
        SET version = new_version, format = new_format, owner = new_owner, body = new_body;
    PERFORM teams_cc.enqueue(what);
END $$;

-- Release, and the record with the call.
CREATE FUNCTION teams_cc.dismiss(proof bigint, what text)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM teams_cc.release(proof);
    DELETE FROM teams_cc.records
    WHERE call = what AND NOT EXISTS (SELECT FROM teams_cc.calls WHERE contact = what);
END $$;

-- Withdraw, and the record with the call.
CREATE FUNCTION teams_cc.abandon(what text)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM teams_cc.withdraw(what);
    DELETE FROM teams_cc.records
    WHERE call = what AND NOT EXISTS (SELECT FROM teams_cc.calls WHERE contact = what);
END $$;

-- The epoch; null where somebody else has the partition.
CREATE FUNCTION teams_cc.claim(what text, who text, lease_microseconds bigint)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    new_epoch bigint;
BEGIN
    INSERT INTO teams_cc.partitions AS held VALUES (
        what, who, nextval('teams_cc.numbers'),
        clock_timestamp() + lease_microseconds * interval '1 microsecond'
    )
    ON CONFLICT (partition) DO UPDATE
        SET node = EXCLUDED.node, epoch = EXCLUDED.epoch, until = EXCLUDED.until
        WHERE held.until <= clock_timestamp()
    RETURNING epoch INTO new_epoch;
    RETURN new_epoch;
END $$;

CREATE FUNCTION teams_cc.renew(what text, proof bigint, lease_microseconds bigint)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    UPDATE teams_cc.partitions
    SET until = clock_timestamp() + lease_microseconds * interval '1 microsecond'
    WHERE partition = what AND epoch = proof AND until > clock_timestamp();
    RETURN FOUND;
END $$;
