/** What SQLite's error codes mean to an operator. */
import { Fault, type FaultKind } from '../../ports/fault.ts'

type Row = readonly [kind: FaultKind, code: string, message: string]

const BUSY: Row = ['transient', 'store/busy', 'another process kept the store locked for too long; nothing was written']
const CORRUPT: Row = ['config', 'store/corrupt', 'the store file is damaged or no store: restore it from a backup']

/** By primary result code, https://sqlite.org/rescode.html. */
const FAULTS: Readonly<Record<number, Row>> = {
  5: BUSY,
  6: BUSY,
  8: ['config', 'store/read-only', 'the store file may not be written: check the owner and mode of it and its folder'],
  10: ['transient', 'store/io', 'the disk failed to read or write the store; nothing was written'],
  11: CORRUPT,
  13: ['config', 'store/full', 'the disk of the store is full; nothing was written. Free space and it goes on'],
  14: ['config', 'store/unopenable', 'the store file cannot be opened: check its path, owner and mode'],
  26: CORRUPT,
}

/** Anything thrown by the engine, as a fault. The engine's own words may quote a value, so they are only its cause. */
export function storeFault(error: unknown): Fault {
  if (error instanceof Fault) return error
  const [kind, code, message] = FAULTS[primaryCode(error)] ?? [
    'bug',
    'store/unexpected',
    'the store refused a statement',
  ]
  return new Fault(kind, code, message, { cause: error })
}

/** Extended codes carry the primary one in their lowest byte. */
function primaryCode(error: unknown): number {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined
  return typeof code === 'number' ? code & 0xff : -1
}
