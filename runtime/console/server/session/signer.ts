/** Signatures of the console's own values (HMAC-SHA256), each for one purpose only. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

export class Signer {
  readonly #key: Uint8Array

  /** The password is part of the key, so that a new password ends the sessions of the old one. */
  constructor(key: Uint8Array = randomBytes(32), password = '') {
    this.#key = createHmac('sha256', key).update(`console\n${password}`).digest()
  }

  /** A value signed for one purpose is worthless for another. */
  sign(purpose: string, text: string): string {
    return this.#digest(`${purpose}\n${text}`).toString('base64url')
  }

  verify(purpose: string, text: string, signature: string): boolean {
    const expected = this.#digest(`${purpose}\n${text}`)
    const actual = Buffer.from(signature, 'base64url')
    return expected.length === actual.length && timingSafeEqual(expected, actual)
  }

  #digest(text: string): Buffer {
    return createHmac('sha256', this.#key).update(text).digest()
  }
}
