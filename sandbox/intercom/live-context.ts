/** What the live acts of the sandbox share: the stage they play on, and whom they happen to. */
import { type Contact, departed } from '../data/contacts.ts'
import type { Dice } from '../data/seed.ts'
import type { Workspace } from '../data/workspace.ts'

/** What acts are done with. */
export interface Stage {
  readonly workspace: Workspace
  readonly d: Dice
  /** Unix seconds. */
  readonly now: () => number
  /** Tells the subscriber; resolves once it has been tried. */
  readonly notify: (topic: string, item: object) => Promise<void>
}

/** `weight`: how often it happens, beside the others. */
export interface Act {
  readonly name: string
  readonly weight: number
  /** False if there was nothing it could happen to. */
  readonly run: (stage: Stage) => Promise<boolean>
}

/** Acts touch only records as new as this: nobody answers a year-old question. */
const RECENT = 200

/** The index of something recent, or undefined if there is nothing at all. */
export function recent(d: Dice, { size }: { readonly size: number }): number | undefined {
  return size === 0 ? undefined : size - 1 - d.int(Math.min(size, RECENT))
}

/** The contact a reference names. Kept ones and departed ones alike. */
export function personOf({ workspace }: Stage, reference: { readonly id: string } | undefined): Contact | undefined {
  const index = reference && workspace.contacts.find(reference.id)
  return index === undefined ? undefined : workspace.contacts.at(index)
}

/** A recent contact who is still there, by index. */
export function recentContact({ workspace, d }: Stage): number {
  let index = recent(d, workspace.contacts) ?? 0
  while (index > 0 && departed(workspace.plan, index) !== undefined) index--
  return index
}
