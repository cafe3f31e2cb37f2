/** Links that set the password of a user, once. They are signed, so that the store holds no secret. */
import type { Clock } from '../../../ports/effects.ts'
import type { Signer } from './signer.ts'
import type { User, Users } from './users.ts'

export class Invitations {
  readonly #signer: Signer
  readonly #users: Users
  readonly #clock: Clock

  constructor(signer: Signer, users: Users, clock: Clock) {
    this.#signer = signer
    this.#users = users
    this.#clock = clock
  }

  /** The code at the end of the link. Undefined: the user has no open invitation. */
  codeOf({ id, invitation }: User): string | undefined {
    if (invitation === undefined || this.#clock.now() >= invitation.until) return undefined
    return `${id}.${this.#signer.sign('invitation', `${id} ${invitation.nonce}`)}`
  }

  /** The user whose code this is, while the invitation is open. */
  async find(code: string): Promise<User | undefined> {
    const [id = '', signature = ''] = code.trim().split('.')
    const user = await this.#users.find(id)
    const nonce = user?.invitation?.nonce
    if (user === undefined || nonce === undefined || this.codeOf(user) === undefined) return undefined
    return this.#signer.verify('invitation', `${id} ${nonce}`, signature) ? user : undefined
  }

  /** Sets the password. Undefined: the invitation was used or replaced meanwhile. */
  async accept({ id, invitation }: User, password: string): Promise<User | undefined> {
    return invitation && this.#users.accept(id, invitation.nonce, password)
  }
}
