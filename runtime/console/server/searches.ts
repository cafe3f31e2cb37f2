/** Searches by a random name: what was searched for may be a person's, and must not appear in an address, hashed or not. */
import { randomBytes } from 'node:crypto'
import { BoundedMap } from '../../lib/bounded-map.ts'

const MAX_SEARCHES = 1_000

/** In memory: after a restart one searches again. All who may sign in may see the same, so a name serves each of them. */
export class Searches {
  readonly #refs = new BoundedMap<string, string>(MAX_SEARCHES)

  /** Returns the name by which the search is found again. */
  remember(ref: string): string {
    const name = randomBytes(12).toString('base64url')
    this.#refs.set(name, ref)
    return name
  }

  find(name: string): string | undefined {
    return this.#refs.get(name)
  }
}
