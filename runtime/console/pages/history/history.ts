/** Historical sync: estimate, start, progress, pause, restart and report of an import. */
import { html } from 'hono/html'
import type { BackfillProgress } from '../../../backfill/types.ts'
import { setupStep } from '../../next-step.ts'
import type { Action, Page, PageContext } from '../../types.ts'
import { importEstimate, importForm } from './import-form.ts'
import { type ImportOptions, parseImportForm } from './import-options.ts'
import { otherProcessNote, progressSection } from './progress.ts'
import { runsTable } from './runs-table.ts'

export const historyPage: Page = {
  path: '/history',
  title: 'Historical sync',
  nav: 'Historical sync',
  async render(context) {
    const status = await context.imports.status()
    const other = await context.imports.otherProcess()
    const missing = await setupStep(context)
    const canStart =
      missing === undefined && other === undefined && (status === undefined || status.progress.phase === 'done')
    return html`<p class="lead">Imports the events from before live delivery, and those that it missed. An import starts no flow, and no event is counted twice.</p>
<section id="progress" data-live aria-label="Progress">${other && otherProcessNote(other, context)}${status && progressSection(status, context)}</section>
<section id="choice" data-live aria-label="New import">${missing && html`<div class="card empty"><p>An import needs both accounts, connected and confirmed.</p><p>${missing}</p></div>`}${canStart && importForm(context, { isFirst: status === undefined })}</section>
${canStart && (await importEstimate(context))}
<section id="runs" data-live aria-label="All imports">${await runsTable(context)}</section>`
  },
}

/** The former address, with its selection. */
export const importRedirect: Page = {
  path: '/import',
  title: 'Historical sync',
  render: ({ redirect, url }) => redirect(`/history${url.search}`),
}

interface StartRequest {
  /** The selection to import, or the reason to refuse. */
  readonly selectionAfter: (
    last: BackfillProgress | undefined,
  ) => (ImportOptions & { readonly restart?: true }) | string
  readonly message: string
}

/** Starts an import, unless another one has started since this page was loaded. */
async function start(context: PageContext, request: StartRequest): Promise<Response> {
  const { imports, options, redirect } = context
  const refuse = (reason: string) => redirect('/history', reason, 'bad')
  if ((await imports.otherProcess()) !== undefined) return refuse(ALREADY_RUNNING)
  const pausedReason = options.connector.gate.pausedReason()
  if (pausedReason !== undefined) return refuse(`No import was started, because delivery is paused: ${pausedReason}.`)
  const selection = request.selectionAfter((await imports.status())?.progress)
  if (typeof selection === 'string') return refuse(selection)
  if (selection.restart === true) await imports.pause()
  return (await imports.begin(selection)) ? redirect('/history', request.message) : refuse(ALREADY_RUNNING)
}

const ALREADY_RUNNING = 'An import is already running, so nothing was changed.'
const ALREADY_FINISHED = 'The import has already finished.'
const ALREADY_RESTARTED = 'This import was restarted already, so nothing was changed.'
const UNFINISHED = 'The last import is unfinished: resume or restart it first.'

const isDone = (last: BackfillProgress | undefined): boolean => last === undefined || last.phase === 'done'

export const importActions: readonly Action[] = [
  {
    path: '/import/begin',
    async run(context) {
      const selection = parseImportForm(context.form, context)
      if ('error' in selection) return context.redirect('/history', selection.error, 'bad')
      const refusal = context.imports.running ? ALREADY_RUNNING : UNFINISHED
      return start(context, {
        selectionAfter: (last) => (isDone(last) ? selection : refusal),
        message: 'The import has started.',
      })
    },
  },
  {
    path: '/import/resume',
    run: (context) =>
      start(context, {
        selectionAfter: (last) => (isDone(last) ? ALREADY_FINISHED : {}),
        message: 'The import has resumed.',
      }),
  },
  {
    path: '/import/pause',
    async run({ imports, redirect }) {
      if (!imports.isElsewhere && (await imports.otherProcess()) !== undefined)
        return redirect('/history', ALREADY_RUNNING, 'bad')
      if (isDone((await imports.status())?.progress)) return redirect('/history', ALREADY_FINISHED, 'bad')
      await imports.pause()
      return redirect('/history', 'The import is paused. Records already read are still delivered.')
    },
  },
  {
    path: '/import/restart',
    run: (context) =>
      start(context, {
        selectionAfter: (last) => {
          // The form names the run, so that sending it again does not restart the next one.
          const isRepeated = (context.form.get('run') ?? last?.run) !== last?.run
          if (isRepeated || context.imports.hasJustRestarted) return ALREADY_RESTARTED
          return {
            restart: true,
            ...(last?.window.since !== undefined && { since: last.window.since }),
            ...(last?.window.untilChosen && { until: last.window.until }),
            ...(last?.only && { only: last.only }),
          }
        },
        message: 'The import has restarted. No event is counted twice.',
      }),
  },
]
