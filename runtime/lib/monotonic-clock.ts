/** Time that never goes back, to measure waits by: a machine's clock that is put back an hour must not hold us up for one. */
import type { Clock } from '../ports/effects.ts'

export interface MonotonicClock {
  /** Milliseconds; goes on as the clock does, and stands still where that goes back. */
  now(): number
  /** A moment of the clock, in this time. */
  fromWallClock(moment: number): number
}

export function monotonicClock(clock: Pick<Clock, 'now'>): MonotonicClock {
  let last = clock.now()
  let ahead = 0
  const now = () => {
    const time = clock.now()
    if (time < last) ahead += last - time
    last = time
    return time + ahead
  }
  return { now, fromWallClock: (moment) => now() + (moment - last) }
}
