/** The mapping of a metric: each property with its expression and location, and the spec files. */
import { html } from 'hono/html'
import { parsePlace, type SourceFile } from '../../../spec/source-file.ts'
import type { Mapping, Property } from '../../../spec/spec.ts'
import { placeLink } from '../../place-link.ts'
import type { Html, PageContext } from '../../types.ts'

interface MappingSource extends Partial<Pick<Mapping, 'profileProperties' | 'value' | 'currency'>> {
  readonly file: string
  readonly properties: readonly Property[]
}

export function mappingSection(mapping: MappingSource, context: PageContext): Html {
  const { options } = context
  const { file, properties, profileProperties = [] } = mapping
  const { sourceFiles } = options.connector.spec
  const changed = sourceFiles.filter(({ base }) => base?.overlayPath === file).map(({ path }) => path)
  const files = [
    ...new Set([file, ...changed, ...properties.map(({ expr }) => parsePlace(expr.place)?.path ?? expr.place)]),
  ]
  const sources = files.flatMap((path) => sourceFiles.filter((source) => source.path === path))
  return html`${propertyTable(['Properties', 'with their expressions'], properties, context)}
${propertyTable(['Profile properties', 'set by live events'], profileProperties, context)}
${propertyTable(['Value', 'of an event'], listWorth(mapping), context)}
${sources.map(fileText)}`
}

function listWorth({ value, currency }: MappingSource): readonly Property[] {
  const rows = Object.entries({ Value: value, Currency: currency })
  return rows.flatMap(([name, expr]) => (expr ? [{ name, expr, whenMissing: { action: 'omit' } }] : []))
}

function propertyTable(
  [title, explanation]: readonly [string, string],
  properties: readonly Property[],
  context: PageContext,
): Html | string {
  if (properties.length === 0) return ''
  return html`<div class="table"><table class="stack">
<caption>${title} <span class="soft">${explanation}</span></caption>
<thead><tr><th scope="col">Property</th><th scope="col">Expression</th></tr></thead>
<tbody>${properties.map((one) => propertyRow(one, context))}</tbody>
</table></div>`
}

function propertyRow({ name, expr, type, whenMissing, doc }: Property, context: PageContext): Html {
  const fallback = whenMissing.action === 'default' ? html` else <code>${JSON.stringify(whenMissing.value)}</code>` : ''
  const skipped = whenMissing.action === 'skip' ? html` else the event is skipped (${whenMissing.reason})` : ''
  return html`<tr><th scope="row">${name}</th><td class="wide"><code>${expr.text.trim()}</code>${type && html` <span class="soft">as ${type}</span>`}<span class="soft">${fallback}${skipped}</span>${doc && html`<br><span class="soft">${doc}</span>`}<br>${placeLink(expr.place, context)}</td></tr>`
}

function fileText({ path, text }: SourceFile): Html {
  const lines = text.trimEnd().split('\n')
  return html`<details class="card"><summary><code>${path}</code></summary>
<pre class="yaml" tabindex="0" aria-label="${path}"><code>${lines.map(
    (line) => html`<span class="line">${line}
</span>`,
  )}</code></pre></details>`
}
