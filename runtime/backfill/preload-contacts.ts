/** Before history: all contacts at once, where that costs fewer calls than asking for them in batches. */
import type { Bindings } from '../expression/expression.ts'
import { asId } from '../lib/json.ts'
import { CONTACT } from '../mapping/hydrate.ts'
import type { JsonObject } from '../ports/types.ts'
import { paginate, readPage, retryTransient } from '../source/paginate.ts'
import type { LookupSpec, Spec, StreamSpec } from '../spec/spec.ts'
import { type BackfillState, toCheckpoint, windowBindings } from './state.ts'
import type { BackfillParts } from './types.ts'

/** Reads the sweep's stream into the lookup's cache, from where an interrupted one stopped. */
export async function preloadContacts(state: BackfillState, parts: BackfillParts, signal: AbortSignal): Promise<void> {
  const { spec, store, client, clock } = parts
  const lookup = spec.lookups.get(CONTACT)
  const stream = spec.streams.get(lookup?.preloadFrom ?? '')
  if (lookup === undefined || stream === undefined) return
  state.sweep ??= await planned(state, lookup, stream, parts, signal)
  const { sweep } = state
  const start = { bindings: {}, ...(sweep.cursor !== undefined && { cursor: sweep.cursor }) }
  if (sweep.done) return
  for await (const page of paginate({ ...parts, client }, stream, start, signal)) {
    const entries = []
    for (const item of page.items) {
      const key = await idOf(item, stream, spec)
      if (key !== undefined) entries.push({ key, value: item, at: clock.now() })
    }
    sweep.seen += page.items.length
    sweep.total = page.total ?? sweep.total
    sweep.cursor = page.next
    sweep.done = page.next === undefined
    // Asked for together, they share a commit; were they parted, a page would only be read again.
    await Promise.all([store.writeCache(lookup.name, entries), store.append([], toCheckpoint(state))])
  }
}

/** Counts both sides with a page of one. A contact occurs in one record at least, so records bound what batches would cost. */
async function planned(
  state: BackfillState,
  lookup: LookupSpec,
  stream: StreamSpec,
  parts: BackfillParts,
  signal: AbortSignal,
) {
  const count = async (counted: StreamSpec, bindings: Bindings) => {
    const ask = () => readPage(parts.client, counted, { ...bindings, pageSize: 1 }, 'backfill', signal)
    return (await retryTransient(ask, parts, signal)).total ?? 0
  }
  const window = windowBindings(state.run)
  let records = 0
  for (const wanted of state.streams) {
    const counted = parts.spec.streams.get(wanted.stream)
    if (counted) records += await count(counted, window)
  }
  const contacts = await count(stream, {})
  const worth = isPreloadCheaper({ contacts, records }, lookup, stream)
  parts.logger.info(worth ? 'preloading all contacts (fewer calls than batches)' : 'fetching contacts in batches', {
    contacts,
    records,
  })
  return { stream: stream.name, seen: 0, total: contacts, done: !worth }
}

/** Whether reading all contacts costs fewer calls than asking for those that the records name. */
export function isPreloadCheaper(
  { contacts, records }: { readonly contacts: number; readonly records: number },
  { batch }: LookupSpec,
  { pageSize }: StreamSpec,
): boolean {
  return contacts / pageSize.max <= records / (batch?.size ?? 1)
}

async function idOf(item: JsonObject, stream: StreamSpec, spec: Spec): Promise<string | undefined> {
  return asId(await spec.resources.get(stream.resource)?.id.evaluate(item))
}
