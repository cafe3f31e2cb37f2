/** One of several processes on a store at a time: a claim that ends by itself if its holder dies. */
import { randomUUID } from 'node:crypto'
import type { Clock } from '../ports/effects.ts'
import { Fault } from '../ports/fault.ts'
import type { Store } from '../ports/store.ts'

export interface Locks {
  /** Runs `work` alone among all who claim `name`, or not at all once `done` says that another has done it. */
  runExclusive(name: string, done: () => Promise<boolean>, work: () => Promise<void>): Promise<void>
}

/** Longer than the one request it is held for may take, milliseconds. */
const HOLD = 45_000
const LOOK_EVERY = 100

type CheckpointStore = Pick<Store, 'readCheckpoint' | 'compareAndSwapCheckpoint'>

export function locks(store: CheckpointStore, clock: Clock, signal: AbortSignal): Locks {
  return {
    async runExclusive(name, done, work) {
      const board = `${name}.claim`
      for (;;) {
        if (await done()) return
        const mine = await take(store, board, clock.now())
        if (mine === undefined) {
          await clock.sleep(LOOK_EVERY, signal)
          if (signal.aborted)
            throw new Fault('transient', 'auth/stopped', 'stopped while another process renews a log-in')
          continue
        }
        try {
          // Between the look and the claim another may have come and gone.
          if (!(await done())) await work()
        } finally {
          await store.compareAndSwapCheckpoint(board, mine, undefined)
        }
        return
      }
    },
  }
}

/** The claim, if nobody holds one. One further ahead than any can be is of a clock that was put back. */
async function take(store: CheckpointStore, board: string, now: number): Promise<string | undefined> {
  const held = await store.readCheckpoint(board)
  const until = typeof held === 'string' ? Number.parseInt(held, 10) : Number.NaN
  if (until > now && until <= now + HOLD) return undefined
  const mine = `${now + HOLD} ${randomUUID()}`
  return (await store.compareAndSwapCheckpoint(board, typeof held === 'string' ? held : undefined, mine))
    ? mine
    : undefined
}
