/** Selects the key that encrypts stored credentials, by setting and kind of store. */
import { ephemeralKey, keyFromBase64, keyFromFile } from '../auth/encryption-key.ts'
import type { EncryptionKey } from '../auth/vault.ts'
import { Fault, toFault } from '../ports/fault.ts'
import type { Env } from './app.ts'
import { usageError } from './errors.ts'

/** `CONNECTOR_KEY`; else a file beside an embedded store, created on first use; else a key that ends with the process. */
export function encryptionKeyFor(env: Env, storeUrl: string): EncryptionKey {
  if (env.CONNECTOR_KEY !== undefined) return keyFromSetting(env.CONNECTOR_KEY)
  const file = storeFile(storeUrl)
  if (file !== undefined) return keyFromFile(`${file}.key`)
  if (storeUrl === 'memory:' || storeUrl === 'sqlite::memory:') return ephemeralKey()
  const message = 'set CONNECTOR_KEY to store credentials encrypted; `openssl rand -base64 32` generates a key'
  return async () => {
    throw new Fault('config', 'auth/no-key', message)
  }
}

/** The database file of an embedded store. */
export function storeFile(storeUrl: string): string | undefined {
  const path = /^sqlite:(.+)$/.exec(storeUrl)?.[1]
  return path === ':memory:' ? undefined : path
}

function keyFromSetting(text: string): EncryptionKey {
  try {
    return keyFromBase64(text)
  } catch (error) {
    throw usageError(toFault(error).message)
  }
}
