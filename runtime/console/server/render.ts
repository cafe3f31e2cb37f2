/** Renders pages inside the layout and gives page code its context. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { SideView } from '../../auth/setup/setup.ts'
import type { AccountNames } from '../health-strip.ts'
import { pages } from '../pages.ts'
import type { Action, Html, Page, PageContext, VisitorAccess } from '../types.ts'
import { accessOfAction, accessOfPage, mayAccess } from './access.ts'
import { type LayoutProps, layout, pageTitle } from './layout.ts'
import { changedSections, findLiveSections } from './live-sections.ts'
import { CHANGES_PATH, LIVE_HEADER } from './live-updates.ts'
import { localizeTimes, viewerZone } from './local-times.ts'
import { noteAction } from './note-action.ts'
import type { ConsoleEnv, ConsoleServices } from './services.ts'
import type { Session } from './session/sessions.ts'

/** A page of a title and one paragraph. */
export interface MessagePage {
  readonly status: ContentfulStatusCode
  readonly title: string
  readonly text: string | Html
}

type Access = Pick<LayoutProps, 'nav' | 'canSignOut' | 'visitor' | 'health' | 'accounts'>

/** Of a request refused before its session was known. */
const NO_SESSION: Session = { id: '', usedAt: 0, authenticated: false }

export class PageRenderer {
  readonly #services: ConsoleServices

  constructor(services: ConsoleServices) {
    this.#services = services
  }

  async page(c: Context<ConsoleEnv>, { path, title, render }: Pick<Page, 'path' | 'title' | 'render'>) {
    const session = c.var.session ?? NO_SESSION
    const token = this.#services.sessions.formToken(session)
    const flash = this.#services.flash.read(c, session)
    const context = { ...this.contextOf(c, token), rejected: flash?.rejected }
    const body = await render(context)
    if (body instanceof Response) return body
    // A page that redirects leaves it for the next one.
    this.#services.flash.remove(c)
    const text = typeof title === 'string' ? title : title(context)
    const access = await this.#access(c)
    const live = findLiveSections(await this.#layout(c, { context, title: text, body, path, flash, ...access }), token)
    const known = c.req.header(LIVE_HEADER)
    if (known === undefined) return c.html(live.html)
    const sections = changedSections(live.sections, known)
    return c.json({
      title: pageTitle({ title: text, context, health: access.health }),
      icon: access.health?.state,
      sections,
    })
  }

  async #layout(c: Context<ConsoleEnv>, props: LayoutProps): Promise<string> {
    const page = `${await layout(props)}`
    const zone = viewerZone(c)
    return zone === undefined ? page : localizeTimes(page, zone, this.#services.options.clock.now())
  }

  async action(c: Context<ConsoleEnv>, action: Action): Promise<Response> {
    const { path, run } = action
    const context = this.contextOf(c)
    // A form that only shows something, as a search, does nothing.
    if (c.var.visitor !== undefined && accessOfAction(action) !== 'view')
      context.options.logger.info('console: form sent', { path, visitor: c.var.visitor.id })
    let noted: string | undefined
    let said: string | undefined
    const response = await run({
      ...context,
      note(text) {
        noted = text
      },
      redirect(to, text, tone = 'good', rejected) {
        if (tone === 'good') said = text
        return context.redirect(to, text, tone, rejected)
      },
    })
    const done = noted ?? said
    if (done !== undefined) await noteAction(context, path, done)
    return response
  }

  async message(c: Context<ConsoleEnv>, { status, title, text }: MessagePage): Promise<Response> {
    const props = { context: this.#stillContext(c), title, body: html`<p>${text}</p>`, ...(await this.#access(c)) }
    return c.html(await this.#layout(c, props), status)
  }

  /** Of an answer to a form, or a refusal: its address cannot be loaded again for live updates. */
  #stillContext(c: Context<ConsoleEnv>): PageContext {
    return { ...this.contextOf(c), eventsUrl: '' }
  }

  contextOf(c: Context<ConsoleEnv>, token?: string): PageContext {
    const { options, sessions, flash, imports, updates, searches, reveals, specEditor, users, invitations } =
      this.#services
    const session = c.var.session ?? NO_SESSION
    const link = (path: string) => `${options.base ?? ''}${path}`
    const may = (access: VisitorAccess) => this.allows(c, access)
    return {
      options: options,
      imports,
      specEditor,
      request: c.req.raw,
      url: new URL(c.req.url),
      params: c.req.param() as Readonly<Record<string, string>>,
      form: c.var.form ?? new URLSearchParams(),
      session: session.id,
      person: c.var.visitor?.name ?? c.var.visitor?.id ?? 'console',
      may,
      searches,
      reveals,
      people: options.visitor === undefined ? { users, invitations } : undefined,
      csrfField: html`<input type="hidden" name="csrf" value="${token ?? sessions.formToken(session)}">`,
      link,
      eventsUrl: link(`${CHANGES_PATH}?seen=${updates.lastId}`),
      timeZone: viewerZone(c),
      note() {},
      redirect(path, text, tone = 'good', rejected) {
        // The session may have been replaced since, by signing in or out.
        if (text !== undefined) flash.set(c, c.var.session ?? NO_SESSION, { text, tone, rejected })
        return c.redirect(link(path), 303)
      },
      respond: async ({ path, title, body, status = 200 }) => {
        const props = { context: this.#stillContext(c), title, body, path, ...(await this.#access(c)) }
        return c.html(await this.#layout(c, props), status)
      },
      notFound: (text) => this.message(c, { status: 404, title: 'Page not found', text }),
    }
  }

  /** A visitor without a level may do all: a host's, or the owner who signed in here. Before signing in, nothing. */
  allows({ var: { visitor, session } }: Context<ConsoleEnv>, access: VisitorAccess): boolean {
    if (visitor !== undefined) return mayAccess(visitor.may ?? 'set-up', access)
    return this.#services.options.visitor === undefined && session?.authenticated === true
  }

  /** What this browser may see of the console around the page. */
  async #access(c: Context<ConsoleEnv>): Promise<Access> {
    const { visitor } = c.var
    if (!this.allows(c, 'view')) return { nav: [], canSignOut: false }
    const isOpen = (page: Page) => page.nav !== undefined && this.allows(c, accessOfPage(page))
    const [health, accounts] = await Promise.all([this.#services.health.assess(), this.#accounts()])
    const canSignOut = this.#services.options.visitor === undefined
    return { nav: pages.filter(isOpen), canSignOut, visitor, health, accounts }
  }

  /** Empty if credentials cannot be read: the state of the connector says why. */
  async #accounts(): Promise<AccountNames> {
    const view = await this.#services.options.connections?.setup.view().catch(() => undefined)
    return { source: nameOf(view?.source), destination: nameOf(view?.destination) }
  }
}

const nameOf = (side: SideView | undefined) => side?.account?.name ?? side?.account?.id
