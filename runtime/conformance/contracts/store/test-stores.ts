/** The contract of stores for many tenants, as cases for any test runner. */
import type { Clock } from '../../../ports/effects.ts'
import type { Stores } from '../../../ports/stores.ts'
import { contractOf } from '../cases.ts'
import { type ContractCase, declareCases, type TestRunner } from '../runner.ts'
import { tenantCases } from './tenant-cases.ts'
import { TestClock } from './test-clock.ts'

/** Makes fresh, empty stores that take the time from `clock` and wait by it. */
export type StoresFactory = (options: { readonly clock: Clock }) => Stores | Promise<Stores>

/**
 * Declares the contract of stores for many tenants with a test runner: that they are apart. Test one of them by `testStore`,
 * too: `testStore(async (options) => (await make(options)).of('one'), runner)`.
 */
export function testStores(make: StoresFactory, runner: TestRunner): void {
  declareCases(storesContract(make), runner)
}

/** The cases of the contract as data, for runners of other kinds. */
export function storesContract(make: StoresFactory): readonly ContractCase[] {
  return contractOf('tenants', tenantCases, async (run) => {
    const clock = new TestClock()
    const stores = await make({ clock })
    try {
      await run({ stores, clock })
    } finally {
      await stores.close()
    }
  })
}
