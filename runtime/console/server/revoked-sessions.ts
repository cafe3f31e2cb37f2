/** Which sessions were ended: in the store, since their cookies outlive the process and its signing key does too. */

import { asId } from '../../lib/json.ts'
import type { Clock } from '../../ports/effects.ts'
import type { Store } from '../../ports/store.ts'

export interface EndedParts {
  readonly store: Pick<Store, 'readCheckpoint' | 'compareAndSwapCheckpoint'>
  readonly clock: Clock
  /** An ended session of this age, milliseconds, could not be used any more anyway. */
  readonly forget: number
}

export interface RevokedSessions {
  has(id: string): Promise<boolean>
  all(): Promise<readonly string[]>
  add(id: string): Promise<void>
}

const NAME = 'console-ended-sessions'

/** By id, when each was ended. */
type Ended = Readonly<Record<string, number>>

export function revokedSessions({ store, clock, forget }: EndedParts): RevokedSessions {
  async function load() {
    const kept = asId(await store.readCheckpoint(NAME))
    return { kept, ended: (kept === undefined ? {} : JSON.parse(kept)) as Ended }
  }
  return {
    has: async (id) => Object.hasOwn((await load()).ended, id),
    all: async () => Object.keys((await load()).ended),
    async add(id) {
      for (;;) {
        const { kept, ended } = await load()
        const recent = Object.entries(ended).filter(([, at]) => clock.now() - at < forget)
        const next = JSON.stringify({ ...Object.fromEntries(recent), [id]: clock.now() })
        if (await store.compareAndSwapCheckpoint(NAME, kept, next)) return
      }
    },
  }
}
