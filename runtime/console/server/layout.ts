/** The frame round every page: head, navigation, what was said, the page itself. */

import { html } from 'hono/html'
import { capitalize } from '../../lib/format.ts'
import { assetLinks } from '../assets.ts'
import type { ConsoleParts, Context, Html, Page, Tone } from '../types.ts'

export interface LayoutProps {
  readonly context: Context
  readonly title: string
  readonly body: Html
  /** The page's own path in the table, to mark it in the navigation. Absent: none of them. */
  readonly path?: string
  readonly nav: readonly Page[]
  readonly said?: { readonly words: string; readonly tone: Tone } | undefined
  /** The session knows the password, so it can be given up. */
  readonly canLeave: boolean
}

export function layout(framed: LayoutProps): Html {
  const { context, title, body, said } = framed
  const links = assetLinks(context.link)
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${whatIs(context.parts)}</title>
<link rel="icon" href="${links.icon}">
<link rel="stylesheet" href="${links.style}">
<script type="module" src="${links.script}"></script>
</head>
<body data-events="${context.events}">
<a class="skip" href="#main">Skip to the page</a>
${head(framed)}
<main id="main" tabindex="-1">
<h1>${title}</h1>
${said && html`<p class="said ${said.tone}" role="${said.tone === 'bad' ? 'alert' : 'status'}">${said.words}</p>`}
${body}
</main>
<footer><p>${context.parts.app.name} ${context.parts.app.version}</p></footer>
</body>
</html>`
}

function head({ context, nav, path, canLeave }: LayoutProps): Html {
  const items = html`<ul>${nav.map((page) => item(page, path, context))}</ul>`
  const leave = html`<form method="post" action="${context.link('/log-out')}">${context.csrf}<button class="plain">Log out</button></form>`
  const more = html`${items}${canLeave && leave}`
  if (nav.length === 0) return html`<header class="bar"><p class="brand">${whatIs(context.parts)}</p></header>`
  return html`<header class="bar">
<p class="brand"><a href="${context.link('/')}">${whatIs(context.parts)}</a></p>
<p class="pulse" id="pulse" hidden><span aria-hidden="true"></span>Live</p>
<nav class="wide" aria-label="Pages">${more}</nav>
<details class="narrow"><summary>Menu</summary><nav aria-label="Pages">${more}</nav></details>
</header>`
}

function item({ path, nav = '' }: Page, current: string | undefined, { link }: Context): Html {
  const isBelow = path !== '/' && current?.startsWith(`${path}/`)
  const mark = path === current ? html` aria-current="page"` : isBelow ? html` aria-current="true"` : ''
  return html`<li><a href="${link(path)}"${mark}>${nav}</a></li>`
}

const whatIs = ({ connector: { spec } }: ConsoleParts) =>
  `${capitalize(spec.source.name)} to ${capitalize(spec.destination.name)}`
