/** Secrets at rest: encrypted, bound to their name, unreadable without their key; and the key file. */
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { ephemeralKey, keyFromBase64, keyFromFile } from '../../../runtime/auth/encryption-key.ts'
import { decrypt, encrypt, Vault } from '../../../runtime/auth/vault.ts'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'

const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 })
const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})
const folder = async () => {
  const made = await mkdtemp(join(tmpdir(), 'key-'))
  folders.push(made)
  return made
}

test('a value decrypts under its name and key, and under no other', () => {
  fc.assert(
    fc.property(bytes, bytes, fc.string(), fc.string(), fc.string(), (key, otherKey, name, otherName, text) => {
      const encrypted = encrypt(key, name, text)
      expect(decrypt(key, name, encrypted)).toBe(text)
      expect(encrypt(key, name, text)).not.toBe(encrypted)
      if (name !== otherName) expect(() => decrypt(key, otherName, encrypted)).toThrow('are damaged')
      if (!Buffer.from(key).equals(Buffer.from(otherKey)))
        expect(() => decrypt(otherKey, name, encrypted)).toThrow('another key')
    }),
  )
})

test('a tampered value is rejected, whichever character changed', () => {
  const key = new Uint8Array(32).fill(7)
  const encrypted = encrypt(key, 'n', 'a secret of some length')
  for (let at = 0; at < encrypted.length; at++) {
    const changed = encrypted.slice(0, at) + (encrypted[at] === 'A' ? 'B' : 'A') + encrypted.slice(at + 1)
    // The last character of base64url has unused bits.
    if (
      !Buffer.from(changed.split('.')[2] ?? '', 'base64url').equals(
        Buffer.from(encrypted.split('.')[2] ?? '', 'base64url'),
      ) ||
      at < 12
    )
      expect(() => decrypt(key, 'n', changed)).toThrow()
  }
})

test('of two concurrent swaps one fails', async () => {
  const vault = new Vault(memoryStore({ clock: virtualClock() }), ephemeralKey())
  expect(await vault.read('a')).toBeUndefined()
  expect(await vault.swap('a', undefined, { token: 1 })).toBe(true)
  const seen = await vault.read('a')
  expect(seen?.value).toEqual({ token: 1 })
  expect(await Promise.all([2, 3].map((token) => vault.swap('a', seen, { token })))).toEqual([true, false])
  expect((await vault.read('a'))?.value).toEqual({ token: 2 })
})

test.each(['', 'short', 'A'.repeat(44), `${'A'.repeat(43)}!`, 'a'.repeat(64)])(
  'rejects CONNECTOR_KEY "%s" with an explanation',
  (text) => {
    expect(() => keyFromBase64(text)).toThrow('openssl rand -base64 32')
  },
)

describe('a key file', () => {
  test('is created once, readable by its owner alone', async () => {
    const file = join(await folder(), 'sub', 'store.db.key')
    const keys = await Promise.all(Array.from({ length: 8 }, () => keyFromFile(file)()))
    expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await readdir(join(file, '..'))).toEqual(['store.db.key'])
    expect(Buffer.from(await readFile(file, 'utf8'), 'base64')).toHaveLength(32)
  })

  test('is rejected when others can read it or its content is no key', async () => {
    const file = join(await folder(), 'k')
    await keyFromFile(file)()
    await chmod(file, 0o640)
    await expect(keyFromFile(file)()).rejects.toThrow(/can be read by others.*chmod 600/)
    await chmod(file, 0o600)
    await writeFile(file, 'hello')
    await expect(keyFromFile(file)()).rejects.toThrow('does not hold 32 bytes')
  })
})
