/** Progress of an import: a bar for each stream, delivered and skipped events, and the actions available. */
import { html } from 'hono/html'
import { describeShortfalls, describeUnavailableParts, groupLiveEnds } from '../../../backfill/completeness.ts'
import { countFound, sumCounts } from '../../../backfill/counts.ts'
import type { BackfillProgress, MetricCounts, RunningBackfill, StreamProgress } from '../../../backfill/types.ts'
import { capitalize, formatCount, formatDuration, plural } from '../../../lib/format.ts'
import { PARTS_UNAVAILABLE } from '../../../ports/ledger.ts'
import { describeSkipReason } from '../../../skip-reasons.ts'
import { timeElement } from '../../format-html.ts'
import type { Html, PageContext } from '../../types.ts'
import type { ImportStatus } from './import-runner.ts'
import { importStateText, restartText } from './text.ts'

export function progressSection(status: ImportStatus, context: PageContext): Html {
  const { progress, running } = status
  const isDone = progress.phase === 'done'
  return html`<div class="card">
<div class="row apart"><h2>${isDone ? 'Last import' : 'Current import'}</h2>${stateBadge(status, context)}</div>
${running ? unreachableNotes(context) : stoppedNote(status, context)}
<p class="soft">${windowText(progress)}</p>
${liveEndsNote(progress)}
${!isRunning(status) && shortfallNotes(progress, context)}
${unavailablePartsNotes(progress)}
${progress.streams.map((stream) => streamBar(stream, status))}
<p>${processedText(progress)}</p>
${actionButtons(status, context)}
</div>
${results(progress, context)}`
}

/** Requests to a vendor that does not answer are retried for minutes, and nothing else on the page moves meanwhile. */
function unreachableNotes({ options }: PageContext): Html[] {
  const { spec } = options.connector
  const { source, destination } = options.connector.connectionStats()
  const connections = [
    { ...source, name: spec.source.name },
    { ...destination, name: spec.destination.name },
  ]
  return connections.flatMap(({ lastFailure, name }) =>
    lastFailure === undefined
      ? []
      : [
          html`<p class="note">${capitalize(name)} is not responding: ${lastFailure.fault.message}. ${timeElement(lastFailure.at)}.</p>`,
        ],
  )
}

function stoppedNote({ waitsForAuth, otherProcess }: ImportStatus, { imports }: PageContext): Html | false {
  const error = otherProcess ? undefined : imports.lastError
  const next = waitsForAuth ? 'Reconnect, and it resumes automatically' : 'Resolve this, then resume'
  return (
    error !== undefined &&
    html`<p class="message bad" role="alert">The import stopped: ${error}. ${next}. Records already read are kept.</p>`
  )
}

/** This console cannot pause an import of another process. */
export function otherProcessNote({ process, since }: RunningBackfill): Html {
  return html`<p class="note" role="status">Process ${process} has been importing on this store since ${timeElement(since)}. Pause it where it was started: with Ctrl-C in its terminal, or in its own console. Until it ends, no other import can start.</p>`
}

function stateBadge(status: ImportStatus, { imports }: PageContext): Html {
  const { progress, waitsForAuth } = status
  const { phase } = progress
  const hasFailed = imports.lastError !== undefined
  const text = importStateText({ phase, isRunning: isRunning(status), waitsForAuth, hasFailed })
  const isGood = phase === 'done' || (isRunning(status) && phase !== 'incomplete')
  return html`<span class="badge ${isGood ? 'good' : 'warn'}">${text}</span>`
}

/** Here or in another process. */
const isRunning = ({ running, otherProcess }: ImportStatus): boolean => running || otherProcess !== undefined

function processedText({ phase, streams, waiting }: BackfillProgress): string {
  if (phase === 'incomplete') return 'All records read so far are processed.'
  if (phase !== 'done') return `${plural(waiting, 'record')} read, not yet processed.`
  const isCounted = streams.every(({ total }) => total !== undefined)
  return isCounted
    ? 'All records are read and processed.'
    : 'All pages are read and processed; how many records there are is unknown.'
}

/** What the source counts and did not give. */
function shortfallNotes(progress: BackfillProgress, { options }: PageContext): Html[] {
  const source = capitalize(options.connector.spec.source.name)
  return describeShortfalls(progress).map(({ text, isIncomplete }) =>
    isIncomplete
      ? html`<p class="message bad" role="alert">${text} ${source} counts more than it gave. Resume to read the rest.</p>`
      : html`<p class="note">${text}</p>`,
  )
}

/** What the source does not give of long records. */
function unavailablePartsNotes(progress: BackfillProgress): Html[] {
  return describeUnavailableParts(progress).map(
    (text) =>
      html`<p class="note">${text} List the records with <code>connector runs ${progress.run} --reason ${PARTS_UNAVAILABLE}</code>.</p>`,
  )
}

function windowText({ window: { since, until }, only }: BackfillProgress): Html {
  const start = since === undefined ? 'from the beginning' : html`from ${timeElement(since)}`
  return html`Events ${start} until ${timeElement(until)}${only && html`: ${only.join(', ')}`}.`
}

/** Where the import leaves the newest events to live delivery. */
function liveEndsNote({ window }: BackfillProgress): Html | '' {
  const ends = groupLiveEnds(window)
  if (ends.length === 0) return ''
  return html`<p class="soft">Live delivery brings the newest events: ${ends.map(({ end, metrics }, index) => html`${index > 0 && '; '}${metrics.join(', ')} from ${timeElement(end)}`)}.</p>`
}

function streamBar({ stream, recordsRead, total, done }: StreamProgress, { speed, running }: ImportStatus): Html {
  const max = Math.max(total ?? 0, recordsRead)
  const ofTotal = total === undefined ? '' : ` of ${formatCount(max)}`
  const { perSecond, left } = speed.get(stream) ?? {}
  const rate = perSecond === undefined ? '' : `, ${formatCount(Math.round(perSecond))} a second`
  const remaining = left === undefined ? '' : `, ${formatDuration(left)} left`
  const text = `${formatCount(recordsRead)}${ofTotal} read${running && !done ? rate + remaining : ''}`
  const value = done ? 1 : max === 0 ? 0 : Math.min(1, recordsRead / max)
  return html`<p class="stream"><span class="row apart"><span>${capitalize(stream)}</span><span class="soft">${text}</span></span>
<progress max="1" value="${value.toFixed(4)}" aria-label="${capitalize(stream)}: ${text}"></progress></p>`
}

function actionButtons(status: ImportStatus, { link, csrfField, may }: PageContext): Html | '' {
  const { progress, running, waitsForAuth, otherProcess } = status
  if (otherProcess || !may('operate')) return ''
  const button = (path: string, label: string) =>
    html`<form method="post" action="${link(path)}">${csrfField}<button>${label}</button></form>`
  const restart = html`<form method="post" action="${link('/import/restart')}" data-confirm="${restartText(progress)}">${csrfField}<input type="hidden" name="run" value="${progress.run}"><button class="plain">Restart import</button></form>`
  // Records already read are delivered in any case, so once all are read there is nothing to pause.
  if (progress.phase === 'done' || (running && progress.phase === 'delivering'))
    return html`<div class="row">${restart}</div>`
  const toggle = running || waitsForAuth ? button('/import/pause', 'Pause') : button('/import/resume', 'Resume')
  return html`<div class="row">${toggle}${restart}</div>`
}

function results(progress: BackfillProgress, { link }: PageContext): Html {
  const { skipped, dead } = progress
  const skippedCount = sumCounts(skipped)
  return html`${metricTable(progress)}
${skippedCount > 0 && leftOutTable(progress)}
${dead > 0 && html`<p><a href="${link('/failed-events')}">${plural(dead, 'failed event')}: view and retry</a></p>`}`
}

const number = (value: number, name = ''): Html =>
  html`<td class="number"${name && html` data-name="${name}"`}>${formatCount(value)}</td>`

/** Sent, of those found: the rest of each row says why not. */
function metricTable({ byMetric, eventsSent }: BackfillProgress): Html {
  const rows = byMetric.filter(({ metric }) => metric !== '')
  if (rows.length === 0) return html`<div class="card"><h2>Delivered: 0</h2><p class="soft">None yet.</p></div>`
  return html`<div class="table"><table class="stack"><caption>Delivered: ${formatCount(eventsSent)}</caption>
<thead><tr><th scope="col">Metric</th>${METRIC_COLUMNS.map(([name]) => html`<th scope="col" class="number">${name}</th>`)}</tr></thead>
<tbody>${rows.map((counts) => html`<tr><th scope="row">${counts.metric}</th>${METRIC_COLUMNS.map(([name, count]) => number(count(counts), name))}</tr>`)}</tbody></table></div>`
}

const METRIC_COLUMNS: readonly (readonly [name: string, count: (counts: MetricCounts) => number])[] = [
  ['Delivered', ({ sent }) => sent],
  ['Found', countFound],
  ['Delivered before', ({ alreadySent }) => alreadySent],
  ['Awaiting an address', ({ awaitingIdentity }) => awaitingIdentity],
  ['Skipped', ({ leftOut }) => sumCounts(leftOut)],
  ['Failed', ({ dead }) => dead],
]

function leftOutTable({ skipped, run }: BackfillProgress): Html {
  const rows = Object.entries(skipped).sort(([, a], [, b]) => b - a)
  const count = sumCounts(skipped)
  return html`<div class="table"><table><caption>Skipped: ${formatCount(count)} <span class="soft">list them with <code>connector runs ${run} --reason …</code></span></caption>
<thead class="hidden"><tr><th scope="col">Name</th><th scope="col">Count</th></tr></thead>
<tbody>${rows.map(([reason, value]) => html`<tr><td>${capitalize(describeSkipReason(reason))} <span class="soft">${reason}</span></td>${number(value)}</tr>`)}</tbody></table></div>`
}
