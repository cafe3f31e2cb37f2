/** Cases by name, and the contract that they make. */
import { endInTime } from './end-in-time.ts'
import type { ContractCase } from './runner.ts'

type RunCase<Harness> = (harness: Harness) => Promise<void>

/** Each case has a harness of its own, which is closed after it. */
export type Cases<Harness> = Readonly<Record<string, RunCase<Harness>>>

/** Makes a function that returns one case for each row. */
export function createEach<Harness>() {
  return <Row>(
    rows: readonly Row[],
    name: (row: Row) => string,
    run: (harness: Harness, row: Row) => Promise<void>,
  ): Cases<Harness> => {
    const cases = rows.map((row): [string, RunCase<Harness>] => [name(row), (harness) => run(harness, row)])
    if (new Set(cases.map(([name]) => name)).size < cases.length) throw new Error('two cases have the same name')
    return Object.fromEntries(cases)
  }
}

/** The cases of a group, each with a harness that `use` makes and closes. */
export function contractOf<Harness>(
  group: string,
  cases: Cases<Harness>,
  use: (run: RunCase<Harness>) => Promise<void>,
): readonly ContractCase[] {
  return Object.entries(cases).map(([name, run]) => ({ group, name, run: () => endInTime(use(run)) }))
}
