/** What an import found, whatever it was read from, and the recording that is made of it. */
import { asId } from '../../../lib/json.ts'
import type { Json } from '../../../ports/types.ts'
import type { Spec } from '../../../spec/spec.ts'
import { createManifest } from '../create-manifest.ts'
import { findLookupRows } from '../lookup-rows.ts'
import type { Exchange, RecordedWebhook, Recording } from '../recording.ts'
import { makeLookup, makePage } from '../synthetic-exchanges.ts'

export interface ImportedData {
  readonly exchanges: readonly Exchange[]
  readonly webhooks: readonly RecordedWebhook[]
  /** Items by stream. */
  readonly items: ReadonlyMap<string, readonly Json[]>
  /** Resources by lookup. */
  readonly rows: ReadonlyMap<string, readonly Json[]>
}

export interface ImportOptions {
  readonly what: string
  /** When the items are imported on replay, milliseconds since 1970. */
  readonly at: number
}

/** A recording whose streams end with the items that were found. */
export async function toRecording(data: ImportedData, spec: Spec, { what, at }: ImportOptions): Promise<Recording> {
  const { webhooks } = data
  const found = [...data.items].filter(([, items]) => items.length > 0)
  const items = await Promise.all(
    found.map(async ([name, list]) => [name, await newestById(list, name, spec)] as const),
  )
  const pages = items.map(([name, list]) => makePage(spec, name, list))
  const exchanges = [...pages, ...data.exchanges, ...(await makeLookups(data, spec))]
  const streams = Object.fromEntries(
    items.map(([name, list]) => [name, { records: list.length, pageSize: spec.streams.get(name)?.pageSize.max ?? 1 }]),
  )
  const own = { what, at, answers: 'synthetic', ...(items.length > 0 && { streams }) } as const
  const manifest = await createManifest(spec, { exchanges, webhooks }, own)
  return { manifest, exchanges, webhooks }
}

/** The last of several versions of an item. */
async function newestById(items: readonly Json[], stream: string, spec: Spec): Promise<readonly Json[]> {
  const id = spec.resources.get(spec.streams.get(stream)?.resource ?? '')?.id
  const found = new Map<string, Json>()
  for (const [index, item] of items.entries()) found.set(asId(await id?.evaluate(item)) ?? `no id ${index}`, item)
  return [...found.values()]
}

/** Answers for all resources that are known, whether they were found by themselves or in a list. */
async function makeLookups({ rows, exchanges }: ImportedData, spec: Spec): Promise<readonly Exchange[]> {
  const listed = await findLookupRows(spec, exchanges)
  const made: Exchange[] = []
  for (const lookup of spec.lookups.values()) {
    const { name, list } = lookup
    const given = rows.get(name) ?? []
    const known = [...(listed.get(name)?.values() ?? [])].filter((row) => row !== null)
    // A list that traffic lacks was not asked for. One that hand-made items lack is empty.
    if (list === undefined || rows.has(name) || exchanges.length === 0)
      made.push(...makeLookup(spec, lookup, [...known, ...given]))
  }
  const recorded = new Set(exchanges.map(({ request: { method, url } }) => `${method} ${url}`))
  return made.filter(({ request: { method, url } }) => !recorded.has(`${method} ${url}`))
}

/** The streams that mappings read. */
export const importedStreams = ({ mappings }: Spec): ReadonlySet<string> =>
  new Set(mappings.flatMap(({ stream }) => (stream === undefined ? [] : [stream.name])))

/** Adds to the list of a name. */
export function addTo(lists: Map<string, Json[]>, name: string, values: readonly Json[]): void {
  const known = lists.get(name)
  if (known) known.push(...values)
  else lists.set(name, [...values])
}
