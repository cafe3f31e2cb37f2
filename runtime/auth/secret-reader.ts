/** Reads a secret of a host's vault: cached for a minute, and read again when it was rejected. */

import { asTransientFault } from '../http/transient-faults.ts'
import { MonotonicClock } from '../lib/monotonic-clock.ts'
import type { Clock } from '../ports/effects.ts'

/** A value, or a function that reads it, from a vault that rotates it for example. `rejected`: the value that was refused. */
export type SecretSource<T> = T | ((rejected?: T) => T | Promise<T>)

/** Milliseconds for which a value is used without reading it again: one that was withdrawn is used no longer. */
const MAX_AGE = 60_000
/** Milliseconds between two readings while the vault fails, or while strangers send wrong signatures. */
const MIN_INTERVAL = 5_000

export class SecretReader<T> {
  readonly #source: SecretSource<T>
  readonly #time: MonotonicClock
  #value: { readonly secret: T; readonly readAt: number } | undefined
  #renewedAt = Number.NEGATIVE_INFINITY
  #reading: { readonly secret: Promise<T>; readonly startedAt: number } | undefined

  constructor(source: SecretSource<T>, clock: Clock) {
    this.#source = source
    this.#time = new MonotonicClock(clock)
  }

  /** Whether it can give anything but what it gave first. */
  get mayChange(): boolean {
    return typeof this.#source === 'function'
  }

  /**
   * The secret. A vault that fails is asked again later, and the last value serves until then. Throws a transient `Fault`
   * if there is none.
   */
  async current(): Promise<T> {
    const value = this.#value
    if (value === undefined) return this.#read(undefined)
    const now = this.#time.now()
    const { startedAt = Number.NEGATIVE_INFINITY } = this.#reading ?? {}
    const isFresh = now - value.readAt < MAX_AGE || now - startedAt < MIN_INTERVAL
    if (isFresh || !this.mayChange) return value.secret
    return this.#read(undefined).catch(() => value.secret)
  }

  /** The secret as it is now, after `rejected` was refused. Read again, at most once in `interval` milliseconds. */
  async renewed(rejected: T, interval = MIN_INTERVAL): Promise<T> {
    const [value, now] = [this.#value, this.#time.now()]
    if (value !== undefined && (!this.mayChange || now - this.#renewedAt < interval)) return value.secret
    this.#renewedAt = now
    return this.#read(rejected)
  }

  /** Puts a value in the place of that of the vault, which has it by now. */
  replace(secret: T): void {
    this.#reading = undefined
    this.#value = { secret, readAt: this.#time.now() }
  }

  #read(rejected: T | undefined): Promise<T> {
    const startedAt = this.#time.now()
    // Shared for a moment only: in a Worker, a reading never ends if the request that began it is cancelled.
    if (this.#reading !== undefined && startedAt - this.#reading.startedAt < MIN_INTERVAL && this.#value === undefined)
      return this.#reading.secret
    const secret = asTransientFault(
      async () => readSource(this.#source, rejected),
      'auth/unreadable',
      'the credentials could not be read',
    )
    const reading = { secret, startedAt }
    this.#reading = reading
    secret.then(
      (read) => {
        if (this.#reading === reading) this.#value = { secret: read, readAt: startedAt }
      },
      () => {
        // The first reading is tried again at once: there is no value to go on with.
        if (this.#reading === reading && this.#value === undefined) this.#reading = undefined
      },
    )
    return secret
  }
}

async function readSource<T>(source: SecretSource<T>, rejected: T | undefined): Promise<T> {
  return typeof source === 'function' ? (source as (rejected?: T) => T | Promise<T>)(rejected) : source
}
