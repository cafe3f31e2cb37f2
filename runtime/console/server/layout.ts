/** The layout of every page: head, navigation, flash message, content, footer. */
import { html } from 'hono/html'
import type { Health } from '../../health/types.ts'
import { connectorName } from '../../lib/format.ts'
import { type AccountNames, healthStrip, titlePrefix } from '../health-strip.ts'
import { icon } from '../icons.ts'
import type { Html, Page, PageContext, Visitor } from '../types.ts'
import { htmlDocument } from './document.ts'
import type { FlashMessage } from './flash.ts'
import { navigation } from './navigation.ts'

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
  readonly accounts?: AccountNames
}

export function layout(props: LayoutProps): Html {
  const { context, title, body, flash, health } = props
  const { app, connector } = context.options
  return htmlDocument({
    ...{ title: pageTitle(props), state: health?.state, shape: props.nav.length > 0 ? 'framed' : 'narrow' },
    ...{ link: context.link, eventsUrl: context.eventsUrl, timeZone: context.timeZone },
    header: header(props),
    status: health && healthStrip({ health, accounts: props.accounts ?? {}, context }),
    main: html`<h1>${title}</h1>
${connector.store.hasLedger === false && html`<p class="message">${NO_LEDGER}</p>`}
${flash && html`<p class="message ${flash.tone}" role="${flash.tone === 'bad' ? 'alert' : 'status'}">${flash.text}</p>`}
${body}`,
    footer: html`<p><span>${app.name} ${app.version}</span>${health && html`<a href="${context.link('/design')}">Design of these pages</a>`}</p>`,
  })
}

export const pageTitle = ({ context, title, health }: Pick<LayoutProps, 'context' | 'title' | 'health'>): string =>
  `${titlePrefix(health?.state)}${title} · ${connectorName(context.options.connector.spec)}`

const NO_LEDGER =
  'The store of this connector keeps no list of events: events, totals, failed events and the counts of imports cannot be shown. Delivery, imports and the check for missed webhooks work as usual.'

function header({ context, nav, path, canSignOut, visitor, health }: LayoutProps): Html {
  const name = connectorName(context.options.connector.spec)
  const mark = html`<span class="mark ${health?.state ?? 'healthy'}" aria-hidden="true">${icon('arrow-right')}</span>`
  if (nav.length === 0) return html`<header class="bar"><p class="brand"><a>${mark}${name}</a></p></header>`
  const signOut = html`<form method="post" action="${context.link('/log-out')}">${context.csrfField}<button class="plain small">${icon('sign-out')}Sign out</button></form>`
  const who = visitor?.name && html`<p class="soft" dir="auto">${visitor.name}</p>`
  return html`<header class="bar">
<p class="brand"><a href="${context.link('/')}">${mark}${name}</a></p>
<p class="pulse" id="pulse" hidden><span class="dot" aria-hidden="true"></span><span class="text">Live updates</span></p>
<button type="button" class="menu" popovertarget="pages">${icon('menu')}Menu</button>
<nav id="pages" popover aria-label="Pages">${navigation({ pages: nav, current: path, context })}
${(canSignOut || who) && html`<div class="who">${who}${canSignOut && signOut}</div>`}</nav>
</header>`
}
