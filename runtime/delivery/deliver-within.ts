/** Delivers one record within the time that a host has for it. */

import { linkAbort, onAbort } from '../lib/abort.ts'
import { Fault } from '../ports/fault.ts'
import type { LeasedRecord, Outcome, SourceRecord } from '../ports/types.ts'
import { type DeliverParts, deliver } from './deliver.ts'
import { failRecord } from './outcome.ts'
import type { MessageSender } from './sender.ts'

export interface DeliverOptions {
  readonly signal?: AbortSignal | undefined
  /** Milliseconds. Default: none but those of the requests. */
  readonly timeLimit?: number | undefined
}

/** Milliseconds for a stopped request to end, which says more than that it was stopped. */
const GRACE = 100

/**
 * When the signal aborts or the time is over, requests of this record end and it is deferred, with the fault
 * `delivery/stopped`. Lookups that others may wait for go on.
 */
export async function deliverWithin(
  record: SourceRecord | LeasedRecord,
  parts: DeliverParts & { readonly sender: MessageSender },
  { signal, timeLimit = Number.POSITIVE_INFINITY }: DeliverOptions,
): Promise<Outcome> {
  if (signal === undefined && !Number.isFinite(timeLimit)) return deliver(record, parts)
  if (signal?.aborted || timeLimit <= 0) return failRecord(stopped(), [], record, parts)
  const { clock } = parts
  const { stop, unlink } = linkAbort(signal)
  const ended = new AbortController()
  if (Number.isFinite(timeLimit))
    void clock.sleep(timeLimit, ended.signal).then(() => {
      if (!ended.signal.aborted) stop.abort()
    })
  const overdue = new Promise<Outcome>((resolve) => {
    onAbort(stop.signal, () => {
      void clock.sleep(GRACE, ended.signal).then(() => resolve(failRecord(stopped(), [], record, parts)))
    })
  })
  try {
    return await Promise.race([deliver(record, { ...parts, sender: parts.sender.until(stop.signal) }), overdue])
  } finally {
    unlink()
    ended.abort()
  }
}

function stopped(): Fault {
  return new Fault('transient', 'delivery/stopped', 'the host stopped the delivery, or its time was over; will retry')
}
