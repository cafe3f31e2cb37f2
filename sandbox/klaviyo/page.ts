/** The local Klaviyo's page: metrics, segments and flows, totals, newest events. */
import { html } from 'hono/html'
import type { KlaviyoSummary } from './api.ts'
import type { RecordedEvent } from './event-store.ts'
import type { SegmentOrFlow } from './segments-and-flows.ts'

const MAX_EVENTS = 50

/** The page runs and loads nothing; `html` escapes every value. */
export const PAGE_HEADERS = { 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'" }

export function renderPage(
  account: string,
  summary: KlaviyoSummary,
  events: readonly RecordedEvent[],
  resources: readonly SegmentOrFlow[],
) {
  const newest = events.slice(-MAX_EVENTS).reverse()
  const totals = Object.entries(summary).filter(([, value]) => typeof value === 'number')
  const metrics = Object.entries(summary.byMetric).toSorted(([, a], [, b]) => b - a)
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Local Klaviyo</title>
        <style>
          body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem; }
          table { border-collapse: collapse; margin: 0 0 2rem; width: 100%; }
          td, th { border-bottom: 1px solid #ddd; padding: 0.3rem 0.6rem; text-align: left; vertical-align: top; }
          td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
          code { overflow-wrap: anywhere; }
        </style>
      </head>
      <body>
        <h1>Local Klaviyo</h1>
        <p>${account}: a mock that validates, drops and limits as Klaviyo does. Reload the page for newer events.</p>
        <h2>Metrics</h2>
        <table>
          <tr><th>Metric</th><th class="number">Events</th></tr>
          ${metrics.map(([name, count]) => html`<tr><td>${name}</td><td class="number">${count}</td></tr>`)}
        </table>
        <h2>Segments and flows</h2>
        <table>
          <tr><th>Kind</th><th>Name</th><th>Id</th></tr>
          ${resources.map(({ kind, id, name }) => html`<tr id="${id}"><td>${kind}</td><td>${name}</td><td><code>${id}</code></td></tr>`)}
        </table>
        <h2>Totals</h2>
        <table>
          ${totals.map(([name, count]) => html`<tr><td>${name}</td><td class="number">${count}</td></tr>`)}
        </table>
        <h2>Latest events</h2>
        <table>
          <tr><th>Time</th><th>Metric</th><th>Profile</th><th>unique_id</th><th>Flows</th></tr>
          ${newest.map(renderEvent)}
        </table>
      </body>
    </html>`
}

function renderEvent({ time, metric, email, phone, profileId, key, triggersFlows }: RecordedEvent) {
  return html`<tr>
    <td>${time}</td>
    <td>${metric}</td>
    <td>${email ?? phone ?? profileId}</td>
    <td><code>${key ?? ''}</code></td>
    <td>${triggersFlows ? 'trigger' : 'backfill'}</td>
  </tr>`
}
