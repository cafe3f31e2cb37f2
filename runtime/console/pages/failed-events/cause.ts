/** Whether what made records fail is gone, as far as it can be tried without sending anything. */
import { capitalize } from '../../../lib/format.ts'
import { findUnknown } from '../../../mapping/explain/explain-lookups.ts'
import type { OccurrenceExplanation } from '../../../mapping/explain/explain-mapping.ts'
import { CONTACT } from '../../../mapping/hydrate.ts'
import { toPreviewInput } from '../../../mapping/record-input.ts'
import { Fault, toFault } from '../../../ports/fault.ts'
import type { DeadLetterGroup, LedgerEntry } from '../../../ports/ledger.ts'
import type { FaultInfo } from '../../../ports/types.ts'
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
  group: DeadLetterGroup,
  example: LedgerEntry | undefined,
  { options }: PageContext,
): Promise<Cause> {
  const input = example && toPreviewInput(example)
  if (input === undefined) return EXPIRED
  const { preview } = options.connector
  const keys = deadKeys(group, example)
  let count = 0
  const explainOnly = (metric: string, key: string) =>
    metric === (group.metric ?? metric) && (keys.size === 0 ? count++ < MAX_EXPLAINED : keys.has(key))
  const previewed = await preview({ ...input, lookupFallback: 'remembered', explain: true, explainOnly }).catch(toFault)
  // Its topic or stream is no longer in the spec, say.
  if (previewed instanceof Fault)
    return { state: 'stands', text: `The newest record cannot be mapped now: ${previewed.message}.` }
  const { explanations = [] } = previewed
  const occurrences = explanations
    .flatMap(({ mappings }) => mappings)
    .filter(({ metric }) => metric === (group.metric ?? metric))
    .flatMap((mapping) => mapping.occurrences)
    .filter(({ status, key }) => status !== 'when-false' && (key === undefined || keys.size === 0 || keys.has(key)))
  return judge(occurrences, group.fault)
}

/** Events whose properties and lookups are explained where the failed ones have no key. */
const MAX_EXPLAINED = 3

const deadKeys = ({ metric }: DeadLetterGroup, example: LedgerEntry | undefined): ReadonlySet<string> =>
  new Set(
    example?.outcome?.events.flatMap((event) =>
      event.status === 'dead' && event.metric === metric ? (event.key ?? []) : [],
    ),
  )

function judge(occurrences: readonly OccurrenceExplanation[], { fields = [] }: FaultInfo): Cause {
  const failed = occurrences.find(({ fault }) => fault !== undefined)
  if (failed?.fault !== undefined)
    return { state: 'stands', text: `The current mappings still fail on the newest record: ${failed.fault.message}.` }
  const [unknown] = occurrences.flatMap((one) => findUnknown(one.lookups ?? [], decisiveLookups(one, fields)))
  if (unknown !== undefined)
    return { state: 'unknown', text: `The ${unknown.name} is not known here now: retry one record first.` }
  if (occurrences.some(({ status }) => status === 'sent'))
    return { state: 'gone', text: 'The current mappings map the newest record without an error.' }
  return { state: 'unknown', text: 'The current mappings make no event of the newest record: retry one record first.' }
}

/** Of an event that is sent, those that the fields in question read. Without a value of theirs nothing can fail. */
function decisiveLookups(
  { status, lookups = [], properties = [] }: OccurrenceExplanation,
  fields: readonly string[],
): readonly string[] {
  const all = lookups.map(({ name }) => name)
  if (status !== 'sent' || fields.length === 0) return all
  return fields.flatMap((field) => {
    if (field.startsWith('profile.')) return [CONTACT]
    return properties.find(({ name }) => field === name || field === `properties.${name}`)?.lookups ?? all
  })
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
