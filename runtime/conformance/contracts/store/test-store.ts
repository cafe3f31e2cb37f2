/** The contract of every store, as cases for any test runner. */
import { contractOf } from '../cases.ts'
import { type ContractCase, declareCases, type TestRunner } from '../runner.ts'
import { checkPrograms, type ProgramOptions } from './programs/check-programs.ts'
import { storeGroups } from './store-groups.ts'
import { createHarness, type StoreFactory } from './store-harness.ts'
import { STORE_PARTS, type StorePart } from './store-parts.ts'

export interface StoreContractOptions {
  /** What the store is for. Default: all parts. Cases that need another part are left out. */
  readonly parts?: readonly StorePart[]
  /** The random programs of part `queue`. */
  readonly programs?: ProgramOptions
}

/**
 * Declares the contract of a store with a test runner: `testStore(make, { describe, test })`. `make` returns a fresh, empty
 * store for each case. A case needs up to a second on disk; the random programs up to a hundred times a case.
 */
export function testStore(make: StoreFactory, runner: TestRunner, options: StoreContractOptions = {}): void {
  declareCases(storeContract(make, options), runner)
}

/** The cases of the contract as data, for runners of other kinds. */
export function storeContract(make: StoreFactory, options: StoreContractOptions = {}): readonly ContractCase[] {
  const parts = options.parts ?? (Object.keys(STORE_PARTS) as StorePart[])
  const chosen = storeGroups.filter(({ needs }) => needs.every((part) => parts.includes(part)))
  const cases = chosen.flatMap(({ group, cases }) =>
    contractOf(group, cases, async (run) => {
      const harness = await createHarness(make)
      try {
        await run(harness)
      } finally {
        await harness.store.close()
      }
    }),
  )
  if (!parts.includes('queue')) return cases
  const features = { replay: parts.includes('ledger'), waiting: parts.includes('waiting') }
  const run = () => checkPrograms(make, features, options.programs)
  return [...cases, { group: 'random programs', name: 'behaves like the model', run }]
}
