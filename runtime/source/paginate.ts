/** Reads a stream page by page, in pages that the source can answer. */

import type { Bindings } from '../expression/expression.ts'
import { asList } from '../lib/json.ts'
import { currentScope, nextCall, runInScope } from '../observe/scope.ts'
import type { Clock, Logger } from '../ports/effects.ts'
import { Fault, toFault } from '../ports/fault.ts'
import type { Json, Lane } from '../ports/types.ts'
import type { RequestSpec, StreamSpec } from '../spec/spec.ts'
import { backoffDelay } from './backoff-delay.ts'
import type { SourceClient } from './client.ts'
import { describeHeaders } from './link-header.ts'
import { countMissing, EndlessStreamDetector, isEmptyEnd, knownTotal, MAX_REREADS, type StreamPage } from './page.ts'
import { PageSize } from './page-size.ts'

export interface PaginateParts {
  readonly client: SourceClient
  readonly clock: Clock
  readonly logger: Logger
}

/** How often the smallest page may fail before reading stops: about ten minutes in all. */
const MAX_FAILURES = 12
/** How often in a row an answer that blames our settings, such as a 401, is not believed: about seven seconds in all. */
const MAX_REFUSALS = 3

export interface PageRequest {
  readonly bindings: Bindings
  readonly lane: Lane
  readonly signal: AbortSignal
}

/** The request of a page: the address that the page before it gave, if the stream follows addresses. */
function requestOf({ request, followsUrls }: StreamSpec, { cursor }: Bindings): RequestSpec {
  return followsUrls && typeof cursor === 'string' ? { ...request, url: cursor } : request
}

export async function readPage(client: SourceClient, stream: StreamSpec, request: PageRequest): Promise<StreamPage> {
  let bytes: number | undefined
  let headers: Headers | undefined
  const onBody = (size: number, received: Headers | undefined) => {
    bytes = size
    headers = received
  }
  const answer = await client.request(requestOf(stream, request.bindings), { ...request, isReducible: true, onBody })
  const bindings = { ...request.bindings, ...describeHeaders(headers) }
  const next = await stream.next.evaluate(answer, bindings)
  const total = await stream.total.evaluate(answer, bindings)
  const items = asList(await stream.records.evaluate(answer, bindings))
  // An answer without both must not pass for an empty last page, which would end the import early.
  if (items === undefined && typeof total !== 'number') throw invalidPage(stream.name)
  return {
    items: items ?? [],
    ...(next !== undefined && next !== null && next !== '' && { next }),
    ...(typeof total === 'number' && { total }),
    ...(bytes !== undefined && { bytes }),
  }
}

/** Whether a fault may be gone at the next try. One 401 may be an error of the API, and one redirect that of a proxy. */
function mayPass({ kind, details }: Fault, failures: number): boolean {
  if (kind === 'transient') return failures <= MAX_FAILURES
  return kind === 'config' && details.status !== undefined && failures <= MAX_REFUSALS
}

/** Retries a transient fault of the source, or a refusal that may pass, as often as a page. */
export async function retryTransient<T>(
  operation: () => Promise<T>,
  { clock, logger }: Omit<PaginateParts, 'client'>,
  signal: AbortSignal,
) {
  for (let failures = 1; ; failures++) {
    try {
      return await operation()
    } catch (error) {
      const fault = toFault(error)
      if (signal.aborted || !mayPass(fault, failures)) throw fault
      logger.warn(`retrying: ${fault.message}`, { code: fault.code })
      await clock.sleep(backoffDelay(fault, failures), signal)
    }
  }
}

export interface PaginateFrom {
  readonly cursor?: Json
  /** Records on the pages before `cursor`. */
  readonly recordsRead: number
  /** The source's count as of those pages. */
  readonly total?: number
  readonly bindings: Bindings
  /** Requests no page while the last is processed: the reader may stop at any. Default: reads one page ahead. */
  readonly onDemand?: boolean
}

/** Converts the items of a page. `position` is that of the first in the stream. */
export type ConvertItems<Item> = (items: readonly Json[], position: number) => Promise<readonly Item[]>

/**
 * All pages from `cursor` on.
 * Ends after the last page, which tells what is missing by the source's own count, or when the signal aborts; throws
 * a fault that outlasts its retries.
 */
export function paginate(
  parts: PaginateParts,
  stream: StreamSpec,
  from: PaginateFrom,
  signal: AbortSignal,
): AsyncGenerator<StreamPage> {
  return paginateAs(parts, stream, { ...from, convert: async (items) => items }, signal)
}

/** The same with converted items. Converts a page when it arrives: parsed JSON that waits its turn costs the most memory. */
export async function* paginateAs<Item>(
  parts: PaginateParts,
  stream: StreamSpec,
  from: PaginateFrom & { readonly convert: ConvertItems<Item> },
  signal: AbortSignal,
): AsyncGenerator<StreamPage<Item>> {
  const reader = new PageReader(parts, stream, from, signal)
  let { cursor, recordsRead } = from
  let ahead: Promise<StreamPage<Item> | undefined> | undefined
  for (;;) {
    const page = await (ahead ?? reader.read(cursor, recordsRead))
    if (page === undefined) return
    const { next } = page
    recordsRead += page.items.length
    const stuck = next !== undefined && (page.isEndless || JSON.stringify(next) === JSON.stringify(cursor))
    if (!from.onDemand && next !== undefined && !stuck) ahead = reader.read(next, recordsRead)
    yield page
    if (next === undefined || signal.aborted) return
    if (stuck) throw stuckCursor(stream.name)
    cursor = next
  }
}

/** Reads pages, each again while it fails or ends the stream too early. */
class PageReader<Item> {
  readonly #parts: PaginateParts
  readonly #stream: StreamSpec
  readonly #ingress: 'backfill' | 'reconcile'
  readonly #bindings: Bindings
  readonly #convert: ConvertItems<Item>
  readonly #signal: AbortSignal
  readonly #size: PageSize
  readonly #detector = new EndlessStreamDetector()
  /** The source's count as of the last page, of an earlier run or of this one. */
  readonly #savedTotal: number | undefined
  #total: number | undefined
  #failures = 0

  constructor(
    parts: PaginateParts,
    stream: StreamSpec,
    {
      bindings,
      total,
      convert,
      onDemand,
    }: Omit<PaginateFrom, 'recordsRead'> & { readonly convert: ConvertItems<Item> },
    signal: AbortSignal,
  ) {
    this.#parts = parts
    this.#stream = stream
    this.#ingress = onDemand ? 'reconcile' : 'backfill'
    this.#bindings = bindings
    this.#convert = convert
    this.#signal = signal
    this.#size = new PageSize(stream.pageSize)
    this.#savedTotal = total
  }

  /** The page at a cursor, after `recordsRead` records. Undefined when the signal aborts. */
  read(cursor: Json | undefined, recordsRead: number): Promise<StreamPage<Item> | undefined> {
    const page = this.#readObserved(cursor, recordsRead)
    page.catch(() => undefined) // thrown when the page is awaited
    return page
  }

  async #readObserved(cursor: Json | undefined, recordsRead: number): Promise<StreamPage<Item> | undefined> {
    const scope = currentScope()
    if (scope === undefined) return this.#readWithRetries(cursor, recordsRead)
    const { observer } = scope
    const call = nextCall()
    const start = observer.now()
    const page = await runInScope({ ...scope, call }, () => this.#readWithRetries(cursor, recordsRead))
    if (page === undefined) return undefined
    const { items, bytes, total, missing } = page
    observer.report({
      type: 'page',
      call,
      ingress: this.#ingress,
      stream: this.#stream.name,
      items: items.length,
      durationMs: observer.now() - start,
      ...(bytes !== undefined && { bytes }),
      ...(total !== undefined && { total }),
      ...(missing !== undefined && { missing }),
    })
    return page
  }

  async #readWithRetries(cursor: Json | undefined, recordsRead: number): Promise<StreamPage<Item> | undefined> {
    for (let rereads = 0; !this.#signal.aborted; ) {
      try {
        const page = await this.#readOnce(cursor)
        const missing = countMissing(page, recordsRead)
        if (missing > 0 && rereads++ < MAX_REREADS) throw shortPage(this.#stream.name)
        this.#recordSuccess(page)
        const items = await this.#convert(page.items, recordsRead)
        if (missing > 0) return { ...withoutNext(page), items, missing }
        if (page.next === undefined || isEmptyEnd(page, recordsRead)) return { ...withoutNext(page), items }
        const isEndless = this.#detector.isEndless(page, recordsRead + items.length)
        return { ...page, items, ...(isEndless && { isEndless }) }
      } catch (error) {
        if (this.#signal.aborted) return undefined
        await this.#recordFailure(toFault(error))
      }
    }
    return undefined
  }

  async #readOnce(cursor: Json | undefined): Promise<StreamPage> {
    const bindings = { ...this.#bindings, cursor, pageSize: this.#size.current }
    const page = await readPage(this.#parts.client, this.#stream, { bindings, lane: 'backfill', signal: this.#signal })
    const total = knownTotal(page, this.#total) ?? this.#savedTotal
    return total === undefined ? page : { ...page, total }
  }

  #recordSuccess(page: StreamPage): void {
    this.#failures = 0
    this.#total = page.total
    if (!this.#size.recordSuccess(page)) return
    const fields = { stream: this.#stream.name, bytes: page.bytes, pageSize: this.#size.current }
    this.#parts.logger.info('pages are large: fewer records are requested at once', fields)
  }

  /** Sleeps before the retry. Throws the fault if a retry cannot help or there were too many. */
  async #recordFailure(fault: Fault): Promise<void> {
    const { clock, logger } = this.#parts
    this.#failures += 1
    if (!mayPass(fault, this.#failures)) throw fault
    const isTooLarge = fault.code.endsWith('/too-large')
    const isReduced = fault.kind === 'transient' && this.#size.recordFailure(isTooLarge)
    logger.warn(`page failed, retrying${isReduced ? ' with a smaller page size' : ''}: ${fault.message}`, {
      stream: this.#stream.name,
      code: fault.code,
      pageSize: this.#size.current,
    })
    // The source is well, and the smaller page is the remedy.
    if (isReduced && isTooLarge) return
    await clock.sleep(backoffDelay(fault, this.#failures), this.#signal)
  }
}

/** Ends the reading here. If records are missing, a later run asks for the page again. */
function withoutNext({ next: _, ...page }: StreamPage): StreamPage {
  return page
}

function stuckCursor(stream: string): Fault {
  const message = `stream ${stream} does not end: its cursor or its pages repeat, or it goes far beyond all that the source counts; reading stopped`
  return new Fault('data', 'stream/repeated-cursor', message)
}

function shortPage(stream: string): Fault {
  const message = `stream ${stream} ended, or gave an empty page, before all records that the source counts were read`
  return new Fault('transient', 'stream/short-page', message)
}

function invalidPage(stream: string): Fault {
  const message = `a page of stream ${stream} held neither records nor a count; will retry`
  return new Fault('transient', 'stream/invalid-page', message)
}
