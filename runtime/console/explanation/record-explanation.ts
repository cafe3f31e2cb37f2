/** A stored record mapped again, without asking the source: what each mapping makes of it, masked until requested. */
import { html } from 'hono/html'
import { PROFILE } from '../../mapping/map-profile.ts'
import { toPreviewInput } from '../../mapping/record-input.ts'
import { toFault } from '../../ports/fault.ts'
import type { LedgerEntry } from '../../ports/ledger.ts'
import { isUnsettled } from '../../store/found-events.ts'
import type { Html, PageContext } from '../types.ts'
import { mappingOutcomes, type OutcomesView } from './mapping-outcomes.ts'
import { maskExplanation } from './mask-explanation.ts'

/** Events of a record whose properties are explained. Each takes about two milliseconds. */
const MAX_EXPLAINED = 10

export async function recordExplanation(entry: LedgerEntry, inFull: boolean, context: PageContext): Promise<Html | ''> {
  const { preview } = context.options.connector
  const input = toPreviewInput(entry)
  if (input === undefined) return ''
  try {
    const explain = { explain: true as const, explainOnly: selectEvents(entry) }
    const { explanations = [] } = await preview({ ...input, lookupFallback: 'remembered', ...explain })
    const mappings = explanations.flatMap((one) => one.mappings)
    return section(
      mappings.length === 0
        ? noMapping(entry)
        : mappingOutcomes(inFull ? mappings : mappings.map(maskExplanation), toOutcomesView(context, false, entry)),
    )
  } catch (error) {
    return section(html`<p>This record cannot be mapped right now: ${toFault(error).message}.</p>`)
  }
}

/** The last events that the record ended with, or the first ones that it has. */
function selectEvents({ outcome }: LedgerEntry): (metric: string, key: string) => boolean {
  const keys = outcome?.events.flatMap(({ key }) => key ?? []).slice(-MAX_EXPLAINED) ?? []
  let count = 0
  return (metric, key) => (keys.length === 0 || metric === PROFILE ? count++ < MAX_EXPLAINED : keys.includes(key))
}

const section = (content: Html): Html => html`<section aria-label="Explanation"><h3>What each mapping makes of it</h3>
<p class="soft">Mapped again by the current mappings, with the lookups that are still cached. This sends nothing.</p>
${content}</section>`

const noMapping = ({ topic, stream }: LedgerEntry): Html =>
  html`<p>No mapping takes ${topic === undefined ? 'items of' : 'the topic'} <code>${topic ?? stream}</code>.</p>`

/** `asked`: whether the source was asked for lookups. */
export function toOutcomesView(
  { link, options }: PageContext,
  asked: boolean,
  entry?: Pick<LedgerEntry, 'status'>,
): OutcomesView {
  const { source, profile } = options.connector.spec
  const waits = entry !== undefined && isUnsettled(entry)
  return { link, options, asked, source: source.name, identifiers: profile.identifiers, waits }
}
