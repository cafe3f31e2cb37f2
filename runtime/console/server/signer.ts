/** Values that leave with the browser and come back unchanged, or not at all: HMAC-SHA256 over what they are for. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

export interface Signer {
  /** Proves that we said `text` for this purpose. */
  sign(purpose: string, text: string): string
  verify(purpose: string, text: string, mac: string): boolean
}

/** Keys differ by password, so that a new one ends the sessions of the old. */
export function signer(key: Uint8Array = randomBytes(32), password = ''): Signer {
  const own = createHmac('sha256', key).update(`console\n${password}`).digest()
  const mac = (purpose: string, text: string) => createHmac('sha256', own).update(`${purpose}\n${text}`).digest()
  return {
    sign: (purpose, text) => mac(purpose, text).toString('base64url'),
    verify: (purpose, text, given) => same(mac(purpose, text), Buffer.from(given, 'base64url')),
  }
}

/** Compares passwords as hashes under a key nobody knows, so that time tells neither length nor first letters. */
export function passwordMatches(one: string, other: string): boolean {
  const key = randomBytes(32)
  const hash = (text: string) => createHmac('sha256', key).update(text).digest()
  return timingSafeEqual(hash(one), hash(other))
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other)
}

/** Unguessable: 144 bits. */
export const newId = (): string => randomBytes(18).toString('base64url')
