/** A place in the spec: its line, with the lines around it. */
import { html } from 'hono/html'
import { parsePlace, type SourceFile } from '../spec/source-file.ts'
import type { Html } from './types.ts'

const CONTEXT_LINES = 2

/** `place` is `file:line:column`. Shows the loaded spec, which may have changed since the fault. */
export function sourceExcerpt(place: string, sources: readonly SourceFile[]): Html | false {
  const { path, line = 0 } = parsePlace(place) ?? {}
  const source = sources.find((file) => file.path === path)
  if (source === undefined) return false
  const lineCount = source.text.trimEnd().split('\n').length
  const [first, last] = [Math.max(1, line - CONTEXT_LINES), Math.min(lineCount, line + CONTEXT_LINES)]
  const numbers = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i)
  return html`<pre class="yaml" tabindex="0" aria-label="${place}"><code>${numbers.map(
    (
      number,
    ) => html`<span class="placed${number === line && html` marked`}"><span class="soft">${String(number).padStart(4)}</span>  ${source.line(number)}
</span>`,
  )}</code></pre>`
}
