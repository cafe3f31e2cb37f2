/** The layout of every page: head, navigation, flash message, content, footer. */
import { html } from 'hono/html'
import type { Health } from '../../health/types.ts'
import { connectorName } from '../../lib/format.ts'
import { assetLinks } from '../assets.ts'
import { healthStrip, titlePrefix } from '../health-strip.ts'
import type { Html, Page, PageContext, Visitor } from '../types.ts'
import type { FlashMessage } from './flash.ts'

export interface LayoutProps {
  readonly context: PageContext
  readonly title: string
  readonly body: Html
  /** The page's path in the table, to mark it in the navigation. */
  readonly path?: string
  readonly nav: readonly Page[]
  readonly flash?: FlashMessage | undefined
  readonly canSignOut: boolean
  /** Whom the host has signed in. */
  readonly visitor?: Visitor | undefined
  /** Absent before signing in. */
  readonly health?: Health | undefined
}

export function layout(props: LayoutProps): Html {
  const { context, title, body, flash, health } = props
  const links = assetLinks(context.link)
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${titlePrefix(health?.state)}${title} · ${connectorName(context.options.connector.spec)}</title>
<link rel="icon" href="${links.icons[health?.state ?? 'healthy']}">
<link rel="stylesheet" href="${links.style}">
<script type="module" src="${links.script}"></script>
</head>
<body data-events="${context.eventsUrl}">
<a class="skip" href="#main">Skip to content</a>
${header(props)}
${health && healthStrip(health, context)}
<main id="main" tabindex="-1">
<h1>${title}</h1>
${context.options.connector.store.hasLedger === false && html`<p class="message">${NO_LEDGER}</p>`}
${flash && html`<p class="message ${flash.tone}" role="${flash.tone === 'bad' ? 'alert' : 'status'}">${flash.text}</p>`}
${body}
</main>
<footer><p>${context.options.app.name} ${context.options.app.version}</p></footer>
</body>
</html>`
}

const NO_LEDGER =
  'The store of this connector keeps no ledger: events, totals, failed events and the counts of imports cannot be shown. Delivery, imports and polls work all the same.'

function header({ context, nav, path, canSignOut, visitor }: LayoutProps): Html {
  const name = connectorName(context.options.connector.spec)
  if (nav.length === 0) return html`<header class="bar"><p class="brand">${name}</p></header>`
  const signOut = html`<form method="post" action="${context.link('/log-out')}">${context.csrfField}<button class="plain">Sign out</button></form>`
  const items = html`<ul>${nav.map((page) => navItem(page, path, context))}</ul>${canSignOut && signOut}${visitor?.name && html`<p class="soft">${visitor.name}</p>`}`
  return html`<header class="bar">
<p class="brand"><a href="${context.link('/')}">${name}</a></p>
<p class="pulse" id="pulse" hidden><span aria-hidden="true"></span>Live updates</p>
<nav class="wide" aria-label="Pages">${items}</nav>
<details class="narrow"><summary>Menu</summary><nav aria-label="Pages">${items}</nav></details>
</header>`
}

function navItem({ path, nav = '' }: Page, current: string | undefined, { link }: PageContext): Html {
  const isBelow = path !== '/' && current?.startsWith(`${path}/`)
  const mark = path === current ? html` aria-current="page"` : isBelow ? html` aria-current="true"` : ''
  return html`<li><a href="${link(path)}"${mark}>${nav}</a></li>`
}
