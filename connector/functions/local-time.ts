/** Times as clocks in a zone show them, with daylight saving: Intl knows the rules of all zones. */
import { formatMillis } from '../../runtime/expression/format-millis.ts'
import { BoundedMap } from '../../runtime/lib/bounded-map.ts'

const MINUTE = 60_000
const DAY_MINUTES = 24 * 60

/** Of the zones named in mappings and, if a mapping reads the zone from the data, of people. */
const MAX_ZONES = 100
const formats = new BoundedMap<string, Intl.DateTimeFormat | undefined>(MAX_ZONES)

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  if (formats.has(zone)) return formats.get(zone)
  const format = createFormat(zone)
  formats.set(zone, format)
  return format
}

function createFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  const numeric = '2-digit'
  const date = { year: 'numeric', month: numeric, day: numeric } as const
  const time = { hour: numeric, minute: numeric, second: numeric, hourCycle: 'h23' } as const
  try {
    return new Intl.DateTimeFormat('en', { timeZone, ...date, ...time })
  } catch {
    return undefined
  }
}

export const isZone = (zone: string): boolean => formatOf(zone) !== undefined

/** Minutes that the zone is ahead of UTC at a time. Undefined for an unknown zone. */
function offsetAt(ms: number, zone: string): number | undefined {
  const format = formatOf(zone)
  if (format === undefined) return undefined
  const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]))
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  const local = Date.UTC(year, month - 1, day, hour, minute, second)
  return Math.round((local - Math.floor(ms / 1000) * 1000) / MINUTE)
}

const two = (n: number): string => String(n).padStart(2, '0')

/** Markers of a few characters: JSONata would pad a number to any width. */
const PICTURE = /^(?:[^[\]]|\[\[|\]\]|\[[A-Za-z][\w#*]{0,6}(?:,[\d*]{1,2}(?:-[\d*]{1,2})?)?\]){0,100}$/

export const isPicture = (picture: string): boolean => PICTURE.test(picture)

/** `picture`: as of `$fromMillis`; without one, ISO 8601 with the zone's offset. Undefined for an unknown zone. */
export function localTime(ms: number, zone: string, picture?: string): string | undefined {
  const offset = offsetAt(ms, zone)
  if (offset === undefined || (picture !== undefined && !isPicture(picture))) return undefined
  const minutes = Math.abs(offset)
  const text = `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`
  return formatMillis(ms, picture, text)
}

const DAYS = ['Su', 'Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa']

/** One rule of opening hours. */
interface OpenHours {
  /** Of the week, Sunday is 0. */
  readonly days: ReadonlySet<number>
  /** Minutes of the day. `to` may be the next day's. */
  readonly from: number
  readonly to: number
}

const RULE = /^(?:([A-Z][a-z])(?:-([A-Z][a-z]))? )?(\d\d):(\d\d)-(\d\d):(\d\d)$/

/** `Mo-Fr 09:00-17:30, Sa 10:00-14:00`; no days: every day. Undefined for anything else. */
export function parseHours(text: string): readonly OpenHours[] | undefined {
  const rules = text.split(',').map((rule) => parseRule(rule.trim()))
  return rules.every((rule) => rule !== undefined) ? rules : undefined
}

function parseRule(text: string): OpenHours | undefined {
  const found = RULE.exec(text)
  if (found === null) return undefined
  const [, first = 'Su', last = found[1] ?? 'Sa', ...clock] = found
  const [from = 0, to = 0] = [clock.slice(0, 2), clock.slice(2)].map(
    ([hour, minute]) => Number(hour) * 60 + Number(minute),
  )
  const [start, end] = [DAYS.indexOf(first), DAYS.indexOf(last)]
  if (start < 0 || end < 0 || from > DAY_MINUTES || to > DAY_MINUTES) return undefined
  const count = ((end - start + 7) % 7) + 1
  const days = new Set(Array.from({ length: count }, (_, index) => (start + index) % 7))
  return { days, from, to: to <= from ? to + DAY_MINUTES : to }
}

/** Whether a time is within opening hours. Undefined for an unknown zone and for hours that are not understood. */
export function isInHours(ms: number, zone: string, text: string): boolean | undefined {
  const [offset, hours] = [offsetAt(ms, zone), parseHours(text)]
  if (offset === undefined || hours === undefined) return undefined
  const local = new Date(ms + offset * MINUTE)
  const [day, minute] = [local.getUTCDay(), local.getUTCHours() * 60 + local.getUTCMinutes()]
  // After midnight, the hours of the day before may still run.
  return hours.some(
    ({ days, from, to }) =>
      (days.has(day) && minute >= from && minute < to) || (days.has((day + 6) % 7) && minute + DAY_MINUTES < to),
  )
}
