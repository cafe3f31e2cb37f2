/** The pages of a stream, one after another; smaller ones while the source struggles. */

import type { Bindings } from '../expression/expression.ts'
import { isObject } from '../lib/json.ts'
import type { Clock, Logger } from '../ports/effects.ts'
import { Fault, toFault } from '../ports/fault.ts'
import type { Json, JsonObject, Lane } from '../ports/types.ts'
import type { StreamSpec } from '../spec/spec.ts'
import type { SourceClient } from './client.ts'

export interface Page {
  readonly items: readonly JsonObject[]
  /** The cursor of the page after this one, to be sent back unchanged. Absent: this is the last. */
  readonly next?: Json
  readonly total?: number
}

export interface PaginateParts {
  readonly client: SourceClient
  readonly clock: Clock
  readonly logger: Logger
}

/** Good pages in a row before a shrunken page size is doubled again. */
const PAGES_BEFORE_GROWING = 5
/** How often the smallest page may fail before the scan gives up, about ten minutes in all. */
const PATIENCE = 12

/** Reads one page. */
export async function readPage(
  client: SourceClient,
  stream: StreamSpec,
  bindings: Bindings,
  lane: Lane,
  signal: AbortSignal,
): Promise<Page> {
  const answer = await client.request(stream.request, bindings, lane, signal)
  const next = await stream.next.evaluate(answer)
  const total = await stream.total.evaluate(answer)
  const records = await stream.records.evaluate(answer)
  if (records === undefined && typeof total !== 'number') throw notAPage(stream.name)
  return {
    items: objects(records),
    ...(next !== undefined && next !== null && next !== '' && { next }),
    ...(typeof total === 'number' && { total }),
  }
}

/** Asks again while the source has trouble, with the same patience as for a page. */
export async function retryTransient<T>(
  ask: () => Promise<T>,
  { clock, logger }: Omit<PaginateParts, 'client'>,
  signal: AbortSignal,
) {
  for (let failures = 1; ; failures++) {
    try {
      return await ask()
    } catch (error) {
      const fault = toFault(error)
      if (signal.aborted || fault.kind !== 'transient' || failures > PATIENCE) throw fault
      logger.warn(`retrying: ${fault.message}`, { code: fault.code })
      await clock.sleep(waitAfter(fault, failures), signal)
    }
  }
}

/** Milliseconds, doubled with each failure in a row; a `Retry-After` wins. */
export const waitAfter = (fault: Fault, failures: number) =>
  fault.details.retryAfter ?? Math.min(60_000, 500 * 2 ** failures)

/**
 * All pages from `cursor` on, the next one asked for while the last is worked on: the source and we take turns no more.
 * Ends after the last one, or when the signal aborts; throws what outlasts its patience.
 */
export async function* paginate(
  parts: PaginateParts,
  stream: StreamSpec,
  from: { readonly cursor?: Json; readonly bindings: Bindings },
  signal: AbortSignal,
): AsyncGenerator<Page> {
  const read = reader(parts, stream, from.bindings, signal)
  let { cursor } = from
  let ahead = read(cursor)
  for (;;) {
    const page = await ahead
    if (page === undefined) return
    const { next } = page
    const again = next !== undefined && JSON.stringify(next) === JSON.stringify(cursor)
    if (next !== undefined && !again) ahead = read(next)
    yield page
    if (next === undefined || signal.aborted) return
    if (again) throw repeatedCursor(stream.name)
    cursor = next
  }
}

/** Reads the page at a cursor, in smaller pieces while the source struggles. Undefined when the signal aborts. */
function reader(parts: PaginateParts, stream: StreamSpec, bindings: Bindings, signal: AbortSignal) {
  let size = pageSize(stream.pageSize)

  async function read(cursor: Json | undefined): Promise<Page | undefined> {
    while (!signal.aborted) {
      try {
        const asked = { ...bindings, cursor, pageSize: size.now }
        const page = await readPage(parts.client, stream, asked, 'backfill', signal)
        size = size.afterSuccess()
        return page
      } catch (error) {
        if (signal.aborted) return undefined
        size = await size.afterFailure(toFault(error), parts, stream.name, signal)
      }
    }
    return undefined
  }

  return (cursor: Json | undefined) => {
    const page = read(cursor)
    page.catch(() => undefined) // told when the page's turn comes
    return page
  }
}

interface PageSize {
  readonly now: number
  afterSuccess(): PageSize
  /** Waits as long as the failure asks for. Throws it when there is no smaller page to try and patience is at its end. */
  afterFailure(fault: Fault, parts: PaginateParts, stream: string, signal: AbortSignal): Promise<PageSize>
}

function pageSize({ max, min }: StreamSpec['pageSize'], now = max, streak = 0): PageSize {
  return {
    now,
    afterSuccess: () => {
      const lucky = Math.max(0, streak) + 1
      return lucky < PAGES_BEFORE_GROWING
        ? pageSize({ max, min }, now, lucky)
        : pageSize({ max, min }, Math.min(max, now * 2))
    },
    afterFailure: async (fault, { clock, logger }, stream, signal) => {
      const failures = Math.max(0, -streak) + 1
      if (fault.kind !== 'transient' || failures > PATIENCE) throw fault
      const smaller = Math.max(min, Math.floor(now / 2))
      logger.warn(`page failed, retrying with a smaller page size: ${fault.message}`, {
        stream,
        code: fault.code,
        pageSize: smaller,
      })
      await clock.sleep(waitAfter(fault, failures), signal)
      return pageSize({ max, min }, smaller, -failures)
    },
  }
}

function repeatedCursor(stream: string): Fault {
  return new Fault(
    'data',
    'stream/repeated-cursor',
    `stream ${stream} gave the cursor of the page just read again; the scan stopped`,
  )
}

/** Neither a list nor a count: were it taken for an empty page, history would end here. */
function notAPage(stream: string): Fault {
  return new Fault('transient', 'stream/invalid-page', `a page of stream ${stream} was none; it is asked for again`)
}

/** A missing list is an empty one, where there is a count; what is not an object is no item. */
function objects(value: Json | undefined): JsonObject[] {
  const list = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]
  return list.filter(isObject)
}
