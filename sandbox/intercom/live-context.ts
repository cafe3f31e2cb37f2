/** What the live acts of the sandbox share: the context they play on, and whom they happen to. */
import { type Contact, deletedOrMerged } from '../data/contacts.ts'
import type { SeededRandom } from '../data/seed.ts'
import type { Workspace } from '../data/workspace.ts'

/** What acts are done with. */
export interface LiveContext {
  readonly workspace: Workspace
  readonly rng: SeededRandom
  /** Unix seconds. */
  readonly now: () => number
  /** Tells the subscriber; resolves once it has been tried. */
  readonly notify: (topic: string, item: object) => Promise<void>
}

/** `weight`: how often it happens, beside the others. */
export interface LiveAction {
  readonly name: string
  readonly weight: number
  /** False if there was nothing it could happen to. */
  readonly run: (context: LiveContext) => Promise<boolean>
}

/** Acts touch only records as new as this: nobody answers a year-old question. */
const RECENT = 200

/** The index of something recent, or undefined if there is nothing at all. */
export function recentIndex(rng: SeededRandom, { size }: { readonly size: number }): number | undefined {
  return size === 0 ? undefined : size - 1 - rng.int(Math.min(size, RECENT))
}

/** The contact a reference names. Kept ones and departed ones alike. */
export function findContact(
  { workspace }: LiveContext,
  reference: { readonly id: string } | undefined,
): Contact | undefined {
  const index = reference && workspace.contacts.find(reference.id)
  return index === undefined ? undefined : workspace.contacts.at(index)
}

/** A recent contact who is still there, by index. */
export function recentContact({ workspace, rng }: LiveContext): number {
  let index = recentIndex(rng, workspace.contacts) ?? 0
  while (index > 0 && deletedOrMerged(workspace.seed, index) !== undefined) index--
  return index
}
