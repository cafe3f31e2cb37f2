/** The contract of every destination, as cases for any test runner. */
import { type Cases, contractOf } from '../cases.ts'
import { type ContractCase, declareCases, type TestRunner } from '../runner.ts'
import { backfillCases } from './backfill-cases.ts'
import { type DestinationFactory, type DestinationHarness, useDestination } from './destination-harness.ts'
import { faultCases } from './fault-cases.ts'
import { limitCases } from './limit-cases.ts'
import { resultCases } from './result-cases.ts'

export type DestinationPart = 'results' | 'backfill' | 'limits' | 'faults'

const groups: Readonly<Record<DestinationPart, Cases<DestinationHarness>>> = {
  results: resultCases,
  backfill: backfillCases,
  limits: limitCases,
  faults: faultCases,
}

export interface DestinationContractOptions {
  /** Default: all. `faults` needs a destination that sends by `wrap(fetch)`. */
  readonly parts?: readonly DestinationPart[]
}

/** Declares the contract of a destination with a test runner: `testDestination(make, { describe, test })`. */
export function testDestination(
  make: DestinationFactory,
  runner: TestRunner,
  options: DestinationContractOptions = {},
): void {
  declareCases(destinationContract(make, options), runner)
}

/** The cases of the contract as data, for runners of other kinds. */
export function destinationContract(
  make: DestinationFactory,
  { parts = ['results', 'backfill', 'limits', 'faults'] }: DestinationContractOptions = {},
): readonly ContractCase[] {
  return parts.flatMap((part) => contractOf(part, groups[part], (run) => useDestination(make, run)))
}
