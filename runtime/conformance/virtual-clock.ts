/** A clock for tests and cases: time passes on request only, once all pending promises have settled. */
import type { Clock } from '../ports/effects.ts'
import { systemClock } from '../system.ts'

export interface VirtualClock extends Clock {
  /** Advances the time by `ms` and wakes sleepers in order, each at its time. */
  advance(ms: number): Promise<void>
  /** Advances the time until the promise settles. Throws if nothing sleeps any more. */
  until<T>(promise: Promise<T>): Promise<T>
  /** Time stands still until the promise settles: for work that takes real time, such as loading a module. */
  holdDuring<T>(promise: Promise<T>): Promise<T>
  /** The number of sleepers. Zero once every part is closed. */
  readonly sleeping: number
}

/** Turns of the event loop after which real I/O is given real time, and how much of it, milliseconds. */
const MANY_TURNS = 10_000
const MOST_MS = 10_000

interface Sleeper {
  readonly at: number
  readonly wake: () => void
}

export function virtualClock(start = Date.parse('2026-07-14T09:30:00.000Z')): VirtualClock {
  let now = start
  const sleepers = new Set<Sleeper>()
  const holding = new Set<Promise<unknown>>()

  const next = () => [...sleepers].sort((a, b) => a.at - b.at)[0]

  async function wakeNext(limit: number): Promise<boolean> {
    while (holding.size > 0) {
      await Promise.allSettled(holding)
      await rest()
    }
    const sleeper = next()
    if (sleeper === undefined || sleeper.at > limit) return false
    now = Math.max(now, sleeper.at)
    sleeper.wake()
    await rest()
    return true
  }

  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve()
        const wake = () => {
          sleepers.delete(sleeper)
          signal?.removeEventListener('abort', wake)
          resolve()
        }
        const sleeper = { at: now + Math.max(0, ms), wake }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', wake, { once: true })
      }),
    async advance(ms) {
      const end = now + ms
      await rest()
      while (await wakeNext(end));
      now = end
    },
    async until(promise) {
      let settled = false
      const done = () => {
        settled = true
      }
      promise.then(done, done)
      for (let idle = 0; !settled; ) {
        await rest()
        if (settled) break
        // Real I/O (a socket, a file) may need a few turns of the event loop; on a busy machine, some real time.
        idle = (await wakeNext(Number.POSITIVE_INFINITY)) ? 0 : idle + 1
        if (idle > MANY_TURNS) await systemClock.sleep(1)
        if (idle > MANY_TURNS + MOST_MS) throw new Error('nothing sleeps and the promise has not settled')
      }
      return promise
    },
    holdDuring(promise) {
      holding.add(promise)
      const release = () => holding.delete(promise)
      promise.then(release, release)
      return promise
    },
    get sleeping() {
      return sleepers.size
    },
  }
}

/** Runs pending promises and immediate callbacks. */
async function rest(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}
