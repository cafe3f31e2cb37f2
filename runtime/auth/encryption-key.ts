/** The key that seals log-ins: from a setting, or from a file that only its owner may read. */
import { createHash, randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Fault } from '../ports/fault.ts'
import type { EncryptionKey } from './vault.ts'

const BYTES = 32

/** From `CONNECTOR_KEY`: 32 bytes in base64. Throws a config `Fault` at once if it is anything else. */
export function keyFromBase64(text: string): EncryptionKey {
  const key = Buffer.from(text, 'base64')
  // Compared with what it would be written as: decoding alone passes over characters it does not know.
  const same = (one: string) => one.replace(/-/g, '+').replace(/_/g, '/').replace(/=+$/, '')
  if (key.length !== BYTES || same(key.toString('base64')) !== same(text)) {
    const message = `CONNECTOR_KEY must be ${BYTES} bytes in base64; \`openssl rand -base64 ${BYTES}\` makes one`
    throw new Fault('config', 'account/key', message)
  }
  return async () => key
}

/** A key that ends with the process, for a store that does. */
export function ephemeralKey(): EncryptionKey {
  const key = randomBytes(BYTES)
  return async () => key
}

/** From a file, made with mode 600 when a key is first asked for. Two processes that make it at once get one key. */
export function keyFromFile(path: string): EncryptionKey {
  let known: Promise<Uint8Array> | undefined
  const forget = (error: unknown) => {
    known = undefined
    throw error
  }
  return () => {
    known ??= readOrMake(path).catch(forget)
    return known
  }
}

async function readOrMake(path: string): Promise<Uint8Array> {
  const found = await read(path)
  if (found !== undefined) return found
  const draft = `${path}.${createHash('sha256').update(randomBytes(16)).digest('hex').slice(0, 12)}`
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await writeFile(draft, `${randomBytes(BYTES).toString('base64')}\n`, { mode: 0o600, flag: 'wx' })
    await flushed(draft)
    // Fails where another process has made one, whose key then counts: a rename would replace it.
    await link(draft, path).catch(ignoreExisting)
  } catch (cause) {
    throw unusable(path, `cannot be made (${codeOf(cause)})`, cause)
  } finally {
    await rm(draft, { force: true })
  }
  const made = await read(path)
  if (made === undefined) throw unusable(path, 'is gone again')
  return made
}

/** On disk before anything is sealed with it. */
async function flushed(path: string): Promise<void> {
  const file = await open(path, 'r+')
  await file.sync().finally(() => file.close())
}

async function read(path: string): Promise<Uint8Array | undefined> {
  try {
    const { mode } = await stat(path)
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      throw unusable(path, `can be read by others (mode ${(mode & 0o777).toString(8)}): chmod 600 it, or connect anew`)
    return await keyFromBase64((await readFile(path, 'utf8')).trim())()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    if (error instanceof Fault && error.code === 'account/key') throw unusable(path, `does not hold ${BYTES} bytes`)
    throw error instanceof Fault ? error : unusable(path, `cannot be read (${codeOf(error)})`, error)
  }
}

function ignoreExisting(error: unknown): void {
  if (codeOf(error) !== 'EEXIST') throw error
}

function unusable(path: string, why: string, cause?: unknown): Fault {
  return new Fault('config', 'account/key-file', `the key file ${path} ${why}`, { cause })
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown')
