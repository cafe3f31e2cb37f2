/** Work that goes on while a gate is open, stops in order when it shuts, and goes on by itself. */

import { onAbort } from '../lib/abort.ts'
import type { Gate } from '../ports/auth.ts'

/** Returns when the signal aborts or, where there is no gate, when the work is done. */
export async function whileOpen(
  gate: Gate | undefined,
  stop: AbortSignal,
  work: (stop: AbortSignal) => Promise<void>,
): Promise<void> {
  if (gate === undefined) return work(stop)
  while (!stop.aborted) {
    if (gate.shut() === undefined) await untilShut(gate, stop, work)
    else await gate.changed(stop)
  }
}

async function untilShut(gate: Gate, outer: AbortSignal, work: (stop: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController()
  const off = onAbort(outer, () => stop.abort())
  const watch = async () => {
    while (!stop.signal.aborted) {
      await gate.changed(stop.signal)
      if (gate.shut() !== undefined) stop.abort()
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
