/**
 * The source's time, by the `Date` of its answers. Ages of events and windows of changes are differences to its times: a
 * clock of ours that is a day off would turn live events into history, or skip a day of changes.
 */
import { formatDuration } from '../lib/format.ts'
import { MonotonicClock } from '../lib/monotonic-clock.ts'
import type { Clock, Fetch, Logger } from '../ports/effects.ts'

/** Milliseconds of difference up to which our clock is taken: an answer takes a while, and its `Date` has whole seconds. */
const TOLERANCE = 300_000

export class SourceClock {
  readonly #clock: Clock
  readonly #time: MonotonicClock
  readonly #logger: Logger
  /** Our clock's time less `#time`, at first. */
  readonly #start: number
  /** The source's time less `#time`, once known. */
  #offset: number | undefined
  /** A different one, which counts when the next answer confirms it. */
  #unconfirmed: number | undefined
  #isOff = false

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock
    this.#time = new MonotonicClock(clock)
    this.#logger = logger
    this.#start = clock.now() - this.#time.now()
  }

  /**
   * Milliseconds since 1970. Our clock's time while the two agree, and until the source has answered. If ours is set before
   * that, the earlier time counts: no step turns a live event into history.
   */
  now(): number {
    const now = this.#clock.now()
    if (this.#offset === undefined) return Math.min(now, Math.round(this.#time.now() + this.#start))
    const remote = this.#time.now() + this.#offset
    this.#report(now - remote)
    return this.#isOff ? Math.round(remote) : now
  }

  /** The same fetch, whose successful answers set this clock: an error may come from a proxy. */
  observe(send: Fetch): Fetch {
    return async (request) => {
      const response = await send(request)
      const date = Date.parse(response.headers.get('date') ?? '')
      if (response.ok && !Number.isNaN(date)) this.#set(date - this.#time.now())
      return response
    }
  }

  #set(offset: number): void {
    const agrees = (other: number | undefined) => other !== undefined && Math.abs(offset - other) <= TOLERANCE
    if (this.#offset === undefined || agrees(this.#offset) || agrees(this.#unconfirmed)) this.#offset = offset
    this.#unconfirmed = offset
  }

  #report(ahead: number): void {
    const isOff = Math.abs(ahead) > TOLERANCE
    if (isOff === this.#isOff) return
    this.#isOff = isOff
    const difference = `${formatDuration(Math.abs(ahead))} ${ahead > 0 ? 'ahead of' : 'behind'} the source's`
    if (isOff) this.#logger.warn(`the clock of this machine is ${difference}: the source's decides how old events are`)
    else this.#logger.info("the clock of this machine agrees with the source's again")
  }
}
