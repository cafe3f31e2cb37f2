/** What to do where a page has nothing to show yet: it depends on how far setup has come. */
import { html } from 'hono/html'
import type { Html, PageContext } from './types.ts'

/** Undefined: setup is done, or the host's matter. */
export async function setupStep({ options, link, may }: PageContext): Promise<Html | undefined> {
  const view = await options.connections?.setup.view()
  if (view === undefined || view.step === 'done') return undefined
  const text = view.state.disconnectedAt === undefined ? 'Continue setup' : 'Connect the accounts again'
  return may('set-up') ? html`<a class="button" href="${link('/set-up')}">${text}</a>` : forOthers(text)
}

/** An action in words, for a person who may not take it. */
export const forOthers = (text: string): Html => html`${text}: this takes a person who may set up this connector.`

/** Of a list that fills with events. */
export const firstEventStep = async (context: PageContext): Promise<Html> =>
  (await setupStep(context)) ??
  html`Events appear here as webhooks arrive: <a href="${context.link('/webhooks')}">view webhooks</a>, or <a href="${context.link('/history')}">import history</a>.`
