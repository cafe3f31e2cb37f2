/** Waits for changes of files. Polls: not every file system reports changes. */
import type { Clock } from '../../ports/effects.ts'
import type { FileStates } from './read-states.ts'

export interface WatchOptions {
  /** The states of the files to watch, which each change may make others. */
  readonly read: () => Promise<FileStates>
  /** Milliseconds between two looks. */
  readonly every: number
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Called once the files rest after a change. A change while it runs is the next one. */
  readonly onChange: () => Promise<void>
}

/** Resolves when the signal aborts. */
export async function watchFiles({ read, every, clock, signal, onChange }: WatchOptions): Promise<void> {
  let known = await read()
  let last: FileStates = new Map()
  while (!signal.aborted) {
    await clock.sleep(every, signal)
    if (signal.aborted) return
    const now = await read()
    if (differ(now, known) && !differ(now, last)) {
      await onChange()
      known = withNew(now, await read())
    }
    last = now
  }
}

/** The states of `after`, of files that `before` has as they were then. */
const withNew = (before: FileStates, after: FileStates): FileStates =>
  new Map([...after].map(([path, state]) => [path, before.get(path) ?? state]))

const differ = (a: FileStates, b: FileStates): boolean =>
  a.size !== b.size || [...a].some(([path, state]) => b.get(path) !== state)
