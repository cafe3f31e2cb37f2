/** Finds the dead letters that a command names: by id, by metric, fault code or age. */
import type { LedgerEntry } from '../../../ports/ledger.ts'
import type { Store } from '../../../ports/store.ts'
import type { FaultInfo } from '../../../ports/types.ts'
import { traceText } from '../../../search-keys.ts'
import type { CommandInput, OptionDefinition } from '../../command.ts'
import { parseMoment } from '../../parse.ts'

export const filterOptions: readonly OptionDefinition[] = [
  { flags: '--metric <metric>', description: 'only events of this metric' },
  { flags: '--code <code>', description: 'only this fault' },
  { flags: '--since <date>', description: 'only those that failed since then' },
]

export interface DeadLetterFilter {
  readonly metric?: string
  readonly code?: string
  /** Milliseconds since 1970. */
  readonly since?: number
}

/** Undefined: every dead letter. */
export function readFilter(input: CommandInput): DeadLetterFilter | undefined {
  const [metric, code, since] = [input.value('metric'), input.value('code'), input.value('since')]
  if (metric === undefined && code === undefined && since === undefined) return undefined
  return {
    ...(metric !== undefined && { metric }),
    ...(code !== undefined && { code }),
    ...(since !== undefined && { since: parseMoment(since, '--since') }),
  }
}

/** One of the store's groups. The message and the request id are those of its newest record. */
export interface ListedGroup extends FaultInfo {
  readonly metric?: string
  readonly count: number
  /** Record ids, oldest first. */
  readonly ids: readonly string[]
}

/** Largest group first. */
export async function readGroups(store: Store, filter: DeadLetterFilter = {}): Promise<readonly ListedGroup[]> {
  const listed: ListedGroup[] = []
  for (const { group, fault, metric } of await store.groupDeadLetters()) {
    if (filter.metric !== undefined && filter.metric !== metric) continue
    if (filter.code !== undefined && filter.code !== fault.code) continue
    const ids: string[] = []
    for await (const { id, settledAt = 0 } of readGroup(store, group))
      if (filter.since === undefined || settledAt >= filter.since) ids.push(id)
    if (ids.length > 0) listed.push({ ...fault, ...(metric && { metric }), count: ids.length, ids })
  }
  return listed.sort((a, b) => b.count - a.count)
}

const PAGE = 200

async function* readGroup(store: Store, group: string): AsyncGenerator<LedgerEntry> {
  for (let after = 0; ; ) {
    const page = await store.listDeadLetters({ group, after, limit: PAGE })
    yield* page
    if (page.length < PAGE) return
    after = page.at(-1)?.seq ?? after
  }
}

/**
 * The dead letters of a reference in any form that a list prints: a record id, the id of a conversation, ticket, contact or
 * notification, a key, an e-mail address.
 */
export async function findDeadLetters(store: Store, ref: string): Promise<readonly LedgerEntry[]> {
  const found = (await traceText(ref, store)).filter(({ status }) => status === 'dead')
  const exact = found.filter(({ id }) => id === ref)
  return exact.length > 0 ? exact : found
}

/** Newest first, at most `limit`; `all` counts the others, too. */
export async function listNewestDeadLetters(store: Store, limit: number) {
  const newest: LedgerEntry[] = []
  let all = 0
  for (const { group, count } of await store.groupDeadLetters()) {
    all += count
    for await (const letter of readGroup(store, group)) {
      newest.push(letter)
      if (newest.length >= 2 * limit) keepNewest(newest, limit)
    }
  }
  keepNewest(newest, limit)
  return { letters: newest, all }
}

function keepNewest(letters: LedgerEntry[], limit: number): void {
  letters.sort((a, b) => (b.settledAt ?? 0) - (a.settledAt ?? 0) || b.seq - a.seq).splice(limit)
}

/** By record id. `unknown`: references of no dead letter. */
export async function resolveRefs(store: Store, refs: readonly string[]) {
  const ids = new Set<string>()
  const unknown: string[] = []
  for (const ref of new Set(refs)) {
    const found = await findDeadLetters(store, ref)
    if (found.length === 0) unknown.push(ref)
    for (const { id } of found) ids.add(id)
  }
  return { ids: [...ids], unknown }
}
