/** The accounts of a delivery, together with the key of the hashes of people: without either, nothing is mapped yet. */
import type { PersonHasher } from '../mapping/person/person-hasher.ts'
import type { AccountPin } from '../source/account-pin.ts'
import type { DeliverParts } from './deliver.ts'

const NO_NAMES = { id: undefined, inWebhooks: undefined }

export function pinWithKey(accounts: AccountPin, hasher: PersonHasher, signal: AbortSignal): DeliverParts['accounts'] {
  return {
    cachedNames: () => (hasher.isLoaded ? accounts.cachedNames() : NO_NAMES),
    pin: async () => {
      await accounts.pin(signal)
      await hasher.load()
    },
  }
}
