/** The conformance kit for hosts: what stores promise, as tests for any test runner. */

/** A contract as data, and the functions of a test runner that it needs. */
export type { ContractCase, TestRunner } from './contracts/runner.ts'
/** The contract of a store, and its parts. */
export type { ProgramOptions } from './contracts/store/programs/check-programs.ts'
export type { StoreFactory } from './contracts/store/store-harness.ts'
export { STORE_PARTS, type StorePart, type StorePartInfo } from './contracts/store/store-parts.ts'
export { type StoreContractOptions, storeContract, testStore } from './contracts/store/test-store.ts'
