/** Loads the key that encrypts credentials: from a setting, or from a file that only its owner may read. */
import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Fault } from '../ports/fault.ts'
import type { EncryptionKey } from './vault.ts'

const BYTES = 32

/** From `CONNECTOR_KEY`: 32 bytes in base64. Throws a config `Fault` at once for anything else. */
export function keyFromBase64(text: string): EncryptionKey {
  const key = Buffer.from(text, 'base64')
  // Compares the re-encoded bytes: `Buffer.from` skips characters that are not base64.
  const normalize = (base64: string) => base64.replace(/-/g, '+').replace(/_/g, '/').replace(/=+$/, '')
  if (key.length !== BYTES || normalize(key.toString('base64')) !== normalize(text)) {
    const message = `CONNECTOR_KEY must be ${BYTES} bytes in base64; create one with \`openssl rand -base64 ${BYTES}\``
    throw new Fault('config', 'auth/invalid-key', message)
  }
  return async () => key
}

/** A random key for a store in memory. */
export function ephemeralKey(): EncryptionKey {
  const key = randomBytes(BYTES)
  return async () => key
}

/** From a file, created with mode 600 on first use. Two processes that create it at once get the same key. */
export function keyFromFile(path: string): EncryptionKey {
  let key: Promise<Uint8Array> | undefined
  return () => {
    key ??= readOrCreate(path).catch((error: unknown) => {
      key = undefined
      throw error
    })
    return key
  }
}

async function readOrCreate(path: string): Promise<Uint8Array> {
  const existing = await read(path)
  if (existing !== undefined) return existing
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await writeFile(draft, `${randomBytes(BYTES).toString('base64')}\n`, { mode: 0o600, flag: 'wx' })
    await syncToDisk(draft)
    // Unlike a rename, a link fails when another process has created the key meanwhile: that key is used.
    await link(draft, path).catch(ignoreExisting)
  } catch (cause) {
    throw unusable(path, `cannot be created (${codeOf(cause)})`, cause)
  } finally {
    await rm(draft, { force: true })
  }
  const created = await read(path)
  if (created === undefined) throw unusable(path, 'was deleted as soon as it was created')
  return created
}

/** The key must survive a crash before anything is encrypted with it. */
async function syncToDisk(path: string): Promise<void> {
  const file = await open(path, 'r+')
  await file.sync().finally(() => file.close())
}

async function read(path: string): Promise<Uint8Array | undefined> {
  try {
    const { mode } = await stat(path)
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      throw unusable(
        path,
        `can be read by others (mode ${(mode & 0o777).toString(8)}): chmod 600 it, or delete it and connect again`,
      )
    return await keyFromBase64((await readFile(path, 'utf8')).trim())()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    if (error instanceof Fault && error.code === 'auth/invalid-key')
      throw unusable(path, `does not hold ${BYTES} bytes`)
    throw error instanceof Fault ? error : unusable(path, `cannot be read (${codeOf(error)})`, error)
  }
}

function ignoreExisting(error: unknown): void {
  if (codeOf(error) !== 'EEXIST') throw error
}

function unusable(path: string, problem: string, cause?: unknown): Fault {
  return new Fault('config', 'auth/key-file', `the key file ${path} ${problem}`, { cause })
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown')
