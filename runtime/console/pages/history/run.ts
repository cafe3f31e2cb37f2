/** The report of one import. */
import { html } from 'hono/html'
import type { Page } from '../../types.ts'
import { completenessTable } from './completeness.ts'
import { overallSection, streamBars } from './overall.ts'
import { liveEndsNote, shortfallNotes, unavailablePartsNotes, windowText } from './progress.ts'
import { recordsReadNote } from './records-read.ts'
import { kindOf, resultBadge, startedIn } from './runs-table.ts'

export const runPage: Page = {
  path: '/history/:run',
  title: 'Import',
  async render(context) {
    const { connector, clock } = context.options
    const runs = await connector.listRuns()
    const run = runs.find((one) => one.run === context.params.run)
    if (run === undefined) return context.notFound('There is no import of this id.')
    const isNewest = run === runs[0]
    const isUnfinished = isNewest && run.phase !== 'done'
    const status = { progress: run, running: false, waitsForAuth: false, speed: new Map() }
    return html`<p class="lead"><a href="${context.link('/history')}">All imports</a></p>
<section id="report" data-live aria-label="Report"><div class="card">
<div class="row apart"><h2>${kindOf(run, context.options.connector.spec)}</h2><span>${resultBadge(run, isNewest)}</span></div>
<p class="soft">${windowText(run)} Started in: ${startedIn(run)}.</p>
${liveEndsNote(run)}
${isUnfinished && html`<p>You can resume it under <a href="${context.link('/history')}">Historical sync</a>.</p>`}
${shortfallNotes(run, context)}
${unavailablePartsNotes(run, context)}
${overallSection(status, { now: run.endedAt ?? clock.now(), isRunning: false })}
${recordsReadNote(run, context)}
<details id="streams"><summary>Details by type of record</summary>${streamBars(status)}<p class="soft">Run <code>${run.run}</code></p></details>
</div>
${completenessTable(run, context)}</section>`
  },
}
