/** Measures PostgreSQL against SQLite, both with every commit on disk: pages, single appends, leases and settlements. */
import { join } from 'node:path'
import { record, settlement } from '../runtime/conformance/contracts/store/fixtures.ts'
import type { Store } from '../runtime/ports/store.ts'
import type { LeasedRecord, Outcome } from '../runtime/ports/types.ts'
import { postgresStore } from '../runtime/store/postgres/store.ts'
import { sqliteStore } from '../runtime/store/sqlite/store.ts'
import { systemClock } from '../runtime/system.ts'
import { startPostgres } from '../test/helpers/processes/postgres.ts'
import { median } from './harness/compare.ts'
import { temporaryFolder } from './harness/processes.ts'
import type { ResultTable } from './harness/result-table.ts'

const ROUNDS = 5
const PAGES = 40
const PAGE = 150
const SINGLES = 2_000
const IN_FLIGHT = 32
/** As a worker leases and settles under load. */
const BATCH = 100
/** Of a conversation, as a page of history has it. */
const BODY = JSON.stringify({ id: 'x', text: 'All that a person and an agent wrote to each other. '.repeat(60) })

type Rates = Record<'pages' | 'single appends' | 'drain' | 'settle', number>

export async function runBenchmark(): Promise<readonly ResultTable[]> {
  const folder = temporaryFolder()
  const server = await startPostgres({ fsync: true })
  const rounds: { readonly sqlite: Rates; readonly postgres: Rates }[] = []
  try {
    const sqlite = await sqliteStore(join(folder.path, 'store.db'), { clock: systemClock })
    const postgres = await postgresStore(server.url())
    // The first round compiles, prepares and fills caches.
    for (let round = 0; round <= ROUNDS; round++) {
      const rates = { sqlite: await measure(sqlite, round), postgres: await measure(postgres, round) }
      if (round > 0) rounds.push(rates)
    }
    await Promise.all([sqlite.close(), postgres.close()])
  } finally {
    await server.remove()
    folder.remove()
  }
  const names = Object.keys(rounds[0]?.sqlite ?? {}) as (keyof Rates)[]
  const rows = names.map((name) => ({
    records: name,
    'SQLite/s': Math.round(median(rounds.map(({ sqlite }) => sqlite[name]))),
    'PostgreSQL/s': Math.round(median(rounds.map(({ postgres }) => postgres[name]))),
    ratio: median(rounds.map(({ sqlite, postgres }) => postgres[name] / sqlite[name])),
  }))
  const notes = [
    `pages of ${PAGE} records of ${Math.round(BODY.length / 1000)} kB with a checkpoint, one after another; ${IN_FLIGHT} single appends in flight; leases and settlements of ${BATCH}`,
    'the server on the same machine and cores, by its socket; ratio: the median of the ratios of each round',
  ]
  return [{ title: 'PostgreSQL against SQLite', rows, notes }]
}

async function measure(store: Store, round: number): Promise<Rates> {
  const pages = await time(PAGES * PAGE, async () => {
    for (let page = 0; page < PAGES; page++) {
      const records = Array.from({ length: PAGE }, (_, i) => {
        const id = `${round}-${page}-${i}`
        return record(`page-${id}`, { lane: 'backfill', orderingKey: `o-${id}`, body: BODY, lookupIds: [`c-${id}`] })
      })
      await store.append(records, { name: 'backfill', value: { page } })
    }
  })
  const singles = await time(SINGLES, async () => {
    let n = 0
    const appendUntilEnd = async () => {
      while (n < SINGLES) {
        const id = `${round}-${n++}`
        await store.append([record(`single-${id}`, { orderingKey: `o-${id}`, body: BODY, lookupIds: [`c-${id}`] })])
      }
    }
    await Promise.all(Array.from({ length: IN_FLIGHT }, appendUntilEnd))
  })
  const leased: (readonly LeasedRecord[])[] = []
  const drain = await time(PAGES * PAGE, async () => {
    for (;;) {
      const batch = await store.lease({ lane: 'backfill', limit: BATCH, leaseMs: 600_000 })
      if (batch.length === 0) return
      leased.push(batch)
    }
  })
  const settle = await time(PAGES * PAGE, async () => {
    for (const batch of leased) await store.settle(batch.map((one) => settlement(one, outcome(one))))
  })
  await finishSingles(store)
  return { pages, 'single appends': singles, drain, settle }
}

async function finishSingles(store: Store): Promise<void> {
  for (;;) {
    const batch = await store.lease({ lane: 'live', limit: 500, leaseMs: 600_000 })
    if (batch.length === 0) return
    await store.settle(batch.map((one) => settlement(one, outcome(one))))
  }
}

function outcome({ id, lane }: LeasedRecord): Outcome {
  const time = '2026-03-01T12:00:00.000Z'
  const [contact, emailHash] = [`contact-${id}`, `hash-${id}`]
  const event = { lane, status: 'delivered', metric: 'Metric', key: `key-${id}`, time, contact, emailHash } as const
  return { status: 'delivered', events: [event] }
}

/** Operations per second. */
async function time(operations: number, work: () => Promise<void>): Promise<number> {
  const from = performance.now()
  await work()
  return operations / ((performance.now() - from) / 1000)
}
