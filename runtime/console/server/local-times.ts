/** Times in the zone of the viewer, which the script puts into a cookie. It holds nothing else. */
import type { Context } from 'hono'
import { getCookie } from 'hono/cookie'
import type { PageContext } from '../types.ts'

const COOKIE = 'connector-zone'

/** Undefined at a first visit and without the script: times are then in UTC and say so. */
export function viewerZone(c: Context): string | undefined {
  const zone = getCookie(c, COOKIE)
  return zone !== undefined && /^[\w+/-]{1,64}$/.test(zone) && isZone(zone) ? zone : undefined
}

function isZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }) !== undefined
  } catch {
    return false
  }
}

const TIME = /<time datetime="([^"]+)" data-local>([^<]*)<\/time>/g

/** Rewrites the times of `timeElement`: a page renders them in many places, and values are escaped, so none looks like one. */
export function localizeTimes(page: string, timeZone: string, now: number): string {
  const toText = localFormat(timeZone, now)
  return page.replace(
    TIME,
    (_, iso: string, utc: string) =>
      `<time datetime="${iso}" title="${utc}" data-local>${toText(Date.parse(iso))}</time>`,
  )
}

/** A time for where no element can be, as in the text of a dialog, which the script does not rewrite at a first visit. */
export const localTimeText = (ms: number, { timeZone, options }: PageContext): string =>
  timeZone === undefined
    ? `${localFormat('UTC', options.clock.now())(ms)} UTC`
    : localFormat(timeZone, options.clock.now())(ms)

/** Without the day for times of today, without the year for those of this year. */
function localFormat(timeZone: string, now: number): (ms: number) => string {
  const formats = createFormats(timeZone)
  const today = formats.date(now)
  const thisYear = formats.year(now)
  return (ms) => {
    const date = formats.date(ms)
    const shown = date === today ? '' : formats.year(ms) === thisYear ? `${formats.day(ms)}, ` : `${date}, `
    return `${shown}${formats.clock(ms)}`
  }
}

/** As `showLocalTimes` in the script formats them. */
function createFormats(timeZone: string) {
  const format = (options: Intl.DateTimeFormatOptions) => {
    const formatter = new Intl.DateTimeFormat('en-GB', { timeZone, ...options })
    return (ms: number) => formatter.format(ms)
  }
  return {
    date: format({ day: 'numeric', month: 'short', year: 'numeric' }),
    day: format({ day: 'numeric', month: 'short' }),
    year: format({ year: 'numeric' }),
    clock: format({ hour: '2-digit', minute: '2-digit', second: '2-digit' }),
  }
}
