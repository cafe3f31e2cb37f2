/** The SQLite engine: the one built into Node where there is one, else a package with the same API. */

export type Value = string | number | null

export interface Statement {
  run(...values: Value[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint }
  get(...values: Value[]): unknown
  all(...values: Value[]): unknown[]
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

/** Opens a database file, which is created where there is none. */
export async function openEngine(path: string): Promise<Engine> {
  const { DatabaseSync } = builtIn() ?? ((await import('@photostructure/sqlite')) as EngineModule)
  return new DatabaseSync(path)
}

/** Node has it from 22.13 on, and warns once that it is experimental: of no use to an operator, so it is held back. */
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
