/** The SQLite engine: built into Node, else a package with the same API. Maps its error codes to faults. */
import { isMissing } from '../../lib/optional-package.ts'
import { Fault, type FaultKind } from '../../ports/fault.ts'
import type { SqlValue } from '../../ports/sql.ts'

export interface Statement {
  run(...values: SqlValue[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint }
  get(...values: SqlValue[]): unknown
  all(...values: SqlValue[]): unknown[]
}

/** The part of `DatabaseSync` that we use. */
export interface Engine {
  exec(sql: string): void
  prepare(sql: string): Statement
  close(): void
}

interface EngineModule {
  readonly DatabaseSync: new (path: string) => Engine
}

/** Opens a database file, and creates it if there is none. */
export async function openEngine(path: string): Promise<Engine> {
  const { DatabaseSync } = builtIn() ?? (await loadPackage())
  return new DatabaseSync(path)
}

const PACKAGE = '@photostructure/sqlite'

async function loadPackage(): Promise<EngineModule> {
  try {
    return (await import('@photostructure/sqlite')) as EngineModule
  } catch (error) {
    const problem = isMissing(error)
      ? `${PACKAGE} is not installed: npm install ${PACKAGE}`
      : `the native binary of ${PACKAGE} for ${process.platform}-${process.arch} did not load: install the package on this machine, and keep it external where you bundle`
    const message = `SQLite needs Node 22.13 or newer, or a package. This is Node ${process.versions.node}, and ${problem}`
    throw new Fault('config', 'store/no-engine', message, { cause: error })
  }
}

/** Built into Node since 22.13. Suppresses its warning that it is experimental: an operator cannot act on it. */
function builtIn(): EngineModule | undefined {
  const emit = process.emitWarning
  process.emitWarning = ((...args: Parameters<typeof emit>) => {
    if (!args.includes('ExperimentalWarning')) emit.apply(process, args)
  }) as typeof emit
  try {
    return process.getBuiltinModule('node:sqlite') as EngineModule | undefined
  } finally {
    process.emitWarning = emit
  }
}

type FaultRow = readonly [kind: FaultKind, code: string, message: string]

const BUSY: FaultRow = [
  'transient',
  'store/busy',
  'another program locks the store file, such as a database browser or a backup; nothing was written. Close it; a running connector then resumes',
]
export const CORRUPT: FaultRow = [
  'config',
  'store/corrupt',
  'the store file is damaged, cut off, or not a store: restore it from a backup, or use another path',
]

/** By primary result code, https://sqlite.org/rescode.html. */
const FAULTS: Readonly<Record<number, FaultRow>> = {
  5: BUSY,
  6: BUSY,
  8: ['config', 'store/read-only', 'the store file is read-only: check the owner and mode of the file and its folder'],
  10: [
    'transient',
    'store/io',
    'the disk failed to read or write the store; nothing was written. Check the disk; a running connector then resumes',
  ],
  11: CORRUPT,
  13: [
    'config',
    'store/full',
    'the disk of the store is full; nothing was written. Free some space; a running connector then resumes',
  ],
  14: ['config', 'store/unopenable', 'the store file cannot be opened: check its path, owner and mode'],
  26: CORRUPT,
}

/** Turns an error of the engine into a fault. The engine's message may quote a value, so it is only the cause. */
export function storeFault(error: unknown): Fault {
  if (error instanceof Fault) return error
  const [kind, code, message] = FAULTS[faultCode(error)] ?? [
    'bug',
    'store/unexpected',
    'the store rejected a statement',
  ]
  return new Fault(kind, code, message, { cause: error })
}

export const isBusy = (error: unknown): boolean => storeFault(error).code === BUSY[1]

/** SQLITE_IOERR_SHMSIZE: no room for the index of the log. */
const NO_ROOM = 4874
const FULL = 13

/** Extended codes carry the primary one in their lowest byte. */
function faultCode(error: unknown): number {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined
  if (code === NO_ROOM) return FULL
  return typeof code === 'number' ? code & 0xff : -1
}
