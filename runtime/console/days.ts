/** Days as date fields give them: those of the viewer, whose zone the frame of the page names. */
import { wallClockOf } from './chart/zone.ts'

const DAY = 86_400_000

/** The midnight with which a day (`2026-01-31`) begins. Undefined: there is no such day. */
export function parseDay(text: string, timeZone: string | undefined): number | undefined {
  const wall = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  return Number.isNaN(wall) ? undefined : wallClockOf(timeZone).toInstant(wall)
}

/** The day that begins at an instant. Undefined: none does. */
export function dayBeginningAt(at: number, timeZone: string | undefined): string | undefined {
  const wall = wallClockOf(timeZone).toWall(at)
  return wall % DAY === 0 ? new Date(wall).toISOString().slice(0, 10) : undefined
}

/** `days` later at the same hour. Not always 24 hours each: clocks are changed. */
export function addDays(at: number, days: number, timeZone: string | undefined): number {
  const zone = wallClockOf(timeZone)
  return zone.toInstant(zone.toWall(at) + days * DAY)
}
