/** Prints a plan: `+` added, `-` removed, `~` changed, `!` needs consent. */
import { capitalize, plural } from '../../../lib/format.ts'
import {
  type Change,
  hasChanges,
  isBroken,
  type KeyChange,
  type MetricLosses,
  type MetricPlan,
  type MetricSamples,
  needsConsent,
  type Plan,
  type SampleChanges,
  SECTIONS,
  type SectionName,
  type ValueChange,
} from '../../../plan/types.ts'
import type { Painter } from '../../io.ts'

export interface PlanLabels {
  /** Of the spec that it was compared with. */
  readonly label: string
  readonly source: string
  readonly destination: string
}

type Labels = PlanLabels & { readonly paint: Painter }

export function formatPlan(plan: Plan, names: PlanLabels, paint: Painter): string {
  const labels = { ...names, destination: capitalize(names.destination), paint }
  const { metrics, sections, samples } = plan
  const lines = [
    `Compared with ${labels.label}.`,
    ...metrics.flatMap((metric) => ['', ...metricLines(metric, labels)]),
    ...SECTIONS.flatMap((name) => sectionLines(name, sections[name], paint)),
    ...sampleLines(samples, paint),
    '',
    summarize(plan, labels),
  ]
  return `${lines.join('\n')}\n`
}

const SIGNS = { added: '+', removed: '-', changed: '~' } as const
const STYLES = { added: 'green', removed: 'red', changed: 'yellow' } as const

type Sign = Change['change']

const sign = (change: Sign, paint: Painter) => paint(STYLES[change], SIGNS[change])

function metricLines(plan: MetricPlan, labels: Labels): string[] {
  const { metric, change, key, changes } = plan
  const { paint } = labels
  const mark = SIGN_OF_METRIC[change]
  const head = `${key?.needsConsent ? paint('red', '!') : sign(mark, paint)} ${paint('bold', metric)}`
  const keys = key === undefined ? [] : keyLines(key, metric, paint)
  if (mark !== 'changed')
    return [`${head}: ${describeWhole(plan, labels)}`, ...keys, ...(mark === 'added' ? costLines(changes, paint) : [])]
  const name = change === 'renamed' ? `: ${describeRename(plan, labels)}` : ''
  const others = changes.filter(({ name }) => key === undefined || name !== 'key')
  return [`${head}${name}`, ...keys, ...others.flatMap((one) => changeLines(one, paint))]
}

const SIGN_OF_METRIC: Readonly<Record<MetricPlan['change'], Sign>> = {
  added: 'added',
  enabled: 'added',
  removed: 'removed',
  disabled: 'removed',
  renamed: 'changed',
  changed: 'changed',
}

const describeRename = ({ formerName }: MetricPlan, { destination }: Labels) =>
  `renamed from ${formerName}: ${destination} keeps that with its events, and this one starts without any`

function describeWhole({ change, changes }: MetricPlan, { destination }: Labels): string {
  if (change === 'removed') return `removed: no longer sent; its events stay in ${destination}`
  if (change === 'disabled') return `disabled: no longer sent; its events stay in ${destination}`
  const properties = changes.filter(({ name }) => name.startsWith('properties.'))
  const topics = changes.flatMap(({ name }) => (name.startsWith('topic ') ? [name.slice('topic '.length)] : []))
  const stream = changes.find(({ name }) => name === 'from.stream')?.after
  const parts = [
    plural(properties.length, 'property', 'properties'),
    ...(topics.length > 0 ? [`from ${topics.join(', ')}`] : []),
    stream === undefined ? 'without history' : `history from ${stream}`,
  ]
  return `${change}: ${parts.join('; ')}`
}

const costLines = (changes: readonly Change[], paint: Painter) =>
  changes
    .filter(({ name, effect }) => effect !== undefined && name !== 'from.stream')
    .flatMap((change) => changeLines(change, paint))

function keyLines({ before, after, delivered, since, needsConsent }: KeyChange, metric: string, paint: Painter) {
  const texts = `key  [${before.join(', ')}] → [${after.join(', ')}]`
  if (!needsConsent) {
    const reason = delivered === 0 ? 'no event was delivered under the old one' : 'the same for all events compared'
    return [`    ${sign('changed', paint)} ${texts}  (${reason})`]
  }
  const events =
    delivered === undefined
      ? 'events that were delivered (without a store their number is unknown)'
      : `${plural(delivered, 'event')} delivered since ${since}`
  return [
    `    ${paint('red', '!')} ${texts}`,
    `      ${paint('red', `counts again ${events}, when they come again.`)}`,
    `      Keep the key, or run with --accept-new-keys "${metric}"`,
  ]
}

const MAX_TEXT = 100

function changeLines({ change, name, before, after, effect }: Change, paint: Painter): string[] {
  const [old, present] = [shorten(before), shorten(after)]
  const text = change === 'changed' && old !== '' ? `${old} → ${present}` : present
  const line = `    ${sign(change, paint)} ${name}${text === '' || change === 'removed' ? '' : `  ${text}`}`
  return [effect === undefined ? line : `${line}  ${paint('dim', `(${effect})`)}`]
}

function shorten(text = ''): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length <= MAX_TEXT ? line : `${line.slice(0, MAX_TEXT - 1)}…`
}

const TITLES: Readonly<Record<SectionName, string>> = {
  profile: 'Profile',
  people: 'Whom to send (people)',
  lookups: 'Lookups',
  topics: 'Webhook topics',
  permissions: 'Permissions',
  recipes: 'Recipes',
  settings: 'Settings (connector.yaml)',
}

function sectionLines(name: SectionName, changes: readonly Change[], paint: Painter): string[] {
  if (changes.length === 0) return []
  return ['', paint('bold', TITLES[name]), ...changes.flatMap((change) => changeLines(change, paint))]
}

function sampleLines(
  { records, metrics, losses, deadLetters, unknownLookups }: SampleChanges,
  paint: Painter,
): string[] {
  if (records === 0) return ['', 'No record was mapped by both specs: there is none in the store, and no --fixtures.']
  const head = `${plural(records, 'record')} mapped by both specs`
  const unknown =
    unknownLookups.length === 0
      ? []
      : [paint('dim', `    without values that only the source has: ${unknownLookups.join(', ')}`)]
  if (metrics.length + losses.length === 0) return ['', `${head}: the same events`, ...unknown]
  const { sampled, mappable } = deadLetters
  return [
    '',
    paint('bold', head),
    ...metrics.flatMap((one) => metricSampleLines(one, paint)),
    ...losses.filter(isBroken).flatMap((one) => lossLines(one, paint)),
    ...(sampled > 0 ? [`    ${mappable} of ${plural(sampled, 'dead letter')} of the mapping would succeed now`] : []),
    ...unknown,
  ]
}

/** What has to be consented to where the spec is edited in the console. */
function lossLines({ metric, records, failing, sent, leftOut, emptied }: MetricLosses, paint: Painter): string[] {
  const lines = [
    ...failing.map(
      ({ message, place, records: count }) =>
        `fails for ${count} of ${plural(records, 'record')}: ${message}${place === undefined ? '' : ` (${place})`}`,
    ),
    ...(leftOut > 0
      ? [`leaves out ${leftOut} of ${plural(sent, 'record')} that ${sent === 1 ? 'was' : 'were'} sent`]
      : []),
    ...emptied.map(
      ({ name, records: count }) => `${name} has no value any more, which it had in ${plural(count, 'record')}`,
    ),
  ]
  return lines.map((line) => `    ${paint('red', '!')} ${metric === '' ? 'Whole records' : metric}: ${line}`)
}

function metricSampleLines(samples: MetricSamples, paint: Painter): string[] {
  const { metric, before, after, newKeys, newTimes } = samples
  const reasons = (counts: Readonly<Record<string, number>>) => Object.entries(counts)
  return [
    `    ${metric === '' ? 'Whole records' : metric}: ${before === after ? plural(after, 'event') : `${before} → ${plural(after, 'event')}`}`,
    ...reasons(samples.vanishing).map(([why, count]) => `      ${sign('removed', paint)} ${count} vanish (${why})`),
    ...reasons(samples.appearing).map(
      ([why, count]) => `      ${sign('added', paint)} ${count} appear (before: ${why})`,
    ),
    ...(newKeys > 0 ? [`      ${sign('changed', paint)} ${newKeys} with another key`] : []),
    ...(newTimes > 0 ? [`      ${sign('changed', paint)} ${newTimes} at another time`] : []),
    ...samples.values.map((value) => valueLine(value, paint)),
  ]
}

const VALUE_SIGNS: Readonly<Record<ValueChange['change'], Sign>> = {
  added: 'added',
  removed: 'removed',
  type: 'changed',
  value: 'changed',
}

function valueLine({ name, change, count, before, after, examples }: ValueChange, paint: Painter): string {
  const isCoverage = change === 'added' || change === 'removed'
  const type = change === 'type' ? ' of another type' : isCoverage ? ` (with a value: ${before} → ${after})` : ''
  return `      ${sign(VALUE_SIGNS[change], paint)} ${name} in ${count}${type}: ${examples.join(', ')}`
}

function summarize(plan: Plan, { paint }: Labels): string {
  if (!hasChanges(plan)) return 'Nothing changes.'
  const { metrics, sections } = plan
  const counts = (['added', 'changed', 'removed'] as const).flatMap((mark) => {
    const count = metrics.filter(({ change }) => SIGN_OF_METRIC[change] === mark).length
    return count === 0 ? [] : [`${plural(count, 'metric')} ${mark}`]
  })
  const others = SECTIONS.reduce((sum, name) => sum + sections[name].length, 0)
  const parts = [...counts, ...(others > 0 ? [`${plural(others, 'other change')}`] : [])]
  const text = `Plan: ${parts.join(', ') || 'other events from the same spec'}.`
  return needsConsent(plan) ? `${text} ${paint('red', 'A new key needs your consent.')}` : text
}
