/** Reconciles again and again, in one process of those that share a store. */
import { processLock, RENEW_EVERY_MS } from '../backfill/lock.ts'
import { linkAbort } from '../lib/abort.ts'
import { RECONCILE_LOCK_CHECKPOINT } from '../lib/checkpoint-names.ts'
import type { HeldLock } from '../lib/lock.ts'
import { runObserved } from '../observe/scope.ts'
import { toFault } from '../ports/fault.ts'
import { runReconcilePass } from './pass.ts'
import { readReconcileState } from './state.ts'
import type { ReconcileOptions, ReconcileParts, ReconcilePass } from './types.ts'

/** Milliseconds between two looks at a lock that another process holds, and after a failed pass. */
const RETRY_AFTER_MS = 60_000

/** Runs a pass whenever one is due, until the signal aborts. Only logs a failure: delivery goes on without it. */
export async function pollChanges(parts: ReconcileParts, signal: AbortSignal): Promise<void> {
  const { spec, store, clock, sourceTime, logger, gate } = parts
  const every = spec.reconcile?.every
  if (every === undefined) return
  while (!signal.aborted) {
    if (gate.pausedReason() !== undefined) {
      await gate.waitForChange(signal)
      continue
    }
    try {
      const { last } = await readReconcileState(store)
      const sinceLast = last === undefined ? every : sourceTime() - last.startedAt
      // A pass in the future was one of a clock that was ahead.
      if (sinceLast >= 0 && sinceLast < every) {
        await clock.sleep(every - sinceLast, signal)
        continue
      }
      const pass = await reconcileOnce(parts, { signal })
      if (pass === undefined) await clock.sleep(RETRY_AFTER_MS, signal)
    } catch (error) {
      if (signal.aborted) return
      const { code, message } = toFault(error)
      logger.warn(`reconciliation failed and is tried again in a minute: ${message}`, { code })
      await clock.sleep(RETRY_AFTER_MS, signal)
    }
  }
}

/** One pass. Undefined when another process reconciles the store now. Throws a `Fault` when the source refuses. */
export async function reconcileOnce(
  parts: ReconcileParts,
  options: ReconcileOptions,
): Promise<ReconcilePass | undefined> {
  const held = await processLock(RECONCILE_LOCK_CHECKPOINT, parts).tryAcquire()
  return held && passWhileHeld(held, parts, options)
}

async function passWhileHeld(held: HeldLock, parts: ReconcileParts, options: ReconcileOptions): Promise<ReconcilePass> {
  const { stop, unlink } = linkAbort(options.signal)
  held.keepRenewing(RENEW_EVERY_MS, () => stop.abort())
  try {
    return await runObserved(parts.observer, () => runReconcilePass(parts, { ...options, signal: stop.signal }))
  } finally {
    unlink()
    await held.release()
  }
}
