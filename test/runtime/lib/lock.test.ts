/** A lock is exclusive, expires with its holder, and never releases another process's lease. */
import { expect, test } from 'vitest'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { Lock, type LockOptions } from '../../../runtime/lib/lock.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'

const never = new AbortController().signal

function harness() {
  const clock = virtualClock()
  const store = memoryStore({ clock })
  const lock = (holder: string, rest: Partial<LockOptions> = {}) =>
    new Lock({ store, clock, name: 'lock', leaseMs: 1_000, holder, ...rest })
  return { clock, store, lock }
}

test('of concurrent callers one acquires the lock, and the next one after its release', async () => {
  const { clock, lock } = harness()
  const since = clock.now()
  const tries = await Promise.all(['a', 'b', 'c'].map((holder) => lock(holder).tryAcquire()))
  const [held] = tries.filter((it) => it !== undefined)
  expect(tries.filter((it) => it !== undefined)).toHaveLength(1)
  expect(await lock('d').holder()).toEqual(expect.objectContaining({ holder: 'a', since }))
  await held?.release()
  expect(await lock('d').holder()).toBeUndefined()
  expect(await lock('d').tryAcquire()).toBeDefined()
})

test('an expired lease is free; its former holder can neither renew nor release it', async () => {
  const { clock, lock } = harness()
  const late = await lock('a').tryAcquire()
  await clock.advance(5_999)
  expect(await lock('b').tryAcquire()).toBeUndefined()
  await clock.advance(1)
  const next = await lock('b').tryAcquire()
  expect(next).toBeDefined()
  expect(await late?.renew()).toBe(false)
  await late?.release()
  expect(await lock('c').holder()).toMatchObject({ holder: 'b' })
})

test.each([-4_000, 4_000])(
  'a holder whose clock differs by %i ms keeps its lock while it renews it',
  async (difference) => {
    const { clock, store, lock } = harness()
    const theirs = { ...clock, now: () => clock.now() + difference }
    const held = await new Lock({ store, clock: theirs, name: 'lock', leaseMs: 1_000 }).tryAcquire()
    expect(await lock('b').tryAcquire()).toBeUndefined()
    await held?.renew()
    expect(await lock('b').tryAcquire()).toBeUndefined()
  },
)

test('a lease that ends too late was written before the clock was set back, and is free', async () => {
  const { clock, store, lock } = harness()
  await store.writeCheckpoints([
    { name: 'lock', value: JSON.stringify({ holder: 'a', since: 0, expiresAt: clock.now() + 3_600_000, token: 't' }) },
  ])
  expect(await lock('b').tryAcquire()).toBeDefined()
})

test('the lock of a holder that has exited is free at once', async () => {
  const { lock } = harness()
  await lock('a').tryAcquire()
  expect(await lock('b').tryAcquire()).toBeUndefined()
  expect(await lock('b', { hasExited: (holder) => holder === 'a' }).tryAcquire()).toBeDefined()
})

test('renewing keeps the lock for as long as it takes, and leaves no timer', async () => {
  const { clock, lock } = harness()
  const held = await lock('a').tryAcquire()
  held?.keepRenewing(200, () => expect.unreachable())
  await clock.advance(60_000)
  expect(await lock('b').tryAcquire()).toBeUndefined()
  await held?.release()
  expect(clock.sleeping).toBe(0)
  expect(await lock('b').tryAcquire()).toBeDefined()
})

test('acquire waits for the release, until its caller gives up or its signal aborts', async () => {
  const { clock, lock } = harness()
  const held = await lock('a').tryAcquire()
  const waiting = lock('b').acquire({ pollMs: 50, shouldGiveUp: () => false, signal: never })
  await clock.advance(500)
  await held?.release()
  expect(await clock.until(waiting)).toBeDefined()

  let tries = 0
  const impatient = lock('c').acquire({ pollMs: 50, shouldGiveUp: () => tries++ >= 3, signal: never })
  expect(await clock.until(impatient)).toBeUndefined()
  const stop = new AbortController()
  const stopped = lock('d').acquire({ pollMs: 50, shouldGiveUp: () => false, signal: stop.signal })
  stop.abort()
  expect(await stopped).toBeUndefined()
  expect(clock.sleeping).toBe(0)
})
