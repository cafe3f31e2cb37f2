/** One import at a time on a store: whoever runs it holds a turn, which ends by itself when its process dies. */

import { BACKFILL_LEASE_CHECKPOINT } from '../lib/checkpoint-names.ts'
import type { Clock, Random } from '../ports/effects.ts'
import { Fault } from '../ports/fault.ts'
import type { Store } from '../ports/store.ts'
import type { ProcessIdentity, RunningBackfill } from './types.ts'

export interface LeaseParts {
  readonly store: Pick<Store, 'readCheckpoint' | 'compareAndSwapCheckpoint'>
  readonly clock: Clock
  readonly random: Random
  readonly processIdentity: ProcessIdentity
}

export interface BackfillLease {
  /** Lets the next one in. */
  end(): Promise<void>
}

/** A turn that was not renewed for so long is free. Milliseconds; longer than any transaction holds up the process. */
const HOLD = 10_000
const RENEW = 2_000

interface LeaseRecord {
  readonly by: string
  readonly since: number
  readonly until: number
  /** Tells two turns of one process apart. */
  readonly mark: number
}

/**
 * Takes the turn, or throws a config `Fault` that says who has it. Calls `lost` if another took it
 * meanwhile: this process then slept longer than its turn held.
 */
export async function acquireBackfillLease(parts: LeaseParts, lost: () => void): Promise<BackfillLease> {
  const { store, clock, random, processIdentity } = parts
  const since = clock.now()
  const mark = random()
  const written = () =>
    JSON.stringify({ by: processIdentity.id, since, until: clock.now() + HOLD, mark } satisfies LeaseRecord)

  let mine = await claim(parts, written)
  const ended = new AbortController()
  const renew = async () => {
    while (!ended.signal.aborted) {
      await clock.sleep(RENEW, ended.signal)
      if (ended.signal.aborted) return
      const next = written()
      // A store that is busy is asked again; if it is so for too long, the turn is lost and the next swap says so.
      const still = await store.compareAndSwapCheckpoint(BACKFILL_LEASE_CHECKPOINT, mine, next).catch(() => undefined)
      if (still === false) return lost()
      if (still) mine = next
    }
  }
  const renewing = renew()
  return {
    async end() {
      ended.abort()
      await renewing
      await store.compareAndSwapCheckpoint(BACKFILL_LEASE_CHECKPOINT, mine, undefined)
    },
  }
}

async function claim(parts: LeaseParts, written: () => string): Promise<string> {
  for (;;) {
    const { text, held } = await look(parts)
    if (held !== undefined) throw running(held, parts.processIdentity)
    const mine = written()
    if (await parts.store.compareAndSwapCheckpoint(BACKFILL_LEASE_CHECKPOINT, text, mine)) return mine
  }
}

/** What stands there, and whose turn it is now, if anybody's. */
async function look({
  store,
  clock,
  processIdentity,
}: Looking): Promise<{ readonly text?: string; readonly held?: LeaseRecord }> {
  const text = await store.readCheckpoint(BACKFILL_LEASE_CHECKPOINT)
  if (typeof text !== 'string') return {}
  const held = JSON.parse(text) as LeaseRecord
  const now = clock.now()
  // One that ends later than any turn can is of a clock that was put back.
  const counts = held.until > now && held.until <= now + HOLD && !processIdentity.hasExited(held.by)
  return { text, ...(counts && { held }) }
}

type Looking = Omit<LeaseParts, 'random'>

/** Who imports on the store now; undefined when nobody does. */
export async function runningBackfill(parts: Looking): Promise<RunningBackfill | undefined> {
  const { held } = await look(parts)
  return held && { process: nameOf(held), thisProcess: held.by === parts.processIdentity.id, since: held.since }
}

const nameOf = ({ by }: LeaseRecord): string => by.split('.')[0] ?? by

function running(held: LeaseRecord, processIdentity: ProcessIdentity): Fault {
  const { by, since } = held
  const who = by === processIdentity.id ? 'this process' : `process ${nameOf(held)}`
  const message = `an import is running already: ${who} began it at ${new Date(since).toISOString()}. Look there, or stop it first`
  return new Fault(
    'config',
    'backfill/already-running',
    `${message}; if it died on another machine, try again in ${HOLD / 1000} s`,
  )
}
