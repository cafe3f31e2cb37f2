/** Cases of the store contract by name. */
import { type Cases, createEach } from '../cases.ts'
import type { StoreHarness } from './store-harness.ts'

/** Each case has a fresh store, which is closed after it. */
export type StoreCases = Cases<StoreHarness>

/** One case for each row. */
export const each = createEach<StoreHarness>()
