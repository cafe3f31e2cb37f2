/** A process for the crash test to kill: prints every acknowledged write, and nothing else. */
import { writeSync } from 'node:fs'
import { delivered, event, record, settlement } from '../../../runtime/conformance/contracts/store/fixtures.ts'
import { sqliteStore } from '../../../runtime/store/sqlite/store.ts'
import { systemClock } from '../../../runtime/system.ts'

const [path = '', round = ''] = process.argv.slice(2)
const store = await sqliteStore(path, { clock: systemClock })
const print = (word: string, id: string) => writeSync(1, `${word} ${id}\n`)

/** Eight of these run concurrently, so that kills also hit shared transactions. */
async function append(lane: number): Promise<void> {
  for (let n = 0; ; n++) {
    const id = `${round}-${lane}-${n}`
    await store.append([record(id, { body: 'x'.repeat(2000) })], { name: `lane-${lane}`, value: id })
    print('appended', id)
  }
}

/** Settles every second record that it leases, and holds the others until it is killed. */
async function work(): Promise<void> {
  for (;;) {
    const leased = await store.lease({ lane: 'live', limit: 4, leaseMs: 3_600_000 })
    const half = leased.filter((_, i) => i % 2 === 0)
    await store.settle(half.map((it) => settlement(it, delivered(event('M', { key: `key-${it.id}` })))))
    for (const { id } of half) print('settled', id)
    for (const { id } of leased) if (!half.some((it) => it.id === id)) print('held', id)
  }
}

await Promise.all([...Array.from({ length: 8 }, (_, lane) => append(lane)), work()])
