/** The HTML document around every page: head, header, content, footer. */
import { html } from 'hono/html'
import { HEALTH_STATES, type HealthState } from '../../health/types.ts'
import { assetLinks } from '../assets.ts'
import type { Html } from '../types.ts'

export interface DocumentProps {
  readonly title: string
  /** Shown by the icon. Default: healthy. */
  readonly state?: HealthState | undefined
  /** Prefixes a path with the mount path. */
  readonly link: (path: string) => string
  /** Absent: the page does not refresh itself. */
  readonly eventsUrl?: string
  readonly timeZone: string | undefined
  /** `framed`: the navigation is beside the content. `narrow`: a single form or message. */
  readonly shape: 'framed' | 'wide' | 'narrow'
  readonly header: Html
  /** Above the main part. */
  readonly status?: Html | undefined
  readonly main: Html
  readonly footer: Html
}

export function htmlDocument(props: DocumentProps): Html {
  const { title, state = 'healthy', link, eventsUrl = '', timeZone = '', shape, status } = props
  const links = assetLinks(link)
  const icons = HEALTH_STATES.map((one) => html` data-${one}="${links.icons[one]}"`)
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="${links.icons[state]}"${icons}>
<link rel="stylesheet" href="${links.style}">
<script type="module" src="${links.script}"></script>
</head>
<body${shape !== 'narrow' && html` class="${shape}"`} data-events="${eventsUrl}" data-base="${link('/')}" data-zone="${timeZone}">
<a class="skip" href="#main">Skip to content</a>
${props.header}
<div class="column">
${status}
<main id="main" tabindex="-1">
${props.main}
</main>
<footer>${props.footer}</footer>
</div>
<p class="hidden" id="announcements" role="status"></p>
</body>
</html>`
}
