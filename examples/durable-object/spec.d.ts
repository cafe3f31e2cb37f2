/** Written by `connector build --out spec.js`. */
import type { SpecBundle } from 'intercom-to-klaviyo/runtime'

export declare const built: SpecBundle
