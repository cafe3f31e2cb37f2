/** Delivers one record within the time that a host has for it. */

import { onAbort } from '../lib/abort.ts'
import { withTimeout } from '../lib/with-timeout.ts'
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
  return withTimeout(timeLimit, { clock, signal }, async (stop) => {
    const ended = new AbortController()
    const overdue = new Promise<Outcome>((resolve) => {
      onAbort(stop, () => {
        void clock.sleep(GRACE, ended.signal).then(() => {
          if (!ended.signal.aborted) resolve(failRecord(stopped(), [], record, parts))
        })
      })
    })
    try {
      return await Promise.race([deliver(record, { ...parts, sender: parts.sender.until(stop) }), overdue])
    } finally {
      ended.abort()
    }
  })
}

function stopped(): Fault {
  return new Fault('transient', 'delivery/stopped', 'the host stopped the delivery, or its time was over; will retry')
}
