/** History: what to bring in and what it would cost, how it goes, and what came of it. */
import { html } from 'hono/html'
import type { Progress } from '../../../backfill/types.ts'
import { pausedBanner } from '../../paused-banner.ts'
import type { Action, Page, PageContext } from '../../types.ts'
import { cost, importForm } from './form.ts'
import { type ImportOptions, parseImportForm } from './import-options.ts'
import { elsewhereNote, progressPart } from './progress.ts'

export const importPage: Page = {
  path: '/import',
  title: 'Import',
  nav: 'Import',
  async render(context) {
    const status = await context.imports.status()
    const other = await context.imports.otherProcess()
    const free = other === undefined && (status === undefined || status.progress.phase === 'done')
    return html`<p class="lead">History starts no flow and is never counted twice: each event has the same key by every road.</p>
<section id="waits" data-live aria-label="Delivery">${pausedBanner(context)}</section>
<section id="progress" data-live aria-label="How it goes">${other && elsewhereNote(other)}${status && progressPart(status, context)}</section>
<section id="choice" data-live aria-label="A new import">${free && importForm(context)}</section>
${free && (await cost(context))}`
  },
}

/** Begins, unless a page that was left open asks for what cannot be any more; then says why. */
async function begun(context: PageContext, asked: Asked): Promise<Response> {
  const { imports, parts, redirect } = context
  const no = (words: string) => redirect('/import', words, 'bad')
  // Not ours to pause.
  if ((await imports.otherProcess()) !== undefined) return no(RUNNING)
  const why = parts.connector.gate.pausedReason()
  if (why !== undefined) return no(`Nothing was begun, since delivery waits: ${why}.`)
  const last = (await imports.status())?.progress
  const wanted = asked.of(last)
  if (typeof wanted === 'string') return no(wanted)
  if (wanted.restart === true) await imports.pause()
  return (await imports.begin(wanted)) ? redirect('/import', asked.words) : no(RUNNING)
}

interface Asked {
  /** What to begin, or why nothing can be. */
  readonly of: (last: Progress | undefined) => (ImportOptions & { readonly restart?: true }) | string
  readonly words: string
}

const RUNNING = 'An import is running already; nothing was done.'

const FINISHED = 'It is finished already.'

const isDone = (last: Progress | undefined): boolean => last === undefined || last.phase === 'done'

export const importActions: readonly Action[] = [
  {
    path: '/import/begin',
    async run(context) {
      const asked = parseImportForm(context.form, context)
      if ('wrong' in asked) return context.redirect('/import', asked.wrong, 'bad')
      const running = context.imports.running ? RUNNING : 'The last import is unfinished: resume or restart it first.'
      return begun(context, { of: (last) => (isDone(last) ? asked : running), words: 'The import has begun.' })
    },
  },
  {
    path: '/import/resume',
    run: (context) => begun(context, { of: (last) => (isDone(last) ? FINISHED : {}), words: 'The import goes on.' }),
  },
  {
    path: '/import/pause',
    async run(context) {
      if ((await context.imports.otherProcess()) !== undefined) return context.redirect('/import', RUNNING, 'bad')
      if (isDone((await context.imports.status())?.progress)) return context.redirect('/import', FINISHED, 'bad')
      await context.imports.pause()
      return context.redirect('/import', 'The import is paused. What was read is kept, and is still sent.')
    },
  },
  {
    path: '/import/restart',
    run: (context) =>
      begun(context, {
        of: (last) => ({
          restart: true,
          ...(last?.window.since !== undefined && { since: last.window.since }),
          ...(last?.only && { only: last.only }),
        }),
        words: 'The import begins again. Nothing is counted twice.',
      }),
  },
]
