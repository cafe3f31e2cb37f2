/** The store against the contract, by Node's own test runner: `node --import tsx --test examples/store-contract/store.test.ts`. */
import { describe, test } from 'node:test'
import { testStore } from 'intercom-to-klaviyo/conformance'
import { MapStore } from './map-store.ts'

// Cases that need a ledger, contacts' states, a cache or waiting events are left out.
testStore((options) => new MapStore(options), { describe, test }, { parts: ['queue', 'keys'] })
