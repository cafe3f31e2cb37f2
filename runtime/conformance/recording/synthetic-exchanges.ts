/** Makes exchanges of single items and of lookups, as if the source had given them. */
import { asId } from '../../lib/json.ts'
import { Fault } from '../../ports/fault.ts'
import type { Json, JsonObject } from '../../ports/types.ts'
import type { LookupSpec, RequestSpec, Spec, StreamSpec } from '../../spec/spec.ts'
import { isRequestOf } from './limit-streams.ts'
import { withValueAt } from './plain-path.ts'
import type { Exchange } from './recording.ts'

/** Replaces the placeholders of a path. */
type Keys = Readonly<Record<string, string>>

/** A stream of one page. */
export function makePage(spec: Spec, stream: string, items: readonly Json[]): Exchange {
  const found = requireStream(spec, stream)
  const counted = withValueAt({}, found.total, items.length)
  return makeExchange(spec, found.request, withValueAt(counted, found.records, items))
}

/** Throws a config fault for a stream that the spec does not have. */
export function requireStream({ streams }: Pick<Spec, 'streams'>, name: string): StreamSpec {
  const stream = streams.get(name)
  if (stream !== undefined) return stream
  throw new Fault('config', 'recording/unknown-stream', `the spec has no stream "${name}"`)
}

/** The answer that names the account. */
export function makeAccount(spec: Spec, workspace: string): Exchange {
  const { request, id } = spec.source.workspace
  return makeExchange(spec, request, withValueAt({}, id, workspace))
}

/** The account that the exchanges name. Empty: none. */
export async function readAccount(spec: Spec, exchanges: readonly Exchange[]): Promise<string> {
  const { request, id } = spec.source.workspace
  const named = exchanges.find((exchange) => exchange.response.status === 200 && isRequestOf(request, exchange))
  return (named && asId(await id.evaluate(named.response.body))) ?? ''
}

/** The lookup's list with these rows, or an answer for each of them. */
export function makeLookup(spec: Spec, lookup: LookupSpec, rows: readonly Json[]): readonly Exchange[] {
  const { list, get, batch } = lookup
  if (list !== undefined) return [makeExchange(spec, list.request, withValueAt({}, list.records, rows))]
  if (get === undefined) return []
  return rows.flatMap((row) => {
    const key = asId((row as JsonObject | null)?.[get.id ?? batch?.id ?? 'id'])
    if (key === undefined) return []
    const body = get.value === undefined ? row : withValueAt({}, get.value, row)
    return [makeExchange(spec, get.request, body, { key })]
  })
}

function makeExchange(spec: Spec, { method, path }: RequestSpec, body: Json, keys: Keys = {}): Exchange {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(keys[name] ?? ''))
  return {
    side: 'source',
    synthetic: true,
    request: { method, url: `${publicUrlOf(spec)}${filled}` },
    response: { status: 200, headers: { 'content-type': 'application/json' }, body },
  }
}

/** The address that stands for the source in a recording: that of the first region. */
export const publicUrlOf = ({ source }: Pick<Spec, 'source'>): string =>
  (Object.values(source.hosts)[0] ?? 'https://source.invalid').replace(/\/$/, '')
