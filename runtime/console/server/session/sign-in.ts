/** How a visitor proves to be the operator: by the password, or by a code that the process prints. */
import { randomBytes } from 'node:crypto'
import { isSameText } from '../../../lib/text/same-text.ts'

export interface SignIn {
  readonly kind: 'password' | 'code'
  /** Whether the visitor may sign in. A right code is used up by it. */
  accepts(entered: string): boolean
}

export const passwordSignIn = (password: string): SignIn => ({
  kind: 'password',
  accepts: (entered) => isSameText(entered, password),
})

/**
 * Replaces the password where none is set. A request cannot prove that it comes from this machine: a proxy or a tunnel
 * need not leave a trace in it. A code shows that the visitor can read the output of the process.
 *
 * Each code works once, so a copy of it in a log or in a browser's history opens nothing.
 */
export class CodeSignIn implements SignIn {
  readonly kind = 'code'
  #code = createCode()
  #print: (code: string) => void = () => undefined

  /** Passes the code to `print` now, and the next one whenever a code was used. */
  printTo(print: (code: string) => void): void {
    this.#print = print
    print(this.#code)
  }

  accepts(entered: string): boolean {
    if (!isSameText(entered.trim(), this.#code)) return false
    this.#code = createCode()
    this.#print(this.#code)
    return true
  }
}

/** 144 bits. */
const createCode = (): string => randomBytes(18).toString('base64url')
