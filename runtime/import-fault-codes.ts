/** The fault codes of imports and recipes. */
import { type FaultCode, faultCodes } from './fault-reference.ts'

export const IMPORT_FAULT_CODES: readonly FaultCode[] = [
  ...faultCodes('config', 'operator', [
    [
      'backfill/already-running',
      'Another import runs on this store.',
      'Wait for it, or stop it in the process that the message names.',
    ],
    [
      'spec/keys-changed',
      'The spec has other keys than the one that ran before, so events that were delivered would be counted again.',
      'Restore the keys, or accept the new ones: `--accept-new-keys "Rated Conversation"`. `connector plan` shows all that the spec changes.',
    ],
    [
      'backfill/options-changed',
      'An unfinished import has other dates or metrics.',
      'Run the import again without options to finish it, or restart it with `--restart`.',
    ],
    [
      'backfill/unknown-metric',
      'An import names a metric that the spec does not have, or of which the source keeps no history.',
      'Name metrics with a `backfill` section. If an unfinished import names it, restart the import with `--restart`.',
    ],
    [
      'backfill/unknown-stream',
      'The unfinished import reads a stream that the spec no longer has.',
      'Restart the import with `--restart`.',
    ],
  ]),
  ...faultCodes('transient', 'none', [
    [
      'backfill/lock-lost',
      'This process was suspended for too long, and another one took over the import.',
      'Nothing: the import continues in the other process.',
    ],
    ['recipe/in-progress', 'Another process creates the same segment or flow.', 'Try again in two minutes.'],
  ]),
]
