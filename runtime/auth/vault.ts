/** Stores secrets as checkpoints, encrypted with AES-256-GCM. */
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { Fault } from '../ports/fault.ts'
import type { Store } from '../ports/store.ts'
import type { Json } from '../ports/types.ts'

/** Resolves to 32 bytes. Called only to encrypt or decrypt, so that a process without secrets needs no key. */
export type EncryptionKey = () => Promise<Uint8Array>

/** A decrypted value, and the ciphertext that a compare-and-swap expects. */
export interface EncryptedValue {
  readonly value: Json
  readonly encrypted: string
}

type CheckpointStore = Pick<Store, 'readCheckpoint' | 'writeCheckpoints' | 'compareAndSwapCheckpoint'>

export class Vault {
  readonly #store: CheckpointStore
  readonly #key: EncryptionKey

  constructor(store: CheckpointStore, key: EncryptionKey) {
    this.#store = store
    this.#key = key
  }

  /** Throws a config `Fault` when the value was encrypted with another key. */
  async read(name: string): Promise<EncryptedValue | undefined> {
    const encrypted = await this.#store.readCheckpoint(name)
    if (typeof encrypted !== 'string') return undefined
    return { encrypted, value: JSON.parse(decrypt(await this.#key(), name, encrypted)) as Json }
  }

  /** Replaces `old` (undefined: nothing stored), or resolves to false when another process has changed it first. */
  async swap(name: string, old: EncryptedValue | undefined, value: Json | undefined): Promise<boolean> {
    const encrypted = value === undefined ? undefined : encrypt(await this.#key(), name, JSON.stringify(value))
    return this.#store.compareAndSwapCheckpoint(name, old?.encrypted, encrypted)
  }

  /** Overwrites any value, even one encrypted with another key. */
  async put(name: string, value: Json): Promise<void> {
    const encrypted = encrypt(await this.#key(), name, JSON.stringify(value))
    await this.#store.writeCheckpoints([{ name, value: encrypted }])
  }

  /** A secret for one purpose and text, derived from the key and never stored. 32 bytes. */
  async derive(purpose: string, text: string): Promise<Uint8Array> {
    return createHmac('sha256', await this.#key())
      .update(`${purpose}\n${text}`)
      .digest()
  }

  /** A key for one purpose. Reveals neither the vault's key nor that of another purpose. 32 bytes. */
  async subkey(purpose: string): Promise<Uint8Array> {
    return new Uint8Array(hkdfSync('sha256', await this.#key(), '', purpose, 32))
  }
}

/** Prefixes every ciphertext, so that the format can change. */
const VERSION = 'a1'
const NONCE = 12
const TAG = 16

/**
 * `a1.<key id>.<base64url of nonce, ciphertext, tag>`. The nonce is random: at a few refreshes an hour, one key never
 * reaches 2^32 messages. The name is authenticated too, so that one secret cannot replace another.
 */
export function encrypt(key: Uint8Array, name: string, text: string): string {
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(name))
  const bytes = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return `${VERSION}.${keyId(key)}.${bytes.toString('base64url')}`
}

export function decrypt(key: Uint8Array, name: string, encrypted: string): string {
  const [version, id, text = ''] = encrypted.split('.')
  if (version !== VERSION)
    throw new Fault('config', 'auth/newer-version', 'a newer version of this program stored the credentials')
  if (id !== keyId(key)) throw wrongKey()
  const bytes = Buffer.from(text, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE), { authTagLength: TAG })
  decipher.setAAD(Buffer.from(name)).setAuthTag(bytes.subarray(-TAG))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE, -TAG)), decipher.final()]).toString()
  } catch {
    throw new Fault('config', 'auth/damaged-credentials', 'the stored credentials are damaged: connect again')
  }
}

/** Identifies a key without revealing it. */
function keyId(key: Uint8Array): string {
  return createHash('sha256').update('connector key id\n').update(key).digest('base64url').slice(0, 8)
}

function wrongKey(): Fault {
  const message =
    'the stored credentials are encrypted with another key: restore CONNECTOR_KEY (or the key file), or connect again'
  return new Fault('config', 'auth/wrong-key', message)
}
