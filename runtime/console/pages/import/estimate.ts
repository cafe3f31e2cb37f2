/** What an import would cost, in words: records, requests, minutes. */
import { html } from 'hono/html'
import type { Estimate } from '../../../backfill/estimate.ts'
import { capitalize, formatCount, formatDuration, plural } from '../../../lib/format.ts'
import { toFault } from '../../../ports/fault.ts'
import { withTimeout } from '../../server/with-timeout.ts'
import type { Html, PageContext } from '../../types.ts'
import type { ImportOptions } from './import-options.ts'

/** A person waits, milliseconds. A page of a large account may take half a minute, and then so does each of the import. */
const PATIENCE = 30_000

/** Asks the source for a page of each stream; or says why that cannot be told. */
export async function costs({ parts }: PageContext, wanted: ImportOptions): Promise<Html> {
  const { connector, clock, signal } = parts
  try {
    const found = await withTimeout(PATIENCE, { clock, signal }, (stop) =>
      connector.estimate({ ...wanted, signal: stop }),
    )
    return costPart(found, capitalize(connector.spec.source.name), capitalize(connector.spec.destination.name))
  } catch (error) {
    return html`<p class="message bad">What it would cost is not known: ${toFault(error).message}.</p>`
  }
}

function costPart(found: Estimate, source: string, destination: string): Html {
  const { streams, calls, time } = found
  return html`<dl class="facts">
${streams.map(({ stream, records, oneByOne }) => html`<dt>${capitalize(stream)}</dt><dd>${records === undefined ? `not counted by ${source}` : plural(records, 'record')}${oneByOne.length > 0 && html`, each asked for by itself for ${oneByOne.join(', ')}`}</dd>`)}
<dt>Requests</dt><dd>at most ${formatCount(calls)} to ${source}</dd>
<dt>Time</dt><dd>${roughly(time)}${because(found, source, destination)}. Live events go first all the while.</dd>
</dl>`
}

/** Nobody knows it to the second. */
function roughly(ms: number): string {
  if (ms <= 60_000) return 'about a minute or less'
  return ms < 3_600_000 ? `about ${Math.ceil(ms / 60_000)} minutes` : `about ${formatDuration(ms)}`
}

/** What the time is worked out from, so that nobody takes it for a promise. */
function because({ bottleneck: why, slowest }: Estimate, source: string, destination: string): string {
  const { took = 0, size = 0, stream = '' } = slowest ?? {}
  const pages =
    slowest &&
    `, if each page comes as quickly as one just did (${size} ${stream} in ${formatDuration(Math.max(took, 100))})`
  const most = {
    pages: '',
    source: `, and as often as ${source} lets us ask`,
    destination: `, and as much as ${destination} takes`,
  }
  return `${pages ?? ''}${most[why]}`
}
