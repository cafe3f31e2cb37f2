/** Whether delivery may run: looked up in the store, since another process may log in, finish or remove. */
import { onAbort } from '../lib/abort.ts'
import type { DeliveryGate } from '../ports/auth.ts'
import type { Clock, Logger } from '../ports/effects.ts'

export interface RefreshableGate extends DeliveryGate {
  /** Looks now, and tells whoever waits if it is another than before. */
  refresh(): Promise<void>
}

/** How long another process's change may go unseen, milliseconds. */
const LOOK_EVERY = 5_000

export interface GateParts {
  /** Works out the reason to be shut. A look that fails leaves it as it was. */
  readonly findReason: () => Promise<string | undefined>
  readonly clock: Clock
  readonly logger: Logger
}

/** Shut until the first look. Says in the log when it shuts and when it opens, once. */
export function deliveryGate({ findReason, clock, logger }: GateParts): RefreshableGate {
  let shut: string | undefined = 'not looked yet'
  const waiting = new Set<() => void>()
  let [begun, ended] = [0, 0]
  async function refresh(): Promise<void> {
    const turn = ++begun
    const found = await findReason().catch(() => shut)
    // Of two looks at once the later one saw more.
    if (turn < ended) return
    ended = turn
    if (found === shut) return
    shut = found
    // How it was at the start is for whoever started it to say.
    if (turn > 1 && shut === undefined) logger.info('delivery resumed')
    else if (turn > 1) logger.error(`delivery paused: ${shut} (nothing is lost)`, { code: 'delivery/paused' })
    for (const wake of waiting) wake()
  }
  return {
    refresh,
    pausedReason: () => shut,
    async waitForChange(signal) {
      if (signal.aborted) return
      const over = new AbortController()
      const off = onAbort(signal, () => over.abort())
      const wake = () => over.abort()
      waiting.add(wake)
      // Woken by a change or the caller: nothing to look up. Slept through: another process may have changed it.
      await clock.sleep(LOOK_EVERY, over.signal)
      if (!over.signal.aborted) await refresh()
      waiting.delete(wake)
      off()
    },
  }
}
