/** Types of the console: the options a host passes, pages, actions and their context. */
import type { HtmlEscapedString } from 'hono/utils/html'
import type { Alerting } from '../alerts/alerting.ts'
import type { Connections } from '../auth/connections.ts'
import type { EncryptionKey } from '../auth/vault.ts'
import type { Connector } from '../connector.ts'
import type { PreviewInput } from '../mapping/preview.ts'
import type { Clock, Logger } from '../ports/effects.ts'
import type { SpecEditor } from '../spec-editing/spec-editor.ts'
import type { EditableSpec } from '../spec-editing/types.ts'
import type { ImportRunner } from './pages/history/import-runner.ts'
import type { Reveals } from './server/reveals.ts'
import type { Searches } from './server/searches.ts'
import type { Invitations } from './server/session/invitations.ts'
import type { Users } from './server/session/users.ts'

/** Markup from `html` of `hono/html`, which escapes every interpolated value. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>

/** What a visitor may do. Each includes the former. */
export type VisitorAccess = 'view' | 'read' | 'operate' | 'set-up'

/** A person whom the host has signed in. */
export interface Visitor {
  /** The host's id of the person, for the log of what was done: no name, no address. */
  readonly id: string
  /** Shown in the header. */
  readonly name?: string | undefined
  /**
   * `view`: all pages but setup, personal data masked everywhere. `read`: may show personal data. `operate`: retries,
   * imports, segments and flows, confirmations. `set-up`: connecting and disconnecting. Default: `set-up`.
   */
  readonly may?: VisitorAccess | undefined
}

export interface ConsoleOptions {
  readonly app: {
    readonly name: string
    readonly version: string
    readonly summary: string
    /** The repository, which holds the reference of fault codes. Absent: codes are not linked. */
    readonly homepage?: string
    /** The name of its command in texts. Default: `connector`. */
    readonly program?: string
    /** The issue tracker. */
    readonly bugsUrl?: string
  }
  readonly connector: Connector
  readonly clock: Clock
  readonly logger: Logger
  /** Closes the live connections, which would hold up the shutdown. */
  readonly signal: AbortSignal
  /** Connections that setup creates. Absent: the host holds the credentials itself. */
  readonly connections?: Connections | undefined
  /** The public address of this console. Default: that of the request. */
  readonly publicUrl?: string | undefined
  /** Webhooks come from this machine, as those of a sandbox do: they need no public address. */
  readonly localWebhooks?: boolean | undefined
  /** Where it is mounted, e.g. `/connector` or `/t/42/`: it answers with and without a slash at the end. Default: at the root. */
  readonly base?: string
  /** To sign in with. Without one: a code that works once, see `Console.printSignInPath`. */
  readonly password?: string | undefined
  /**
   * Who the visitor is, by the host's own session: there is then no page to sign in, and no password. Called for each
   * request, whose body it must not read. Undefined: the visitor is refused. A response, such as a redirect to the host's
   * own sign-in, is sent as it is.
   */
  readonly visitor?:
    | ((request: Request) => Visitor | Response | undefined | Promise<Visitor | Response | undefined>)
    | undefined
  /** Origins whose pages may show the console in a frame, e.g. `https://app.example`, or `self`. Default: none. */
  readonly frameAncestors?: readonly string[] | undefined
  /** Signs the cookies; called on the first request. Default: the key of `connections`, else a random one: a restart then ends all sessions. */
  readonly key?: EncryptionKey
  /** Where to look for a metric at the destination, by its name there, while its id is not known. */
  readonly metricUrl?: ((metric: string) => { readonly href: string; readonly label: string }) | undefined
  /** Links to what pages show, in the applications of the vendors, and what people copy from there. */
  readonly vendorLinks?: VendorLinks | undefined
  /** Why an edited spec is not running, for a message on every page. Undefined: nothing is wrong. */
  readonly specProblem?: (() => string | undefined) | undefined
  /** The files of the spec, to edit in the console. Absent: it only shows them. */
  readonly specFiles?: EditableSpec | undefined
  /**
   * The process that delivers, where several share the store and this is not the one: `12 on web-1`. Undefined: this one.
   * Imports that are asked for here begin there.
   */
  readonly otherOwner?: (() => string | undefined) | undefined
  /** Records whose mapped values the review of setup shows before any has come. */
  readonly exampleRecords?: (() => Promise<readonly PreviewInput[]>) | undefined
  /** Messages about changes of the state. Absent: the host sends none, or its own. */
  readonly alerts?: Alerting | undefined
  /** Other origins that the response to a form may redirect to, e.g. `https://login.example`. */
  readonly allowedFormTargets?: readonly string[]
}

export interface VendorLink {
  readonly href: string
  readonly label: string
}

/** An object of the source. `resource`: its name in the spec. */
export interface SourceObject {
  readonly account: string
  /** Of the account, where setup has learnt it. */
  readonly region?: string | undefined
  readonly resource: string
  readonly id: string
}

/** What a connector knows of the web addresses of its vendors: only those that are certain. */
export interface VendorLinks {
  /** By the destination's id of the profile. */
  profile?(id: string): VendorLink
  /** By the destination's id of the metric, and its name there. */
  metric?(id: string, name: string): VendorLink
  resource?(object: SourceObject): VendorLink | undefined
  /** A phone number as the mapping sends it. Undefined: it is none. */
  readPhone?(text: string): Promise<string | undefined>
  /** The id of the object that an address of one of the applications shows. Undefined: it shows none, or is of another site. */
  readAddress?(address: URL): string | undefined
}

/** One page: a row of the table in `pages.ts`. */
export interface Page {
  /** May hold parameters: `/metric/:name`. */
  readonly path: string
  readonly title: string | ((context: PageContext) => string)
  /** Label in the navigation. Absent: only other pages link to it. */
  readonly nav?: string
  /** Who may open it. Default: `view`, so it shows personal data only where `context.may('read')`. */
  readonly access?: VisitorAccess
  /** Resolves to the content below the title, or to the response of `redirect` or `notFound`. */
  render(context: PageContext): Html | Response | Promise<Html | Response>
}

/** The POST of a form: a row of the same table. Session, origin and token are verified before it runs. */
export interface Action {
  readonly path: string
  /** Who may send it. Default: `operate`. Forms of an action that the visitor may not send are not shown. */
  readonly access?: VisitorAccess
  run(context: PageContext): Response | Promise<Response>
}

export interface PageContext {
  readonly options: ConsoleOptions
  readonly request: Request
  readonly url: URL
  /** Runs imports begun in the console. */
  readonly imports: ImportRunner
  /** Parameters of the path, decoded. */
  readonly params: Readonly<Record<string, string>>
  /** Fields of an action's form. Empty for a page. */
  readonly form: URLSearchParams
  /** Id of the browser's session: stable while it lasts, and secret. */
  readonly session: string
  /** Who the visitor is, for the timeline: the host's name or id of them, or `console`. */
  readonly person: string
  /** Whether the visitor may do this: `read` shows personal data, `operate` acts, `set-up` connects. */
  may(access: VisitorAccess): boolean
  /** Of `options.specFiles`. */
  readonly specEditor?: SpecEditor | undefined
  /** The people who may sign in, and their invitations. Absent: the host signs them in. */
  readonly people?: { readonly users: Users; readonly invitations: Invitations } | undefined
  /** What was searched for, by names that may appear in addresses. */
  readonly searches: Searches
  /** Which records this browser shows in full. */
  readonly reveals: Reveals
  /** A hidden field that every `<form method="post">` must hold. */
  readonly csrfField: Html
  /** Prefixes a path of the console with its mount path. */
  link(path: string): string
  /** Event stream of the changes since this page was rendered. */
  readonly eventsUrl: string
  /** Of the viewer, as the browser names it. Undefined at a first visit and without the script: times are in UTC. */
  readonly timeZone: string | undefined
  /** What the timeline says that an action did, even if not all succeeded. Default: the text of `redirect`, if it is good. */
  note(text: string): void
  /**
   * Ends an action: redirects to a page that shows `text` once. `text` must hold no payload and no address, `path` nothing
   * of a person, hashed or not.
   */
  redirect(path: string, text?: string, tone?: Tone, rejected?: RejectedForm): Response
  /** The form of this page that was refused just now. */
  readonly rejected?: RejectedForm | undefined
  /** Ends an action with a page, for what is not kept: a form with its errors, a result. */
  respond(page: RespondedPage): Promise<Response>
  /** 404, inside the layout. */
  notFound(text: string): Promise<Response>
}

export interface RespondedPage {
  /** Of the table, to mark it in the navigation. */
  readonly path: string
  readonly title: string
  readonly body: Html
  /** Default: 200. */
  readonly status?: 200 | 409 | 422
}

/** What is wrong with a form, carried in a signed cookie to the page that shows it again. */
export interface RejectedForm {
  /** By the name of the field, each a sentence without its full stop. */
  readonly errors: Readonly<Record<string, string>>
  /** What was entered in the other fields: no secret, and nothing of a person. */
  readonly values: Readonly<Record<string, string>>
}

/** `still`: nothing has changed. */
export type Tone = 'good' | 'bad' | 'still'
