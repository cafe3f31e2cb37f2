/** The steps that bring the tables of an older store file up to date. New files have `SQLITE_TABLES` at once. */
import { SQLITE_STEPS } from '../sql/sqlite-tables.ts'
import { ADD_TENANTS } from './add-tenants.ts'
import { COUNT_BY_ORIGIN } from './count-by-origin.ts'
import { NUMBER_KINDS } from './number-kinds.ts'

/** Step n brings `user_version` n to n + 1. Never change a step that was released: add another one. */
export const MIGRATIONS: readonly string[] = [
  `
  -- ordering_key: only one unsettled record of a lane and key is at the head of its queue.
  -- queue_head: 1 = can be leased once due, 0 = behind another of its key, null = settled, or waits for a contact.
  -- due_at: the earliest next attempt; of a leased record, the expiry of its lease.
  -- cut_offs: tries in a row that ended without an outcome. Those of 1 or more are leased apart.
  -- attempts: JSON in a column, not a table: null costs nothing for records that never failed.
  CREATE TABLE records (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
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
    attempts TEXT
  ) STRICT;
  -- Partial: settled records cost the queue nothing. Covering: lease and backlog read the index alone.
  CREATE INDEX records_queue_head ON records (lane, due_at, seq) WHERE queue_head = 1 AND cut_offs = 0;
  CREATE INDEX records_cut_off ON records (lane, cut_offs, due_at, seq) WHERE cut_offs > 0;
  CREATE INDEX records_ordering_key ON records (lane, ordering_key, queue_head, seq, received_at)
    WHERE queue_head IS NOT NULL;
  CREATE INDEX records_leased ON records (due_at, owner) WHERE lease IS NOT NULL;
  CREATE INDEX records_settled ON records (status, settled_at) WHERE settled_at IS NOT NULL;
  CREATE INDEX records_dead ON records (seq) WHERE status = 'dead';

  -- A table of its own: each lease and settle rewrites the whole row of a record, and bodies are large.
  CREATE TABLE bodies (
    seq INTEGER PRIMARY KEY REFERENCES records ON DELETE CASCADE,
    body TEXT NOT NULL
  ) STRICT;

  CREATE TABLE lookup_ids (
    lookup_id TEXT NOT NULL,
    seq INTEGER NOT NULL REFERENCES records ON DELETE CASCADE,
    PRIMARY KEY (lookup_id, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX lookup_ids_seq ON lookup_ids (seq);

  -- Outlives its record, to prevent a second delivery. seq: the record that delivered the event.
  CREATE TABLE delivered_keys (
    key TEXT PRIMARY KEY,
    delivered_at INTEGER NOT NULL,
    seq INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- event_index: index into the events of the record's outcome. result: a copy, if a later attempt may overwrite it.
  CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    seq INTEGER NOT NULL REFERENCES records ON DELETE CASCADE,
    event_index INTEGER NOT NULL,
    metric TEXT NOT NULL,
    status TEXT NOT NULL,
    settled_at INTEGER NOT NULL,
    result TEXT
  ) STRICT;
  CREATE INDEX events_kind ON events (metric, status);
  CREATE INDEX events_seq ON events (seq);

  -- One row for each dead event, until its key is delivered.
  CREATE TABLE dead_letters (
    seq INTEGER NOT NULL REFERENCES records ON DELETE CASCADE,
    group_name TEXT NOT NULL,
    key TEXT,
    settled_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX dead_letters_group ON dead_letters (group_name, seq, settled_at);
  CREATE INDEX dead_letters_seq ON dead_letters (seq);
  CREATE INDEX dead_letters_key ON dead_letters (key) WHERE key IS NOT NULL;

  CREATE TABLE tallies (
    scope TEXT NOT NULL,
    metric TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (scope, metric, status, reason)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE hourly_counts (
    start INTEGER NOT NULL,
    metric TEXT NOT NULL,
    status TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (start, metric, status)
  ) STRICT, WITHOUT ROWID;

  -- Days in UTC. A month has 20,000 hourly rows, and adding them up takes longer than the rest of a page.
  CREATE TABLE daily_counts (
    start INTEGER NOT NULL,
    metric TEXT NOT NULL,
    status TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (start, metric, status)
  ) STRICT, WITHOUT ROWID;

  -- Events that were sent and are not settled: after a lost answer they are sent again with the same identifiers.
  CREATE TABLE sends (
    key TEXT PRIMARY KEY,
    contact TEXT,
    identifiers TEXT NOT NULL,
    sent_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE checkpoints (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  -- With a rowid: in a table without one, every step down the tree would read some of the large values.
  CREATE TABLE cache (
    namespace TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    fetched_at INTEGER NOT NULL,
    PRIMARY KEY (namespace, key)
  ) STRICT;

  -- last_lease: when the owner last leased or renewed.
  CREATE TABLE owners (
    id TEXT PRIMARY KEY,
    pid INTEGER NOT NULL,
    start TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    last_lease INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- The newest delivered state of each contact. Outlives its records: an older state may arrive at any time.
  CREATE TABLE contacts (
    contact TEXT PRIMARY KEY,
    updated_at INTEGER,
    address TEXT,
    profile_id TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX contacts_profile ON contacts (profile_id) WHERE profile_id IS NOT NULL;
  CREATE INDEX contacts_address ON contacts (address) WHERE address IS NOT NULL;
  `,
  `
  -- Records that wait for a contact are deferred without being in a queue: due_at is their next check.
  CREATE INDEX records_waiting ON records (lane, due_at, seq)
    WHERE queue_head IS NULL AND status = 'deferred' AND cut_offs = 0;

  -- key: the idempotency key, since an event waits in one record only.
  -- released: the contact was identified since the record's last check began.
  CREATE TABLE waiting_events (
    key TEXT PRIMARY KEY,
    seq INTEGER NOT NULL REFERENCES records ON DELETE CASCADE,
    contact TEXT NOT NULL,
    metric TEXT NOT NULL,
    reason TEXT NOT NULL,
    released INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX waiting_events_seq ON waiting_events (seq);
  CREATE INDEX waiting_events_contact ON waiting_events (contact, seq);
  `,
  `
  -- day: of the event itself, in UTC. Outlives the records, to be held against the destination's counts.
  CREATE TABLE delivered_days (
    metric TEXT NOT NULL,
    day TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (metric, day)
  ) STRICT, WITHOUT ROWID;
  -- Events whose records retention has dropped stay uncounted.
  INSERT INTO delivered_days
  SELECT metric, substr(json_extract(result, '$.time'), 1, 10) AS day, count(*)
  FROM (
    SELECT metric, coalesce(e.result, json_extract(r.outcome, '$.events[' || e.event_index || ']')) AS result
    FROM events e JOIN records r USING (seq) WHERE e.status = 'delivered'
  )
  WHERE json_extract(result, '$.key') IS NOT NULL AND json_extract(result, '$.time') IS NOT NULL
  GROUP BY metric, day;
  `,
  `
  -- Leased outside the queue: records that waited for a contact and are being checked. The import asks for one of them
  -- with each recent record, and may have leased thousands itself.
  CREATE INDEX records_checked ON records (lane, ordering_key) WHERE lease IS NOT NULL AND queue_head IS NULL;
  `,
  `
  -- When the newest events that set profile properties happened: JSON, by the properties' names.
  ALTER TABLE contacts ADD COLUMN property_times TEXT;
  `,
  `
  -- The W3C traceparent of a webhook, for its delivery by another process.
  ALTER TABLE records ADD COLUMN trace TEXT;
  `,
  ADD_TENANTS,
  COUNT_BY_ORIGIN,
  NUMBER_KINDS,
  ...SQLITE_STEPS,
]
