/** How an import goes: a bar for each stream, what was sent, what was left out and why; and what one can do about it. */
import { html } from 'hono/html'
import type { Progress, RunningBackfill, StreamProgress } from '../../../backfill/types.ts'
import { capitalize, formatCount, formatDuration, plural } from '../../../lib/format.ts'
import { describeSkipReason } from '../../../skip-reasons.ts'
import { timeElement } from '../../format-html.ts'
import type { Html, PageContext } from '../../types.ts'
import type { ImportStatus } from './import-runner.ts'
import { restartWords, stateWords } from './text.ts'

export function progressPart(status: ImportStatus, context: PageContext): Html {
  const { progress, running } = status
  const done = progress.phase === 'done'
  return html`<div class="card">
<div class="row apart"><h2>${done ? 'The last import' : 'The import'}</h2>${badge(status, context)}</div>
${running ? away(context) : stopped(status, context)}
<p class="soft">${windowWords(progress)}</p>
${progress.streams.map((stream) => streamBar(stream, status))}
<p>${done ? 'All is read and settled.' : `${plural(progress.waiting, 'record')} read and not yet settled.`}</p>
${buttons(status, context)}
</div>
${outcomes(progress, context)}`
}

/** A side that does not answer is asked again for minutes, and meanwhile nothing moves. */
function away({ parts }: PageContext): Html[] {
  const { spec, connectionStats } = parts.connector
  const { source, destination } = connectionStats()
  const sides = [
    { ...source, name: spec.source.name },
    { ...destination, name: spec.destination.name },
  ]
  return sides
    .filter(({ lastFailure }) => lastFailure !== undefined)
    .map(
      ({ lastFailure, name }) =>
        html`<p class="note">${capitalize(name)} does not answer: ${lastFailure?.fault.message}. ${timeElement(lastFailure?.at ?? 0)}.</p>`,
    )
}

function stopped({ waitsForAuth, otherProcess }: ImportStatus, { imports }: PageContext): Html | false {
  const problem = otherProcess ? undefined : imports.lastError
  const then = waitsForAuth ? 'It goes on by itself once this is mended' : 'Mend this, then resume'
  return (
    problem !== undefined &&
    html`<p class="message bad" role="alert">It stopped: ${problem}. ${then}; what was read is kept.</p>`
  )
}

/** An import that is not ours to pause: who runs it, since when, and where it is stopped. */
export function elsewhereNote({ process, since }: RunningBackfill): Html {
  return html`<p class="note" role="status">Process ${process} imports on this store, since ${timeElement(since)}. It is paused where it was begun: with Ctrl-C in its terminal, or at its own console. Until it ends nothing can be begun here.</p>`
}

function badge(
  { progress: { phase }, running, otherProcess, waitsForAuth }: ImportStatus,
  { imports }: PageContext,
): Html {
  const moves = running || otherProcess !== undefined
  const words = stateWords({ phase, moves, waits: waitsForAuth, failed: imports.lastError !== undefined })
  return html`<span class="badge ${moves || phase === 'done' ? 'good' : 'warn'}">${words}</span>`
}

function windowWords({ window: { since, until }, only }: Progress): Html {
  const from = since === undefined ? 'from the beginning' : html`from ${timeElement(since)}`
  return html`What happened ${from} until ${timeElement(until)}${only && html`: ${only.join(', ')}`}.`
}

function streamBar({ stream, seen, total, done }: StreamProgress, { speed, running }: ImportStatus): Html {
  const most = Math.max(total ?? 0, seen)
  const of = total === undefined ? '' : ` of ${formatCount(most)}`
  const { perSecond, left } = speed.get(stream) ?? {}
  const pace = perSecond === undefined ? '' : `, ${formatCount(Math.round(perSecond))} a second`
  const rest = left === undefined ? '' : `, ${formatDuration(left)} left`
  const words = `${formatCount(seen)}${of} read${done ? '' : running ? pace + rest : ''}`
  const value = done ? 1 : most === 0 ? 0 : Math.min(1, seen / most)
  return html`<p class="stream"><span class="row apart"><span>${capitalize(stream)}</span><span class="soft">${words}</span></span>
<progress max="1" value="${value.toFixed(4)}" aria-label="${capitalize(stream)}: ${words}"></progress></p>`
}

function buttons(
  { progress, running, waitsForAuth, otherProcess }: ImportStatus,
  { link, csrfField }: PageContext,
): Html | '' {
  if (otherProcess) return ''
  const button = (path: string, words: string, kind: string, ask = '') =>
    html`<form method="post" action="${link(path)}"${ask && html` data-confirm="${ask}"`}>${csrfField}<button class="${kind}">${words}</button></form>`
  const restart = button('/import/restart', 'Restart import', 'plain', restartWords(progress))
  if (progress.phase === 'done') return html`<div class="row">${restart}</div>`
  // What was read is sent in any case: once all is read there is nothing to pause.
  if (running && progress.phase === 'delivering') return html`<div class="row">${restart}</div>`
  const other = running || waitsForAuth ? button('/import/pause', 'Pause', '') : button('/import/resume', 'Resume', '')
  return html`<div class="row">${other}${restart}</div>`
}

function outcomes({ eventsSent, sentByMetric, skipped, dead }: Progress, { link }: PageContext): Html {
  const left = Object.values(skipped).reduce((sum, value) => sum + value, 0)
  return html`<div class="beside">
${counted(`Sent: ${formatCount(eventsSent)}`, sentByMetric, (metric) => metric, 'Nothing yet.')}
${counted(`Left out: ${formatCount(left)}`, skipped, describeSkipReason, 'Nothing.')}
</div>
${dead > 0 && html`<p><a href="${link('/dead-letters')}">${plural(dead, 'event')} failed: see what is wrong, and send again</a></p>`}`
}

function counted(
  title: string,
  of: Readonly<Record<string, number>>,
  words: (name: string) => string,
  none: string,
): Html {
  const rows = Object.entries(of).sort(([, a], [, b]) => b - a)
  if (rows.length === 0) return html`<div class="card"><h2>${title}</h2><p class="soft">${none}</p></div>`
  return html`<div class="table"><table><caption>${title}</caption>
<thead class="hidden"><tr><th scope="col">What</th><th scope="col">Count</th></tr></thead>
<tbody>${rows.map(([name, value]) => html`<tr><td>${words(name)}</td><td class="number">${formatCount(value)}</td></tr>`)}</tbody></table></div>`
}
