/** Hashes of passwords: scrypt with a salt of their own, as text that names its parameters. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** OWASP's recommendation for scrypt, in 32 MB. */
const PARAMETERS = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 }
const LENGTH = 32

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await derive(password, salt, PARAMETERS)
  const { N, r, p } = PARAMETERS
  return ['scrypt', N, r, p, salt.toString('base64url'), hash.toString('base64url')].join('$')
}

export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const [kind, N, r, p, salt = '', expected = ''] = hash.split('$')
  if (kind !== 'scrypt') return false
  const parameters = { N: Number(N), r: Number(r), p: Number(p), maxmem: PARAMETERS.maxmem }
  const actual = await derive(password, Buffer.from(salt, 'base64url'), parameters)
  const wanted = Buffer.from(expected, 'base64url')
  return wanted.length === actual.length && timingSafeEqual(wanted, actual)
}

/** Takes as long as a wrong password: an unknown name must not be told by the time. */
export async function verifyNothing(password: string): Promise<false> {
  await derive(password, Buffer.alloc(16), PARAMETERS)
  return false
}

function derive(password: string, salt: Uint8Array, parameters: typeof PARAMETERS): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // One password may be typed as composed or decomposed letters.
    scrypt(password.normalize('NFKC'), salt, LENGTH, parameters, (error, key) => (error ? reject(error) : resolve(key)))
  })
}
