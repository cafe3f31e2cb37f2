/** Secrets at rest: sealed with AES-256-GCM, kept among the store's checkpoints. */
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { Fault } from '../ports/fault.ts'
import type { Store } from '../ports/store.ts'
import type { Json } from '../ports/types.ts'

/** Asked for when something is sealed or opened, so that who keeps no secrets needs no key. 32 bytes. */
export type EncryptionKey = () => Promise<Uint8Array>

export interface Vault {
  /** Throws a config `Fault` when the key is not the one it was sealed with. */
  read(name: string): Promise<SealedValue | undefined>
  /** Replaces `old`, or does nothing and answers false if another process was first. Undefined: there is none. */
  swap(name: string, old: SealedValue | undefined, value: Json | undefined): Promise<boolean>
  /** Whatever was there, even if it was sealed with another key. */
  put(name: string, value: Json): Promise<void>
  /** A secret for one purpose, the same for the same text: not stored, but worked out from the key. 32 bytes. */
  derive(purpose: string, text: string): Promise<Uint8Array>
  /** A key for one purpose, from which neither the vault's nor another purpose's can be worked out. 32 bytes. */
  subkey(purpose: string): Promise<Uint8Array>
}

/** A value as read, and what must still be there when it is replaced. */
export interface SealedValue {
  readonly value: Json
  readonly sealed: string
}

type CheckpointStore = Pick<Store, 'readCheckpoint' | 'writeCheckpoints' | 'compareAndSwapCheckpoint'>

export function vault(store: CheckpointStore, key: EncryptionKey): Vault {
  return {
    async read(name) {
      const sealed = await store.readCheckpoint(name)
      if (typeof sealed !== 'string') return undefined
      return { sealed, value: JSON.parse(open(await key(), name, sealed)) as Json }
    },
    async swap(name, old, value) {
      const sealed = value === undefined ? undefined : seal(await key(), name, JSON.stringify(value))
      return store.compareAndSwapCheckpoint(name, old?.sealed, sealed)
    },
    put: async (name, value) =>
      store.writeCheckpoints([{ name, value: seal(await key(), name, JSON.stringify(value)) }]),
    derive: async (purpose, text) =>
      createHmac('sha256', await key())
        .update(`${purpose}\n${text}`)
        .digest(),
    subkey: async (purpose) => new Uint8Array(hkdfSync('sha256', await key(), '', purpose, 32)),
  }
}

/** The first part of what is sealed, so that another way can follow. */
const VERSION = 'a1'
const NONCE = 12
const TAG = 16

/**
 * `a1.<key id>.<base64url of nonce, text, tag>`. The nonce is random: at some refreshes an hour, 2^32 messages under
 * one key are never reached. The name is authenticated too, so that one secret cannot be put in another's place.
 */
export function seal(key: Uint8Array, name: string, text: string): string {
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(name))
  const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return `${VERSION}.${keyId(key)}.${sealed.toString('base64url')}`
}

export function open(key: Uint8Array, name: string, sealed: string): string {
  const [version, id, text = ''] = sealed.split('.')
  if (version !== VERSION) throw new Fault('config', 'account/newer', 'the log-ins were stored by a newer version')
  if (id !== keyId(key)) throw wrongKey()
  const bytes = Buffer.from(text, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE), { authTagLength: TAG })
  decipher.setAAD(Buffer.from(name)).setAuthTag(bytes.subarray(-TAG))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE, -TAG)), decipher.final()]).toString()
  } catch {
    throw new Fault('config', 'account/damaged', 'a stored log-in was changed from outside: connect again')
  }
}

/** Tells keys apart without telling the key. */
function keyId(key: Uint8Array): string {
  return createHash('sha256').update('connector key id\n').update(key).digest('base64url').slice(0, 8)
}

function wrongKey(): Fault {
  const message =
    'the stored log-ins were sealed with another key: set CONNECTOR_KEY (or put back the key file) as it was, or connect again'
  return new Fault('config', 'account/wrong-key', message)
}
