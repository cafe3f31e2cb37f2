/** The driver of PostgreSQL: the optional package `pg`, loaded on first use. */
import type pg from 'pg'
import { Fault } from '../../ports/fault.ts'

export type Driver = typeof pg

const MISSING =
  'a store in PostgreSQL needs the package `pg`, which is not installed: run `npm install pg`. SQLite (sqlite:PATH) needs nothing more'

/** Throws a `config` fault that says what to install. */
export async function loadDriver(): Promise<Driver> {
  try {
    return (await import('pg')).default
  } catch (cause) {
    throw new Fault('config', 'store/no-driver', MISSING, { cause })
  }
}

/** 64-bit integers and sums as numbers: all of ours are within 2^53. Everything else as the driver has it. */
export function numbersOf({ types }: Driver): pg.CustomTypesConfig {
  const { INT8, NUMERIC } = types.builtins
  return {
    getTypeParser: (id: number, format?: 'text' | 'binary') =>
      format !== 'binary' && (id === INT8 || id === NUMERIC) ? Number : types.getTypeParser(id, format as 'text'),
  } as pg.CustomTypesConfig
}
