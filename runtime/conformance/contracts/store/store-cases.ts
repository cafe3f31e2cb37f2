/** Cases of the store contract by name. */
import type { StoreHarness } from './store-harness.ts'

type RunCase = (harness: StoreHarness) => Promise<void>

/** Each case has a fresh store, which is closed after it. */
export type StoreCases = Readonly<Record<string, RunCase>>

/** One case for each row. */
export function each<Row>(
  rows: readonly Row[],
  name: (row: Row) => string,
  run: (harness: StoreHarness, row: Row) => Promise<void>,
): StoreCases {
  const cases = rows.map((row): [string, RunCase] => [name(row), (harness) => run(harness, row)])
  const names = new Set(cases.map(([name]) => name))
  if (names.size < cases.length) throw new Error('two cases have the same name')
  return Object.fromEntries(cases)
}
