/** Opens a store by URL: `sqlite:PATH`, `postgres://…` or `memory:`. */

import type { Clock } from '../ports/effects.ts'
import { Fault } from '../ports/fault.ts'
import type { Store } from '../ports/store.ts'
import { memoryStore } from './memory/store.ts'

/** Throws a `config` fault for an unknown URL, or when the file cannot be opened. */
export async function openStore(url: string, { clock }: { readonly clock: Clock }): Promise<Store> {
  if (url === 'memory:') return memoryStore({ clock })
  if (url.startsWith('sqlite:') && url.length > 'sqlite:'.length) {
    // Loaded on demand: the engine may be a native module, which a host with another store does not need.
    const { sqliteStore } = await import('./sqlite/store.ts')
    return sqliteStore(url.slice('sqlite:'.length), { clock })
  }
  if (/^postgres(ql)?:/.test(url)) {
    const { postgresStore } = await import('./postgres/store.ts')
    return postgresStore(url)
  }
  // Never quote the URL: it may contain a password.
  throw new Fault('config', 'store/invalid-url', UNKNOWN)
}

const UNKNOWN =
  'unknown store URL: use sqlite:PATH (a file), postgres://USER:PASSWORD@HOST/DATABASE (many machines) or memory: (no file)'
