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
  /** 0..1: items on pages without their id. */
  readonly noIdRate?: number
  /** 0..1: answers 200 without what was asked for: an error list, an empty object, or torn JSON. */
  readonly errorRate?: number
}

const RATES: readonly string[] = ['loseRate', 'cutRate', 'emptyRate', 'noIdRate', 'errorRate']
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

/** Bodies that come under a 200 in place of the answer. */
const WRONG_ANSWERS: readonly string[] = [
  JSON.stringify({ type: 'error.list', request_id: null, errors: [{ code: 'server_error', message: 'Server Error' }] }),
  '{}',
  '{"type":"list","data":[{"type":"con',
]

/** Spoils an answer: any by `errorRate`, a page of a list by the other rules. */
export async function spoilAnswer(response: Response, rules: Unreliability, random: Random): Promise<Response> {
  const { cutRate = 0, emptyRate = 0, countExtra = 0, noIdRate = 0, errorRate = 0 } = rules
  if (cutRate + emptyRate + countExtra + noIdRate + errorRate === 0 || !response.ok) return response
  const occurs = (rate: number) => rate > 0 && random() < rate
  const text = await response.text()
  const again = (body: string) => new Response(body, { status: response.status, headers: response.headers })
  if (occurs(errorRate)) return again(WRONG_ANSWERS[Math.floor(random() * WRONG_ANSWERS.length)] ?? '{}')
  const body: unknown = JSON.parse(text)
  if (!isPage(body)) return again(text)
  const { next: _, ...pages } = body.pages
  const cut = occurs(cutRate) ? { ...body, pages } : body
  const withoutId = (item: object) => (occurs(noIdRate) ? { ...item, id: undefined } : item)
  const lists = occurs(emptyRate) ? [] : listsOf(cut).map(([name, items]) => [name, items.map(withoutId)] as const)
  const rest = Object.entries(cut).filter(([name]) => !LISTS.includes(name))
  const total_count = body.total_count + countExtra
  return again(JSON.stringify({ ...Object.fromEntries([...rest, ...lists]), total_count }))
}

function listsOf(page: object): [name: string, items: readonly object[]][] {
  return Object.entries(page).filter(([name, items]) => LISTS.includes(name) && Array.isArray(items))
}

interface Page {
  readonly total_count: number
  readonly pages: object & { readonly next?: unknown }
}

function isPage(body: unknown): body is Page {
  return typeof body === 'object' && body !== null && 'total_count' in body && 'pages' in body
}
