/** Contract of a store: the history of a record's attempts before the last one. */
import { expect, test } from 'vitest'
import type { Attempt, Outcome } from '../../runtime/ports/types.ts'
import type { StoreHarness } from './store.ts'
import { dead, delivered, event, fault, record, settlement, single, skipped } from './store-fixtures.ts'

const BEGAN = 1_700_000_000_000
const down = (message: string, requestId?: string) =>
  ({ kind: 'transient', code: 'destination/down', message, ...(requestId && { requestId }) }) as const

export function attemptCases(current: () => StoreHarness): void {
  const attempts = async (): Promise<readonly Attempt[] | undefined> =>
    single(await current().store.trace('a')).attempts

  /** Settles one attempt after another, a second apart. */
  const end = async (...outcomes: Outcome[]) => {
    const { store, clock, lease } = current()
    for (const outcome of outcomes) {
      await store.settle([settlement(single(await lease()), outcome)])
      clock.advance(1000)
    }
  }
  /** Deferred and due at once. */
  const waiting = (message = 'answered 503', request?: string, ...events: Parameters<typeof delivered>): Outcome => {
    const { clock } = current()
    return { status: 'deferred', fault: down(message, request), until: clock.now(), events }
  }

  const atOnce: [how: string, outcome: Outcome][] = [
    ['delivered', delivered(event('M', { key: 'k' }))],
    ['skipped', skipped('x')],
    ['dead', dead()],
  ]
  test.each(atOnce)('stores no attempt of a record that was %s at the first one', async (_, outcome) => {
    await current().store.append([record('a')])
    await end(outcome)
    expect(single(await current().store.trace('a'))).not.toHaveProperty('attempts')
  })

  test('stores each deferred attempt: end, fault with request id, and due time', async () => {
    await current().store.append([record('a')])
    await end(waiting('answered 503', 'r1'), waiting('timed out'), delivered(event('M', { key: 'k' })))
    expect(await attempts()).toEqual([
      { at: BEGAN, fault: down('answered 503', 'r1'), until: BEGAN },
      { at: BEGAN + 1000, fault: down('timed out'), until: BEGAN },
    ])
  })

  test('merges all but the newest attempts that ended alike in a row, with the last request id', async () => {
    await current().store.append([record('a')])
    await end(...[1, 2, 3, 4, 5, 6].map((n) => waiting('answered 503', `r${n}`)), delivered())
    const [first, ...rest] = (await attempts()) ?? []
    expect(first).toEqual({
      at: BEGAN,
      count: 3,
      last: BEGAN + 2000,
      fault: down('answered 503', 'r3'),
      until: BEGAN,
    })
    expect(rest.map((it) => it.fault?.requestId)).toEqual(['r4', 'r5', 'r6'])
  })

  test('stores the events, with receipts, that a deferred attempt delivered', async () => {
    const sent = event('M', { key: 'k', receipt: { status: 202, requestId: 'r9' } })
    await current().store.append([record('a')])
    await end(waiting(), waiting('answered 503', undefined, sent, event('Profile')), waiting(), delivered())
    expect((await attempts())?.map((it) => it.delivered)).toEqual([undefined, [sent], undefined])
  })

  test('a replay stores the fault of the dead letter and the time of the replay', async () => {
    const { store, clock } = current()
    await store.append([record('a')])
    await end(waiting(), dead(event('N', { key: 'k' }), event('M', { status: 'dead', fault })))
    clock.advance(9000)
    await store.replay(['a'])
    await end(dead())
    await store.replay('all')
    expect(await attempts()).toEqual([
      { at: BEGAN, fault: down('answered 503'), until: BEGAN },
      { at: BEGAN + 1000, fault, replayed: BEGAN + 11_000, delivered: [event('N', { key: 'k' })] },
      { at: BEGAN + 11_000, fault, replayed: BEGAN + 12_000 },
    ])
    await end(delivered())
    expect(await attempts()).toHaveLength(3)
  })

  test('an attempt whose lease no longer holds is not stored', async () => {
    const { store, lease } = current()
    await store.append([record('a')])
    const held = single(await lease())
    await store.release([held])
    await store.settle([settlement(held, waiting())])
    expect(await attempts()).toBeUndefined()
  })

  test('a hundred attempts become a few entries that count every attempt', async () => {
    await current().store.append([record('a')])
    const all = Array.from({ length: 100 }, (_, n) => waiting(`answered ${500 + (n % 4)}`))
    await end(...all)
    const history = (await attempts()) ?? []
    expect(history.length).toBeLessThanOrEqual(12)
    expect(history.reduce((sum, { count: times = 1 }) => sum + times, 0)).toBe(all.length)
    expect(history[0]).toMatchObject({ at: BEGAN, fault: { message: 'answered 500' } })
    expect(history.at(-1)).toMatchObject({ at: BEGAN + 1000 * (all.length - 1), fault: { message: 'answered 503' } })
  })

  test('attempts are dropped with their record', async () => {
    const { store } = current()
    await store.append([record('a')])
    await end(waiting(), delivered())
    await store.applyRetention({ settled: 0, dead: 0 })
    await store.append([record('a')])
    expect(await attempts()).toBeUndefined()
  })
}
