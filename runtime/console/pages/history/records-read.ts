/** Leads from the records that an import read to what became of each. A record read is no event, so no number of it is a link. */
import { html } from 'hono/html'
import { countRead } from '../../../backfill/counts.ts'
import type { BackfillProgress } from '../../../backfill/types.ts'
import { formatInterval } from '../../../lib/format.ts'
import { eventsLink, NO_METRIC } from '../../event-links.ts'
import type { Html, PageContext } from '../../types.ts'

interface NoteContext extends Pick<PageContext, 'link'> {
  readonly options: {
    readonly connector: Pick<PageContext['options']['connector'], 'spec'>
    readonly clock: Pick<PageContext['options']['clock'], 'now'>
  }
}

export function recordsReadNote(run: BackfillProgress, context: NoteContext): Html | '' {
  if (countRead(run) === 0) return ''
  const { connector, clock } = context.options
  const { settled } = connector.spec.delivery.retention
  if (run.endedAt !== undefined && clock.now() - run.endedAt > settled)
    return html`<p class="soft">The records of this import are no longer stored: they are kept for ${formatInterval(settled)} after they ended, and the counts for good.</p>`
  const link = (text: string, filter: { readonly metric?: string }) =>
    html`<a href="${eventsLink({ run: run.run, ...filter }, context)}">${text}</a>`
  return html`<p class="soft">What became of the records read: ${link('every event of them', {})}, and ${link('those without an event', { metric: NO_METRIC })}.</p>`
}
