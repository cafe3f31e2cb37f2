/** The tables of a store in SQLite, as a new database gets them. Change them together with a step of `sqlite/migrations.ts`. */

export const SQLITE_TABLES: string = [
  // due_at: when it has to be owned next, milliseconds since 1970. owned_until: 0 without an owner. woken: while owned.
  // owned_since: when its present or last owner claimed it. fault: why its connector cannot be created, a code.
  `CREATE TABLE tenants (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    due_at INTEGER NOT NULL DEFAULT 0,
    owner TEXT,
    owned_until INTEGER NOT NULL DEFAULT 0,
    woken INTEGER NOT NULL DEFAULT 0,
    owned_since INTEGER NOT NULL DEFAULT 0,
    fault TEXT
  ) STRICT`,
  'CREATE INDEX tenants_due ON tenants (due_at) WHERE owner IS NULL',
  'CREATE INDEX tenants_owned ON tenants (owned_until) WHERE owner IS NOT NULL',

  // An append writes one page of each index for all new rows that are neighbours there. Ids and ordering keys come before the
  // tenant, so that those of a commit are neighbours, or are not, however many tenants it is for. Files of before version 13
  // keep the unique key (tenant, id).
  // ordering_key: only one unsettled record of a tenant, lane and key is at the head of its queue.
  // queue_head: 1 = can be leased once due, 0 = behind another of its key, null = settled, or waits for a contact.
  // due_at: the earliest next attempt; of a leased record, the expiry of its lease.
  // cut_offs: tries in a row that ended without an outcome. Those of 1 or more are leased apart.
  // trace: the W3C traceparent of a webhook, for its delivery by another process.
  // attempts: JSON in a column, not a table: null costs nothing for records that never failed.
  `CREATE TABLE records (
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
    UNIQUE (id, tenant)
  ) STRICT`,
  // Partial: settled records cost the queue nothing. Covering: lease and backlog read the index alone.
  `CREATE INDEX records_queue ON records (tenant, lane, queue_head DESC, cut_offs, due_at, seq, received_at)
    WHERE queue_head IS NOT NULL`,
  'CREATE INDEX records_cut_off ON records (tenant, lane, cut_offs, due_at, seq) WHERE cut_offs > 0',
  `CREATE INDEX records_ordering_key
    ON records (substr(ordering_key, instr(ordering_key, ':') + 1), tenant, lane, ordering_key, queue_head DESC, seq)
    WHERE queue_head IS NOT NULL`,
  'CREATE INDEX records_leased ON records (tenant, due_at, owner) WHERE lease IS NOT NULL',
  'CREATE INDEX records_settled ON records (tenant, status, settled_at) WHERE settled_at IS NOT NULL',
  `CREATE INDEX records_dead ON records (tenant, seq) WHERE status = 'dead'`,
  // With the columns of its own condition, or SQLite would read each record for them.
  `CREATE INDEX records_waiting ON records (tenant, lane, due_at, seq, received_at, queue_head, status, cut_offs)
    WHERE queue_head IS NULL AND status = 'deferred' AND cut_offs = 0`,
  'CREATE INDEX records_checked ON records (tenant, lane, ordering_key) WHERE lease IS NOT NULL AND queue_head IS NULL',

  // A table of its own: each lease and settle rewrites the whole row of a record, and bodies are large.
  `CREATE TABLE bodies (
    seq INTEGER PRIMARY KEY REFERENCES records ON DELETE CASCADE,
    tenant INTEGER NOT NULL DEFAULT 0,
    body TEXT NOT NULL
  ) STRICT`,

  `CREATE TABLE lookup_ids (
    tenant INTEGER NOT NULL,
    lookup_id TEXT NOT NULL,
    seq INTEGER NOT NULL REFERENCES records ON DELETE CASCADE,
    PRIMARY KEY (lookup_id, tenant, seq)
  ) STRICT, WITHOUT ROWID`,
  'CREATE INDEX lookup_ids_seq ON lookup_ids (seq)',

  // Outlives its record, to prevent a second delivery. seq: the record that delivered the event.
  `CREATE TABLE delivered_keys (
    tenant INTEGER NOT NULL,
    key TEXT NOT NULL,
    delivered_at INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (tenant, key)
  ) STRICT, WITHOUT ROWID`,

  // What events have in common, numbered. Few: a search reads the newest events of each kind that it admits.
  // reason: as in tallies. scope, topic: of their records; topic is empty without one.
  `CREATE TABLE event_kinds (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant INTEGER NOT NULL,
    metric TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    scope TEXT NOT NULL,
    topic TEXT NOT NULL,
    UNIQUE (tenant, metric, status, reason, scope, topic)
  ) STRICT`,

  // event_index: index into the events of the record's outcome. result: a copy, if a later attempt may overwrite it.
  // kind: its number in event_kinds. happened_at: settled_at where the event has no time of its own.
  `CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant INTEGER NOT NULL DEFAULT 0,
    seq INTEGER NOT NULL REFERENCES records ON DELETE CASCADE,
    event_index INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    happened_at INTEGER NOT NULL,
    settled_at INTEGER NOT NULL,
    result TEXT
  ) STRICT`,
  'CREATE INDEX events_seq ON events (seq)',
  'CREATE INDEX events_kind ON events (kind)',
  'CREATE INDEX events_happened ON events (kind, happened_at)',

  // One row for each dead event, until its key is delivered.
  `CREATE TABLE dead_letters (
    tenant INTEGER NOT NULL DEFAULT 0,
    seq INTEGER NOT NULL REFERENCES records ON DELETE CASCADE,
    group_name TEXT NOT NULL,
    key TEXT,
    settled_at INTEGER NOT NULL
  ) STRICT`,
  'CREATE INDEX dead_letters_seq ON dead_letters (seq)',
  'CREATE INDEX dead_letters_group ON dead_letters (tenant, group_name, seq, settled_at)',
  'CREATE INDEX dead_letters_key ON dead_letters (tenant, key) WHERE key IS NOT NULL',

  `CREATE TABLE tallies (
    tenant INTEGER NOT NULL,
    scope TEXT NOT NULL,
    metric TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (tenant, scope, metric, status, reason)
  ) STRICT, WITHOUT ROWID`,

  // Ended events by when they happened. origin: live, history or reconcile.
  `CREATE TABLE hourly_counts (
    tenant INTEGER NOT NULL,
    start INTEGER NOT NULL,
    metric TEXT NOT NULL,
    status TEXT NOT NULL,
    origin TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (tenant, start, metric, status, origin)
  ) STRICT, WITHOUT ROWID`,

  // Days in UTC, kept for good. A month has 20,000 hourly rows, and adding them up takes longer than the rest of a page.
  `CREATE TABLE daily_counts (
    tenant INTEGER NOT NULL,
    start INTEGER NOT NULL,
    metric TEXT NOT NULL,
    status TEXT NOT NULL,
    origin TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (tenant, start, metric, status, origin)
  ) STRICT, WITHOUT ROWID`,

  // day: of the event itself, in UTC. Outlives the records, to be held against the destination's counts.
  `CREATE TABLE delivered_days (
    tenant INTEGER NOT NULL,
    metric TEXT NOT NULL,
    day TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (tenant, metric, day)
  ) STRICT, WITHOUT ROWID`,

  // Events that were sent and are not settled: after a lost answer they are sent again with the same identifiers.
  `CREATE TABLE sends (
    tenant INTEGER NOT NULL,
    key TEXT NOT NULL,
    contact TEXT,
    identifiers TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, key)
  ) STRICT, WITHOUT ROWID`,

  // With a rowid: in a table without one, every step down the tree would read some of the large values.
  `CREATE TABLE checkpoints (
    tenant INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (tenant, name)
  ) STRICT`,

  // With a rowid for the same reason.
  `CREATE TABLE cache (
    tenant INTEGER NOT NULL,
    namespace TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    fetched_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, namespace, key)
  ) STRICT`,

  // The newest delivered state of each contact. Outlives its records: an older state may arrive at any time.
  // property_times: when the newest events that set profile properties happened: JSON, by the properties' names.
  `CREATE TABLE contacts (
    tenant INTEGER NOT NULL,
    contact TEXT NOT NULL,
    updated_at INTEGER,
    address TEXT,
    profile_id TEXT,
    property_times TEXT,
    PRIMARY KEY (tenant, contact)
  ) STRICT, WITHOUT ROWID`,
  'CREATE INDEX contacts_profile ON contacts (tenant, profile_id) WHERE profile_id IS NOT NULL',
  'CREATE INDEX contacts_address ON contacts (tenant, address) WHERE address IS NOT NULL',

  // key: the idempotency key, since an event waits in one record only.
  // released: the contact was identified since the record's last check began.
  `CREATE TABLE waiting_events (
    tenant INTEGER NOT NULL,
    key TEXT NOT NULL,
    seq INTEGER NOT NULL REFERENCES records ON DELETE CASCADE,
    contact TEXT NOT NULL,
    metric TEXT NOT NULL,
    reason TEXT NOT NULL,
    released INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, key)
  ) STRICT, WITHOUT ROWID`,
  'CREATE INDEX waiting_events_seq ON waiting_events (seq)',
  'CREATE INDEX waiting_events_contact ON waiting_events (contact, seq)',

  // last_lease: when the owner last leased or renewed.
  `CREATE TABLE owners (
    id TEXT PRIMARY KEY,
    pid INTEGER NOT NULL,
    start TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    last_lease INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
].join(';\n')

/** What a database of version 1 lacks, step by step. */
export const SQLITE_STEPS: readonly string[] = [
  `
  ALTER TABLE tenants ADD COLUMN owned_since INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE tenants ADD COLUMN fault TEXT;
  `,
  // Covers the search for those that wait.
  `
  DROP INDEX records_waiting;
  CREATE INDEX records_waiting ON records (tenant, lane, due_at, seq, received_at, queue_head, status, cut_offs)
    WHERE queue_head IS NULL AND status = 'deferred' AND cut_offs = 0;
  `,
  // Ids before the tenant.
  `
  DROP INDEX records_queue_head;
  CREATE INDEX records_queue ON records (tenant, lane, queue_head DESC, cut_offs, due_at, seq, received_at)
    WHERE queue_head IS NOT NULL;
  DROP INDEX records_ordering_key;
  CREATE INDEX records_ordering_key
    ON records (substr(ordering_key, instr(ordering_key, ':') + 1), tenant, lane, ordering_key, queue_head DESC, seq)
    WHERE queue_head IS NOT NULL;
  CREATE TABLE new_lookup_ids (
    tenant INTEGER NOT NULL,
    lookup_id TEXT NOT NULL,
    seq INTEGER NOT NULL REFERENCES records ON DELETE CASCADE,
    PRIMARY KEY (lookup_id, tenant, seq)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO new_lookup_ids SELECT tenant, lookup_id, seq FROM lookup_ids;
  DROP TABLE lookup_ids;
  ALTER TABLE new_lookup_ids RENAME TO lookup_ids;
  CREATE INDEX lookup_ids_seq ON lookup_ids (seq);
  `,
]
