/** Work that goes on while a gate is open, stops in order when it shuts, and goes on by itself. */

import { onAbort } from '../lib/abort.ts'
import type { DeliveryGate } from '../ports/auth.ts'

/** Returns when the signal aborts or, where there is no gate, when the work is done. */
export async function runWhileOpen(
  gate: DeliveryGate | undefined,
  stop: AbortSignal,
  work: (stop: AbortSignal) => Promise<void>,
): Promise<void> {
  if (gate === undefined) return work(stop)
  while (!stop.aborted) {
    if (gate.pausedReason() === undefined) await runUntilPaused(gate, stop, work)
    else await gate.waitForChange(stop)
  }
}

async function runUntilPaused(
  gate: DeliveryGate,
  outer: AbortSignal,
  work: (stop: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController()
  const off = onAbort(outer, () => stop.abort())
  const watch = async () => {
    while (!stop.signal.aborted) {
      await gate.waitForChange(stop.signal)
      if (gate.pausedReason() !== undefined) stop.abort()
    }
  }
  const watching = watch()
  try {
    await work(stop.signal)
  } finally {
    off()
    stop.abort()
    await watching
  }
}
