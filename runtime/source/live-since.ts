/** The time when live delivery began: what happened before it is history's. */
import { liveSinceCheckpoint, WORKSPACE_CHECKPOINT } from '../lib/checkpoint-names.ts'
import { parseTime } from '../lib/iso-time.ts'
import { asId } from '../lib/json.ts'
import type { Checkpoint, Store } from '../ports/store.ts'
import type { Notification } from './envelope.ts'

/** Milliseconds since 1970. Undefined before the first webhook; until the workspace is pinned, of no workspace. */
export async function readLiveSince(store: Pick<Store, 'readCheckpoint'>): Promise<number | undefined> {
  const workspace = asId(await store.readCheckpoint(WORKSPACE_CHECKPOINT))
  const saved = [
    await store.readCheckpoint(liveSinceCheckpoint()),
    await store.readCheckpoint(liveSinceCheckpoint(workspace)),
  ].filter((at) => typeof at === 'number')
  return saved.length === 0 ? undefined : Math.min(...saved)
}

/** The checkpoint to save with the first webhook: live delivery begins with it. Undefined for any later one. */
export async function firstLiveCheckpoint(
  { time, workspace }: Pick<Notification, 'time' | 'workspace'>,
  pinned: string | undefined,
  now: number,
  store: Pick<Store, 'readCheckpoint'>,
): Promise<Checkpoint | undefined> {
  // Another account's first notification must not end the history of ours.
  const name = liveSinceCheckpoint(pinned === undefined ? workspace : undefined)
  if ((await store.readCheckpoint(name)) !== undefined) return undefined
  return { name, value: Math.min(now, parseTime(time) ?? now) }
}

/** Reads it once: the first webhook has set it for good. */
export class LiveSinceReader {
  readonly #store: Pick<Store, 'readCheckpoint'>
  #known: number | undefined

  constructor(store: Pick<Store, 'readCheckpoint'>) {
    this.#store = store
  }

  async read(): Promise<number | undefined> {
    this.#known ??= await readLiveSince(this.#store)
    return this.#known
  }
}
