/** Every fault code that the runtime throws: what it means, who acts, and how. The reference page is made of this table. */

import { ALERT_FAULT_CODES } from './alert-fault-codes.ts'
import { type FaultCode, faultCodes } from './fault-reference.ts'
import { IMPORT_FAULT_CODES } from './import-fault-codes.ts'
import { SIDE_FAULT_CODES } from './side-fault-codes.ts'
import { STORE_FAULT_CODES } from './store-fault-codes.ts'

/** By area. A connector adds those of its vendors. */
export const FAULT_CODES: readonly FaultCode[] = [
  ...SIDE_FAULT_CODES,
  ...ALERT_FAULT_CODES,

  // Stored credentials and connecting.
  ...faultCodes('config', 'operator', [
    [
      'auth/no-key',
      'Credentials would be stored, but no encryption key is set.',
      'Set `CONNECTOR_KEY`, or use a store in a file, beside which a key file is made.',
    ],
    ['auth/invalid-key', '`CONNECTOR_KEY` is not 32 bytes in base64.', 'Generate one: `openssl rand -base64 32`.'],
    [
      'auth/key-file',
      'The key file cannot be used; the message says why.',
      'Restore the file or its mode (600), or connect both sides again with a new one.',
    ],
    [
      'auth/wrong-key',
      'The stored credentials were encrypted with another key.',
      'Restore `CONNECTOR_KEY` or the key file, or connect both sides again.',
    ],
    [
      'auth/newer-version',
      'A newer version of the connector stored the credentials.',
      'Run that version, or connect both sides again.',
    ],
    ['auth/damaged-credentials', 'The stored credentials fail their integrity check.', 'Connect the side again.'],
    [
      'auth/state',
      'An OAuth callback does not belong to a connection begun in this browser.',
      'Begin connecting again in this browser.',
    ],
    ['auth/state-expired', 'Connecting took longer than a quarter of an hour.', 'Begin connecting again.'],
    [
      'auth/state-used',
      'An OAuth callback was used before.',
      'Nothing if the side is connected; otherwise begin again.',
    ],
    [
      'spec/overlay',
      'The overlay of a tenant cannot be applied: it extends a spec of its own, or the shared spec was built without its files.',
      'Leave out `extends`, or pass `{ ...built, files }`.',
    ],
    [
      'store/other-account',
      'The store is pinned to another account than the one that the host names. Nothing is received and nothing delivered.',
      'Open the store of that account, or name the account of this store.',
    ],
    [
      'webhook/body-lost',
      'The host passed a webhook whose body was parsed or read before. The signature covers its bytes, so it was answered 503.',
      'Pass the raw body to `receive`, or call it before anything parses the body.',
    ],
    [
      'events/cursor',
      'A host passed a `since` to `events` that is not the cursor of an event.',
      'Pass the `cursor` of the last event that was written, unchanged, or none.',
    ],
    [
      'events/no-destination',
      'A host without a destination passed a record to `deliver`.',
      'Read the events by `events`, or pass a destination to `createConnector`.',
    ],
    [
      'events/other-route',
      'A host called `events` of a connector that delivers to its destination already, or the reverse.',
      'Use two connectors, each with a store of its own. Call `events` before `backfill`.',
    ],
    [
      'delivery/paused',
      'Delivery is paused; the message gives the reason. Webhooks are still stored.',
      'Connect the side that the message names. Delivery then resumes.',
    ],
  ]),
  ...faultCodes('transient', 'none', [
    ['auth/stopped', 'The process stopped while credentials were refreshed or their account was identified.'],
    ['auth/unreadable', 'The credentials of a host could not be read.'],
    ['auth/expired', 'The access token of a host has expired, and its vault has no newer one.'],
    ['delivery/stopped', 'The time limit of a delivery was over, or the signal of its host aborted.'],
  ]),

  // Records, mappings and the spec.
  ...faultCodes('data', 'operator', [
    [
      'webhook/no-topic',
      'A signed notification names no topic. It is answered 400 and not stored.',
      'Check that the webhook of the source points here.',
    ],
    [
      'record/not-json',
      'The stored body of the record is not JSON, or is nested more than 500 levels deep.',
      'Restore the store from a backup, or import the record again.',
    ],
    [
      'stream/no-id',
      'An item on a page has no id, or is no object, so its events could be counted twice. Reading sets it apart and goes on.',
      'Look at its raw record. If `id` of the resource in the spec is wrong, correct it and replay the record. Otherwise report it to the source, and import again later.',
    ],
    [
      'stream/repeated-cursor',
      'A stream does not end: its cursor does not advance, its pages repeat, or it goes far beyond all records that the source counts.',
      'Run the import again later; if it happens again, report it to the source.',
    ],
  ]),
  ...faultCodes('data', 'operator', [
    [
      'delivery/cut-off',
      'The process ended three times in a row while the record was being delivered, the last time with no other in work.',
      'Look in the log of the process for the cause (out of memory, a crash). Change the mapping or give the process more memory, then replay the record.',
    ],
  ]),
  ...faultCodes('transient', 'none', [
    ['stream/invalid-page', 'A page of a stream held neither a list nor a count.'],
    [
      'stream/short-page',
      'A stream ended, or gave an empty page, before all records that the source counts were read.',
      'Nothing: the page is requested again. If that does not help, the import ends as incomplete.',
    ],
    ['delivery/behind-live', 'A webhook that is still to be delivered may bring the event: it goes first.'],
    ['delivery/deferred-behind-profiles', 'Other profile updates go first.', 'Nothing: it waits half a minute.'],
  ]),
  ...faultCodes('data', 'mapping author', [
    [
      'mapping/no-key',
      'A part of the idempotency key is missing, so the event could be counted twice.',
      'Change `key` of the mapping, then replay the record.',
    ],
    [
      'mapping/no-time',
      'The time of the event is missing, or not a time.',
      'Change `time` of the mapping, then replay the record.',
    ],
    [
      'mapping/too-many-steps',
      'The expressions of one record took too many steps together: the record is too large for them.',
      'Simplify the expression at the given place or those before it: do not search the whole record once for each of its parts. Then replay the record.',
    ],
    [
      'mapping/too-many-occurrences',
      'A record holds more than 5,000 occurrences. Those of the metrics before are sent.',
      'Select fewer parts with `each` of the mapping, then replay the record.',
    ],
    [
      'mapping/impossible-contact',
      "The id of the event's contact is one that no source can have: it holds half a character, or only dots.",
      'Change `contact` of the mapping, then replay the record. If the id is as the source sent it, report it to the source.',
    ],
  ]),
  ...faultCodes('config', 'mapping author', [
    [
      'stream/foreign-page',
      'A page of a stream names a next page on another host than the API. It was not requested: the request would carry the credentials there.',
      'Check `nextUrl` of the stream, and the address of the API: a proxy in between may change addresses.',
    ],
    [
      'stream/no-ids',
      'No item on the first page of a stream has an id.',
      'Check `id` of the resource in connector.yaml, then run the import again.',
    ],
    [
      'reconcile/not-configured',
      'connector.yaml has no `reconcile` section, so what has changed at the source cannot be read.',
      'Add the section, and `poll` to each stream.',
    ],
    [
      'reconcile/no-time',
      'No record on a page has a time of its last change.',
      'Check `poll.updatedAt` of the stream in connector.yaml.',
    ],
    [
      'mapping/wrong-type',
      'The value of a property is not of its declared type.',
      'Change the expression or the type of the property, then replay the record.',
    ],
    [
      'people/cannot-ask',
      'The spec says `people.onlyKnown`, and the destination of this host cannot tell whom it has.',
      'Remove `onlyKnown`, or use a destination with `findKnown`.',
    ],
    [
      'people/cannot-delete',
      'The spec says `people.onDelete: delete`, and the destination of this host cannot delete profiles.',
      'Remove `onDelete`, or use a destination with `deletion`.',
    ],
    [
      'expression/<code>',
      'An expression failed; the code is that of JSONata, the message explains it.',
      'Change the expression at the given place, then replay the record.',
    ],
    [
      'expression/failed',
      'An expression failed with an unexpected error.',
      'Change the expression at the given place, then replay the record.',
    ],
    [
      'expression/function',
      'The result of an expression is a function, or a function it calls failed.',
      'Change the expression at the given place, then replay the record.',
    ],
    ['expression/output', 'The result of an expression is too large.', 'Shorten the result, then replay the record.'],
    [
      'expression/too-deep',
      'A value of the record is nested too deeply for the expression, or the expression itself is.',
      'Read a part of the value, or nest the expression less, then replay the record.',
    ],
    ['expression/eval', 'An expression calls `$eval`, which is switched off.', 'Write the expression out.'],
    ['preview/unknown-topic', 'The spec knows no such topic.', 'Check the spelling, or add the topic to a mapping.'],
    ['preview/unknown-stream', 'The spec has no such stream.', 'Check the spelling, or add the stream to the spec.'],
    [
      'spec/no-destination',
      'connector.yaml has no `destination.http`, and the connector no code that sends.',
      'Add `destination.http`, or pass `createDestination`.',
    ],
    ['spec/built', 'A built spec does not fit this version of the connector.', 'Run `connector build` again.'],
    [
      'spec/no-folder',
      'The connector runs in a bundle, which has no folder of YAML beside it.',
      'Pass what `connector build --out spec.js` wrote.',
    ],
  ]),
  ...faultCodes('transient', 'none', [
    [
      'expression/not-loaded',
      'A library that a function of an expression needs could not be loaded: its files were away, or no descriptor was free.',
      'Install the package again if it lasts.',
    ],
  ]),

  ...IMPORT_FAULT_CODES,

  // The host.
  ...faultCodes('config', 'operator', [
    [
      'host/missing-package',
      'A package that only some hosts install is missing.',
      'Run the command that the message names.',
    ],
  ]),
  ...faultCodes('transient', 'operator', [
    [
      'host/connector-failed',
      'The host could not create the connector of a tenant: its `connectorOf` threw. It is tried again.',
      'Look for the error of that class in the host.',
    ],
  ]),
  ...STORE_FAULT_CODES,

  // Ours.
  ...faultCodes('bug', 'maintainers', [
    ['store/unexpected', 'The store rejected a statement.'],
    ['store/closed', 'The store was used after it was closed.'],
    ['bug/unexpected', 'An error without a code. Only its name is kept: its message could quote the record.'],
    ['bug/stream', 'A stream has no resource.'],
    ['bug/lookup', 'A lookup was used in a way that its spec does not declare.'],
    ['bug/known-people', 'The destination did not say whether it has a person.'],
    ['bug/deletion', 'A profile would be deleted although the spec keeps profiles. It is not.'],
    ['bug/unbound-path', 'A request path lacks a value for one of its parameters.'],
    ['bug/no-result', 'The destination returned no result for a message.'],
    ['bug/profile-lane', 'A profile update was about to be sent as history.'],
  ]),
]
