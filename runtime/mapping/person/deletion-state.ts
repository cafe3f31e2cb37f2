/** What the store knows of deletions: whether the operator has confirmed them, and which contacts are deleted. */
import { DELETIONS_CONFIRMED_CHECKPOINT, deletedContactCheckpoint } from '../../lib/checkpoint-names.ts'
import type { ProfileDeletion } from '../../ports/destination.ts'
import type { Clock } from '../../ports/effects.ts'
import { Fault } from '../../ports/fault.ts'
import type { Store } from '../../ports/store.ts'
import type { Profile, Receipt } from '../../ports/types.ts'
import type { Spec } from '../../spec/spec.ts'

export interface DeletionStateParts {
  readonly deletion: ProfileDeletion
  readonly store: Pick<Store, 'readCheckpoint' | 'writeCheckpoints' | 'contactsSharing'>
  readonly clock: Clock
  /** Ends requests when the connector closes. */
  readonly signal: AbortSignal
}

export class DeletionState {
  readonly #parts: DeletionStateParts

  constructor(parts: DeletionStateParts) {
    this.#parts = parts
  }

  async isConfirmed(): Promise<boolean> {
    return (await this.#parts.store.readCheckpoint(DELETIONS_CONFIRMED_CHECKPOINT)) !== undefined
  }

  /** Records the operator's consent, once. */
  async confirm(): Promise<void> {
    if (await this.isConfirmed()) return
    const { store, clock } = this.#parts
    await store.writeCheckpoints([{ name: DELETIONS_CONFIRMED_CHECKPOINT, value: clock.now() }])
  }

  /** Whether the source no longer has the contact. */
  async isDeleted(contact: string): Promise<boolean> {
    return (await this.#parts.store.readCheckpoint(deletedContactCheckpoint(contact))) !== undefined
  }

  /** Returns when the contact was marked first. From then on nothing of it is sent. */
  async mark(contact: string, now: number): Promise<number> {
    const { store } = this.#parts
    const name = deletedContactCheckpoint(contact)
    const marked = await store.readCheckpoint(name)
    // A clock that was set back must not hold the deletion up.
    if (typeof marked === 'number' && marked <= now) return marked
    await store.writeCheckpoints([{ name, value: now }])
    return now
  }

  contactsSharing(contact: string, limit: number): Promise<readonly string[]> {
    return this.#parts.store.contactsSharing(contact, limit)
  }

  readIdentifiers(profileId: string): Promise<Profile | undefined> {
    return this.#parts.deletion.readIdentifiers(profileId, this.#parts.signal)
  }

  delete(profileId: string): Promise<Receipt> {
    return this.#parts.deletion.delete(profileId, this.#parts.signal)
  }
}

/** Undefined unless the spec deletes profiles. Throws a config `Fault` if the destination cannot. */
export function createDeletionState(
  { people, destination }: Spec,
  { deletion, ...parts }: Omit<DeletionStateParts, 'deletion'> & { readonly deletion: ProfileDeletion | undefined },
): DeletionState | undefined {
  if (people.deletion === undefined) return undefined
  if (deletion !== undefined) return new DeletionState({ ...parts, deletion })
  throw new Fault(
    'config',
    'people/cannot-delete',
    `${destination.name} cannot delete profiles: remove people.onDelete`,
  )
}

/** A spec that keeps profiles takes the consent back: to delete them again is another decision. */
export async function withdrawConfirmation(
  { people }: Spec,
  store: Pick<Store, 'readCheckpoint' | 'writeCheckpoints'>,
): Promise<void> {
  if (people.deletion !== undefined) return
  if ((await store.readCheckpoint(DELETIONS_CONFIRMED_CHECKPOINT)) === undefined) return
  await store.writeCheckpoints([{ name: DELETIONS_CONFIRMED_CHECKPOINT, value: undefined }])
}
