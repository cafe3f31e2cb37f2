/** Reads Klaviyo's JSON:API documents: resources, and lists page by page. */

import { getPath, isObject } from '../../runtime/lib/json.ts'
import { Fault } from '../../runtime/ports/fault.ts'
import type { Json, JsonObject } from '../../runtime/ports/types.ts'
import type { SendRequest } from './client.ts'

export interface Resource {
  readonly type: string
  readonly id: string
  readonly attributes: JsonObject
  /** Ids by the relationship's name, where the document includes them. */
  readonly related: Readonly<Record<string, readonly string[]>>
}

/** Enough for a page of the console; nothing here exports an account. */
const MAX_PAGES = 50

/** Every resource of a list. Throws a `Fault`, also for more than 50 pages. */
export async function* listAll(
  send: SendRequest,
  path: string,
  signal: AbortSignal,
  onIncluded?: (included: readonly Resource[]) => void,
): AsyncGenerator<Resource> {
  let next: string | undefined = path
  for (let page = 0; next !== undefined; page++) {
    if (page === MAX_PAGES)
      throw new Fault('data', 'klaviyo/too-many', `there are more than ${MAX_PAGES} pages; stopped reading`)
    const { body } = await send('live', signal, undefined, next)
    onIncluded?.(resources(getPath(body, 'included')))
    yield* resourcesOf(body)
    next = nextPath(body)
  }
}

export const resourcesOf = (body: Json | undefined): readonly Resource[] => resources(getPath(body, 'data'))

/** The resource of a document with a single one. */
export const resourceOf = (body: Json | undefined): Resource | undefined =>
  resources([getPath(body, 'data') ?? null])[0]

function resources(value: Json | undefined): readonly Resource[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((item: Json) => {
    if (!isObject(item) || typeof item.id !== 'string' || !/^[\w-]{1,64}$/.test(item.id)) return []
    const { type, id, attributes, relationships } = item
    const related = Object.entries(isObject(relationships) ? relationships : {}).map(
      ([name, value]) => [name, resources(getPath(value, 'data')).map(({ id }) => id)] as const,
    )
    const own = isObject(attributes) ? attributes : {}
    return [{ type: String(type), id, attributes: own, related: Object.fromEntries(related) }]
  })
}

/** The path of the next page. Ignores its host: it is Klaviyo's even for requests to another base URL. */
function nextPath(body: Json | undefined): string | undefined {
  const next = getPath(body, 'links', 'next')
  if (typeof next !== 'string' || next === '') return undefined
  const { pathname, search } = new URL(next)
  return pathname + search
}
