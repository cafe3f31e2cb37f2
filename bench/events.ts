/** Times searches for events over ten million of them, in SQLite and PostgreSQL: pages of 50, by each kind of filter. */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { countFound } from '../runtime/console/event-counts.ts'
import type { EventSearch } from '../runtime/ports/event-search.ts'
import type { Store } from '../runtime/ports/store.ts'
import { postgresStore } from '../runtime/store/postgres/store.ts'
import { sqliteStore } from '../runtime/store/sqlite/store.ts'
import { systemClock } from '../runtime/system.ts'
import { startPostgres } from '../test/helpers/processes/postgres.ts'
import { EVENTS, fillPostgres, fillSqlite, RECORDS, WAITING } from './harness/fill-events.ts'
import type { ResultTable } from './harness/result-table.ts'

const ROUNDS = 100
const LIMIT = 50
const DAY = 86_400_000

export async function runBenchmark(): Promise<readonly ResultTable[]> {
  return [await onSqlite(), await onPostgres()]
}

async function onSqlite(): Promise<ResultTable> {
  const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), 'bench-events-'))
  try {
    const file = join(folder, 'store.db')
    const open = () => sqliteStore(file, { clock: systemClock })
    const table = await fillAndMeasure('SQLite', open, () => fillSqlite(file, NOW))
    const size = `${(statSync(file).size / 1e9).toFixed(1)} GB`
    return { ...table, notes: [size, ...(table.notes ?? []), 'CPU: of the process, the mean of the searches'] }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function onPostgres(): Promise<ResultTable> {
  const server = await startPostgres({ settings: { shared_buffers: '512MB', max_wal_size: '4GB' } })
  try {
    const url = server.url()
    const table = await fillAndMeasure(
      'PostgreSQL',
      () => postgresStore(url),
      () => fillPostgres(url, NOW),
    )
    return { ...table, notes: [...(table.notes ?? []), 'CPU: of this process, not of the server'] }
  } finally {
    await server.remove()
  }
}

async function fillAndMeasure(
  name: string,
  open: () => Promise<Store>,
  fill: () => Promise<void>,
): Promise<ResultTable> {
  await (await open()).close()
  const began = performance.now()
  await fill()
  const seconds = Math.round((performance.now() - began) / 1000)
  const store = await open()
  const rows = await measure(store)
  await store.close()
  return {
    title: `${name}: searches over ${EVENTS.toLocaleString('en')} events, pages of ${LIMIT}`,
    rows,
    notes: [
      'counts: of the four outcomes of the filter, the median',
      `${RECORDS.toLocaleString('en')} records, ${WAITING.toLocaleString('en')} more wait; filled in ${seconds} s`,
      'A busy machine inflates the wall clock',
    ],
  }
}

const NOW = Date.now()

const searches: readonly [filter: string, search: Partial<EventSearch>][] = [
  ['all', {}],
  ['outcome: delivered', { status: 'delivered' }],
  ['outcome: failed', { status: 'dead' }],
  ['outcome: waiting', { status: 'deferred' }],
  ['metric', { metric: 'Metric 3' }],
  ['metric and outcome', { metric: 'Metric 3', status: 'skipped' }],
  ['reason', { reason: 'no-identity' }],
  ['a reason of three events', { reason: 'rare' }],
  ['live', { origin: 'live' }],
  ['history', { origin: 'history' }],
  ['run and failed', { run: 'run-1', status: 'dead' }],
  ['topic', { topic: 'topic.3' }],
  ['topic, metric and reason', { topic: 'topic.3', metric: 'Metric 3', reason: 'no-identity' }],
  ['a day, two years ago', { since: NOW - 731 * DAY, until: NOW - 730 * DAY }],
  ['a day, live, a metric', { since: NOW - 31 * DAY, until: NOW - 30 * DAY, origin: 'live', metric: 'Metric 3' }],
  ['person', { refs: ['c00000777'] }],
  ['person and metric', { refs: ['c00000777'], metric: 'Metric 3' }],
  ['nothing', { reason: 'none' }],
]

/** As the tabs of the page count them: the outcomes of a filter apart, of which more waits than is listed. */
const OUTCOMES = ['delivered', 'skipped', 'dead', 'deferred'] as const

async function timeCounts(store: Store, { status: _, ...search }: Partial<EventSearch>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < 15; round++) {
    const began = performance.now()
    await Promise.all(OUTCOMES.map((status) => countFound(store, { ...search, status }, {})))
    times.push(performance.now() - began)
  }
  return times.sort((a, b) => a - b)[7] ?? 0
}

async function measure(store: Store) {
  const rows = []
  for (const [filter, search] of searches) {
    const times: number[] = []
    let found = 0
    const cpu = process.cpuUsage()
    for (let round = 0; round < ROUNDS; round++) {
      // Every other round reads a page in the middle, those between them its newer neighbour.
      const at = NOW - (round / ROUNDS) * 900 * DAY
      const page = round === 0 ? {} : { [round % 2 === 0 ? 'before' : 'after']: { at, id: 1 } }
      const began = performance.now()
      found += (await store.findEvents({ ...search, ...page, limit: LIMIT })).length
      times.push(performance.now() - began)
    }
    const { user, system } = process.cpuUsage(cpu)
    const [first = 0] = times
    times.sort((a, b) => a - b)
    rows.push({
      filter,
      'events a page': found / ROUNDS,
      'first ms': first,
      'p50 ms': times[ROUNDS >> 1] ?? 0,
      'p99 ms': times[ROUNDS - 2] ?? 0,
      'CPU ms': (user + system) / ROUNDS / 1000,
      'counts ms': await timeCounts(store, search),
    })
  }
  return rows
}
