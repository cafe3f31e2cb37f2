/** The conformance kit for hosts: what stores, destinations, sources and connectors promise, as tests for any test runner. */

/** The invariants of a whole connector. */
export type {
  ConnectorFactory,
  ConnectorFactoryOptions,
  ConnectorUnderTest,
  RecordedCase,
} from './contracts/connector/connector-harness.ts'
export type { Expectations, OutputLimits } from './contracts/connector/invariant-cases.ts'
export { type InvariantOptions, invariants, testInvariants } from './contracts/connector/test-invariants.ts'
/** The contract of a destination. */
export type {
  DestinationFactory,
  DestinationUnderTest,
  ReceivedEvent,
} from './contracts/destination/destination-harness.ts'
export {
  type DestinationContractOptions,
  type DestinationPart,
  destinationContract,
  testDestination,
} from './contracts/destination/test-destination.ts'
/** A contract as data, and the functions of a test runner that it needs. */
export type { ContractCase, TestRunner } from './contracts/runner.ts'
/** The contract of a source and its spec. */
export type { SourceFactory, SourceUnderTest } from './contracts/source/source-harness.ts'
export {
  type SourceContractOptions,
  type SourcePart,
  sourceContract,
  testSource,
} from './contracts/source/test-source.ts'
/** The contract of a store, and its parts. */
export type { ProgramOptions } from './contracts/store/programs/check-programs.ts'
export type { StoreFactory } from './contracts/store/store-harness.ts'
export { STORE_PARTS, type StorePart, type StorePartInfo } from './contracts/store/store-parts.ts'
export { type StoreContractOptions, storeContract, testStore } from './contracts/store/test-store.ts'
/** The contract of stores for many tenants. */
export { type StoresFactory, storesContract, testStores } from './contracts/store/test-stores.ts'
/** The clock and the network of a contract. */
export type { NetworkOptions } from './contracts/test-network.ts'
