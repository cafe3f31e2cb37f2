/** The store's main promise: acknowledged writes survive a process that is killed without warning. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { delivered, ids, settlement } from '../../../runtime/conformance/contracts/store/fixtures.ts'
import type { Store } from '../../../runtime/ports/store.ts'
import { sqliteStore } from '../../../runtime/store/sqlite/store.ts'
import { systemClock } from '../../../runtime/system.ts'

const folder = mkdtempSync(join(tmpdir(), 'store-crash-'))
const child = fileURLToPath(new URL('./store-child.ts', import.meta.url))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function start(path: string, round: string): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', child, path, round], { stdio: ['ignore', 'pipe', 'inherit'] })
}

/** Kills the process after it has printed `lines` acknowledgements. Returns all of them by kind. */
async function killAfter(process: ChildProcess, lines: number): Promise<Record<string, string[]>> {
  if (!process.stdout) throw new Error('the child has no output')
  const acknowledged: Record<string, string[]> = { appended: [], settled: [], held: [] }
  let count = 0
  const exit = once(process, 'exit')
  for await (const line of createInterface(process.stdout)) {
    const [word = '', id = ''] = line.split(' ')
    acknowledged[word]?.push(id)
    count += 1
    if (count === lines) process.kill('SIGKILL')
  }
  expect(await exit).toEqual([null, 'SIGKILL'])
  return acknowledged
}

/** Leases and settles every due record. */
async function drain(store: Store): Promise<string[]> {
  const drained: string[] = []
  for (;;) {
    const request = { lane: 'live', limit: 500, leaseMs: 60_000 } as const
    const leased = [...(await store.lease(request)), ...(await store.lease({ ...request, cutOff: 'once' }))]
    if (leased.length === 0) return drained
    drained.push(...ids(leased))
    await store.settle(leased.map((it) => settlement(it, delivered())))
  }
}

test('after kill -9, five times, every acknowledged record and settlement is stored, and every lease is released', async () => {
  const path = join(folder, 'store.db')
  const rounds = [90, 700, 301, 1500, 37]
  for (const [round, lines] of rounds.entries()) {
    const { appended = [], settled = [], held = [] } = await killAfter(start(path, `${round}`), lines)
    const store = await sqliteStore(path, { clock: systemClock })
    expect(appended.length, 'the child must have appended records').toBeGreaterThan(0)

    const statuses = new Map<string, string>()
    for (const id of [...appended, ...settled]) statuses.set(id, (await store.trace(id))[0]?.status ?? 'lost')
    expect([...statuses].filter(([, status]) => status === 'lost')).toEqual([])
    expect(settled.filter((id) => statuses.get(id) !== 'delivered')).toEqual([])
    expect((await store.filterDelivered(settled.map((id) => `key-${id}`))).size).toBe(settled.length)
    // A checkpoint never runs ahead of its records.
    const checkpoint = await store.readCheckpoint('lane-0')
    if (typeof checkpoint === 'string') expect(await store.trace(checkpoint)).toHaveLength(1)

    const waiting = await store.backlog('live')
    const drained = await drain(store)
    expect(drained).toHaveLength(waiting.records)
    expect(drained).toEqual(expect.arrayContaining(held))
    await store.close()
  }
}, 60_000)

test('several processes open a new file concurrently and share it', async () => {
  const path = join(folder, 'shared.db')
  const acknowledged = await Promise.all(['a', 'b', 'c'].map((name) => killAfter(start(path, name), 200)))
  const store = await sqliteStore(path, { clock: systemClock })
  for (const { appended = [] } of acknowledged) {
    for (const id of appended) expect(await store.trace(id), id).toHaveLength(1)
  }
  const taken = acknowledged.flatMap(({ settled = [], held = [] }) => [...settled, ...held])
  // While all of them ran, no record was leased twice; once one was killed, another may lease its records again.
  expect(new Set(acknowledged.flatMap(({ settled = [] }) => settled)).size).toBe(
    acknowledged.flatMap((it) => it.settled ?? []).length,
  )
  expect(taken.length).toBeGreaterThan(0)
  await store.close()
}, 60_000)
