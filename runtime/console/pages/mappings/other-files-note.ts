/** Says whose files the pages show where another process delivers. */
import { html } from 'hono/html'
import type { Html, PageContext } from '../../types.ts'

export function otherFilesNote({ options }: Pick<PageContext, 'options'>): Html | '' {
  const owner = options.otherOwner?.()
  if (owner === undefined) return ''
  return html`<p class="message warn">Process ${owner} delivers now, and maps by the files of its own machine. These are the files of this process, which maps by them once it takes over: what you save here, copy there as well.</p>`
}
