/** The claim of one process on its store, on SQLite and PostgreSQL: who has it, when it is free, and whose leases end with it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { delivered, ids, record, settlement, single } from '../../../runtime/conformance/contracts/store/fixtures.ts'
import { TestClock } from '../../../runtime/conformance/contracts/store/test-clock.ts'
import type { ProcessIdentity } from '../../../runtime/ports/effects.ts'
import type { Store } from '../../../runtime/ports/store.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { postgresStore } from '../../../runtime/store/postgres/store.ts'
import { sqliteStore } from '../../../runtime/store/sqlite/store.ts'
import { type PostgresServer, startPostgres } from '../../helpers/processes/postgres.ts'

const folder = mkdtempSync(join(tmpdir(), 'claim-'))
let server: PostgresServer
let count = 0
const opened: Store[] = []
beforeAll(async () => {
  server = await startPostgres()
}, 60_000)
afterAll(async () => {
  await Promise.all(opened.map((store) => store.close()))
  await server?.remove()
  rmSync(folder, { recursive: true, force: true })
})

interface Options {
  readonly clock: TestClock
  readonly self: ProcessIdentity
}

const OPENERS: Readonly<Record<string, (name: string, options: Options) => Promise<Store>>> = {
  sqlite: (name, options) => sqliteStore(join(folder, name), options),
  postgres: (name, options) => postgresStore(server.url(name), options),
}

const request = { lane: 'live', limit: 10, leaseMs: 120_000 } as const

describe.each(Object.keys(OPENERS))('%s', (kind) => {
  /** Two processes, on two machines, that share a store. */
  async function twoProcesses() {
    const clock = new TestClock()
    const exited = new Set<string>()
    const name = `claim_${++count}`
    const open = async (machine: string) => {
      const id = `7.${machine}@${machine}/0`
      const self = { id, hasExited: (other: string) => exited.has(other) }
      const store = await (OPENERS[kind] as (typeof OPENERS)[string])(name, { clock, self })
      opened.push(store)
      return { store, id, claim: store.claim?.() ?? expect.fail('no claim') }
    }
    return { clock, exited, a: await open('web-1'), b: await open('web-2') }
  }

  test('one process has it, and the other one learns which', async () => {
    const { a, b } = await twoProcesses()
    expect([await a.claim.take(), await b.claim.take()]).toEqual([undefined, '7 on web-1'])
    expect(await a.claim.take()).toBeUndefined()
    await b.claim.release()
    expect(await b.claim.take()).toBe('7 on web-1')
    await a.claim.release()
    expect([await b.claim.take(), await a.claim.take()]).toEqual([undefined, '7 on web-2'])
  })

  test('it is free when its owner has not renewed it, at once when that process is known to have exited', async () => {
    const { clock, exited, a, b } = await twoProcesses()
    await a.claim.take()
    clock.advance(a.claim.claimMs - 1)
    expect(await b.claim.take()).toBe('7 on web-1')
    await a.claim.take()
    clock.advance(1)
    expect(await b.claim.take()).toBe('7 on web-1')
    clock.advance(a.claim.claimMs - 1)
    expect(await b.claim.take()).toBeUndefined()
    expect(await a.claim.take()).toBe('7 on web-2')
    exited.add(b.id)
    expect(await a.claim.take()).toBeUndefined()
  })

  test('a clock that was set back holds it for no longer', async () => {
    const { clock, a, b } = await twoProcesses()
    await a.claim.take()
    clock.set(-86_400_000)
    clock.advance(a.claim.claimMs)
    expect(await b.claim.take()).toBeUndefined()
  })

  test('the leases of the former owner end with it, those of others do not', async () => {
    const { clock, a, b } = await twoProcesses()
    await a.store.append([record('live'), record('history', { lane: 'backfill', orderingKey: 'h' })])
    await a.claim.take()
    const held = single(await a.store.lease(request))
    clock.advance(a.claim.claimMs)
    // A command imports meanwhile, without the claim.
    const imported = single(await b.store.lease({ ...request, lane: 'backfill' }))
    expect(await b.claim.take()).toBeUndefined()
    expect(ids(await b.store.lease({ ...request, cutOff: 'once' }))).toEqual(['live'])
    expect(await a.store.settle([settlement(held, delivered())])).toBe(0)
    expect(await b.store.settle([settlement(imported, delivered())])).toBe(1)
  })

  test('those of the owner itself hold when it renews its claim late', async () => {
    const { clock, a } = await twoProcesses()
    await a.store.append([record('live')])
    await a.claim.take()
    const held = single(await a.store.lease(request))
    clock.advance(2 * a.claim.claimMs)
    expect(await a.claim.take()).toBeUndefined()
    expect(await a.store.settle([settlement(held, delivered())])).toBe(1)
  })
})

test('a store in memory has none: no other process uses it', () => {
  expect(memoryStore({ clock: new TestClock() }).claim).toBeUndefined()
})
