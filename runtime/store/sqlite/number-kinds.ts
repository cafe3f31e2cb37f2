/** A step of the migration: events have a numbered kind, and the time at which they happened. */
export const NUMBER_KINDS: string = `
  CREATE TABLE event_kinds (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant INTEGER NOT NULL,
    metric TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    scope TEXT NOT NULL,
    topic TEXT NOT NULL,
    UNIQUE (tenant, metric, status, reason, scope, topic)
  ) STRICT;
  CREATE TEMP TABLE found AS
  SELECT id, tenant, metric, status, scope, topic, settled_at,
    iif(status = 'delivered', '',
      coalesce(json_extract(json, '$.reason'), json_extract(json, '$.fault.code'), '')) AS reason,
    CAST(strftime('%s', json_extract(json, '$.time')) AS INTEGER) * 1000
      + CAST(substr(strftime('%f', json_extract(json, '$.time')), 4) AS INTEGER) AS time
  FROM (
    SELECT e.id, e.tenant, metric, e.status, scope, coalesce(topic, '') AS topic, e.settled_at,
      coalesce(e.result, json_extract(r.outcome, '$.events[' || e.event_index || ']'), r.outcome) AS json
    FROM events e JOIN records r USING (seq)
  );
  INSERT INTO event_kinds (tenant, metric, status, reason, scope, topic)
  SELECT DISTINCT tenant, metric, status, reason, scope, topic FROM found;

  CREATE TABLE new_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant INTEGER NOT NULL DEFAULT 0,
    seq INTEGER NOT NULL REFERENCES records ON DELETE CASCADE,
    event_index INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    happened_at INTEGER NOT NULL,
    settled_at INTEGER NOT NULL,
    result TEXT
  ) STRICT;
  INSERT INTO new_events
  SELECT e.id, e.tenant, e.seq, e.event_index, k.number, min(coalesce(f.time, e.settled_at), e.settled_at), e.settled_at,
    e.result
  FROM found f JOIN events e USING (id) JOIN event_kinds k USING (tenant, metric, status, reason, scope, topic)
  ORDER BY e.id;
  DROP TABLE found;
  -- Ids are never reused.
  DELETE FROM sqlite_sequence WHERE name = 'new_events';
  INSERT INTO sqlite_sequence (name, seq) SELECT 'new_events', seq FROM sqlite_sequence WHERE name = 'events';
  DROP TABLE events;
  ALTER TABLE new_events RENAME TO events;
  CREATE INDEX events_seq ON events (seq);
  CREATE INDEX events_kind ON events (kind);
  CREATE INDEX events_happened ON events (kind, happened_at);
  `
