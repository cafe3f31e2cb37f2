/** Reads bodies that no signature has verified yet: bounded in bytes, in memory for all of them together, and in time. */
import type { Clock } from '../ports/effects.ts'

const MiB = 1024 * 1024
/** Bytes of all bodies that are being read. Strangers can send at any rate, and no more than this lies in memory. */
const TOTAL = 32 * MiB
/** Larger bodies get three quarters of it: a few large ones must not keep usual webhooks out. */
const LARGE = MiB / 4
/** Reserved for a body without a length in its header until more of it arrives. */
const SMALLEST = 16 * 1024
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
  /** Of the bodies being read. What an announced one may still send is as good as sent. */
  #reserved = 0

  constructor(clock: Clock, limit: number) {
    this.#clock = clock
    this.limit = limit
    this.#total = Math.max(TOTAL, 4 * limit)
  }

  /** The whole body. Nothing of one is read that its header rules out. */
  async read(request: Request): Promise<Uint8Array | BodyRefusal> {
    const length = Number(request.headers.get('content-length') ?? Number.NaN)
    const isAnnounced = length >= 0
    if (length > this.limit) return 'too-large'
    const reservation: Reservation = { size: 0 }
    if (!this.#grow(reservation, isAnnounced ? length : SMALLEST)) return 'busy'
    const reading = (isAnnounced ? this.#readAnnounced(request) : this.#readChunks(request, reservation)).catch(
      () => 'cut-short' as const,
    )
    const timer = new AbortController()
    const timeout = this.#clock.sleep(TIMEOUT, timer.signal).then(() => 'too-slow' as const)
    try {
      return await Promise.race([reading, timeout])
    } finally {
      // With a reason: without one, an error is made for each body.
      timer.abort('read')
      // Even after the timeout: the answer closes the connection, after which a reading may neither end nor fail.
      this.#reserved -= reservation.size
      reservation.isReleased = true
    }
  }

  async #readAnnounced(request: Request): Promise<Uint8Array | BodyRefusal> {
    // In one piece: a stream of one chunk costs half as much again. HTTP limits a body to its announced length.
    const body = new Uint8Array(await request.arrayBuffer())
    return body.length <= this.limit ? body : 'too-large'
  }

  /** Proxies often forward bodies without their length: reserving the limit for each would turn away all but a few. */
  async #readChunks(request: Request, reservation: Reservation): Promise<Uint8Array | BodyRefusal> {
    const chunks: Uint8Array[] = []
    let length = 0
    for await (const chunk of request.body ?? []) {
      length += chunk.length
      if (length > this.limit) return 'too-large'
      if (!this.#grow(reservation, length)) return 'busy'
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  }

  /** False if the memory for all bodies has no room for this one at the given size. */
  #grow(reservation: Reservation, size: number): boolean {
    const added = size - reservation.size
    if (added <= 0) return true
    if (reservation.isReleased || this.#reserved + added > (size > LARGE ? 0.75 : 1) * this.#total) return false
    this.#reserved += added
    reservation.size = size
    return true
  }
}

/** What one body holds of the memory for all. */
interface Reservation {
  size: number
  isReleased?: true
}
