/** History: what to bring in and what it would cost, how it goes, and what came of it. */
import { html } from 'hono/html'
import type { Action, Context, Page } from '../parts.ts'
import { waits } from '../waits.ts'
import { askedIn, choice, cost, type Wanted } from './import-asked.ts'
import { elsewhereNote, progressPart } from './import-progress.ts'

export const importPage: Page = {
  path: '/import',
  title: 'Import',
  nav: 'Import',
  async render(context) {
    const status = await context.imports.status()
    const other = await context.imports.elsewhere()
    const free = other === undefined && (status === undefined || status.progress.phase === 'done')
    return html`<p class="lead">History starts no flow and is never counted twice: each event has the same key by every road.</p>
<section id="waits" data-live aria-label="Delivery">${waits(context)}</section>
<section id="progress" data-live aria-label="How it goes">${other && elsewhereNote(other)}${status && progressPart(status, context)}</section>
<section id="choice" data-live aria-label="A new import">${free && choice(context)}</section>
${free && (await cost(context))}`
  },
}

async function begun(context: Context, wanted: Wanted, words: string): Promise<Response> {
  const why = context.parts.account?.gate.shut()
  if (why !== undefined) return context.goTo('/import', `Nothing was begun, since delivery waits: ${why}.`, 'bad')
  if (await context.imports.begin(wanted)) return context.goTo('/import', words)
  return context.goTo('/import', RUNNING, 'bad')
}

const RUNNING = 'An import is running already; nothing was done.'

export const importActions: readonly Action[] = [
  {
    path: '/import/begin',
    async run(context) {
      const asked = askedIn(context.form, context)
      if ('wrong' in asked) return context.goTo('/import', asked.wrong, 'bad')
      return begun(context, asked, 'The import has begun.')
    },
  },
  { path: '/import/resume', run: (context) => begun(context, {}, 'The import goes on.') },
  {
    path: '/import/pause',
    async run(context) {
      if ((await context.imports.elsewhere()) !== undefined) return context.goTo('/import', RUNNING, 'bad')
      await context.imports.pause()
      return context.goTo('/import', 'The import is paused. What was read is kept, and is still sent.')
    },
  },
  {
    path: '/import/restart',
    async run(context) {
      // Not ours to pause.
      if ((await context.imports.elsewhere()) !== undefined) return context.goTo('/import', RUNNING, 'bad')
      await context.imports.pause()
      const last = (await context.imports.status())?.progress
      const wanted = {
        restart: true,
        ...(last?.window.since !== undefined && { since: last.window.since }),
        ...(last?.only && { only: last.only }),
      }
      return begun(context, wanted, 'The import begins again. Nothing is counted twice.')
    },
  },
]
