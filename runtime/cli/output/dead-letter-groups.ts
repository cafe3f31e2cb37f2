/** Dead letters, page by page and grouped by what killed them. */
import type { LedgerEntry } from '../../ports/ledger.ts'
import type { Store } from '../../ports/store.ts'
import type { FaultInfo } from '../../ports/types.ts'

const PAGE = 200

/** Every dead letter, oldest first, without holding more than a page. */
export async function* deadLetters(store: Pick<Store, 'listDeadLetters'>): AsyncGenerator<LedgerEntry> {
  let after: number | undefined
  for (;;) {
    const page = await store.listDeadLetters({ limit: PAGE, ...(after === undefined ? {} : { after }) })
    yield* page
    after = page.at(-1)?.seq
    if (page.length < PAGE) return
  }
}

/** Dead letters that died of the same thing at the same place. Message and request are those of the first. */
export interface DeadGroup extends FaultInfo {
  readonly count: number
  /** Records, oldest first. */
  readonly ids: readonly string[]
}

/** Largest group first. */
export async function groupDeadLetters(letters: AsyncIterable<LedgerEntry>): Promise<readonly DeadGroup[]> {
  const groups = new Map<string, { fault: FaultInfo; ids: string[] }>()
  for await (const letter of letters) {
    const fault = faultOf(letter)
    const name = `${fault.code} ${fault.place ?? ''}`
    const group = groups.get(name) ?? { fault, ids: [] }
    groups.set(name, group)
    group.ids.push(letter.id)
  }
  const listed = [...groups.values()].map(({ fault, ids }) => ({ ...fault, count: ids.length, ids }))
  return listed.sort((a, b) => b.count - a.count)
}

function faultOf({ outcome }: LedgerEntry): FaultInfo {
  if (outcome?.status === 'dead') return outcome.fault
  return { kind: 'bug', code: 'bug/no-outcome', message: 'the ledger does not say why it is dead' }
}
