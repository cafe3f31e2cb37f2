/** Searches the ledger: by what was typed, and for a person by the contacts that its records name. */
import type { LedgerEntry } from '../../../ports/ledger.ts'
import { toSearchKeys } from '../../../search-keys.ts'
import type { PageContext } from '../../types.ts'
import { parseNumber } from '../event/reveal.ts'

const PAGE_SIZE = 20

export interface FoundRecords {
  readonly entries: readonly LedgerEntry[]
  /** Whether they are the newest. */
  readonly isFirst: boolean
  /** The number of the last one, if older records follow. */
  readonly last?: number | undefined
}

export async function searchRecords(text: string, isPerson: boolean, context: PageContext): Promise<FoundRecords> {
  const { store } = context.options.connector
  const named = await toSearchKeys(text, store)
  const refs = [...named, ...(await contactsOf(named, isPerson, context))]
  const before = parseNumber(context.url.searchParams.get('before'))
  const page = await store.findRecords({ refs, limit: PAGE_SIZE + 1, ...(before !== undefined && { before }) })
  const entries = page.slice(0, PAGE_SIZE)
  const last = page.length > PAGE_SIZE ? entries.at(-1)?.seq : undefined
  return { entries, isFirst: before === undefined, last }
}

/** Those whose events have the hash of the person, or the profile: their other records may name no address. */
async function contactsOf(
  refs: readonly string[],
  isPerson: boolean,
  { options }: PageContext,
): Promise<readonly string[]> {
  const newest = await options.connector.store.findRecords({ refs, limit: PAGE_SIZE })
  const contacts = newest.flatMap(({ outcome }) =>
    (outcome?.events ?? []).flatMap(({ contact, emailHash, phoneHash, receipt }) => {
      const names = isPerson ? [emailHash, phoneHash] : [receipt?.profileId]
      return contact !== undefined && names.some((name) => name !== undefined && refs.includes(name)) ? [contact] : []
    }),
  )
  return [...new Set(contacts)]
}
