/** The invariants of a whole connector, as cases for any test runner. */
import { type ContractCase, declareCases, type TestRunner } from '../runner.ts'
import { type ConnectorFactory, type RecordedCase, useConnector } from './connector-harness.ts'
import { type Expectations, INVARIANTS } from './invariant-cases.ts'

export interface InvariantOptions extends Expectations {
  readonly makeConnector: ConnectorFactory
  /** Texts that are not in `sensitive` may be logged. */
  readonly cases: readonly RecordedCase[]
}

/**
 * Declares, for each case: the same keys by every ingress; redelivery counts nothing; output stays within the limits; no
 * host is called but those listed; logs and faults hold no data of people.
 */
export function testInvariants(options: InvariantOptions, runner: TestRunner): void {
  declareCases(invariants(options), runner)
}

/** The same as data, for runners of other kinds. */
export function invariants({ makeConnector, cases, ...expected }: InvariantOptions): readonly ContractCase[] {
  return cases.flatMap((one) =>
    Object.entries(INVARIANTS).map(([name, run]) => ({
      group: one.name,
      name,
      run: () => useConnector(makeConnector, (harness) => run(harness, one, expected)),
    })),
  )
}
