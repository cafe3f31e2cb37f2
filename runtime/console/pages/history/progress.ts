/** The newest import: its progress as a whole, what it says of the source, and the actions available. */
import { html } from 'hono/html'
import { describeShortfalls, describeUnavailableParts, groupLiveEnds } from '../../../backfill/completeness.ts'
import type { BackfillProgress, RunningBackfill } from '../../../backfill/types.ts'
import { capitalize } from '../../../lib/format.ts'
import { PARTS_UNAVAILABLE } from '../../../ports/ledger.ts'
import { countLink } from '../../count-link.ts'
import { eventsLink } from '../../event-links.ts'
import { timeElement } from '../../format-html.ts'
import type { Html, PageContext } from '../../types.ts'
import { completenessTable } from './completeness.ts'
import type { ImportStatus } from './import-runner.ts'
import { overallSection, streamBars } from './overall.ts'
import { recordsReadNote } from './records-read.ts'
import { importStateText, restartText } from './text.ts'

export function progressSection(status: ImportStatus, context: PageContext): Html {
  const { progress, running } = status
  const isDone = progress.phase === 'done'
  const overall = { now: context.options.clock.now(), isRunning: isRunning(status) }
  return html`<div class="card">
<div class="row apart"><h2>${isDone ? 'Last import' : 'Current import'}</h2>${stateBadge(status, context)}</div>
${running ? unreachableNotes(context) : stoppedNote(status, context)}
<p class="soft">${windowText(progress)}</p>
${!isRunning(status) && shortfallNotes(progress, context)}
${overallSection(status, overall)}
${recordsReadNote(progress, context)}
<p>${processedText(progress, context)}</p>
<details id="streams"><summary>Details by type of record</summary>${streamBars(status)}${liveEndsNote(progress)}</details>
${unavailablePartsNotes(progress, context)}
${actionButtons(status, context)}
</div>
${completenessTable(progress, context)}`
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

/** This console pauses an import of another process only if that one delivers in its place. */
export function otherProcessNote({ process, since }: RunningBackfill, { imports }: PageContext): Html {
  const begins = html`Process ${process} has been importing on this store since ${timeElement(since)}.`
  if (imports.isElsewhere) return html`<p class="note" role="status">${begins}</p>`
  return html`<p class="note" role="status">${begins} Pause it where it was started: with Ctrl-C in its terminal, or in its own console. Until it ends, no other import can start.</p>`
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

function processedText({ phase, streams, waiting }: BackfillProgress, context: PageContext): Html | string {
  if (phase === 'incomplete') return 'All records read so far are processed.'
  if (phase !== 'done')
    return html`${countLink(waiting, { outcome: 'waiting', queue: 'history' }, context)} ${waiting === 1 ? 'record' : 'records'} read, not yet processed.`
  const isCounted = streams.every(({ total }) => total !== undefined)
  return isCounted
    ? 'All records are read and processed.'
    : 'All pages are read and processed; how many records there are is unknown.'
}

/** What the source counts and did not give. */
export function shortfallNotes(progress: BackfillProgress, { options }: PageContext): Html[] {
  const source = capitalize(options.connector.spec.source.name)
  return describeShortfalls(progress).map(({ text, isIncomplete }) =>
    isIncomplete
      ? html`<p class="message bad" role="alert">${text} ${source} counts more than it returned. Resume to read the rest.</p>`
      : html`<p class="note">${text}</p>`,
  )
}

/** What the source does not give of long records. */
export function unavailablePartsNotes(progress: BackfillProgress, context: PageContext): Html[] {
  const href = eventsLink({ run: progress.run, reason: PARTS_UNAVAILABLE }, context)
  return describeUnavailableParts(progress).map(
    (text) => html`<p class="note">${text} <a href="${href}">List these records</a>.</p>`,
  )
}

export function windowText({ window: { since, until }, only }: BackfillProgress): Html {
  const start = since === undefined ? 'from the beginning' : html`from ${timeElement(since)}`
  return html`Events ${start} until ${timeElement(until)}${only && html`: ${only.join(', ')}`}.`
}

/** Where the import leaves the newest events to live delivery. */
export function liveEndsNote({ window }: BackfillProgress): Html | '' {
  const ends = groupLiveEnds(window)
  if (ends.length === 0) return ''
  return html`<p class="soft">Live delivery brings the newest events: ${ends.map(({ end, metrics }, index) => html`${index > 0 && '; '}${metrics.join(', ')} from ${timeElement(end)}`)}.</p>`
}

function actionButtons(status: ImportStatus, context: PageContext): Html | '' {
  const { link, csrfField, imports, may } = context
  const { progress, running, waitsForAuth, otherProcess } = status
  if (!may('operate')) return ''
  const button = (path: string, label: string) =>
    html`<form method="post" action="${link(path)}">${csrfField}<button>${label}</button></form>`
  if (otherProcess) return imports.isElsewhere ? html`<div class="row">${button('/import/pause', 'Pause')}</div>` : ''
  const restart = html`<form method="post" action="${link('/import/restart')}" data-confirm="${restartText(progress, context)}">${csrfField}<input type="hidden" name="run" value="${progress.run}"><button class="plain">Restart import</button></form>`
  // Records already read are delivered in any case, so once all are read there is nothing to pause.
  if (progress.phase === 'done' || (running && progress.phase === 'delivering'))
    return html`<div class="row">${restart}</div>`
  const toggle = running || waitsForAuth ? button('/import/pause', 'Pause') : button('/import/resume', 'Resume')
  return html`<div class="row">${toggle}${restart}</div>`
}
