/** Time that never goes back, to measure waits by: a machine's clock that is put back an hour must not hold us up for one. */
import type { Clock } from '../ports/ports.ts'

export interface Steady {
  /** Milliseconds; goes on as the clock does, and stands still where that goes back. */
  now(): number
  /** A moment of the clock, in this time. */
  of(moment: number): number
}

export function steady(clock: Pick<Clock, 'now'>): Steady {
  let last = clock.now()
  let ahead = 0
  const now = () => {
    const time = clock.now()
    if (time < last) ahead += last - time
    last = time
    return time + ahead
  }
  return { now, of: (moment) => now() + (moment - last) }
}
