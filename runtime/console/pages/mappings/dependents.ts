/** The flows and segments at the destination that get no new events of a metric. */
import { html } from 'hono/html'
import { capitalize } from '../../../lib/format.ts'
import { withTimeout } from '../../../lib/with-timeout.ts'
import type { CreatedResource } from '../../../ports/recipes.ts'
import type { Html, PageContext } from '../../types.ts'

/** Milliseconds that the page waits for the destination: turning a metric off may be urgent. */
const TIMEOUT = 4_000

/** Reads them from the destination. What it does not tell is named by the recipes of the spec. */
export async function dependentsOf(metric: string, { options }: PageContext): Promise<Html | ''> {
  const { spec, recipes: book } = options.connector
  const ours = spec.recipes.filter(({ metrics }) => metrics.includes(metric)).map(({ name }) => name)
  const ifCreated =
    ours.length === 0 ? '' : html`<p>These get no new events, if you created them: ${ours.join(', ')}.</p>`
  if (book === undefined) return ifCreated
  const found = await withTimeout(TIMEOUT, options, (signal) => book.findDependents(signal)).catch(() => undefined)
  const flows = found?.flows.filter((flow) => flow.metric === metric) ?? []
  const segments = found?.segments.filter(({ metrics }) => metrics.includes(metric)) ?? []
  const name = capitalize(spec.destination.name)
  const isWhole = found?.unreadable.length === 0
  return html`${flows.length > 0 && html`<p>Flows that it triggers in ${name}, and will not any more: ${links(flows)}.</p>`}
${segments.length > 0 && html`<p>Segments in ${name} with a condition on it, which get no new events: ${links(segments)}.</p>`}
${isWhole && flows.length + segments.length === 0 && html`<p>No flow and no segment in ${name} uses it.</p>`}
${!isWhole && html`<p class="soft">${name} did not tell all flows and segments that use it.</p>${ifCreated}`}`
}

const links = (resources: readonly CreatedResource[]): readonly Html[] =>
  resources.map(
    ({ link, name, status }, index) =>
      html`${index > 0 && ', '}<a href="${link}" rel="noreferrer" dir="auto">${name}</a>${status && ` (${status})`}`,
  )
