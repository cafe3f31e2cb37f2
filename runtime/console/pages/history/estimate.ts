/** Estimates an import before it starts: records, requests, time. */
import { html } from 'hono/html'
import type { Estimate } from '../../../backfill/estimate.ts'
import { capitalize, formatCount, formatDuration, plural } from '../../../lib/format.ts'
import { withTimeout } from '../../../lib/with-timeout.ts'
import { toFault } from '../../../ports/fault.ts'
import type { Html, PageContext } from '../../types.ts'
import { ESTIMATED, type ImportOptions } from './import-options.ts'

/** Milliseconds. One page of a large account may take half a minute, and then so does each page of the import. */
const TIMEOUT = 30_000

/** The estimate, or the reason why there is none. Reads one page of each stream from the source. */
export async function readEstimate(
  { options: { connector, clock, signal } }: PageContext,
  selection: ImportOptions,
): Promise<Estimate | { readonly error: string }> {
  try {
    return await withTimeout(TIMEOUT, { clock, signal }, (timeout) =>
      connector.estimate({ ...selection, signal: timeout }),
    )
  } catch (error) {
    return { error: toFault(error).message }
  }
}

export function estimateSection(estimate: Awaited<ReturnType<typeof readEstimate>>, { options }: PageContext): Html {
  const { source, destination } = options.connector.spec
  if ('error' in estimate) return html`<p class="message bad">The import could not be estimated: ${estimate.error}.</p>`
  return estimateFacts(estimate, capitalize(source.name), capitalize(destination.name))
}

/** For the form that starts the import, so that its progress has a total from the first page on. */
export function estimatedFields(estimate: Awaited<ReturnType<typeof readEstimate>>): Html[] {
  if ('error' in estimate) return []
  return estimate.streams.flatMap(({ stream, records }) =>
    records === undefined ? [] : [html`<input type="hidden" name="${ESTIMATED}" value="${stream}:${String(records)}">`],
  )
}

function estimateFacts(estimate: Estimate, source: string, destination: string): Html {
  const { streams, calls, time } = estimate
  return html`<dl class="facts">
${streams.map(({ stream, records, oneByOne }) => html`<dt>${capitalize(stream)}</dt><dd>${records === undefined ? `not counted by ${source}` : plural(records, 'record')}${oneByOne.length > 0 && html`, one request each for ${oneByOne.join(', ')}`}</dd>`)}
<dt>Requests</dt><dd>at most ${formatCount(calls)} to ${source}</dd>
<dt>Time</dt><dd>${roundedTime(time)}${estimateBasis(estimate, source, destination)}. Live events keep priority during the import.</dd>
</dl>`
}

function roundedTime(ms: number): string {
  if (ms <= 60_000) return 'about a minute or less'
  return ms < 3_600_000 ? `about ${Math.ceil(ms / 60_000)} minutes` : `about ${formatDuration(ms)}`
}

/** The assumptions behind the time, because it is no promise. */
function estimateBasis({ bottleneck, slowest }: Estimate, source: string, destination: string): string {
  const { duration = 0, size = 0, stream = '' } = slowest ?? {}
  const pageTime =
    slowest &&
    `, if each page takes as long as the one just read (${size} ${stream} in ${formatDuration(Math.max(duration, 100))})`
  const limit = {
    pages: '',
    source: `, limited by the rate limit of ${source}`,
    destination: `, limited by the rate limit of ${destination}`,
  }
  return `${pageTime ?? ''}${limit[bottleneck]}`
}
