/** Finds the recorded exchange of a request: by method, path and query, then by body, then in their order. */
import { groupBy } from '../../../lib/group-by.ts'
import { isObject } from '../../../lib/json.ts'
import type { Json } from '../../../ports/types.ts'
import type { Exchange, RecordedSide } from '../recording.ts'

export interface SentRequest {
  readonly side?: RecordedSide
  readonly method: string
  /** Absolute. */
  readonly url: string
  readonly body?: Json
}

/** Each exchange answers once, and the last of equal ones again and again. */
export class ExchangeMatcher {
  readonly #byTarget: ReadonlyMap<string, readonly Exchange[]>
  readonly #used = new Set<Exchange>()
  readonly #exchanges: readonly Exchange[]

  constructor(exchanges: readonly Exchange[]) {
    this.#exchanges = exchanges
    this.#byTarget = groupBy(exchanges, ({ synthetic, request }) => (synthetic ? pathOf(request) : targetOf(request)))
  }

  /** Undefined: no exchange has the method, the path and the query. */
  take(request: SentRequest): Exchange | undefined {
    const fitting = this.#byTarget.get(targetOf(request)) ?? this.#byTarget.get(pathOf(request)) ?? []
    const nearest = nearestBodies(fitting, request.body)
    const found = nearest.find((exchange) => !this.#used.has(exchange)) ?? nearest.at(-1)
    if (found !== undefined) this.#used.add(found)
    return found
  }

  /** The most similar recorded request of the side. Undefined: it has none. */
  nearest({ side, method, url }: SentRequest): Exchange['request'] | undefined {
    const own = this.#exchanges.filter((exchange) => side === undefined || exchange.side === side)
    const scored = own.map(({ request }) => ({ request, score: similarity(request, { method, url }) }))
    return scored.sort((a, b) => b.score - a.score)[0]?.request
  }

  /** Those that have answered nothing. */
  get unused(): readonly Exchange[] {
    return this.#exchanges.filter((exchange) => !this.#used.has(exchange))
  }
}

const pathOf = ({ method, url }: Pick<SentRequest, 'method' | 'url'>) => `${method} ${new URL(url).pathname}`

/** The order of query parameters tells nothing. Hosts are those of the machine that recorded. */
function targetOf({ method, url }: Pick<SentRequest, 'method' | 'url'>): string {
  const { pathname, searchParams } = new URL(url)
  searchParams.sort()
  return `${method} ${pathname}?${searchParams}`
}

/** The exchanges whose request body has the most in common with `body`, in their order. */
function nearestBodies(exchanges: readonly Exchange[], body: Json | undefined): readonly Exchange[] {
  if (exchanges.length < 2) return exchanges
  const wanted = leavesOf(body)
  const scores = exchanges.map(({ request }) => {
    const leaves = leavesOf(request.body)
    const common = [...wanted].filter((leaf) => leaves.has(leaf)).length
    return 2 * common - leaves.size
  })
  const best = Math.max(...scores)
  return exchanges.filter((_, index) => scores[index] === best)
}

/** Every value with its path. A page of a search differs from the next in its cursor, and from an earlier day in its times. */
function leavesOf(value: Json | undefined, path = ''): Set<string> {
  const leaves = new Set<string>()
  const collect = (one: Json | undefined, at: string) => {
    if (Array.isArray(one)) for (const [index, element] of one.entries()) collect(element, `${at}/${index}`)
    else if (isObject(one)) for (const [name, member] of Object.entries(one)) collect(member, `${at}/${name}`)
    else if (one !== undefined) leaves.add(`${at}=${JSON.stringify(one)}`)
  }
  collect(value, path)
  return leaves
}

function similarity(a: Pick<SentRequest, 'method' | 'url'>, b: Pick<SentRequest, 'method' | 'url'>): number {
  const [one, other] = [new URL(a.url), new URL(b.url)]
  const [left, right] = [one.pathname.split('/'), other.pathname.split('/')]
  const shared = left.filter((segment, index) => segment === right[index]).length
  const names = [...one.searchParams.keys()].filter((name) => other.searchParams.has(name)).length
  const sameLength = left.length === right.length ? 1 : 0
  return 4 * shared + 2 * sameLength + (a.method === b.method ? 1 : 0) + names
}
