/** One record as a whole: also while it waits, and of what no mapping takes. */
import { html } from 'hono/html'
import { buildRecordHistory } from '../../../record-history.ts'
import { recordExplanation } from '../../explanation/record-explanation.ts'
import type { Page } from '../../types.ts'
import { recordBadge, timelineStep } from '../find/timeline.ts'
import { courseSection } from './course.ts'
import { receivedSection } from './event.ts'
import { isRevealed, parseNumber, revealForm } from './reveal.ts'
import { specNote } from './spec-note.ts'
import { linkList, resourceFact, vendorLinks } from './summary.ts'

export const recordPage: Page = {
  path: '/records/:seq',
  title: 'Record',
  async render(context) {
    const seq = parseNumber(context.params.seq)
    const entry = seq === undefined ? undefined : await context.options.connector.store.readRecord(seq)
    if (entry === undefined) return context.notFound('There is no such record. It may have expired.')
    const inFull = isRevealed(entry.seq, context)
    const { topic, stream, ingress, lane, outcome } = entry
    const result = outcome?.events[0] ?? { metric: '', status: 'deferred', lane }
    const people = [...new Set(outcome?.events.flatMap(({ person }) => person ?? []))]
    return html`<section class="card" aria-label="Summary"><div class="row apart"><h2>${topic ?? stream} ${recordBadge(entry)}</h2>${linkList(await vendorLinks({ ...result, metric: '' }, entry, context))}</div>
<dl class="facts"><dt>Received by</dt><dd>${ingress}</dd>
${people.length > 0 && html`<dt>Person</dt><dd>${people.join(', ')}</dd>`}
${resourceFact(entry, context)}
<dt>Record</dt><dd><code>${entry.id}</code></dd></dl>
${revealForm(entry.seq, `/records/${entry.seq}`, context)}</section>
${courseSection(entry, context)}
<section class="card" aria-label="Results"><h2>What became of it</h2><ol class="timeline">${buildRecordHistory(entry).steps.map((step) => timelineStep(step, context))}</ol></section>
<div class="card">${specNote('this record was last mapped', outcome?.spec, context)}${await recordExplanation(entry, inFull, context)}</div>
${receivedSection(entry, inFull)}`
  },
}
