/** What an import would cost, in words: records, requests, minutes. */
import { html } from 'hono/html'
import { toFault } from '../../fault.ts'
import type { Estimate } from '../../flow/estimate.ts'
import { count, duration, plural } from '../../format.ts'
import type { Context, Html } from '../parts.ts'
import { within } from '../patience.ts'
import { titled } from '../words.ts'
import type { Wanted } from './import-asked.ts'

/** A person waits, milliseconds. */
const PATIENCE = 10_000

/** Asks the source for a count of each stream; or says why that cannot be told. */
export async function costs({ parts }: Context, wanted: Wanted): Promise<Html> {
  const { connector, clock, signal } = parts
  try {
    const found = await within(PATIENCE, { clock, signal }, (stop) => connector.estimate({ ...wanted, signal: stop }))
    return costPart(found, titled(connector.spec.source.name))
  } catch (error) {
    return html`<p class="said bad">What it would cost is not known: ${toFault(error).message}.</p>`
  }
}

function costPart({ streams, calls, time }: Estimate, source: string): Html {
  return html`<dl class="facts">
${streams.map(({ stream, records, oneByOne }) => html`<dt>${titled(stream)}</dt><dd>${records === undefined ? `not counted by ${source}` : plural(records, 'record')}${oneByOne.length > 0 && html`, each asked for by itself for ${oneByOne.join(', ')}`}</dd>`)}
<dt>Requests</dt><dd>at most ${count(calls)} to ${source}</dd>
<dt>Time</dt><dd>about ${duration(Math.max(time, 1_000))}; live events go first all the while</dd>
</dl>`
}
