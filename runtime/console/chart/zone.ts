/** The time of a wall clock in a zone, so that days and hours are the viewer's. */

const HOUR = 3_600_000

export interface Zone {
  /** The instant, in milliseconds, at which a clock in UTC shows what one in the zone shows at `at`. */
  toWall(at: number): number
  toInstant(wall: number): number
  /** Absent for the zone of the viewer, which the frame of the page names. */
  readonly label?: string
}

export const UTC: Zone = { toWall: (at) => at, toInstant: (wall) => wall, label: 'UTC' }

/** Of a chart: UTC where the hours of the zone are not those of UTC, since events are counted by the hour. */
export function zoneOf(timeZone: string | undefined, now: number): Zone {
  const zone = wallClockOf(timeZone)
  return (zone.toWall(now) - now) % HOUR === 0 ? zone : UTC
}

/** UTC where the zone is unknown. */
export function wallClockOf(timeZone: string | undefined): Zone {
  if (timeZone === undefined || timeZone === 'UTC') return UTC
  const offset = offsetIn(timeZone)
  const toInstant = (wall: number) => wall - offset(wall - offset(wall))
  return { toWall: (at) => at + offset(at), toInstant }
}

/** Milliseconds east of UTC at an instant. */
function offsetIn(timeZone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric' },
  })
  return (at) => {
    const parts = format.formatToParts(at).map(({ type, value }) => [type, Number(value)] as const)
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = Object.fromEntries(parts)
    return Date.UTC(year, month - 1, day, hour, minute) - Math.floor(at / 60_000) * 60_000
  }
}
