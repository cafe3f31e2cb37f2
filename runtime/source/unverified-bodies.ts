/** Reads bodies that no signature has verified yet: bounded in bytes, in memory for all of them together, and in time. */
import { readBody } from '../lib/read-body.ts'
import type { Clock } from '../ports/effects.ts'

const MiB = 1024 * 1024
/** Bytes of all bodies that are being read. Strangers can send at any rate, and no more than this lies in memory. */
const TOTAL = 32 * MiB
/** Larger bodies get three quarters of it: a few large ones must not keep usual webhooks out. */
const LARGE = MiB / 4
/** Time for one body. The source gives up after five seconds. Milliseconds. */
const TIMEOUT = 10_000

/**
 * - `too-large`: larger than the limit, by its header or as read
 * - `busy`: others take all the memory for unverified bodies
 * - `too-slow`: not complete in time
 * - `cut-short`: the connection ended before the body did
 */
export type BodyRefusal = 'too-large' | 'busy' | 'too-slow' | 'cut-short'

export class UnverifiedBodies {
  /** Bytes of one body. */
  readonly limit: number
  readonly #clock: Clock
  readonly #total: number
  /** Of the bodies being read, by their headers: what one may still send is as good as sent. */
  #reserved = 0

  constructor(clock: Clock, limit: number) {
    this.#clock = clock
    this.limit = limit
    this.#total = Math.max(TOTAL, 4 * limit)
  }

  /** The whole body. Nothing of one is read that its header rules out. */
  async read(request: Request): Promise<Uint8Array | BodyRefusal> {
    const announced = Number(request.headers.get('content-length') ?? Number.NaN)
    const size = announced >= 0 ? announced : this.limit
    if (size > this.limit) return 'too-large'
    if (this.#reserved + size > (size > LARGE ? 0.75 : 1) * this.#total) return 'busy'
    this.#reserved += size
    const reading = readBody(request, this.limit)
      .then((body) => body ?? ('too-large' as const))
      .catch(() => 'cut-short' as const)
    const timer = new AbortController()
    const timeout = this.#clock.sleep(TIMEOUT, timer.signal).then(() => 'too-slow' as const)
    try {
      return await Promise.race([reading, timeout])
    } finally {
      timer.abort()
      // Even after the timeout: the answer closes the connection, after which a reading may neither end nor fail.
      this.#reserved -= size
    }
  }
}
