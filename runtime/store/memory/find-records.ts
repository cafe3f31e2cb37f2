/** Finds records of the store in memory for people: by number, by name, by being unsettled. */
import type { LedgerEntry, LedgerPage, RecordQuery } from '../../ports/ledger.ts'
import { isUnsettled } from '../found-events.ts'
import { ledgerEntry, type StoredRecord } from './records.ts'

type Records = Iterable<StoredRecord>

export function traceRecords(records: Records, ref: string): readonly LedgerEntry[] {
  return findByRef(records, ref).slice(0, 100).map(ledgerEntry)
}

export function readRecord(records: Records, seq: number): LedgerEntry | undefined {
  for (const stored of records) if (stored.seq === seq) return ledgerEntry(stored)
  return undefined
}

export function findRecords(records: Records, query: RecordQuery): readonly LedgerEntry[] {
  const { refs, before = Number.POSITIVE_INFINITY, limit } = query
  const all = [...records]
  const found = new Set(refs.flatMap((ref) => findByRef(all, ref)))
  const page = [...found].filter(({ seq }) => seq < before).sort((a, b) => b.seq - a.seq)
  return page.slice(0, limit).map(ledgerEntry)
}

export function listUnsettled(records: Records, { after = 0, limit }: LedgerPage): readonly LedgerEntry[] {
  const unsettled = [...records].filter((stored) => isUnsettled(stored) && stored.seq > after)
  return unsettled.slice(0, limit).map(ledgerEntry)
}

/** Those that have the id as their own, as a lookup id, or as a lookup id of their events. */
function findByRef(records: Records, ref: string): StoredRecord[] {
  return [...records].filter(
    ({ record, eventLookupIds: ids }) => record.id === ref || record.lookupIds.includes(ref) || ids.has(ref),
  )
}
