/** Pauses that a remote API asks for: how long they hold requests here, and what is said of them. */
import { capitalize, formatDuration, formatTime } from '../lib/format.ts'

export interface Pause {
  /** Lane `live` goes on if only `backfill` waits. */
  readonly lanes: 'all' | 'backfill'
  /** What the API asked for, milliseconds; more than the wait if that is capped. */
  readonly requested: number
  /** What we wait, from the request on, milliseconds. */
  readonly waits: number
  /** Milliseconds since 1970. */
  readonly until: number
}

/** A pause of one limit of a side. */
export interface LimitPause extends Pause {
  /** An endpoint, or the side as a whole. */
  readonly name: string
}

/** Milliseconds. Requests wait for a longer pause in the store, where they hold up no others. */
export const LONGEST_HELD_PAUSE = 30_000
/** Milliseconds from which a pause is said. */
const LONG = 60_000
/** Header values are whole seconds. */
const ROUNDING = 1_000
const YEAR = 365 * 86_400_000

/** Rejects a request that would have to wait longer than `LONGEST_HELD_PAUSE`. */
export class PausedTooLong extends Error {
  override readonly name = 'PausedTooLong'
  /** Milliseconds since 1970. */
  readonly until: number

  constructor(until: number) {
    super('the remote API asked for a long pause')
    this.until = until
  }
}

/** Whether an operator should hear of it: it is long, or the API asked for longer. */
export const isNotable = ({ requested, waits }: Pause): boolean => waits >= LONG || requested > waits + ROUNDING

/** `Peer: bulk asked for a pause of 3 d 4 h; we wait 1 h 0 min, until 2026-01-31 09:30:00Z`. */
export function describePause(side: string, { name, lanes, requested, waits, until }: LimitPause): string {
  const asked = requested > YEAR ? 'more than a year' : formatDuration(requested)
  const who = name === side ? capitalize(side) : `${capitalize(side)}: ${name}`
  const what = lanes === 'backfill' ? ' before more history' : ''
  return `${who} asked for a pause of ${asked}${what}; we wait ${formatDuration(waits)}, until ${formatTime(until)}`
}
