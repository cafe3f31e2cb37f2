/** Delivers what is due, and returns: for hosts that run in slices, by cron, on Lambda or by an alarm. */

import { withTimeout } from '../lib/with-timeout.ts'
import { toFault } from '../ports/fault.ts'
import type { Lane } from '../ports/types.ts'
import { backoffDelay } from '../source/backoff-delay.ts'
import { createWorkerParts, type LaneParts, runEachLane, runUntilPaused } from './run-lanes.ts'
import { runWorker, type WorkerRun } from './worker.ts'

export interface SliceOptions {
  readonly signal?: AbortSignal | undefined
  /** Milliseconds, after which nothing more is leased. What is in work then has five seconds to end. Default: none. */
  readonly timeLimit?: number | undefined
}

/** How a slice of work ended, and when the next one is worth its while. */
export interface WorkReport {
  /**
   * - `idle`: nothing is due
   * - `timeout`, `stopped`: the time was up, or the signal aborted; more may be due
   * - `failing`: the destination refuses everything, or cannot be reached
   * - `paused`: the gate is shut, or the accounts could not be pinned
   */
  readonly ended: 'idle' | 'timeout' | 'stopped' | 'failing' | 'paused'
  /** Why delivery is paused, for a person to read. */
  readonly reason?: string
  /** Records leased in this slice. One that is due twice counts twice. */
  readonly leased: number
  /** Records of these lanes that have not ended, except those that wait for a contact. */
  readonly remaining: number
  /**
   * When to work again, milliseconds since 1970; past: now. Undefined: not before a record is appended, or the store does
   * not know.
   */
  readonly nextAt: number | undefined
}

/** Milliseconds until a shut gate is worth another look. */
const PAUSED_FOR = 60_000

type End = Pick<WorkReport, 'ended' | 'reason' | 'leased'> & { readonly pause: number }

/** Throws only when the store does. */
export function runUntilIdle(
  lanes: readonly Lane[],
  parts: LaneParts,
  { signal, timeLimit = Number.POSITIVE_INFINITY }: SliceOptions,
): Promise<WorkReport> {
  return withTimeout(timeLimit, { clock: parts.clock, signal }, async (stop) => {
    const { pause, ...end } = await runRounds(lanes, parts, stop)
    const stopped = signal?.aborted ? 'stopped' : 'timeout'
    const ended = stop.aborted ? stopped : end.ended
    return { ...end, ended, ...(await readQueue(lanes, parts, pause)) }
  })
}

/** A record delivered in one lane may make others due in another one. */
async function runRounds(lanes: readonly Lane[], parts: LaneParts, signal: AbortSignal): Promise<End> {
  for (let leased = 0; ; ) {
    const paused = await findPause(parts, signal)
    if (signal.aborted) return { ended: 'idle', leased, pause: 0 }
    if (paused !== undefined) return { ended: 'paused', leased, ...paused }
    const runs = await runRound(lanes, parts, signal)
    const count = runs.reduce((sum, run) => sum + run.leased, 0)
    leased += count
    const pause = Math.max(0, ...runs.map((run) => run.pause))
    if (pause > 0) return { ended: 'failing', leased, pause }
    if (count === 0 || signal.aborted) return { ended: 'idle', leased, pause: 0 }
  }
}

async function findPause(
  { gate, accounts }: LaneParts,
  signal: AbortSignal,
): Promise<{ readonly reason: string; readonly pause: number } | undefined> {
  await gate?.check?.()
  const reason = gate?.pausedReason()
  if (reason !== undefined) return { reason, pause: PAUSED_FOR }
  try {
    await accounts.pin(signal)
    return undefined
  } catch (error) {
    const fault = toFault(error)
    return { reason: fault.message, pause: backoffDelay(fault, 1) }
  }
}

function runRound(lanes: readonly Lane[], parts: LaneParts, signal: AbortSignal): Promise<readonly WorkerRun[]> {
  const { gate } = parts
  return runEachLane(lanes, signal, (lane, stop) => {
    const worker = { ...createWorkerParts(lane, parts), untilIdle: true }
    const run = (until: AbortSignal) => runWorker(lane, worker, until)
    return gate ? runUntilPaused(gate, stop, run) : run(stop)
  })
}

async function readQueue(
  lanes: readonly Lane[],
  { store, clock }: LaneParts,
  pause: number,
): Promise<Pick<WorkReport, 'remaining' | 'nextAt'>> {
  const backlogs = await Promise.all(lanes.map((lane) => store.backlog(lane)))
  const due = (await Promise.all(lanes.map((lane) => store.nextDue?.(lane)))).filter((time) => time !== undefined)
  const remaining = backlogs.reduce((sum, { records }) => sum + records, 0)
  const next = due.length === 0 ? undefined : Math.min(...due)
  return { remaining, nextAt: pause > 0 ? Math.max(clock.now() + pause, next ?? 0) : next }
}
