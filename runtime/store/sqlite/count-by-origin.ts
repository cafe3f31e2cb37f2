/** A step of the migration: counts by the hour and day in which events happened, apart by how their records were read. */

const countTable = (name: string) => `
  CREATE TABLE new_${name} (
    tenant INTEGER NOT NULL,
    start INTEGER NOT NULL,
    metric TEXT NOT NULL,
    status TEXT NOT NULL,
    origin TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (tenant, start, metric, status, origin)
  ) STRICT, WITHOUT ROWID;`

const replaceTable = (name: string) => `
  DROP TABLE ${name};
  ALTER TABLE new_${name} RENAME TO ${name};`

/**
 * Counts anew the events whose records are still there. Of those that retention has dropped, it keeps the counts of
 * days that have no event any more, by settlement, for kinds of events that no import has counted; the rest is lost.
 */
export const COUNT_BY_ORIGIN: string = `
  CREATE TEMP TABLE counted AS
  SELECT tenant, metric, status, origin, settled_at,
    min(coalesce(CAST(strftime('%s', time) AS INTEGER) * 1000, settled_at), settled_at) AS at
  FROM (
    SELECT e.tenant, metric, e.status, e.settled_at, iif(scope IN ('live', 'reconcile'), scope, 'history') AS origin,
      json_extract(coalesce(e.result, json_extract(r.outcome, '$.events[' || e.event_index || ']')), '$.time') AS time
    FROM events e JOIN records r USING (seq)
  );
  ${countTable('hourly_counts')}
  INSERT INTO new_hourly_counts
  SELECT tenant, at / 3600000 * 3600000 AS start, metric, status, origin, count(*) FROM counted
  WHERE at >= settled_at - 2678400000 GROUP BY 1, 2, 3, 4, 5;
  ${countTable('daily_counts')}
  INSERT INTO new_daily_counts
  SELECT tenant, at / 86400000 * 86400000 AS start, metric, status, origin, count(*) FROM counted GROUP BY 1, 2, 3, 4, 5;
  INSERT INTO new_daily_counts
  SELECT d.tenant, start, d.metric, d.status, 'live', d.count FROM daily_counts d
  WHERE d.count > 0
    AND start + 86400000 <= (SELECT coalesce(min(settled_at), 9e15) FROM counted c WHERE c.tenant = d.tenant)
    AND NOT EXISTS (
      SELECT 1 FROM tallies t WHERE t.tenant = d.tenant AND t.metric = d.metric AND t.status = d.status
        AND t.scope NOT IN ('live', 'reconcile'))
  ON CONFLICT DO UPDATE SET count = count + excluded.count;
  DROP TABLE counted;
  ${replaceTable('hourly_counts')}
  ${replaceTable('daily_counts')}
  `
