/** The fault codes that only Intercom or Klaviyo gives rise to. The others are in `runtime/fault-codes.ts`. */

import { type FaultCode, faultCodes } from '../runtime/fault-reference.ts'

const SHORTEN = 'Change the mapping of the value that the message names, then replay the record.'

export const VENDOR_FAULT_CODES: readonly FaultCode[] = [
  ...faultCodes('config', 'operator', [
    ['intercom/region', '`INTERCOM_REGION` names no region of Intercom.', 'Set it to `us`, `eu` or `au`, and restart.'],
    [
      'intercom/suspended',
      'Intercom has suspended or closed the workspace.',
      'Clear it up with Intercom. Waiting records then resume.',
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
      'Klaviyo knows no such endpoint. Every record would fail, so none becomes a dead letter.',
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
      'Nothing: the message says what was left out.',
    ],
  ]),
  ...faultCodes('data', 'mapping author', [
    ['klaviyo/limit', 'A value of the event is over a limit of Klaviyo, which the message names.', SHORTEN],
    ['klaviyo/metric', 'The event has no metric name.', SHORTEN],
    ['klaviyo/key', 'The event has no idempotency key.', SHORTEN],
    ['klaviyo/time', 'The time of the event is not ISO 8601 with at most milliseconds.', SHORTEN],
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
    ['klaviyo/profile-lane', 'A profile update was about to be sent as history.'],
    ['klaviyo/missing-result', 'An event of a bulk request got no result.'],
    ['klaviyo/unflagged', 'A request of history without its backfill flag was stopped before it left.'],
  ]),
]
