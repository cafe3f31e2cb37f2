/** Times the pages of the console over a store of a million settled records, created by SQL. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { intercomToKlaviyo } from '../connector/index.ts'
import { loadConnectorSpec } from '../connector/spec.ts'
import { createConsole } from '../runtime/console/index.ts'
import { openConnection } from '../runtime/store/sqlite/open-connection.ts'
import { sqliteStore } from '../runtime/store/sqlite/store.ts'
import { silentLogger, systemClock } from '../runtime/system.ts'
import { signVisitorsIn } from '../test/helpers/signed-in.ts'
import type { ResultTable } from './harness/result-table.ts'

const RECORDS = 1_000_000
const REQUESTS = 15
const DAY = 86_400_000

export async function runBenchmark(): Promise<readonly ResultTable[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-console-'))
  try {
    return [await measure(join(folder, 'store.db'))]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measure(file: string): Promise<ResultTable> {
  const spec = await loadConnectorSpec()
  const metrics = spec.mappings.map(({ metric }) => metric)
  await fill(file, metrics)
  const store = await sqliteStore(file, { clock: systemClock })
  const fetch = async () => new Response(null, { status: 503 })
  const connector = await intercomToKlaviyo({ store, settings: { spec }, fetch })
  const ending = new AbortController()
  const app = { name: 'bench', version: '0', summary: '' }
  const parts = { app, connector, clock: systemClock, logger: silentLogger, signal: ending.signal }
  const { fetch: handle } = signVisitorsIn(createConsole(parts))
  const [session = ''] = (await handle(new Request('http://localhost/'))).headers.getSetCookie().slice(-1)
  const headers = { accept: 'text/html', cookie: session.split(';')[0] ?? '' }
  const [group] = await store.groupDeadLetters()
  const rows = []
  for (const [page, path] of pathsOf(metrics, group?.group ?? '')) {
    const times: number[] = []
    const cpu = process.cpuUsage()
    for (let i = 0; i < REQUESTS; i++) {
      // Created outside the measurement: the first Request takes Node 30 ms, which a server spends before it listens.
      const request = new Request(`http://localhost${path}`, { headers })
      const start = performance.now()
      const response = await handle(request)
      await response.text()
      if (response.status !== 200) throw new Error(`${path}: ${response.status}`)
      times.push(performance.now() - start)
    }
    const { user, system } = process.cpuUsage(cpu)
    const [first = 0] = times
    times.sort((a, b) => a - b)
    rows.push({
      page,
      'first ms': first,
      'median ms': times[REQUESTS >> 1] ?? 0,
      'slowest ms': times.at(-1) ?? 0,
      'CPU ms': (user + system) / REQUESTS / 1000,
    })
  }
  ending.abort()
  await connector.close()
  await store.close()
  return {
    title: `Pages over ${RECORDS.toLocaleString('en')} records, 2 % of them dead letters`,
    rows,
    notes: ['A busy machine inflates the wall clock, not the CPU column.'],
  }
}

const pathsOf = (metrics: readonly string[], group: string): [page: string, path: string][] => [
  ['overview', '/'],
  ['metric', `/metric/${encodeURIComponent(metrics[0] ?? '')}`],
  ['metric, older', `/metric/${encodeURIComponent(metrics[0] ?? '')}?before=500000`],
  ['import', '/import'],
  ['find', `/find?ref=${RECORDS / 2}`],
  ['find, no match', '/find?ref=nothing'],
  ['failed events', '/failed-events'],
  ['failed events of a group', `/failed-events?group=${encodeURIComponent(group)}`],
]

/** Writes a month of records with one event each, as settling does. */
async function fill(file: string, metrics: readonly string[]): Promise<void> {
  await (await sqliteStore(file, { clock: systemClock })).close()
  const db = await openConnection(file, systemClock)
  const metric = `json_extract('${JSON.stringify(metrics).replaceAll("'", "''")}', '$[' || (i % ${metrics.length}) || ']')`
  const status = "iif(i % 50 = 0, 'dead', iif(i % 7 = 0, 'skipped', 'delivered'))"
  const at = `${Date.now()} - (${RECORDS} - i) * ${(30 * DAY) / RECORDS}`
  const fault = `json_object('kind', 'data', 'code', 'mapping/type', 'message', 'it is a list', 'place', 'mappings/created-ticket.yaml:' || (i % 20 + 1) || ':3')`
  const event = `json_object('metric', metric, 'status', status, 'lane', 'live', 'key', 'w1:bench:' || i, 'time', '2026-01-01T00:00:00.000Z',
    'contact', '65f0c0ffee' || i, 'emailHash', printf('%064d', i), 'reason', iif(status = 'skipped', 'no-identity', NULL), 'fault', json(iif(status = 'dead', fault, 'null')))`
  db.exec(`BEGIN;
    CREATE TEMP TABLE made AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ${RECORDS})
      SELECT i, ${metric} AS metric, ${status} AS status, CAST(${at} AS INTEGER) AS at, ${fault} AS fault FROM c;
    INSERT INTO records (tenant, id, ingress, lane, topic, resource, workspace, ordering_key, lookup_ids, received_at, scope, status, attempt, settled_at, outcome)
      SELECT 0, 'w1:n' || i, 'webhook', 'live', 'conversation.user.created', 'conversation', 'w1', 'w1:' || i, json_array('' || i), at, 'live', status, 1, at,
        json_object('status', status, 'reason', 'no-identity', 'fault', json(fault), 'events', json_array(${event})) FROM made ORDER BY i;
    INSERT INTO bodies (seq, body) SELECT i, json_object('id', 'n' || i, 'topic', 'conversation.user.created', 'data', json_object('item', json_object('type', 'conversation', 'id', '' || i)))
      FROM made WHERE i > ${RECORDS - 5_000} OR i % 50 = 0;
    INSERT INTO event_kinds (tenant, metric, status, reason, scope, topic)
      SELECT DISTINCT 0, metric, status, CASE status WHEN 'skipped' THEN 'no-identity' WHEN 'dead' THEN 'mapping/type' ELSE '' END, 'live', 'conversation.user.created' FROM made;
    INSERT INTO events (seq, event_index, kind, happened_at, settled_at)
      SELECT i, 0, number, at, at FROM made JOIN event_kinds USING (metric, status) ORDER BY i;
    INSERT INTO hourly_counts SELECT 0, at / 3600000 * 3600000, metric, status, 'live', count(*) FROM made GROUP BY 2, 3, 4;
    INSERT INTO daily_counts SELECT 0, at / 86400000 * 86400000, metric, status, 'live', count(*) FROM made GROUP BY 2, 3, 4;
    INSERT INTO tallies SELECT 0, 'live', metric, status, iif(status = 'skipped', 'no-identity', ''), count(*) FROM made GROUP BY 3, 4;
    INSERT INTO dead_letters (seq, group_name, key, settled_at) SELECT i, 'mapping/type|' || metric || '|' || (fault ->> '$.place'), 'w1:bench:' || i, at FROM made WHERE status = 'dead';
    INSERT INTO lookup_ids SELECT 0, '' || i, i FROM made;
    DROP TABLE made;
    COMMIT;`)
  db.close()
}
