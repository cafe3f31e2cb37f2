/** The checks of `connector check` on a page: credentials and permissions of both accounts, tested now. */
import { html } from 'hono/html'
import { withTimeout } from '../../lib/with-timeout.ts'
import type { CheckResult } from '../../ports/check-result.ts'
import type { Html, Page, PageContext } from '../types.ts'

/** Milliseconds that a page waits for both vendors. */
const TIMEOUT = 20_000

export const checkPage: Page = {
  path: '/set-up/check',
  access: 'set-up',
  title: 'Permissions',
  async render(context) {
    const { results, failures } = await runChecks(context)
    const warnings = results.filter(({ warning }) => warning).length
    const passed = warnings === 0 ? 'All checks passed.' : `All checks passed, ${warnings} with a warning.`
    const text = failures === 0 ? passed : failuresText(failures)
    return html`<p class="message ${failures === 0 ? 'good' : 'bad'}">${text}</p>${checksTable(results)}
<p><a href="${context.link('/set-up')}">Back to setup</a></p>`
  },
}

export async function runChecks({ options, request }: PageContext) {
  const results: CheckResult[] = []
  await withTimeout(TIMEOUT, { clock: options.clock, signal: request.signal }, async (signal) => {
    for await (const result of options.connector.check(signal)) results.push(result)
  })
  return { results, failures: results.filter(({ ok }) => !ok).length }
}

export const failuresText = (failures: number): string =>
  failures === 1 ? '1 check failed.' : `${failures} checks failed.`

export function checksTable(results: readonly CheckResult[]): Html {
  return html`<div class="table"><table class="stack">
<caption>Checked just now</caption>
<thead><tr><th scope="col">Check</th><th scope="col">Result</th><th scope="col">Details</th></tr></thead>
<tbody>${results.map(
    (result) => html`<tr><th scope="row">${result.name}</th>
<td data-name="Result">${badge(result)}</td><td>${result.detail}</td></tr>`,
  )}</tbody>
</table></div>`
}

function badge({ ok, warning }: CheckResult): Html {
  if (!ok) return html`<span class="badge bad">Failed</span>`
  return warning ? html`<span class="badge warn">Warning</span>` : html`<span class="badge good">Passed</span>`
}
