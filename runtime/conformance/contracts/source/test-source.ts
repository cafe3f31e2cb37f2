/** The contract of every source with its spec, as cases for any test runner. */
import { type Cases, contractOf } from '../cases.ts'
import { type ContractCase, declareCases, type TestRunner } from '../runner.ts'
import { accessCases } from './access-cases.ts'
import { type SourceFactory, type SourceHarness, useSource } from './source-harness.ts'
import { streamCases } from './stream-cases.ts'
import { webhookCases } from './webhook-cases.ts'

export type SourcePart = 'webhooks' | 'streams' | 'access'

const groups: Readonly<Record<SourcePart, Cases<SourceHarness>>> = {
  webhooks: webhookCases,
  streams: streamCases,
  access: accessCases,
}

export interface SourceContractOptions {
  /** Default: all. */
  readonly parts?: readonly SourcePart[]
}

/** Declares the contract of a source and its spec with a test runner: `testSource(make, { describe, test })`. */
export function testSource(make: SourceFactory, runner: TestRunner, options: SourceContractOptions = {}): void {
  declareCases(sourceContract(make, options), runner)
}

/** The cases of the contract as data, for runners of other kinds. */
export function sourceContract(
  make: SourceFactory,
  { parts = ['webhooks', 'streams', 'access'] }: SourceContractOptions = {},
): readonly ContractCase[] {
  return parts.flatMap((part) => contractOf(part, groups[part], (run) => useSource(make, run)))
}
