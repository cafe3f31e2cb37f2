/** A unified diff for reading. */
import { html } from 'hono/html'
import type { Html } from '../../types.ts'

export function diffView(diff: string, label: string): Html {
  const lines = diff.replace(/\n$/, '').split('\n')
  return html`<pre class="diff" tabindex="0" aria-label="${label}"><code>${lines.map(
    (line) => html`<span class="${classOf(line)}">${line === '' ? ' ' : line}
</span>`,
  )}</code></pre>`
}

function classOf(line: string): string {
  if (/^(diff|---|\+\+\+|@@)/.test(line)) return 'soft'
  if (line.startsWith('+')) return 'added'
  return line.startsWith('-') ? 'removed' : ''
}
