/** Why an occurrence that a case expects did not come, as far as the spec and the records tell. */
import { suggest } from '../../expression/did-you-mean.ts'
import { PROFILE } from '../../mapping/map-profile.ts'
import type { Mapping, Spec } from '../../spec/spec.ts'
import type { CaseInput } from '../types.ts'
import { outcomeOf } from './describe-outcome.ts'
import type { ExpressionPlace } from './difference.ts'
import { findMapping, placeOf } from './find-expression.ts'
import type { CaseRun } from './pair-occurrences.ts'

export interface Absence {
  readonly because: readonly string[]
  readonly expression?: ExpressionPlace
}

export function explainAbsence(spec: Spec, metric: string | undefined, { resolved, result }: CaseRun): Absence {
  const { input } = resolved
  const faults = result.occurrences.flatMap((one) => ('fault' in one ? [one] : []))
  const failed = faults.map((one) => [one.metric, outcomeOf(one), one.fault.message].filter(Boolean).join(': '))
  if (failed.length > 0) return { because: failed }
  if (metric === undefined) return { because: [] }
  if (metric === PROFILE) return explainListening(spec.profile.file, spec.profile, input)
  const mapping = findMapping(spec, metric)
  if (mapping === undefined) {
    const known = spec.mappings.map((each) => each.metric)
    return { because: [`the spec has no metric "${metric}"; ${suggest(metric, known)}`] }
  }
  if (spec.disabledMappings.includes(mapping))
    return { because: [`its mapping has \`enabled: false\`: ${mapping.file}`] }
  const heard = explainListening(mapping.file, mapping, input)
  if (heard.because.length > 0) return heard
  // The mapping may have skipped it.
  if (resolved.ingress === 'reconcile')
    return { because: [`${mapping.file} takes the record; a poll does not tell what it skips`] }
  return explainSilence(
    mapping,
    result.occurrences.some((one) => one.metric === metric),
  )
}

interface Listener {
  readonly topics: ReadonlySet<string>
  readonly stream?: { readonly name: string }
}

/** Whether any record of the case is one that the mapping takes. */
function explainListening(file: string, { topics, stream }: Listener, { steps }: CaseInput): Absence {
  const records = steps.flatMap((step) => step.records)
  const hasTopic = records.some(({ topic }) => topic !== undefined && topics.has(topic))
  const isRead = records.some(
    (record) => record.stream !== undefined && (stream === undefined || record.stream === stream.name),
  )
  if (hasTopic || isRead || records.length === 0) return { because: [] }
  const origins = [...new Set(records.map(({ topic, stream: name }) => topic ?? `stream ${name}`))]
  const listens = [...topics, ...(stream === undefined ? [] : [`stream ${stream.name}`])]
  return { because: [`${file} takes ${listens.join(', ')}; the case gives ${origins.join(', ')}`] }
}

function explainSilence({ file, each, when }: Mapping, hasOther: boolean): Absence {
  const [name, decisive] = when === undefined ? (['each', each] as const) : (['when', when] as const)
  const expression = placeOf(decisive)
  if (expression === undefined) return { because: [`${file} takes the record and gives no occurrence`] }
  const meaning = name === 'when' ? 'its `when` is not true' : `its \`each\` gives no ${hasOther ? 'other ' : ''}part`
  return { because: [`${file} takes the record, and ${meaning}`], expression }
}
