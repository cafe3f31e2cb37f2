/** One of the processes that share a store works; the others stand by and take over. */
import { expect, test } from 'vitest'
import { TestClock } from '../../../runtime/conformance/contracts/store/test-clock.ts'
import { untilAborted } from '../../../runtime/lib/abort.ts'
import { Fault } from '../../../runtime/ports/fault.ts'
import type { StoreClaim } from '../../../runtime/ports/store-claim.ts'
import { silentLogger } from '../../../runtime/system.ts'
import { StoreOwnership } from '../../../runtime/tenants/store-ownership.ts'

const settle = () => new Promise((resolve) => setImmediate(resolve))

function createWorld() {
  const clock = new TestClock()
  /** Who has the claim, and until when. */
  const held = { owner: '', until: 0 }
  const events: string[] = []
  let isReachable = true
  const claimOf = (name: string): StoreClaim => ({
    claimMs: 20_000,
    async take() {
      if (!isReachable) throw new Fault('transient', 'store/unreachable', 'no answer')
      if (held.owner !== name && held.until > clock.now()) return held.owner
      Object.assign(held, { owner: name, until: clock.now() + 20_000 })
      return undefined
    },
    async release() {
      if (held.owner === name) held.until = 0
    },
  })

  function start(name: string, fails = false) {
    const stop = new AbortController()
    const ownership = new StoreOwnership({ claim: claimOf(name), clock, logger: silentLogger })
    const during = (what: string) => async (signal: AbortSignal) => {
      events.push(`${name} ${what}`)
      if (fails) throw new Error('broken')
      await untilAborted(signal)
      events.push(`${name} ends`)
    }
    const ended = ownership.run({ work: during('works'), standBy: during('stands by') }, stop.signal)
    ended.catch(() => undefined)
    return { ownership, ended, stop: () => stop.abort() }
  }

  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 500) {
      clock.advance(500)
      for (let i = 0; i < 5; i++) await settle()
    }
  }
  const cut = (isCut: boolean) => {
    isReachable = !isCut
  }
  return { events, held, start, pass, cut }
}

test('the second process stands by, and works as soon as the first has stopped', async () => {
  const { events, start, pass } = createWorld()
  const a = start('a')
  await settle()
  const b = start('b')
  await pass(60_000)
  expect(events).toEqual(['a works', 'b stands by'])
  expect([a.ownership.otherOwner(), b.ownership.otherOwner()]).toEqual([undefined, 'a'])
  a.stop()
  await a.ended
  await pass(1_000)
  expect(events.slice(2)).toEqual(['a ends', 'b ends', 'b works'])
  expect(b.ownership.otherOwner()).toBeUndefined()
  b.stop()
  await b.ended
})

test('a process that does not reach the store ends its work before another may begin, and works again later', async () => {
  const { events, held, start, pass, cut } = createWorld()
  const a = start('a')
  await pass(10_000)
  cut(true)
  const until = held.until
  await pass(14_500)
  expect(events).toEqual(['a works', 'a ends'])
  expect(until).toBeGreaterThan(held.until - 5_000)
  cut(false)
  await pass(2_000)
  expect(events).toEqual(['a works', 'a ends', 'a works'])
  a.stop()
  await a.ended
})

test('a process whose claim another one has ends its work', async () => {
  const { events, held, start, pass } = createWorld()
  const a = start('a')
  await pass(1_000)
  Object.assign(held, { owner: 'b', until: Number.POSITIVE_INFINITY })
  await pass(5_000)
  expect(events).toEqual(['a works', 'a ends', 'a stands by'])
  expect(a.ownership.otherOwner()).toBe('b')
  a.stop()
  await a.ended
})

test('what the work throws ends it, and gives the claim back', async () => {
  const { held, start } = createWorld()
  await expect(start('a', true).ended).rejects.toThrow('broken')
  expect(held.until).toBe(0)
})

test('without a claim the work runs at once', async () => {
  const stop = new AbortController()
  const ownership = new StoreOwnership({ claim: undefined, clock: new TestClock(), logger: silentLogger })
  let hasBegun = false
  const running = ownership.run(
    {
      work: async () => {
        hasBegun = true
      },
    },
    stop.signal,
  )
  expect(hasBegun).toBe(true)
  await running
})
