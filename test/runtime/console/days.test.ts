/** Days of date fields in the zone of the viewer, also those of 23 and 25 hours. */
import { expect, test } from 'vitest'
import { addDays, dayBeginningAt, parseDay } from '../../../runtime/console/days.ts'

test.each([
  ['2026-07-15', undefined, '2026-07-15T00:00:00.000Z', 24],
  ['2026-07-15', 'Asia/Tokyo', '2026-07-14T15:00:00.000Z', 24],
  ['2026-07-15', 'Asia/Kolkata', '2026-07-14T18:30:00.000Z', 24],
  ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z', 23],
  ['2026-10-25', 'Europe/Berlin', '2026-10-24T22:00:00.000Z', 25],
  ['2026-11-01', 'America/Los_Angeles', '2026-11-01T07:00:00.000Z', 25],
])('%s in %s begins at %s', (day, zone, begins, hours) => {
  const at = parseDay(day, zone) ?? Number.NaN
  expect(new Date(at).toISOString()).toBe(begins)
  expect(dayBeginningAt(at, zone)).toBe(day)
  expect(dayBeginningAt(at + 3_600_000, zone)).toBeUndefined()
  const next = addDays(at, 1, zone)
  expect((next - at) / 3_600_000).toBe(hours)
  expect(addDays(next, -1, zone)).toBe(at)
})

test.each(['', 'yesterday', '2026-13-01', '2026-07-15T00:00:00Z'])('%j is no day', (text) => {
  expect(parseDay(text, 'Asia/Tokyo')).toBeUndefined()
})
