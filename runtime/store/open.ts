/** Opens the store that a URL names: `sqlite:PATH` or `memory:`. */

import type { Clock } from '../ports/effects.ts'
import { Fault } from '../ports/fault.ts'
import type { Store } from '../ports/store.ts'
import { memoryStore } from './memory/store.ts'

/** Throws a `config` fault when the URL names no store we have, or its file cannot be opened. */
export async function openStore(url: string, { clock }: { readonly clock: Clock }): Promise<Store> {
  if (url === 'memory:') return memoryStore({ clock })
  if (url.startsWith('sqlite:') && url.length > 'sqlite:'.length) {
    // Loaded only when asked for: the engine is a native module, and a host with another store needs none.
    const { sqliteStore } = await import('./sqlite/store.ts')
    return sqliteStore(url.slice('sqlite:'.length), { clock })
  }
  if (/^postgres(ql)?:/.test(url)) throw new Fault('config', 'store/postgres', POSTGRES)
  // The URL itself is not repeated: it may carry a password.
  throw new Fault(
    'config',
    'store/invalid-url',
    'the store URL is none we know: use sqlite:PATH (a file) or memory: (no file)',
  )
}

const POSTGRES =
  'a PostgreSQL store comes in a later version. Until then use sqlite:PATH: one file, for all processes of one machine'
