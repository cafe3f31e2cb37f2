/** Hashes of e-mail addresses and phone numbers: the ledger finds a person by them. Keyed, so that no table of hashes tells whose they are. */
import { createHmac, randomBytes } from 'node:crypto'
import { PERSON_KEY_CHECKPOINT } from '../../lib/checkpoint-names.ts'
import { normalizeEmailAddress } from '../../lib/text/email-address.ts'
import type { Store } from '../../ports/store.ts'

type KeyStore = Pick<Store, 'readCheckpoint' | 'compareAndSwapCheckpoint'>

/** Two stores have different hashes of one address. The key lies in the store: it is no secret to who reads all of it. */
export class PersonHasher {
  readonly #store: KeyStore
  #key: string | undefined

  constructor(store: KeyStore) {
    this.#store = store
  }

  get isLoaded(): boolean {
    return this.#key !== undefined
  }

  /** Creates the key on the first use of a store. */
  async load(): Promise<void> {
    while (this.#key === undefined) {
      const known = await this.#store.readCheckpoint(PERSON_KEY_CHECKPOINT)
      if (typeof known === 'string') this.#key = known
      else
        await this.#store.compareAndSwapCheckpoint(
          PERSON_KEY_CHECKPOINT,
          undefined,
          randomBytes(32).toString('base64url'),
        )
    }
  }

  /** Of an address in any form, or of a phone number in E.164. Undefined until the key is loaded. */
  hash(identifier: string): string | undefined {
    if (this.#key === undefined) return undefined
    const normal = normalizeEmailAddress(identifier) ?? identifier.trim().toLowerCase()
    return createHmac('sha256', this.#key).update(normal).digest('hex')
  }
}
