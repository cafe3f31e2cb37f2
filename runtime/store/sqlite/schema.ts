/** The tables, as a list of steps that each bring a file from one version to the next. */
import { Fault } from '../../ports/fault.ts'
import type { Connection } from './connection.ts'
import { CONSOLE_TABLES } from './schema-looking.ts'

/** Step n brings `user_version` n to n + 1. A step that was released is never changed; add another one. */
const MIGRATIONS: readonly string[] = [
  `
  -- line: what records wait in, the record's order. Only one record of a line has the turn.
  -- turn: 1 = may be leased once due, 0 = behind another of its line, null = settled.
  -- due: not before this; of a leased record, when its lease expires.
  CREATE TABLE records (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    ingress TEXT NOT NULL,
    lane TEXT NOT NULL,
    topic TEXT,
    stream TEXT,
    resource TEXT,
    workspace TEXT NOT NULL,
    line TEXT NOT NULL,
    refs TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    run TEXT,
    scope TEXT NOT NULL,
    status TEXT NOT NULL,
    turn INTEGER,
    attempt INTEGER NOT NULL DEFAULT 0,
    due INTEGER NOT NULL DEFAULT 0,
    lease TEXT,
    owner TEXT,
    settled_at INTEGER,
    outcome TEXT
  ) STRICT;
  -- Partial, so that what is settled costs the queue nothing; wide, so that lease and backlog read the index alone.
  CREATE INDEX records_turn ON records (lane, due, seq) WHERE turn = 1;
  CREATE INDEX records_line ON records (lane, line, turn, seq, received_at) WHERE turn IS NOT NULL;
  CREATE INDEX records_leased ON records (due, owner) WHERE lease IS NOT NULL;
  CREATE INDEX records_settled ON records (status, settled_at) WHERE settled_at IS NOT NULL;
  CREATE INDEX records_dead ON records (seq) WHERE status = 'dead';

  -- Apart from the record: a row is rewritten as a whole by each lease and settle, and a body is large.
  CREATE TABLE bodies (
    seq INTEGER PRIMARY KEY REFERENCES records ON DELETE CASCADE,
    body TEXT NOT NULL
  ) STRICT;

  CREATE TABLE refs (
    ref TEXT NOT NULL,
    seq INTEGER NOT NULL REFERENCES records ON DELETE CASCADE,
    PRIMARY KEY (ref, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX refs_seq ON refs (seq);

  -- Outlives its record: it is what keeps an event from being counted twice.
  CREATE TABLE delivered (key TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE tallies (
    scope TEXT NOT NULL,
    metric TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (scope, metric, status, reason)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE checkpoints (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE cache (
    namespace TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (namespace, key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE owners (id TEXT PRIMARY KEY, pid INTEGER NOT NULL, start TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `,
  CONSOLE_TABLES,
  // Large values: in a table WITHOUT ROWID every step down the tree reads some. What was cached is only asked for again.
  `
  DROP TABLE cache;
  CREATE TABLE cache (
    namespace TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (namespace, key)
  ) STRICT;
  `,
  // The record that an event was delivered by: found through its key without another row for it.
  'ALTER TABLE delivered ADD COLUMN seq INTEGER',
  // A month of hours is 20,000 rows, and adding them up takes longer than the rest of a page.
  `
  CREATE TABLE days (
    hour INTEGER NOT NULL,
    metric TEXT NOT NULL,
    status TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (hour, metric, status)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO days SELECT hour / 86400000 * 86400000, metric, status, sum(count) FROM hours GROUP BY 1, 2, 3;
  `,
  // A column and no table: null costs nothing where nothing failed. Of what waits, the last fault and when it began are known.
  `
  ALTER TABLE records ADD COLUMN attempts TEXT;
  UPDATE records SET attempts = json_array(json_object(
    'at', coalesce(outcome ->> '$.since', received_at),
    'count', max(1, attempt - (lease IS NOT NULL)),
    'fault', outcome -> '$.fault',
    'until', outcome -> '$.until'
  )) WHERE turn IS NOT NULL AND outcome ->> '$.status' = 'deferred';
  `,
]

/** Brings the file up to date. Throws a `config` fault when a newer version of the program wrote it. */
export function migrate(db: Connection): void {
  db.transaction(() => {
    // Read inside the transaction: of two processes that open a new file, the second finds the work done.
    const version = db.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0
    if (version > MIGRATIONS.length) throw new Fault('config', 'store/newer', NEWER)
    for (const step of MIGRATIONS.slice(version)) db.exec(step)
    db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`)
  })
}

const NEWER = 'the store file was written by a newer version of this program: run that version, or use another file'
