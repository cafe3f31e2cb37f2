/** Klaviyo's JSON:API documents: resources, and lists of them page by page. */

import { getPath, isObject } from '../../runtime/lib/json.ts'
import { Fault } from '../../runtime/ports/fault.ts'
import type { Json, JsonObject } from '../../runtime/ports/types.ts'
import type { SendRequest } from './client.ts'

export interface Resource {
  readonly type: string
  readonly id: string
  readonly attributes: JsonObject
  /** Ids by the relationship's name, as far as they are given. */
  readonly related: Readonly<Record<string, readonly string[]>>
}

/** More than this is not read: what asks for it is a look, not an export. */
const PAGES = 50

/** Every resource of a list. Throws a `Fault`, also when it goes on for more than 50 pages. */
export async function* listAll(
  ask: SendRequest,
  path: string,
  signal: AbortSignal,
  also?: (included: readonly Resource[]) => void,
): AsyncGenerator<Resource> {
  let next: string | undefined = path
  for (let page = 0; next !== undefined; page++) {
    if (page === PAGES)
      throw new Fault('data', 'klaviyo/too-many', `there are more than ${PAGES} pages; the rest was not read`)
    const { body } = await ask('live', signal, undefined, next)
    also?.(resources(getPath(body, 'included')))
    yield* listOf(body)
    next = nextOf(body)
  }
}

export const listOf = (body: Json | undefined): readonly Resource[] => resources(getPath(body, 'data'))

/** The one resource of a document. */
export const resourceOf = (body: Json | undefined): Resource | undefined =>
  resources([getPath(body, 'data') ?? null])[0]

function resources(value: Json | undefined): readonly Resource[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((each: Json) => {
    if (!isObject(each) || typeof each.id !== 'string' || !/^[\w-]{1,64}$/.test(each.id)) return []
    const { type, id, attributes, relationships } = each
    const related = Object.entries(isObject(relationships) ? relationships : {}).map(
      ([name, value]) => [name, resources(getPath(value, 'data')).map(({ id }) => id)] as const,
    )
    const own = isObject(attributes) ? attributes : {}
    return [{ type: String(type), id, attributes: own, related: Object.fromEntries(related) }]
  })
}

/** The path of the next page. Its host is not asked: the page is Klaviyo's, whatever stands in for it. */
function nextOf(body: Json | undefined): string | undefined {
  const next = getPath(body, 'links', 'next')
  if (typeof next !== 'string' || next === '') return undefined
  const { pathname, search } = new URL(next)
  return pathname + search
}
