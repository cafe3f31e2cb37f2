/** Our Klaviyo destination against the contract of destinations, which writes to the local Klaviyo. */
import { describe, test } from 'vitest'
import { createKlaviyoDestination } from '../../../../connector/klaviyo/destination.ts'
import { loadConnectorSpec } from '../../../../connector/spec.ts'
import { testDestination } from '../../../../runtime/conformance/contracts/destination/test-destination.ts'
import { silentLogger } from '../../../../runtime/system.ts'
import { klaviyoUnderTest } from './klaviyo-under-test.ts'

const { destination: spec } = await loadConnectorSpec()
const make = klaviyoUnderTest((effects) =>
  createKlaviyoDestination({ ...effects, spec, apiKey: 'pk_test', random: () => 0.5, logger: silentLogger }),
)

testDestination(make, { describe, test })
