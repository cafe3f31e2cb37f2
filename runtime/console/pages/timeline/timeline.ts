/** The timeline: changes of the state and what people did, the newest first. */
import { html } from 'hono/html'
import { readTimeline, type TimelineEntry } from '../../../timeline.ts'
import { timeElement, withLocalTimes } from '../../format-html.ts'
import type { Page } from '../../types.ts'

export const timelinePage: Page = {
  path: '/timeline',
  title: 'Timeline',
  nav: 'Timeline',
  async render({ options, url, link }) {
    const asked = Number.parseInt(url.searchParams.get('page') ?? '', 10)
    const { entries, earlier } = await readTimeline(options.connector.store, asked >= 0 ? asked : undefined)
    if (entries.length === 0) return html`<div class="card empty">Nothing has happened yet.</div>`
    return html`<p class="lead">Changes of the state, and what was done here and on the command line.</p>
<section id="entries" data-live aria-label="Entries"><div class="table"><table class="stack">
<thead><tr><th scope="col">When</th><th scope="col">What</th><th scope="col">By</th></tr></thead>
<tbody>${entries.map(row)}</tbody></table></div>
${earlier !== undefined && html`<p><a href="${link(`/timeline?page=${earlier}`)}">Earlier</a></p>`}</section>`
  },
}

const row = ({ at, text, by }: TimelineEntry) => html`<tr>
<td data-name="When">${timeElement(at)}</td>
<td data-name="What">${withLocalTimes(text)}.</td>
<td data-name="By">${by === undefined ? html`<span class="soft">the connector</span>` : html`<span dir="auto">${by}</span>`}</td></tr>`
