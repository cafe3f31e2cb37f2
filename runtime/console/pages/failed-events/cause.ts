/** Whether what made records fail is gone, as far as it can be tried without sending anything. */
import { capitalize } from '../../../lib/format.ts'
import { toPreviewInput } from '../../../mapping/record-input.ts'
import type { DeadLetterGroup, LedgerEntry } from '../../../ports/ledger.ts'
import { hashSpec } from '../../../spec/hash-spec.ts'
import type { PageContext } from '../../types.ts'

export interface Cause {
  /** `unknown`: only a retry shows it. */
  readonly state: 'gone' | 'stands' | 'unknown'
  /** What was tried and found, one or two sentences. */
  readonly text: string
}

/** `example`: the newest record of the group. */
export async function checkCause(
  group: DeadLetterGroup,
  example: LedgerEntry | undefined,
  context: PageContext,
): Promise<Cause> {
  const { fault } = group
  if (fault.kind === 'bug') return { state: 'unknown', text: 'Retry after an update of the connector.' }
  if (fault.place !== undefined) return mapAgain(group, example, context)
  if (fault.kind === 'data') return compareSpecs(example, context)
  return checkSides(group, context)
}

/** The fault has a place in the mappings: whether they still fail there. */
async function mapAgain(
  { metric }: DeadLetterGroup,
  example: LedgerEntry | undefined,
  { options }: PageContext,
): Promise<Cause> {
  const input = example && toPreviewInput(example)
  if (input === undefined) return EXPIRED
  const { items } = await options.connector.preview({ ...input, lookupFallback: 'remembered' })
  const own = items.filter((item) => metric === undefined || ('metric' in item && item.metric === metric))
  const failed = own.find((item) => 'fault' in item)
  if (failed !== undefined && 'fault' in failed)
    return { state: 'stands', text: `The current mappings still fail on the newest record: ${failed.fault}.` }
  return { state: 'gone', text: 'The current mappings map the newest record without an error.' }
}

const EXPIRED: Cause = { state: 'stands', text: 'The content of the newest record is no longer stored.' }

/** The destination refused what was sent: it refuses the same again. */
function compareSpecs(example: LedgerEntry | undefined, { options }: PageContext): Cause {
  const { spec } = options.connector
  const mappedBy = example?.outcome?.spec
  if (mappedBy === undefined || mappedBy === hashSpec(spec.sourceFiles))
    return {
      state: 'stands',
      text: `The mappings have not changed since, so ${capitalize(spec.destination.name)} would reject the events again.`,
    }
  return { state: 'unknown', text: 'The mappings have changed since. Retry one record first.' }
}

/** Credentials, permissions, or a side that did not answer: whether it has answered since. */
function checkSides({ newest, fault }: DeadLetterGroup, { options }: PageContext): Cause {
  const { gate, connectionStats, spec } = options.connector
  const paused = gate.pausedReason()
  if (paused !== undefined) return { state: 'stands', text: 'Delivery is paused.' }
  const side = fault.code.startsWith('source/') ? 'source' : 'destination'
  const name = capitalize(spec[side].name)
  const { lastFailure, lastSuccessAt = 0 } = connectionStats()[side]
  if (lastFailure !== undefined)
    return { state: 'stands', text: `The last request to ${name} failed: ${lastFailure.fault.message}.` }
  if (lastSuccessAt > newest) return { state: 'gone', text: `${name} has accepted requests since.` }
  return { state: 'unknown', text: `${name} has had no request since.` }
}
