/** The rows of functions about local time, numbers and plain text, and the checks of their literal arguments. */
import { suggest } from '../../runtime/expression/did-you-mean.ts'
import type { FunctionTable } from '../../runtime/expression/functions.ts'
import { htmlToText } from './html.ts'
import { isInHours, isPicture, isZone, localTime, parseHours } from './local-time.ts'
import { bucketOf, inUnit, parseDecimal, UNITS } from './numbers.ts'
import { toMillis } from './text.ts'

const ZONE_HELP = 'write a name of the IANA database, such as Europe/Dublin or America/New_York'

function checkZone(value: string | number) {
  if (typeof value === 'string' && isZone(value)) return undefined
  const nearest = typeof value === 'string' ? suggest(value, Intl.supportedValuesOf('timeZone')) : ''
  return { message: `"${value}" is no time zone`, help: nearest.endsWith('?') ? nearest : ZONE_HELP }
}

const checkMoment = (value: string | number, form: string) =>
  toMillis(value) === undefined
    ? { message: `"${value}" is no time`, help: `the time comes first: ${form}` }
    : undefined

export const valueFunctions: FunctionTable = [
  {
    name: 'localTime',
    signature: '<x?x?x?:s>',
    units: { takes: 'time' },
    doc: 'A time as clocks in a zone show it, with daylight saving: from what `$datetime` reads, a zone of the IANA database, and optionally a picture as of `$fromMillis` (default: ISO 8601 with the offset).',
    example: { expr: '$localTime(1782000000, "Europe/Dublin", "[D] [MNn] [H]:[m01]")', gives: '21 June 1:00' },
    run: (time, zone, picture) => {
      const ms = toMillis(time)
      if (ms === undefined || typeof zone !== 'string') return undefined
      return localTime(ms, zone, typeof picture === 'string' ? picture : undefined)
    },
    checkLiteral: (position, value) => {
      if (position === 0) return checkMoment(value, '$localTime(created_at, "Europe/Dublin")')
      if (position === 1) return checkZone(value)
      if (position !== 2 || (typeof value === 'string' && isPicture(value) && value.includes('['))) return undefined
      return {
        message: `"${value}" is no picture of a time`,
        help: 'write markers in brackets: [Y0001]-[M01]-[D01] [H01]:[m01]',
      }
    },
  },
  {
    name: 'inHours',
    signature: '<x?x?x?:b>',
    units: { takes: 'time' },
    doc: 'Whether a time is within hours of a week in a zone. After the time and the zone, the hours: days (Mo Tu We Th Fr Sa Su) and times, several with commas; hours may end after midnight.',
    example: { expr: '$inHours(1782000000, "Europe/Dublin", "Mo-Fr 09:00-17:30, Sa 10:00-14:00")', gives: false },
    run: (time, zone, hours) => {
      const ms = toMillis(time)
      return ms === undefined || typeof zone !== 'string' || typeof hours !== 'string'
        ? undefined
        : isInHours(ms, zone, hours)
    },
    checkLiteral: (position, value) => {
      if (position === 0) return checkMoment(value, '$inHours(created_at, "Europe/Dublin", "Mo-Fr 09:00-17:30")')
      if (position === 1) return checkZone(value)
      if (position !== 2 || (typeof value === 'string' && parseHours(value) !== undefined)) return undefined
      return {
        message: `"${value}" are no hours of a week`,
        help: 'write days and times: Mo-Fr 09:00-17:30, Sa 10:00-14:00',
      }
    },
  },
  {
    name: 'plain',
    signature: '<x?:s>',
    doc: 'The text of HTML: without tags, entities decoded, one line for each paragraph, list item or line break.',
    example: { expr: '$plain("<p>Size <b>M</b> &amp; L</p><p>Thanks</p>")', gives: 'Size M & L\nThanks' },
    run: (html) => (typeof html === 'string' ? htmlToText(html) : undefined),
  },
  {
    name: 'decimal',
    signature: '<x?x?:n>',
    doc: 'The number that a text writes with the given decimal sign, `.` or `,`; other signs between digits group them. A number stays as it is.',
    example: { expr: '$decimal("1.234,50", ",")', gives: 1234.5 },
    run: (value, sign) => {
      if (typeof value === 'number') return value
      return typeof value === 'string' ? parseDecimal(value, typeof sign === 'string' ? sign : '.') : undefined
    },
    checkLiteral: (position, value) =>
      position !== 1 || value === '.' || value === ','
        ? undefined
        : { message: `"${value}" is no decimal sign`, help: 'write "." or ","' },
  },
  {
    name: 'duration',
    signature: '<x?x?:n>',
    units: { takes: 'duration' },
    doc: 'Seconds in another unit: minutes, hours or days, with at most two decimals.',
    example: { expr: '$duration(5400, "hours")', gives: 1.5 },
    run: (seconds, unit) =>
      typeof seconds === 'number' && typeof unit === 'string' ? inUnit(seconds, unit) : undefined,
    checkLiteral: (position, value) =>
      position !== 1 || UNITS.includes(String(value))
        ? undefined
        : { message: `"${value}" is no unit of time`, help: suggest(String(value), UNITS) },
  },
  {
    name: 'bucket',
    signature: '<x?x?:n>',
    doc: 'A number from 0 to one less than the second argument, always the same for an id: `$bucket(id, 100) < 10` holds for a tenth of all.',
    example: { expr: '$bucket("6960000000000000000000a1", 100)', gives: 63 },
    run: (id, count) =>
      (typeof id === 'string' || typeof id === 'number') && typeof count === 'number'
        ? bucketOf(String(id), count)
        : undefined,
    checkLiteral: (position, value) =>
      position === 0 && typeof value === 'number'
        ? { message: `${value} is no id`, help: 'the id comes first, then the number of buckets: $bucket(id, 100)' }
        : position !== 1 || bucketOf('', Number(value)) !== undefined
          ? undefined
          : { message: `${value} is no number of buckets`, help: 'write an integer from 1 to 1000000' },
  },
]
