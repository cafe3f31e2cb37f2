/** A place in the spec as a person finds it: the line, and those round it. */
import { html } from 'hono/html'
import type { SourceFile } from '../spec/source-file.ts'
import type { Html } from './types.ts'

const ROUND = 2

/** `file:line:column`, with the text as it is now: it may have been mended since. */
export function sourceExcerpt(place: string, sources: readonly SourceFile[]): Html | false {
  const [, path = '', at = ''] = /^(.+):(\d+):\d+$/.exec(place) ?? []
  const source = sources.find((one) => one.path === path)
  if (source === undefined) return false
  const line = Number(at)
  const all = source.text.trimEnd().split('\n').length
  const [first, last] = [Math.max(1, line - ROUND), Math.min(all, line + ROUND)]
  const numbers = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i)
  return html`<pre class="yaml" tabindex="0" aria-label="${place}"><code>${numbers.map(
    (
      number,
    ) => html`<span class="placed${number === line && html` marked`}"><span class="soft">${String(number).padStart(4)}</span>  ${source.line(number)}
</span>`,
  )}</code></pre>`
}
