/** What recent records lose by a changed spec, in plain words: before it is saved, and to consent to. */
import { html } from 'hono/html'
import { formatCount, plural } from '../../../lib/format.ts'
import type { FailingRecords, MetricLosses } from '../../../plan/types.ts'
import { parsePlace } from '../../../spec/source-file.ts'
import type { Html, PageContext } from '../../types.ts'
import { fileLink } from './addresses.ts'

/** Of whole records the name is empty. */
export const lossTitle = (metric: string): string => metric || 'Whole records'

/** `link`: absent where the text of the places is not the one that runs or is edited. */
export function lossList(losses: MetricLosses, link?: PageContext['link']): Html {
  const { metric, records, failing, sent, leftOut, reasons, emptied } = losses
  const whys = Object.entries(reasons).map(([why, count]) => (count === leftOut ? why : `${why} (${count})`))
  return html`<ul class="plain">${failing.map((one) => html`<li>${metric === '' ? 'Mapping fails as a whole' : 'This mapping fails'} for ${ofAll(one.records, records)}: ${one.message}${placeOf(one, link)}</li>`)}
${leftOut > 0 && html`<li>It leaves out ${ofAll(leftOut, sent)} that it sends now: ${whys.join(', ')}</li>`}
${emptied.map(({ name, records }) => html`<li><strong dir="auto">${plainName(name)}</strong> has no value any more: now it has one in ${plural(records, 'recent record')}</li>`)}</ul>`
}

const ofAll = (count: number, all: number): string => `${formatCount(count)} of ${plural(all, 'recent record')}`

const plainName = (name: string): string => name.replace(/^(properties|attributes|profile)\./, '')

function placeOf({ place }: FailingRecords, link: PageContext['link'] | undefined): Html | string {
  const { path, line } = parsePlace(place ?? '') ?? {}
  if (path === undefined || line === undefined) return ''
  const text = `line ${line} of ${path}`
  return link
    ? html`, <a href="${link(fileLink(path, line))}" data-line="${line}" data-file="${path}">${text}</a>`
    : `, ${text}`
}
