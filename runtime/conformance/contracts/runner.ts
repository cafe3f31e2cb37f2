/** A contract as cases: run by any test runner, or one by one. */

/**
 * What every runner has: `describe` and `test` of vitest, jest, `bun:test` or `node:test`; of mocha and of Deno's
 * `@std/testing/bdd` pass `{ describe, test: it }`.
 */
export interface TestRunner {
  describe(name: string, body: () => void): unknown
  test(name: string, body: () => Promise<void>): unknown
}

/** One case of a contract. It makes what it tests, and closes it: cases share nothing and run in any order. */
export interface ContractCase {
  readonly group: string
  /** Unique within the group. Tells what holds. */
  readonly name: string
  /** Throws an `AssertionError` if the contract does not hold. */
  run(): Promise<void>
}

/** Declares a group for each `describe`, and a case for each `test`. */
export function declareCases(cases: readonly ContractCase[], runner: TestRunner): void {
  for (const group of new Set(cases.map((one) => one.group))) {
    runner.describe(group, () => {
      for (const one of cases) if (one.group === group) runner.test(one.name, () => one.run())
    })
  }
}
