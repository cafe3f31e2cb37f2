/** The people who sign in with a password of their own, kept in the store: their role, and the state of their invitation. */
import { randomBytes } from 'node:crypto'
import { CONSOLE_USERS_CHECKPOINT } from '../../../lib/checkpoint-names.ts'
import type { Clock } from '../../../ports/effects.ts'
import type { Store } from '../../../ports/store.ts'
import { hashPassword, verifyNothing, verifyPassword } from './password-hash.ts'

export const ROLES = ['viewer', 'operator', 'owner'] as const
export type Role = (typeof ROLES)[number]

export interface User {
  readonly id: string
  readonly name: string
  readonly role: Role
  /** Absent until the invitation is accepted. */
  readonly passwordHash?: string
  /** Open: a link sets the password, once. */
  readonly invitation?: { readonly nonce: string; readonly until: number }
  readonly isDisabled?: true
  /** Sessions of an earlier number are over. */
  readonly epoch: number
  readonly createdAt: number
}

/** Milliseconds. */
const INVITATION_LIFETIME = 7 * 86_400_000
const MAX_NAME = 60
const MIN_PASSWORD = 10
const MAX_PASSWORD = 200

export interface UsersOptions {
  readonly store: Pick<Store, 'readCheckpoint' | 'compareAndSwapCheckpoint'>
  readonly clock: Clock
}

export class Users {
  readonly #options: UsersOptions

  constructor(options: UsersOptions) {
    this.#options = options
  }

  async list(): Promise<readonly User[]> {
    return (await this.#load()).users
  }

  async find(id: string): Promise<User | undefined> {
    return (await this.list()).find((user) => user.id === id)
  }

  /** The user of this name and password, unless disabled. Names differ by more than their case. */
  async authenticate(name: string, password: string): Promise<User | undefined> {
    const user = (await this.list()).find((one) => isSameName(one.name, name))
    const isRight =
      user?.passwordHash === undefined
        ? await verifyNothing(password)
        : await verifyPassword(password.slice(0, MAX_PASSWORD), user.passwordHash)
    return isRight && user?.isDisabled === undefined ? user : undefined
  }

  /** Resolves to the new user, or to what is wrong with the name. */
  async invite(name: string, role: Role): Promise<User | string> {
    const plain = name.trim().replace(/\.?\s+/g, ' ')
    if (plain === '') return 'The name is missing'
    if (plain.length > MAX_NAME || !/^[\p{L}\p{M}\p{N} ._@+'’-]+$/u.test(plain))
      return `A name has up to ${MAX_NAME} letters, digits, spaces and . _ @ + ' -`
    const user: User = {
      id: newId(),
      name: plain,
      role,
      epoch: 0,
      createdAt: this.#options.clock.now(),
      ...this.#open(),
    }
    const isAdded = await this.#change((users) =>
      users.some((one) => isSameName(one.name, plain)) ? undefined : [...users, user],
    )
    return isAdded ? user : 'This name is taken'
  }

  /** A new link to set a password, for a forgotten one, too. The old password works until then. */
  inviteAgain(id: string): Promise<boolean> {
    return this.#update(id, (user) => ({ ...user, ...this.#open() }))
  }

  setRole(id: string, role: Role): Promise<boolean> {
    return this.#update(id, (user) => (user.role === role ? undefined : { ...user, role }))
  }

  signOut(id: string): Promise<boolean> {
    return this.#update(id, (user) => ({ ...user, epoch: user.epoch + 1 }))
  }

  disable(id: string): Promise<boolean> {
    return this.#update(id, ({ invitation: _, ...user }) =>
      user.isDisabled ? undefined : { ...user, isDisabled: true, epoch: user.epoch + 1 },
    )
  }

  enable(id: string): Promise<boolean> {
    return this.#update(id, ({ isDisabled, ...user }) => (isDisabled ? user : undefined))
  }

  remove(id: string): Promise<boolean> {
    return this.#change((users) =>
      users.some((user) => user.id === id) ? users.filter((one) => one.id !== id) : undefined,
    )
  }

  /** Sets the password and ends the invitation and older sessions. Undefined: the invitation is not open any more. */
  async accept(id: string, nonce: string, password: string): Promise<User | undefined> {
    const passwordHash = await hashPassword(password)
    const { clock } = this.#options
    const isAccepted = await this.#update(id, ({ invitation, ...user }) =>
      invitation?.nonce === nonce && clock.now() < invitation.until
        ? { ...user, passwordHash, epoch: user.epoch + 1 }
        : undefined,
    )
    return isAccepted ? this.find(id) : undefined
  }

  #open(): Pick<User, 'invitation'> {
    const nonce = randomBytes(12).toString('base64url')
    return { invitation: { nonce, until: this.#options.clock.now() + INVITATION_LIFETIME } }
  }

  #update(id: string, change: (user: User) => User | undefined): Promise<boolean> {
    return this.#change((users) => {
      const user = users.find((one) => one.id === id)
      const next = user && change(user)
      return next && users.map((one) => (one.id === id ? next : one))
    })
  }

  /** Resolves to false when `change` leaves the users as they are. */
  async #change(change: (users: readonly User[]) => readonly User[] | undefined): Promise<boolean> {
    for (;;) {
      const { text, users } = await this.#load()
      const next = change(users)
      if (next === undefined) return false
      const { store } = this.#options
      if (await store.compareAndSwapCheckpoint(CONSOLE_USERS_CHECKPOINT, text, JSON.stringify(next))) return true
    }
  }

  async #load(): Promise<{ readonly text: string | undefined; readonly users: readonly User[] }> {
    const stored = await this.#options.store.readCheckpoint(CONSOLE_USERS_CHECKPOINT)
    const text = typeof stored === 'string' ? stored : undefined
    return { text, users: text === undefined ? [] : (JSON.parse(text) as readonly User[]) }
  }
}

/** What is wrong with a new password, as a sentence without its full stop. */
export function findPasswordProblem(password: string, repeated: string): Readonly<Record<string, string>> {
  if (password.length < MIN_PASSWORD) return { password: `A password has at least ${MIN_PASSWORD} characters` }
  if (password.length > MAX_PASSWORD) return { password: `A password has at most ${MAX_PASSWORD} characters` }
  return password === repeated ? {} : { repeated: 'The two passwords differ' }
}

const isSameName = (one: string, other: string): boolean =>
  one.normalize('NFKC').toLowerCase() === other.trim().normalize('NFKC').toLowerCase()

const newId = (): string => randomBytes(9).toString('base64url')
