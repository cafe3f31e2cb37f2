/** Signatures of the console's own values (HMAC-SHA256), each for one purpose only. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

export interface SignerOptions {
  /** Default: a random one. */
  readonly key: Uint8Array | undefined
  /** Of the store behind the console. */
  readonly id: string
  readonly password: string | undefined
}

export class Signer {
  readonly #key: Uint8Array

  /**
   * The password is part of the key, so that a new password ends the sessions of the old one; so is the console's id,
   * since a host may pass one key to the consoles of all its tenants.
   */
  constructor({ key = randomBytes(32), id, password = '' }: SignerOptions) {
    this.#key = createHmac('sha256', key).update(`console\n${id}\n${password}`).digest()
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
