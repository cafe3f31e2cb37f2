/** What a changed spec changes at the destination: keys that count again, names, expressions, and events before and after. */
import { html } from 'hono/html'
import { capitalize, formatCount, formatShare, plural } from '../../../lib/format.ts'
import {
  type Change,
  hasChanges,
  isBroken,
  type KeyChange,
  type MetricPlan,
  type MetricSamples,
  type Plan,
  SECTIONS,
  type ValueChange,
} from '../../../plan/types.ts'
import type { Html, PageContext } from '../../types.ts'
import { lossList, lossTitle } from './losses.ts'

export function planPanel(plan: Plan, destination: string, link: PageContext['link']): Html {
  const { metrics, sections, samples } = plan
  if (!hasChanges(plan))
    return html`<p>Nothing changes in ${capitalize(destination)}. ${mappedText(samples.records)}</p>`
  const broken = samples.losses.filter(isBroken)
  return html`<p class="soft">Compared with the mappings that run.</p>
${broken.map((one) => html`<div class="message bad"><p><strong>${lossTitle(one.metric)}</strong></p>${lossList(one, link)}</div>`)}
<ul class="changes">${metrics.map((one) => html`<li>${metricChange(one, destination)}</li>`)}
${SECTIONS.map((name) => sections[name].length > 0 && html`<li><p><strong>${capitalize(name)}</strong></p>${changeList(sections[name])}</li>`)}</ul>
<h3>Before and after</h3><p class="soft">${mappedText(samples.records)}</p>
${samples.metrics.length === 0 ? html`<p>The same events, with the same values.</p>` : html`<ul class="changes">${samples.metrics.map((one) => html`<li>${sampleChange(one)}</li>`)}</ul>`}
${samples.deadLetters.sampled > 0 && html`<p>${formatCount(samples.deadLetters.mappable)} of ${plural(samples.deadLetters.sampled, 'failed record')} of the mapping would succeed now.</p>`}
${samples.unknownLookups.length > 0 && html`<p class="soft">Some values of ${samples.unknownLookups.join(', ')} are not stored, so what depends on them is not compared.</p>`}`
}

const mappedText = (records: number): string =>
  records === 0 ? 'No record is stored to compare by.' : `${plural(records, 'stored record')} mapped by both.`

const TITLES: Readonly<Record<MetricPlan['change'], string>> = {
  added: 'New',
  enabled: 'Turned on',
  removed: 'Removed',
  disabled: 'Turned off',
  renamed: 'Renamed',
  changed: 'Changed',
}

function metricChange({ metric, change, formerName, key, changes }: MetricPlan, destination: string): Html {
  const isGone = change === 'removed' || change === 'disabled'
  const others = changes.filter(({ name }) => key === undefined || name !== 'key')
  return html`<p><strong>${metric}</strong> <span class="badge ${isGone ? 'warn' : ''}">${TITLES[change]}</span></p>
${key && keyChange(key)}
${isGone && html`<p>No longer sent. Its events stay in ${capitalize(destination)}.</p>`}
${formerName && html`<p>Was ${formerName}: ${capitalize(destination)} keeps that with its events, and this one starts without any.</p>`}
${change === 'changed' || change === 'renamed' ? changeList(others) : ''}`
}

function keyChange({ before, after, delivered, since, needsConsent }: KeyChange): Html {
  const keys = html`<code>${before.join(', ')}</code> → <code>${after.join(', ')}</code>`
  if (!needsConsent)
    return html`<p>The key changes: ${keys}. ${delivered === 0 ? 'No event was delivered under the old one.' : 'All compared events keep their keys.'}</p>`
  return html`<p class="message bad">${delivered === undefined ? 'Delivered events' : plural(delivered, 'event')} delivered${since && ` since ${since}`} would count again when they come again: the key changes from ${keys}.</p>`
}

const MAX_TEXT = 160

function changeList(changes: readonly Change[]): Html | '' {
  if (changes.length === 0) return ''
  const renamed = findRenamed(changes)
  const others = changes.filter((one) => !renamed.some(({ from, to }) => one === from || one === to))
  return html`<ul class="plain">${renamed.map(({ from, to }) => html`<li><span class="changed">Renamed</span> <span dir="auto">${from.name}</span> → <span dir="auto">${to.name}</span> <span class="soft">events that were sent keep the old name, and segments, flows and templates that use it find no value in new ones</span></li>`)}${others.map(({ change, name, before, after, effect }) => html`<li><span class="${change}">${SIGNS[change]}</span> <span dir="auto">${name}</span>${change !== 'removed' && after ? html` ${before && html`<code>${shorten(before)}</code> → `}<code>${shorten(after)}</code>` : ''}${effect && html` <span class="soft">${effect}</span>`}</li>`)}</ul>`
}

interface Renamed {
  readonly from: Change
  readonly to: Change
}

/** Properties of one expression, of which one goes and one comes. */
function findRenamed(changes: readonly Change[]): readonly Renamed[] {
  const isProperty = ({ name }: Change) => /(^|\.)properties\./.test(name)
  const removed = changes.filter((one) => one.change === 'removed' && isProperty(one))
  const added = new Set(changes.filter((one) => one.change === 'added' && isProperty(one)))
  return removed.flatMap((from) => {
    const to = [...added].find(({ after }) => after !== undefined && after === from.before)
    if (to === undefined) return []
    added.delete(to)
    return [{ from, to }]
  })
}

const SIGNS = { added: 'Added', removed: 'Removed', changed: 'Changed' } as const

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length <= MAX_TEXT ? line : `${line.slice(0, MAX_TEXT - 1)}…`
}

function sampleChange({
  metric,
  before,
  after,
  vanishing,
  appearing,
  newKeys,
  newTimes,
  values,
  ...same
}: MetricSamples): Html {
  const both = same.sameKeys + newKeys
  const reasons = (counts: Readonly<Record<string, number>>, what: string) =>
    Object.entries(counts).map(([why, count]) => html`<li>${plural(count, 'event')} ${what}: ${why}</li>`)
  return html`<p><strong>${lossTitle(metric)}</strong> ${before === after ? plural(after, 'event') : html`${formatCount(before)} → ${plural(after, 'event')}`}</p>
<ul class="plain">${reasons(vanishing, 'fewer')}${reasons(appearing, 'more, before')}
${newKeys > 0 && html`<li>${plural(newKeys, 'event')} with another key</li>`}${newTimes > 0 && html`<li>${plural(newTimes, 'event')} at another time</li>`}
${values.map((value) => html`<li><span dir="auto">${nameOf(value)}</span>: ${valueText(value, both)} <span class="soft">${value.examples.join(', ')}</span></li>`)}</ul>`
}

const nameOf = ({ name }: ValueChange): string => name.replace(/^properties\./, '')

const VALUE_TEXTS: Readonly<Record<ValueChange['change'], string>> = {
  added: 'now present in',
  removed: 'now missing in',
  type: 'of another type in',
  value: 'another value in',
}

function valueText({ change, count, before, after }: ValueChange, both: number): string {
  const text = `${VALUE_TEXTS[change]} ${formatCount(count)} of ${formatCount(both)}`
  return change === 'added' || change === 'removed'
    ? `${text} (coverage ${formatShare(before, both)} → ${formatShare(after, both)})`
    : text
}
