/** The step that lets the console look: events, hours and letters, filled from what a file holds already. */

export const CONSOLE_TABLES = `
  -- n: its place among the events of the record's outcome. result: in its own words, where that outcome will not stay.
  CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    seq INTEGER NOT NULL REFERENCES records ON DELETE CASCADE,
    n INTEGER NOT NULL,
    metric TEXT NOT NULL,
    status TEXT NOT NULL,
    at INTEGER NOT NULL,
    result TEXT
  ) STRICT;

  CREATE TABLE hours (
    hour INTEGER NOT NULL,
    metric TEXT NOT NULL,
    status TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (hour, metric, status)
  ) STRICT, WITHOUT ROWID;

  -- One for each dead event, named after its group; those whose key was delivered since are gone.
  CREATE TABLE letters (
    seq INTEGER NOT NULL REFERENCES records ON DELETE CASCADE,
    name TEXT NOT NULL,
    key TEXT,
    at INTEGER NOT NULL
  ) STRICT;

  INSERT INTO events (seq, n, metric, status, at)
    SELECT seq, n, metric, status, settled_at FROM (
      SELECT r.seq, e.key AS n, e.value ->> '$.metric' AS metric, e.value ->> '$.status' AS status, settled_at
      FROM records r, json_each(outcome, '$.events') e WHERE settled_at IS NOT NULL
      UNION ALL
      SELECT seq, 0, '', status, settled_at
      FROM records WHERE settled_at IS NOT NULL AND json_array_length(outcome, '$.events') = 0
    ) ORDER BY settled_at, seq, n;

  INSERT INTO hours SELECT at / 3600000 * 3600000 AS hour, metric, status, count(*) FROM events GROUP BY 1, 2, 3;

  INSERT INTO letters
    SELECT seq, (fault ->> '$.code') || '|' || metric || '|' || coalesce(fault ->> '$.place', ''), key, settled_at FROM (
      SELECT r.seq, settled_at, e.value ->> '$.metric' AS metric, e.value ->> '$.key' AS key,
        coalesce(e.value -> '$.fault', outcome -> '$.fault') AS fault
      FROM records r, json_each(outcome, '$.events') e
      WHERE r.status = 'dead' AND e.value ->> '$.status' = 'dead'
      UNION ALL
      SELECT seq, settled_at, '', NULL, outcome -> '$.fault'
      FROM records WHERE status = 'dead'
        AND NOT EXISTS (SELECT 1 FROM json_each(outcome, '$.events') e WHERE e.value ->> '$.status' = 'dead')
    ) WHERE key IS NULL OR key NOT IN (SELECT key FROM delivered);

  -- After the filling, which is faster so.
  CREATE INDEX events_kind ON events (metric, status);
  CREATE INDEX events_seq ON events (seq);
  CREATE INDEX letters_name ON letters (name, seq, at);
  CREATE INDEX letters_seq ON letters (seq);
  CREATE INDEX letters_key ON letters (key) WHERE key IS NOT NULL;
`
