/** Waits for changes of files. Polls: not every file system reports changes. */
import type { Clock } from '../../ports/effects.ts'

export interface WatchOptions {
  /** Equal texts: nothing changed. */
  readonly read: () => Promise<string>
  /** Milliseconds between two looks. */
  readonly every: number
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Called once the files rest after a change. What it changes itself is no change. */
  readonly onChange: () => Promise<void>
}

/** Resolves when the signal aborts. */
export async function watchSignature({ read, every, clock, signal, onChange }: WatchOptions): Promise<void> {
  let [known, last] = [await read(), '']
  while (!signal.aborted) {
    await clock.sleep(every, signal)
    if (signal.aborted) return
    const now = await read()
    if (now !== known && now === last) {
      await onChange()
      known = await read()
    }
    last = now
  }
}
