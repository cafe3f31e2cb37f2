/** Fault codes of cases and recordings, for the reference page. */
import { type FaultCode, faultCodes } from '../fault-reference.ts'

const RECORD_AGAIN = 'Record it again with `connector record`.'

export const CONFORMANCE_FAULT_CODES: readonly FaultCode[] = [
  ...faultCodes('config', 'mapping author', [
    [
      'recording/unmatched',
      'The replay of a recording asks for something that was not recorded, e.g. a lookup that is new in a mapping. Nothing was sent.',
      `${RECORD_AGAIN} Or add the exchange to its exchanges.json by hand.`,
    ],
    ['recording/unknown-stream', 'A recording names a stream that the spec does not have.', RECORD_AGAIN],
    [
      'recording/no-metric',
      'No mapping of the spec reads history from the streams of a recording.',
      'Give a mapping the stream, or delete the recording.',
    ],
    [
      'recording/no-plain-path',
      'An answer cannot be made up for single items, because an expression of the spec is more than a path.',
      'Record whole pages with `connector record --stream`.',
    ],
    [
      'recording/invalid',
      'A file of a recording is not of the form that the reference describes. The message names the file.',
      `Correct the file. Or: ${RECORD_AGAIN}`,
    ],
    ['recording/no-har', 'A file is no HAR.', 'Export it again, as HAR 1.2, with content.'],
    [
      'recording/unknown-item',
      'A file of a folder holds neither a notification, a page of a stream, nor a known item.',
      'Name it after its stream or lookup, or take it out of the folder.',
    ],
  ]),
  ...faultCodes('data', 'mapping author', [
    [
      'recording/personal-data',
      'A recording still held what looks like personal data after redaction. Nothing was written.',
      'Leave out `--keep`. If that does not help, report it.',
    ],
    [
      'recording/no-notification',
      'A recorded webhook is not a notification of the source.',
      'Remove it from webhooks.json.',
    ],
  ]),
  ...faultCodes('data', 'mapping author', [
    [
      'case/webhook-refused',
      'A case brings a webhook that the connector does not accept, e.g. one without a topic.',
      'Correct the notification of the case.',
    ],
    [
      'case/not-found',
      'A case has no resource that an expression looks up. To the mapping it does not exist.',
      'Add the resource to the lookups of the case.',
    ],
    [
      'case/refused',
      'The case plays a failure: its record is refused once, and replayed.',
      'Nothing: no result of a case has this code.',
    ],
  ]),
  ...faultCodes('bug', 'maintainers', [
    ['bug/case-request', 'A case was asked for what no lookup and no stream of the spec asks for.'],
    ['bug/case-answer', 'The connector did not accept the answer that a case made up.'],
  ]),
]
