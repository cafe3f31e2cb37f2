/** The names by which the ledger finds what a person typed: an id as it is, the hashes of an address or a phone number. */
import { PERSON_KEY_CHECKPOINT } from './lib/checkpoint-names.ts'
import { PersonHasher } from './mapping/person/person-hasher.ts'
import type { LedgerEntry } from './ports/ledger.ts'
import type { Store } from './ports/store.ts'
import { isEmailAddress, toSearchKey } from './record-history.ts'

type SearchedStore = Pick<Store, 'readCheckpoint' | 'compareAndSwapCheckpoint'>

const E164 = /^\+[1-9]\d{6,14}$/

/** Whether it names a person by themselves, rather than by an id. */
export const isPersonal = (text: string): boolean => isEmailAddress(text) || E164.test(text.trim())

export async function toSearchKeys(text: string, store: SearchedStore): Promise<readonly string[]> {
  // Records of earlier versions have the hash without a key.
  const key = toSearchKey(text)
  if (!isPersonal(text)) return [key]
  if ((await store.readCheckpoint(PERSON_KEY_CHECKPOINT)) === undefined) return [key]
  const hasher = new PersonHasher(store)
  await hasher.load()
  return [hasher.hash(text), key].filter((one) => one !== undefined)
}

/** Of the newest hundred, the oldest first. */
export async function traceText(
  text: string,
  store: SearchedStore & Pick<Store, 'findRecords'>,
): Promise<readonly LedgerEntry[]> {
  const found = await store.findRecords({ refs: await toSearchKeys(text, store), limit: 100 })
  return found.toReversed()
}
