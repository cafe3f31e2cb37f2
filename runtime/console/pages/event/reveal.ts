/** Shows the personal data of one record to one browser, after a form that the timeline notes; hides them again. */
import { html } from 'hono/html'
import { noteReveal } from '../../server/note-action.ts'
import type { Action, Html, PageContext } from '../../types.ts'

const REVEAL_PATH = '/records/reveal'
const HIDE_PATH = '/records/hide'

/** Only where the visitor may see them at all. */
export const isRevealed = (seq: number, { may, reveals, session }: PageContext): boolean =>
  may('read') && reveals.has(session, seq)

/** `back`: the path of the page that shows the record. */
export function revealForm(seq: number, back: string, context: PageContext): Html {
  const { csrfField, link, may } = context
  const inFull = isRevealed(seq, context)
  const text = inFull ? 'Personal data is shown for 15 minutes.' : 'Personal data is masked.'
  if (!may('read')) return html`<p class="soft">${text}</p>`
  return html`<form method="post" action="${link(inFull ? HIDE_PATH : REVEAL_PATH)}" class="row">${csrfField}<input type="hidden" name="seq" value="${seq}"><input type="hidden" name="back" value="${back}"><button class="plain small">${inFull ? 'Hide personal data' : 'Show personal data'}</button><span class="soft">${text}</span></form>`
}

export const revealAction: Action = {
  path: REVEAL_PATH,
  access: 'read',
  async run(context) {
    const seq = readSeq(context)
    if (seq !== undefined && !context.reveals.has(context.session, seq)) {
      await noteReveal(context, seq)
      context.reveals.begin(context.session, seq)
    }
    return context.redirect(readBack(context))
  },
}

export const hideAction: Action = {
  path: HIDE_PATH,
  access: 'read',
  run(context) {
    const seq = readSeq(context)
    if (seq !== undefined) context.reveals.end(context.session, seq)
    return context.redirect(readBack(context))
  },
}

/** A number of the ledger, as an address or a form names it. */
export const parseNumber = (text: string | null | undefined): number | undefined =>
  text != null && /^\d{1,15}$/.test(text) ? Number(text) : undefined

const readSeq = ({ form }: PageContext): number | undefined => parseNumber(form.get('seq'))

/** Only to the pages of events, records and groups of failed ones. */
function readBack({ form }: PageContext): string {
  const back = form.get('back') ?? ''
  return /^\/(?:(?:events|records)\/\d{1,15}|failed-events\?group=[\w.!~*'()%-]{1,2000})$/.test(back) ? back : '/find'
}
