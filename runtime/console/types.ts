/** What the console is made of: what a host passes in, what a page is, what a page is given. */
import type { HtmlEscapedString } from 'hono/utils/html'
import type { Connections } from '../auth/connections.ts'
import type { EncryptionKey } from '../auth/vault.ts'
import type { Connector } from '../connector.ts'
import type { Clock, Logger } from '../ports/effects.ts'
import type { ImportRunner } from './pages/import/runner.ts'

/** Markup in which everything that was put in is escaped: what `html` of `hono/html` makes. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>

export interface ConsoleParts {
  readonly app: { readonly name: string; readonly version: string; readonly summary: string }
  readonly connector: Connector
  readonly clock: Clock
  readonly logger: Logger
  /** Ends the live connections, so that a process that stops need not wait for them. */
  readonly signal: AbortSignal
  /** Log-ins made here. Absent: the host keeps the credentials itself. */
  readonly account?: Connections | undefined
  /** The address under which others reach this console, where the request does not tell. */
  readonly publicUrl?: string | undefined
  /** Where it is mounted, e.g. `/connector`. Default: at the root. */
  readonly base?: string
  /** Asked for at the door. Without one it answers to loopback names only, and to nobody who comes through a proxy. */
  readonly password?: string | undefined
  /** Signs the cookies; asked for with the first request. Default: the account's, else made anew, and then a restart ends all sessions. */
  readonly key?: EncryptionKey
  /** Where the other side shows a metric, by the name it has there. */
  readonly metricUrl?: ((metric: string) => { readonly href: string; readonly words: string }) | undefined
  /** Other origins a form may lead to, e.g. `https://login.example`. */
  readonly allowedFormTargets?: readonly string[]
}

/** One page: a row of the table in `pages.ts`. */
export interface Page {
  /** May hold names: `/metric/:name`. */
  readonly path: string
  readonly title: string | ((context: Context) => string)
  /** Its word in the navigation. Absent: it is reached from another page. */
  readonly nav?: string
  /** What stands below the title; or another answer, of `goTo` or `missing`. */
  render(context: Context): Html | Response | Promise<Html | Response>
}

/** What a form's POST does: a row of the same table. By then session, origin and token have been checked. */
export interface Action {
  readonly path: string
  run(context: Context): Response | Promise<Response>
}

export interface Context {
  readonly parts: ConsoleParts
  readonly request: Request
  readonly url: URL
  /** Runs imports for those who press its buttons. */
  readonly imports: ImportRunner
  /** By the names in the row's path, decoded. */
  readonly params: Readonly<Record<string, string>>
  /** Of an action. Empty for a page. */
  readonly form: URLSearchParams
  /** The browser's session: stable while it lasts, and known to nobody else. */
  readonly session: string
  /** A hidden field that every `<form method="post">` must hold. */
  readonly csrf: Html
  /** A path of the console as a link, wherever it is mounted. */
  link(path: string): string
  /** Where a page listens for changes since it was made. */
  readonly events: string
  /** How an action ends: another page, which says the words once. Never a payload or an address in them. */
  redirect(path: string, words?: string, tone?: Tone): Response
  /** 404, in the frame of all pages. */
  missing(words: string): Promise<Response>
}

export type Tone = 'good' | 'bad'
