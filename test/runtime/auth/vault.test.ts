/** Secrets at rest: sealed, told apart by name, and unreadable without their key; the key's file. */
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { ephemeralKey, keyFromBase64, keyFromFile } from '../../../runtime/auth/encryption-key.ts'
import { open, seal, vault } from '../../../runtime/auth/vault.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { virtualClock } from '../../helpers/virtual-clock.ts'

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

test('what is sealed comes back under its name and key, and under no other', () => {
  fc.assert(
    fc.property(bytes, bytes, fc.string(), fc.string(), fc.string(), (key, otherKey, name, otherName, text) => {
      const sealed = seal(key, name, text)
      expect(open(key, name, sealed)).toBe(text)
      expect(seal(key, name, text)).not.toBe(sealed)
      if (name !== otherName) expect(() => open(key, otherName, sealed)).toThrow('changed from outside')
      if (!Buffer.from(key).equals(Buffer.from(otherKey)))
        expect(() => open(otherKey, name, sealed)).toThrow('another key')
    }),
  )
})

test('a sealed value that was tampered with is refused, wherever it was', () => {
  const key = new Uint8Array(32).fill(7)
  const sealed = seal(key, 'n', 'a secret of some length')
  for (let at = 0; at < sealed.length; at++) {
    const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1)
    // The last letter of base64url holds bits that stand for nothing.
    if (
      !Buffer.from(changed.split('.')[2] ?? '', 'base64url').equals(
        Buffer.from(sealed.split('.')[2] ?? '', 'base64url'),
      ) ||
      at < 12
    )
      expect(() => open(key, 'n', changed)).toThrow()
  }
})

test('of two who swap what they read, one is told that the other was first', async () => {
  const shelf = vault(memoryStore({ clock: virtualClock() }), ephemeralKey())
  expect(await shelf.read('a')).toBeUndefined()
  expect(await shelf.swap('a', undefined, { token: 1 })).toBe(true)
  const seen = await shelf.read('a')
  expect(seen?.value).toEqual({ token: 1 })
  expect(await Promise.all([2, 3].map((token) => shelf.swap('a', seen, { token })))).toEqual([true, false])
  expect((await shelf.read('a'))?.value).toEqual({ token: 2 })
})

test.each(['', 'short', 'A'.repeat(44), `${'A'.repeat(43)}!`, 'a'.repeat(64)])(
  'CONNECTOR_KEY "%s" is refused in words',
  (text) => {
    expect(() => keyFromBase64(text)).toThrow('openssl rand -base64 32')
  },
)

describe('a key file', () => {
  test('is made once, whoever asks first, for its owner alone', async () => {
    const file = join(await folder(), 'sub', 'store.db.key')
    const keys = await Promise.all(Array.from({ length: 8 }, () => keyFromFile(file)()))
    expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await readdir(join(file, '..'))).toEqual(['store.db.key'])
    expect(Buffer.from(await readFile(file, 'utf8'), 'base64')).toHaveLength(32)
  })

  test('is not used when others can read it, or it holds something else', async () => {
    const file = join(await folder(), 'k')
    await keyFromFile(file)()
    await chmod(file, 0o640)
    await expect(keyFromFile(file)()).rejects.toThrow(/can be read by others.*chmod 600/)
    await chmod(file, 0o600)
    await writeFile(file, 'hello')
    await expect(keyFromFile(file)()).rejects.toThrow('does not hold 32 bytes')
  })
})
