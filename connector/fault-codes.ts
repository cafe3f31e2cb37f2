/** Fault codes specific to Intercom and Klaviyo. All others are in `runtime/fault-codes.ts`. */

import { type FaultCode, faultCodes } from '../runtime/fault-reference.ts'

const FIX_MAPPING = 'Change the mapping of the value that the message names, then replay the record.'

export const VENDOR_FAULT_CODES: readonly FaultCode[] = [
  ...faultCodes('config', 'operator', [
    ['intercom/region', '`INTERCOM_REGION` is not a region of Intercom.', 'Set it to `us`, `eu` or `au`, and restart.'],
    [
      'intercom/suspended',
      'Intercom has suspended or closed the workspace.',
      'Resolve this with Intercom. Delivery of waiting records then resumes.',
    ],
    [
      'intercom/plan',
      'The plan of the Intercom workspace does not include this API.',
      'Change the plan, or remove what needs the API from the spec.',
    ],
    [
      'intercom/version',
      'Intercom does not support the requested `Intercom-Version`.',
      'Check the header in `connector.yaml`, or update the connector.',
    ],
    [
      'klaviyo/not-found',
      'Klaviyo has no such endpoint. Records wait: every one would fail, so none becomes a dead letter.',
      'Check `KLAVIYO_BASE_URL`, `destination.host` and the revision header in `connector.yaml`.',
    ],
    [
      'klaviyo/revision',
      'Klaviyo rejected the revision header.',
      'Check the revision header in `connector.yaml`, or update the connector.',
    ],
    [
      'klaviyo/revision-retired',
      'Klaviyo answered 410: it has retired the revision of its API that the connector requests. Records wait, and none is sent under another revision.',
      'Update the connector. With a spec of your own, also copy the `revision` header from the `connector.yaml` of the new version.',
    ],
    ['klaviyo/no-endpoint', '`connector.yaml` lacks an endpoint of Klaviyo.', 'Add it under `destination.endpoints`.'],
    [
      'klaviyo/not-draft',
      'Klaviyo created the flow of a recipe, but not as a draft.',
      'Open the flow in Klaviyo now and set it to draft.',
    ],
    [
      'klaviyo/live-flow',
      'A recipe would create a flow with live or manual actions. It was not sent.',
      'Remove `status: live` and `status: manual` from the actions of the recipe.',
    ],
    [
      'spec/invalid',
      'The spec has errors. The message lists them with their places.',
      'Run `connector validate` and correct them.',
    ],
  ]),
  ...faultCodes('data', 'operator', [
    [
      'klaviyo/duplicate-profile',
      'The e-mail address and the phone number belong to two different profiles in Klaviyo.',
      'Merge the two profiles in Klaviyo, then replay the record.',
    ],
    [
      'klaviyo/too-many',
      'A list in Klaviyo has more pages than the connector reads.',
      'None needed: the connector leaves out the rest of the list.',
    ],
  ]),
  ...faultCodes('data', 'mapping author', [
    [
      'klaviyo/limit',
      'An identifier, the key or the name of the metric is over a limit of Klaviyo, which the message names.',
      FIX_MAPPING,
    ],
    ['klaviyo/metric', 'The event has no metric name.', FIX_MAPPING],
    ['klaviyo/key', 'The event has no idempotency key.', FIX_MAPPING],
    ['klaviyo/time', 'The time of the event is not ISO 8601 with at most milliseconds.', FIX_MAPPING],
    [
      'klaviyo/no-identifier',
      'The profile has neither an e-mail address nor a phone number.',
      'Add one to the contact in Intercom, then replay the record.',
    ],
    [
      'klaviyo/email',
      'The e-mail address of the profile is not valid.',
      'Correct it in Intercom, then replay the record.',
    ],
    [
      'klaviyo/attribute',
      'Klaviyo has no such profile attribute.',
      'Move the attribute under `properties` in the mapping of the profile, then replay the record.',
    ],
  ]),
  ...faultCodes('bug', 'maintainers', [
    ['klaviyo/profile-lane', 'A profile update reached the backfill lane. It was not sent.'],
    ['klaviyo/aggregates', 'Klaviyo answered a query of its counts in an unexpected form.'],
    ['klaviyo/missing-result', 'An event of a bulk request got no result.'],
    ['klaviyo/unflagged', 'A backfill request lacked its backfill flag. It was not sent.'],
  ]),
]
