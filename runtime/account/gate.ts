/** Whether delivery may run: looked up in the store, since another process may log in, finish or remove. */
import { onAbort } from '../flow/on-abort.ts'
import type { Gate } from '../logins.ts'
import type { Clock } from '../ports.ts'

export interface LookedGate extends Gate {
  /** Looks now, and tells whoever waits if it is another than before. */
  look(): Promise<void>
}

/** How long another process's change may go unseen, milliseconds. */
const LOOK_EVERY = 5_000

/** `why` works out the reason to be shut. A look that fails leaves it as it was. */
export function gate(why: () => Promise<string | undefined>, clock: Clock): LookedGate {
  let shut: string | undefined = 'not looked yet'
  const waiting = new Set<() => void>()
  let [begun, ended] = [0, 0]
  async function look(): Promise<void> {
    const turn = ++begun
    const found = await why().catch(() => shut)
    // Of two looks at once the later one saw more.
    if (turn < ended) return
    ended = turn
    if (found === shut) return
    shut = found
    for (const wake of waiting) wake()
  }
  return {
    look,
    shut: () => shut,
    async changed(signal) {
      if (signal.aborted) return
      const over = new AbortController()
      const off = onAbort(signal, () => over.abort())
      const wake = () => over.abort()
      waiting.add(wake)
      // Woken by a change or the caller: nothing to look up. Slept through: another process may have changed it.
      await clock.sleep(LOOK_EVERY, over.signal)
      if (!over.signal.aborted) await look()
      waiting.delete(wake)
      off()
    },
  }
}
