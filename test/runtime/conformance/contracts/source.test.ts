/** Our Intercom source and the shipped spec against the contract of sources, with the local Intercom. */
import { describe, test } from 'vitest'
import { testSource } from '../../../../runtime/conformance/contracts/source/test-source.ts'
import { intercomUnderTest } from './intercom-under-test.ts'

testSource(intercomUnderTest, { describe, test })
