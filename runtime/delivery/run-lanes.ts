/** Runs the workers of all lanes: paused while the delivery gate is shut, and not before both accounts are pinned. */

import { linkAbort } from '../lib/abort.ts'
import type { DeliveryGate } from '../ports/auth.ts'
import type { Clock, Logger } from '../ports/effects.ts'
import type { Queue } from '../ports/store.ts'
import type { Lane, LeasedRecord, Outcome } from '../ports/types.ts'
import type { AccountPin } from '../source/account-pin.ts'
import type { Spec } from '../spec/spec.ts'
import type { BacklogMonitor } from './backlog-monitor.ts'
import { runWorker, type WorkerParts } from './worker.ts'

export interface LaneParts {
  readonly spec: Pick<Spec, 'delivery'>
  readonly store: Queue
  readonly clock: Clock
  readonly logger: Logger
  /** The host's own gate. */
  readonly gate: DeliveryGate | undefined
  readonly accounts: Pick<AccountPin, 'pin' | 'waitUntilPinned'>
  readonly backlog: BacklogMonitor
  readonly deliver: (record: LeasedRecord) => Promise<Outcome>
  /** As of `WorkerParts`. */
  readonly onSettled: (record: LeasedRecord, outcome: Outcome) => void
  /** As of `WorkerParts`. */
  readonly onEnd?: () => Promise<void>
  /** As of `WorkerParts`. */
  readonly graceMs?: number
  /** Sends bulk requests of a lane that are not full yet. */
  readonly flush: (lane: Lane) => void
}

type Work<T> = (signal: AbortSignal) => Promise<T>

/** Delivers until the signal aborts. If one lane fails the others stop in order, and then its error is thrown. */
export async function runLanes(lanes: readonly Lane[], parts: LaneParts, signal: AbortSignal): Promise<void> {
  await runEachLane(lanes, signal, (lane, stop) => runLane(lane, parts, stop))
}

/** Runs the work of all lanes at once. If one fails the others stop in order, and then its error is thrown. */
export async function runEachLane<T>(
  lanes: readonly Lane[],
  signal: AbortSignal,
  run: (lane: Lane, signal: AbortSignal) => Promise<T>,
): Promise<readonly T[]> {
  const { stop, unlink } = linkAbort(signal)
  const running = lanes.map((lane) =>
    run(lane, stop.signal).catch((error: unknown) => {
      stop.abort()
      throw error
    }),
  )
  await Promise.allSettled(running)
  unlink()
  return Promise.all(running)
}

/** Delivers one lane until the signal aborts. */
export function runLane(lane: Lane, parts: LaneParts, signal: AbortSignal): Promise<void> {
  return runWhileOpen(parts.gate, signal, async (stop) => {
    if (await parts.accounts.waitUntilPinned(stop)) await runWorker(lane, createWorkerParts(lane, parts), stop)
  })
}

export function createWorkerParts(lane: Lane, parts: LaneParts): WorkerParts {
  const { spec, store, clock, logger, gate, backlog, deliver, onSettled } = parts
  const { concurrency } = spec.delivery
  return {
    store,
    clock,
    logger,
    deliver,
    onSettled,
    onEnd: parts.onEnd,
    graceMs: parts.graceMs,
    flush: () => parts.flush(lane),
    // Under a backlog the live lane takes as many records as history does, and sends them in bulk.
    concurrency: () => (lane === 'live' && !backlog.isHigh() ? concurrency.live : concurrency.backfill),
    beforeLease: async () => {
      await gate?.check?.()
      if (lane === 'live') await backlog.update()
    },
  }
}

/** Runs the work while the gate is open; stops it when the gate shuts. Returns when the signal aborts. */
async function runWhileOpen(gate: DeliveryGate | undefined, signal: AbortSignal, work: Work<void>): Promise<void> {
  if (gate === undefined) return work(signal)
  while (!signal.aborted) {
    if (gate.pausedReason() === undefined) await runUntilPaused(gate, signal, work)
    else await gate.waitForChange(signal)
  }
}

/** Runs the work until it ends; stops it when the gate shuts. */
export async function runUntilPaused<T>(gate: DeliveryGate, signal: AbortSignal, work: Work<T>): Promise<T> {
  const { stop, unlink } = linkAbort(signal)
  const watch = async () => {
    while (!stop.signal.aborted) {
      await gate.waitForChange(stop.signal)
      if (gate.pausedReason() !== undefined) stop.abort()
    }
  }
  const watching = watch()
  try {
    return await work(stop.signal)
  } finally {
    unlink()
    stop.abort()
    await watching
  }
}
