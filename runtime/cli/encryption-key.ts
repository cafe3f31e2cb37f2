/** The key that seals log-ins, for each kind of store. */
import { ephemeralKey, keyFromBase64, keyFromFile } from '../auth/encryption-key.ts'
import type { EncryptionKey } from '../auth/vault.ts'
import { Fault, toFault } from '../ports/fault.ts'
import type { Env } from './app.ts'
import { usageError } from './errors.ts'

/** `CONNECTOR_KEY`; else a file beside the store's, made when there is something to seal; else one that passes. */
export function encryptionKeyFor(env: Env, storeUrl: string): EncryptionKey {
  if (env.CONNECTOR_KEY !== undefined) return given(env.CONNECTOR_KEY)
  const file = storeFile(storeUrl)
  if (file !== undefined) return keyFromFile(`${file}.key`)
  if (storeUrl === 'memory:' || storeUrl === 'sqlite::memory:') return ephemeralKey()
  const message = 'set CONNECTOR_KEY, so that log-ins can be kept sealed; `openssl rand -base64 32` makes one'
  return async () => {
    throw new Fault('config', 'account/no-key', message)
  }
}

/** The file of an embedded store. */
export function storeFile(storeUrl: string): string | undefined {
  const path = /^sqlite:(.+)$/.exec(storeUrl)?.[1]
  return path === ':memory:' ? undefined : path
}

function given(text: string): EncryptionKey {
  try {
    return keyFromBase64(text)
  } catch (error) {
    throw usageError(toFault(error).message)
  }
}
