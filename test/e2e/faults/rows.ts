/** What becomes of a record, or of a process, when a side answers badly: side × phase × fault → expected end. Data. */
import type { FaultName } from '../../helpers/processes/faults.ts'

/**
 * Of a record. `delivered`: it waits with the code while the fault lasts and is counted once afterwards. `waiting`: until
 * a person acts, or the side's own time is over. `dead`: a dead letter with the code.
 */
export type End = 'delivered' | 'waiting' | 'dead'

/** One row: a fault, the code that the ledger or the log shows, the end. Two codes: whichever limit is reached first. */
export type Row = readonly [fault: FaultName, code: string | readonly string[], end?: End]

const LARGE = (side: string) => [`${side}/too-large`, `${side}/timeout`]

/** A live event at Klaviyo, which answers its POST badly. */
export const LIVE: readonly Row[] = [
  ['silent', 'klaviyo/timeout'],
  ['silent after the headers', 'klaviyo/timeout'],
  ['dripping', 'klaviyo/timeout'],
  ['dripping headers', 'klaviyo/timeout'],
  ['reset', 'klaviyo/network'],
  ['closed without an answer', 'klaviyo/network'],
  ['cut off in the body', 'klaviyo/network'],
  ['lost answer', 'klaviyo/network'],
  ['no HTTP', 'klaviyo/network'],
  ['huge', LARGE('klaviyo')],
  ['huge error', LARGE('klaviyo')],
  ['gzip bomb', LARGE('klaviyo')],
  ['gzip that is none', 'klaviyo/network'],
  ['torn JSON', 'klaviyo/not-json'],
  ['torn JSON 400', 'klaviyo/not-json'],
  ['empty object', 'klaviyo/not-json'],
  ['error list under 200', 'klaviyo/not-json'],
  ['empty 200', 'klaviyo/not-json'],
  ['204', 'klaviyo/not-json'],
  ['page 200', 'klaviyo/not-json'],
  ['page 202', 'klaviyo/not-json'],
  ['page 400', 'klaviyo/not-json'],
  ['page 407', 'klaviyo/network'], // fetch takes it for the refusal of a proxy of its own
  ['page 413', 'klaviyo/not-json'],
  ['page 418', 'klaviyo/not-json'],
  ['page 502', 'klaviyo/unavailable'],
  ['500', 'klaviyo/unavailable'],
  ['redirect', 'klaviyo/redirected', 'waiting'],
  ['refusal of the API', 'klaviyo/invalid', 'dead'],
]

/** The contact of a live event at Intercom, which answers its GET badly. */
export const LOOKUP: readonly Row[] = [
  ['silent', 'intercom/timeout'],
  ['silent after the headers', 'intercom/timeout'],
  ['dripping', 'intercom/timeout'],
  ['reset', 'intercom/network'],
  ['cut off in the body', 'intercom/network'],
  ['no HTTP', 'intercom/network'],
  ['huge', LARGE('intercom')],
  ['gzip bomb', LARGE('intercom')],
  ['torn JSON', 'intercom/not-json'],
  ['torn JSON 400', 'intercom/not-json'],
  ['empty object', 'intercom/unexpected-response'],
  ['error list under 200', 'intercom/unexpected-response'],
  ['empty 200', 'intercom/not-json'],
  ['204', 'intercom/not-json'],
  ['page 200', 'intercom/not-json'],
  ['page 400', 'intercom/not-json'],
  ['page 407', 'intercom/network'],
  ['page 502', 'intercom/unavailable'],
  ['500', 'intercom/unavailable'],
  ['redirect', 'intercom/redirected', 'waiting'],
]

/** The same two phases with waits that would silence us for years: at most an hour, and the other API is called as before. */
export const ABSURD = {
  live: ['absurd Retry-After', 'klaviyo/rate-limited', 'waiting'],
  lookup: ['Retry-After of three years', 'intercom/unavailable', 'waiting'],
} as const satisfies Readonly<Record<string, Row>>

/** Pages of an import and of `reconcile`. Each fault lasts until the page has failed; then the next page has the next one. */
export const PAGES: readonly Row[] = [
  ['silent', 'intercom/timeout'],
  ['dripping', 'intercom/timeout'],
  ['huge', LARGE('intercom')],
  ['gzip bomb', LARGE('intercom')],
  ['reset', 'intercom/network'],
  ['torn JSON', 'intercom/not-json'],
  ['empty object', 'intercom/unexpected-response'],
  ['error list under 200', 'intercom/unexpected-response'],
  ['page 200', 'intercom/not-json'],
  ['page 403', 'intercom/forbidden'],
  ['page 413', 'intercom/not-json'],
  ['page 502', 'intercom/unavailable'],
  ['redirect', 'intercom/redirected'],
]

/** Bulk requests of an import, one after another. */
export const BULK: readonly FaultName[] = [
  ...(['reset', 'lost answer', 'torn JSON 400', '500', 'page 413', 'silent', 'huge', 'page 202', '204'] as const),
]

/** Refreshes of an expired token. Two processes, since each failure doubles the wait for the next try. */
export const TOKEN: readonly (readonly Row[])[] = [
  [
    ['reset', 'klaviyo/network'],
    ['huge', LARGE('klaviyo')],
    ['page 401', 'klaviyo/not-json'],
    ['page 502', 'klaviyo/unavailable'],
  ],
  [
    ['silent', 'klaviyo/timeout'],
    ['empty object', 'klaviyo/no-access-token'],
    ['page 400', 'klaviyo/not-json'],
    ['torn JSON', 'klaviyo/no-access-token'],
  ],
]

/** The requests that name the account of each side, before the first delivery. */
export const ACCOUNTS = {
  intercom: [
    ['reset', 'intercom/network'],
    ['page 200', 'intercom/not-json'],
    ['gzip bomb', LARGE('intercom')],
    ['empty object', 'intercom/unexpected-response'],
  ],
  klaviyo: [
    ['silent', 'klaviyo/timeout'],
    ['page 400', 'klaviyo/not-json'],
    ['huge error', LARGE('klaviyo')],
    ['page 502', 'klaviyo/unavailable'],
  ],
} as const satisfies Readonly<Record<string, readonly Row[]>>
