/** What this connector knows of Intercom and Klaviyo, for the checks of a spec. */
import type { VendorRules } from '../runtime/spec/check/vendor/vendor-rules.ts'
import { intercomRules } from './intercom/spec-rules.ts'
import { klaviyoRules } from './klaviyo/spec-rules.ts'

export const vendorRules: VendorRules = { source: intercomRules, destination: klaviyoRules }
