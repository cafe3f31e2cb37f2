/** Sessions revoked before they expired, kept in the store: a cookie and its signing key outlive the process. */
import { REVOKED_SESSIONS_CHECKPOINT } from '../../../lib/checkpoint-names.ts'
import { asId } from '../../../lib/json.ts'
import type { Clock } from '../../../ports/effects.ts'
import type { Store } from '../../../ports/store.ts'

export interface RevokedSessionsOptions {
  readonly store: Pick<Store, 'readCheckpoint' | 'compareAndSwapCheckpoint'>
  readonly clock: Clock
  /** Age in milliseconds from which a session is expired anyway and its entry is dropped. */
  readonly maxAge: number
}

/** When each was revoked, by session id. */
type Revocations = Readonly<Record<string, number>>

export class RevokedSessions {
  readonly #options: RevokedSessionsOptions

  constructor(options: RevokedSessionsOptions) {
    this.#options = options
  }

  async has(id: string): Promise<boolean> {
    return Object.hasOwn((await this.#load()).revocations, id)
  }

  async list(): Promise<readonly string[]> {
    return Object.keys((await this.#load()).revocations)
  }

  async add(id: string): Promise<void> {
    const { store, clock, maxAge } = this.#options
    for (;;) {
      const { stored, revocations } = await this.#load()
      const recent = Object.entries(revocations).filter(([, at]) => clock.now() - at < maxAge)
      const next = JSON.stringify({ ...Object.fromEntries(recent), [id]: clock.now() })
      if (await store.compareAndSwapCheckpoint(REVOKED_SESSIONS_CHECKPOINT, stored, next)) return
    }
  }

  async #load() {
    const stored = asId(await this.#options.store.readCheckpoint(REVOKED_SESSIONS_CHECKPOINT))
    return { stored, revocations: (stored === undefined ? {} : JSON.parse(stored)) as Revocations }
  }
}
