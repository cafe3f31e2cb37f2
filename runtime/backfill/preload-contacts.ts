/** Before history: preloads all contacts, if that costs fewer requests than fetching them in batches. */
import type { Bindings } from '../expression/expression.ts'
import { asId } from '../lib/json.ts'
import { retryStore } from '../lib/retry-store.ts'
import { CONTACT } from '../mapping/hydrate.ts'
import type { CacheEntry } from '../ports/store.ts'
import { paginate, readPage, retryTransient } from '../source/paginate.ts'
import type { LookupSpec, StreamSpec } from '../spec/spec.ts'
import { advance, type BackfillState, type StreamState, startOf, toCheckpoint, windowBindings } from './state.ts'
import type { BackfillParts } from './types.ts'

/** Reads the contact stream into the cache of the contact lookup, from where an interrupted preload stopped. */
export async function preloadContacts(state: BackfillState, parts: BackfillParts, signal: AbortSignal): Promise<void> {
  const { spec, store, clock, logger } = parts
  const lookup = spec.lookups.get(CONTACT)
  const stream = spec.streams.get(lookup?.preloadFrom ?? '')
  if (lookup === undefined || stream === undefined) return
  state.preload ??= await planPreload({ state, lookup, stream, signal }, parts)
  const { preload } = state
  if (preload.done) return
  const id = spec.resources.get(stream.resource)?.id
  for await (const page of paginate(parts, stream, startOf(preload, {}), signal)) {
    const entries: CacheEntry[] = []
    for (const item of page.items) {
      const key = asId(await id?.evaluate(item))
      if (key !== undefined) entries.push({ key, value: item, at: clock.now() })
    }
    const withoutId = page.items.length - entries.length
    // An event's contact that is not preloaded is fetched.
    if (withoutId > 0)
      logger.warn('contacts without an id were set apart', { stream: stream.name, contacts: withoutId })
    advance(preload, page)
    // Written at once, the two share a commit; if only one survives a crash, the page is read again.
    const write = () => Promise.all([store.writeCache(lookup.name, entries), store.append([], toCheckpoint(state))])
    await retryStore(write, { clock, logger, signal })
  }
}

interface PreloadPlan {
  readonly state: BackfillState
  readonly lookup: LookupSpec
  readonly stream: StreamSpec
  readonly signal: AbortSignal
}

/** Counts contacts and records, each with a page of one. Each contact has a record, so records bound the batches. */
async function planPreload({ state, lookup, stream, signal }: PreloadPlan, parts: BackfillParts): Promise<StreamState> {
  const { client, spec, logger } = parts
  const count = async (counted: StreamSpec, bindings: Bindings) => {
    const request = { bindings: { ...bindings, pageSize: 1 }, lane: 'backfill', signal } as const
    const { total = 0 } = await retryTransient(() => readPage(client, counted, request), parts, signal)
    return total
  }
  const window = windowBindings(state.run)
  let records = 0
  for (const { stream: name } of state.streams) {
    const counted = spec.streams.get(name)
    if (counted) records += await count(counted, window)
  }
  const contacts = await count(stream, {})
  const cheaper = isPreloadCheaper({ contacts, records }, lookup, stream)
  const message = cheaper ? 'preloading all contacts (fewer calls than batches)' : 'fetching contacts in batches'
  logger.info(message, { contacts, records })
  return { stream: stream.name, recordsRead: 0, total: contacts, done: !cheaper }
}

/** Whether reading all contacts costs fewer requests than fetching those of the records in batches. */
export function isPreloadCheaper(
  { contacts, records }: { readonly contacts: number; readonly records: number },
  { batch }: LookupSpec,
  { pageSize }: StreamSpec,
): boolean {
  return contacts / pageSize.max <= records / (batch?.size ?? 1)
}
