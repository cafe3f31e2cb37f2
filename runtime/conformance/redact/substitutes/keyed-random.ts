/** Random choices that depend on a key and a value only: the same value, the same choices. */
import { createHmac } from 'node:crypto'

export class KeyedRandom {
  readonly #state: Uint32Array

  /** Seeded by HMAC-SHA-256, so that a value cannot be found without the key. */
  constructor(key: Uint8Array, ...seed: readonly string[]) {
    const digest = createHmac('sha256', key).update(seed.join('\0')).digest()
    this.#state = Uint32Array.from([0, 4, 8, 12], (at) => digest.readUInt32LE(at))
    if (this.#state.every((word) => word === 0)) this.#state[0] = 1
  }

  /** An integer from 0 to `limit - 1`, `limit` below 2^21. */
  below(limit: number): number {
    return Math.floor((this.#next() / 2 ** 32) * limit)
  }

  pick<T>(choices: ArrayLike<T>): T {
    return choices[this.below(choices.length)] as T
  }

  /** xoshiro128** by Blackman and Vigna. */
  #next(): number {
    const s = this.#state as unknown as [number, number, number, number]
    const product = Math.imul(s[1], 5)
    const result = Math.imul((product << 7) | (product >>> 25), 9)
    const shifted = s[1] << 9
    s[2] ^= s[0]
    s[3] ^= s[1]
    s[1] ^= s[2]
    s[0] ^= s[3]
    s[2] ^= shifted
    s[3] = (s[3] << 11) | (s[3] >>> 21)
    return result >>> 0
  }
}
