/** What else can go wrong with an Intercom that answers: webhooks that never arrive, pages cut short, wrong counts. */
import type { Random } from '../../runtime/ports/effects.ts'

export interface Unreliability {
  /** 0..1: webhooks that are not sent. */
  readonly loseRate?: number
  /** Webhooks of this topic, or of all that begin with it, are not sent. */
  readonly loseTopic?: string
  /** Milliseconds from now on in which no webhook is sent. */
  readonly loseFor?: number
  /** Longest delay of a webhook in milliseconds: each waits for a random part of it, so that they overtake each other. */
  readonly delay?: number
  /**
   * Failed attempts in a row after which sending pauses for 15 minutes, as Intercom's does. Webhooks of that time are
   * lost. Absent: it never pauses.
   */
  readonly pauseAfter?: number
  /** 0..1: pages without the cursor of the next one. */
  readonly cutRate?: number
  /** 0..1: pages without their list. */
  readonly emptyRate?: number
  /** Added to the count on each page. */
  readonly countExtra?: number
}

const RATES: readonly string[] = ['loseRate', 'cutRate', 'emptyRate']
const NUMBERS: readonly string[] = ['loseFor', 'delay', 'pauseAfter', 'countExtra', ...RATES]

/** Splits a request body into these rules and the others. Undefined for an invalid value. */
export function parseUnreliability(value: object): { own: Unreliability; others: object } | undefined {
  const isOwn = ([name]: readonly [string, unknown]) => name === 'loseTopic' || NUMBERS.includes(name)
  const own = Object.entries(value).filter(isOwn)
  const others = Object.fromEntries(Object.entries(value).filter((entry) => !isOwn(entry)))
  const isValid = own.every(([name, rule]) =>
    name === 'loseTopic'
      ? typeof rule === 'string'
      : typeof rule === 'number' && rule >= 0 && Number.isFinite(rule) && (!RATES.includes(name) || rule <= 1),
  )
  return isValid ? { own: Object.fromEntries(own), others } : undefined
}

/** Rules, and since when they hold, milliseconds since 1970. */
export type TimedRules = Unreliability & { readonly since: number }

export function isLost(topic: string, rules: TimedRules, now: number, random: Random): boolean {
  const { loseRate = 0, loseTopic, loseFor = 0 } = rules
  if (now - rules.since < loseFor) return true
  if (loseTopic !== undefined && topic.startsWith(loseTopic)) return true
  return loseRate > 0 && random() < loseRate
}

const LISTS = ['conversations', 'tickets', 'data']

/** Spoils a page of a list. Any other answer stays as it is. */
export async function spoilPage(response: Response, rules: Unreliability, random: Random): Promise<Response> {
  const { cutRate = 0, emptyRate = 0, countExtra = 0 } = rules
  if (cutRate + emptyRate + countExtra === 0 || !response.ok) return response
  const text = await response.text()
  const body: unknown = JSON.parse(text)
  const again = (content: unknown) =>
    new Response(JSON.stringify(content), { status: response.status, headers: response.headers })
  if (!isPage(body)) return again(body)
  const { next: _, ...pages } = body.pages
  const cut = random() < cutRate ? { ...body, pages } : body
  const emptied =
    random() < emptyRate ? Object.fromEntries(Object.entries(cut).filter(([name]) => !LISTS.includes(name))) : cut
  return again({ ...emptied, total_count: body.total_count + countExtra })
}

interface Page {
  readonly total_count: number
  readonly pages: object & { readonly next?: unknown }
}

function isPage(body: unknown): body is Page {
  return typeof body === 'object' && body !== null && 'total_count' in body && 'pages' in body
}
