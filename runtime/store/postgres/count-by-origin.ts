/** A step of the migration: counts by the hour and day in which events happened, apart by how their records were read. */

const addOrigin = (name: string) => `
  DELETE FROM ${name};
  ALTER TABLE ${name} ADD COLUMN origin text COLLATE "C" NOT NULL;
  ALTER TABLE ${name} DROP CONSTRAINT ${name}_pkey;
  ALTER TABLE ${name} ADD PRIMARY KEY (tenant, start, metric, status, origin);`

/** What it keeps is explained in runtime/store/sqlite/count-by-origin.ts. */
export const COUNT_BY_ORIGIN: string = `
  CREATE TEMP TABLE counted ON COMMIT DROP AS
  SELECT tenant, metric, status, origin, settled_at,
    least(coalesce(floor(extract(epoch FROM time::timestamptz) * 1000)::bigint, settled_at), settled_at) AS at
  FROM (
    SELECT e.tenant, metric, e.status, e.settled_at,
      CASE WHEN scope IN ('live', 'reconcile') THEN scope ELSE 'history' END AS origin,
      substring(CASE WHEN coalesce(result, outcome) LIKE '%\\u0000%' THEN NULL
        ELSE coalesce(result::jsonb, outcome::jsonb -> 'events' -> event_index::int) ->> 'time' END
        FROM '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d.*Z$') AS time
    FROM events e JOIN records r ON r.tenant = e.tenant AND r.seq = e.seq
  ) AS found;
  CREATE TEMP TABLE kept ON COMMIT DROP AS
  SELECT d.tenant, start, d.metric, d.status, d.count FROM daily_counts d
  WHERE d.count > 0
    AND start + 86400000 <= (SELECT coalesce(min(settled_at), 9000000000000000) FROM counted c WHERE c.tenant = d.tenant)
    AND NOT EXISTS (
      SELECT 1 FROM tallies t WHERE t.tenant = d.tenant AND t.metric = d.metric AND t.status = d.status
        AND t.scope NOT IN ('live', 'reconcile'));
  ${addOrigin('hourly_counts')}
  ${addOrigin('daily_counts')}
  INSERT INTO hourly_counts (tenant, start, metric, status, origin, count)
  SELECT tenant, at / 3600000 * 3600000, metric, status, origin, count(*) FROM counted
  WHERE at >= settled_at - 2678400000 GROUP BY 1, 2, 3, 4, 5;
  INSERT INTO daily_counts (tenant, start, metric, status, origin, count)
  SELECT tenant, at / 86400000 * 86400000, metric, status, origin, count(*) FROM counted GROUP BY 1, 2, 3, 4, 5;
  INSERT INTO daily_counts (tenant, start, metric, status, origin, count)
  SELECT tenant, start, metric, status, 'live', count FROM kept
  ON CONFLICT (tenant, start, metric, status, origin) DO UPDATE SET count = daily_counts.count + excluded.count;
  `
