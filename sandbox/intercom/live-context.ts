/** The context of live actions, and the records they pick. */
import type { Contact } from '../data/contacts.ts'
import type { SeededRandom } from '../data/seed.ts'
import type { Workspace } from '../data/workspace.ts'

export interface LiveContext {
  readonly workspace: Workspace
  readonly rng: SeededRandom
  /** Unix seconds. */
  readonly now: () => number
  /** Sends a webhook; resolves after the first attempt. */
  readonly notify: (topic: string, item: object) => Promise<void>
}

/** `weight` is its frequency relative to the others. */
export interface LiveAction {
  readonly name: string
  readonly weight: number
  /** Resolves to false without a suitable record. */
  readonly run: (context: LiveContext) => Promise<boolean>
}

/** Actions change only the newest records. */
const RECENT = 200

/** The index of a recent record, or undefined in an empty collection. */
export function recentIndex(rng: SeededRandom, { size }: { readonly size: number }): number | undefined {
  return size === 0 ? undefined : size - 1 - rng.int(Math.min(size, RECENT))
}

/** The contact of a reference, even a deleted or merged one. */
export function findContact(
  { workspace }: LiveContext,
  reference: { readonly id: string } | undefined,
): Contact | undefined {
  const index = reference && workspace.contacts.find(reference.id)
  return index === undefined ? undefined : workspace.contacts.at(index)
}

/** The index of a recent contact that is neither deleted nor merged. */
export function recentContact({ workspace, rng }: LiveContext): number {
  let index = recentIndex(rng, workspace.contacts) ?? 0
  while (index > 0 && workspace.removalOf(index) !== undefined) index--
  return index
}
