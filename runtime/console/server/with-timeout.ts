/** Asks the other side for a page's sake: a person waits, so it has seconds, not minutes. */
import { onAbort } from '../../lib/abort.ts'
import type { Clock } from '../../ports/effects.ts'

export interface Waiting {
  readonly clock: Clock
  /** Ends it sooner. */
  readonly signal: AbortSignal
}

/** What `ask` gives; its signal aborts when `ms` are over. */
export async function withTimeout<T>(
  ms: number,
  { clock, signal }: Waiting,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController()
  const timer = new AbortController()
  const off = onAbort(signal, () => over.abort())
  void clock.sleep(ms, timer.signal).then(() => over.abort())
  try {
    return await ask(over.signal)
  } finally {
    timer.abort()
    off()
  }
}
