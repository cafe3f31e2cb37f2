/** The step that gave the tables of a store file a tenant in every key. */

/** Never change it: files of all versions before it are brought up to date by it. */
export const ADD_TENANTS = `
  -- A tenant in every key. What the file held so far belongs to the tenant with the empty name.
  -- due_at: when it has to be owned next, milliseconds since 1970. owned_until: 0 without an owner. woken: while owned.
  CREATE TABLE tenants (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    due_at INTEGER NOT NULL DEFAULT 0,
    owner TEXT,
    owned_until INTEGER NOT NULL DEFAULT 0,
    woken INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX tenants_due ON tenants (due_at) WHERE owner IS NULL;
  CREATE INDEX tenants_owned ON tenants (owned_until) WHERE owner IS NOT NULL;
  INSERT INTO tenants (number, name) VALUES (0, '');

  CREATE TABLE new_records (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant INTEGER NOT NULL,
    id TEXT NOT NULL,
    ingress TEXT NOT NULL,
    lane TEXT NOT NULL,
    topic TEXT,
    stream TEXT,
    resource TEXT,
    workspace TEXT NOT NULL,
    ordering_key TEXT NOT NULL,
    lookup_ids TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    backfill_run TEXT,
    scope TEXT NOT NULL,
    status TEXT NOT NULL,
    queue_head INTEGER,
    attempt INTEGER NOT NULL DEFAULT 0,
    cut_offs INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL DEFAULT 0,
    lease TEXT,
    owner TEXT,
    settled_at INTEGER,
    outcome TEXT,
    attempts TEXT,
    trace TEXT,
    UNIQUE (tenant, id)
  ) STRICT;
  INSERT INTO new_records
  SELECT seq, 0, id, ingress, lane, topic, stream, resource, workspace, ordering_key, lookup_ids, received_at, backfill_run,
    scope, status, queue_head, attempt, cut_offs, due_at, lease, owner, settled_at, outcome, attempts, trace
  FROM records ORDER BY seq;
  -- A number is never given twice: keys of delivered events name records that retention has dropped.
  DELETE FROM sqlite_sequence WHERE name = 'new_records';
  INSERT INTO sqlite_sequence (name, seq) SELECT 'new_records', seq FROM sqlite_sequence WHERE name = 'records';
  DROP TABLE records;
  ALTER TABLE new_records RENAME TO records;
  CREATE INDEX records_queue_head ON records (tenant, lane, due_at, seq) WHERE queue_head = 1 AND cut_offs = 0;
  CREATE INDEX records_cut_off ON records (tenant, lane, cut_offs, due_at, seq) WHERE cut_offs > 0;
  CREATE INDEX records_ordering_key ON records (tenant, lane, ordering_key, queue_head, seq, received_at)
    WHERE queue_head IS NOT NULL;
  CREATE INDEX records_leased ON records (tenant, due_at, owner) WHERE lease IS NOT NULL;
  CREATE INDEX records_settled ON records (tenant, status, settled_at) WHERE settled_at IS NOT NULL;
  CREATE INDEX records_dead ON records (tenant, seq) WHERE status = 'dead';
  CREATE INDEX records_waiting ON records (tenant, lane, due_at, seq)
    WHERE queue_head IS NULL AND status = 'deferred' AND cut_offs = 0;
  CREATE INDEX records_checked ON records (tenant, lane, ordering_key) WHERE lease IS NOT NULL AND queue_head IS NULL;

  ALTER TABLE bodies ADD COLUMN tenant INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE events ADD COLUMN tenant INTEGER NOT NULL DEFAULT 0;
  DROP INDEX events_kind;
  CREATE INDEX events_kind ON events (tenant, metric, status);
  ALTER TABLE dead_letters ADD COLUMN tenant INTEGER NOT NULL DEFAULT 0;
  DROP INDEX dead_letters_group;
  DROP INDEX dead_letters_key;
  CREATE INDEX dead_letters_group ON dead_letters (tenant, group_name, seq, settled_at);
  CREATE INDEX dead_letters_key ON dead_letters (tenant, key) WHERE key IS NOT NULL;

  CREATE TABLE new_lookup_ids (
    tenant INTEGER NOT NULL,
    lookup_id TEXT NOT NULL,
    seq INTEGER NOT NULL REFERENCES records ON DELETE CASCADE,
    PRIMARY KEY (tenant, lookup_id, seq)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO new_lookup_ids SELECT 0, lookup_id, seq FROM lookup_ids;
  DROP TABLE lookup_ids;
  ALTER TABLE new_lookup_ids RENAME TO lookup_ids;
  CREATE TABLE new_delivered_keys (
    tenant INTEGER NOT NULL,
    key TEXT NOT NULL,
    delivered_at INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (tenant, key)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO new_delivered_keys SELECT 0, key, delivered_at, seq FROM delivered_keys;
  DROP TABLE delivered_keys;
  ALTER TABLE new_delivered_keys RENAME TO delivered_keys;
  CREATE TABLE new_tallies (
    tenant INTEGER NOT NULL,
    scope TEXT NOT NULL,
    metric TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (tenant, scope, metric, status, reason)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO new_tallies SELECT 0, scope, metric, status, reason, count FROM tallies;
  DROP TABLE tallies;
  ALTER TABLE new_tallies RENAME TO tallies;
  CREATE TABLE new_hourly_counts (
    tenant INTEGER NOT NULL,
    start INTEGER NOT NULL,
    metric TEXT NOT NULL,
    status TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (tenant, start, metric, status)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO new_hourly_counts SELECT 0, start, metric, status, count FROM hourly_counts;
  DROP TABLE hourly_counts;
  ALTER TABLE new_hourly_counts RENAME TO hourly_counts;
  CREATE TABLE new_daily_counts (
    tenant INTEGER NOT NULL,
    start INTEGER NOT NULL,
    metric TEXT NOT NULL,
    status TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (tenant, start, metric, status)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO new_daily_counts SELECT 0, start, metric, status, count FROM daily_counts;
  DROP TABLE daily_counts;
  ALTER TABLE new_daily_counts RENAME TO daily_counts;
  CREATE TABLE new_delivered_days (
    tenant INTEGER NOT NULL,
    metric TEXT NOT NULL,
    day TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (tenant, metric, day)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO new_delivered_days SELECT 0, metric, day, count FROM delivered_days;
  DROP TABLE delivered_days;
  ALTER TABLE new_delivered_days RENAME TO delivered_days;
  CREATE TABLE new_sends (
    tenant INTEGER NOT NULL,
    key TEXT NOT NULL,
    contact TEXT,
    identifiers TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, key)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO new_sends SELECT 0, key, contact, identifiers, sent_at FROM sends;
  DROP TABLE sends;
  ALTER TABLE new_sends RENAME TO sends;
  -- With a rowid: in a table without one, every step down the tree would read some of the large values.
  CREATE TABLE new_checkpoints (
    tenant INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (tenant, name)
  ) STRICT;
  INSERT INTO new_checkpoints SELECT 0, name, value FROM checkpoints;
  DROP TABLE checkpoints;
  ALTER TABLE new_checkpoints RENAME TO checkpoints;
  -- With a rowid for the same reason.
  CREATE TABLE new_cache (
    tenant INTEGER NOT NULL,
    namespace TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    fetched_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, namespace, key)
  ) STRICT;
  INSERT INTO new_cache SELECT 0, namespace, key, value, fetched_at FROM cache;
  DROP TABLE cache;
  ALTER TABLE new_cache RENAME TO cache;
  CREATE TABLE new_contacts (
    tenant INTEGER NOT NULL,
    contact TEXT NOT NULL,
    updated_at INTEGER,
    address TEXT,
    profile_id TEXT,
    property_times TEXT,
    PRIMARY KEY (tenant, contact)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO new_contacts SELECT 0, contact, updated_at, address, profile_id, property_times FROM contacts;
  DROP TABLE contacts;
  ALTER TABLE new_contacts RENAME TO contacts;
  CREATE TABLE new_waiting_events (
    tenant INTEGER NOT NULL,
    key TEXT NOT NULL,
    seq INTEGER NOT NULL REFERENCES records ON DELETE CASCADE,
    contact TEXT NOT NULL,
    metric TEXT NOT NULL,
    reason TEXT NOT NULL,
    released INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, key)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO new_waiting_events SELECT 0, key, seq, contact, metric, reason, released FROM waiting_events;
  DROP TABLE waiting_events;
  ALTER TABLE new_waiting_events RENAME TO waiting_events;
  CREATE INDEX lookup_ids_seq ON lookup_ids (seq);
  CREATE INDEX contacts_profile ON contacts (tenant, profile_id) WHERE profile_id IS NOT NULL;
  CREATE INDEX contacts_address ON contacts (tenant, address) WHERE address IS NOT NULL;
  CREATE INDEX waiting_events_seq ON waiting_events (seq);
  CREATE INDEX waiting_events_contact ON waiting_events (contact, seq);
  `
