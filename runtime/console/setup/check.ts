/** The same that `connector check` does, on a page: credentials and permissions of both sides, tried now. */
import { html } from 'hono/html'
import type { CheckResult } from '../../ports/check-result.ts'
import { withTimeout } from '../server/with-timeout.ts'
import type { Html, Page, PageContext } from '../types.ts'

/** A person waits, milliseconds. */
const PATIENCE = 20_000

export const checkPage: Page = {
  path: '/set-up/check',
  title: 'Permissions',
  async render(context) {
    const { results, missing } = await runChecks(context)
    const words = missing === 0 ? 'All is as it should be.' : missingText(missing)
    return html`<p class="message ${missing === 0 ? 'good' : 'bad'}">${words}</p>${checks(results)}
<p><a href="${context.link('/set-up')}">Back to set-up</a></p>`
  },
}

export async function runChecks({ parts, request }: PageContext) {
  const results: CheckResult[] = []
  await withTimeout(PATIENCE, { clock: parts.clock, signal: request.signal }, async (stop) => {
    for await (const result of parts.connector.check(stop)) results.push(result)
  })
  return { results, missing: results.filter(({ ok }) => !ok).length }
}

export const missingText = (missing: number): string =>
  missing === 1 ? '1 of these is not as it should be.' : `${missing} of these are not as they should be.`

export function checks(results: readonly CheckResult[]): Html {
  return html`<div class="table"><table class="stack">
<caption>Tried just now</caption>
<thead><tr><th scope="col">What</th><th scope="col">Is it so?</th><th scope="col">More</th></tr></thead>
<tbody>${results.map(
    ({ name, ok, detail }) => html`<tr><th scope="row">${name}</th>
<td data-name="Is it so?"><span class="badge ${ok ? 'good' : 'bad'}">${ok ? 'Yes' : 'No'}</span></td><td>${detail}</td></tr>`,
  )}</tbody>
</table></div>`
}
