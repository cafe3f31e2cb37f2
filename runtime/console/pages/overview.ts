/** How things stand: both sides, the queue, every metric, what was skipped and what failed. */
import { html } from 'hono/html'
import type { Page } from '../parts.ts'

export const overview: Page = {
  path: '/',
  title: 'Overview',
  nav: 'Overview',
  async render() {
    return html`<p>Nothing here yet.</p>`
  },
}
