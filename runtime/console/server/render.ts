/** Renders pages inside the layout and gives page code its context. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { pages } from '../pages.ts'
import type { Action, Html, Page, PageContext, VisitorAccess } from '../types.ts'
import { accessOfPage, accessOfPath, mayAccess } from './access.ts'
import { type LayoutProps, layout } from './layout.ts'
import { noteAction } from './note-action.ts'
import type { ConsoleEnv, ConsoleServices } from './services.ts'
import type { Session } from './session/sessions.ts'

/** A page of a title and one paragraph. */
export interface MessagePage {
  readonly status: ContentfulStatusCode
  readonly title: string
  readonly text: string | Html
}

/** Of a request refused before its session was known. */
const NO_SESSION: Session = { id: '', usedAt: 0, authenticated: false }

export class PageRenderer {
  readonly #services: ConsoleServices

  constructor(services: ConsoleServices) {
    this.#services = services
  }

  async page(c: Context<ConsoleEnv>, { path, title, render }: Pick<Page, 'path' | 'title' | 'render'>) {
    const context = this.contextOf(c)
    const body = await render(context)
    if (body instanceof Response) return body
    const text = typeof title === 'string' ? title : title(context)
    const flash = this.#services.flash.take(c, c.var.session ?? NO_SESSION)
    return c.html(`${await layout({ context, title: text, body, path, flash, ...(await this.#access(c)) })}`)
  }

  async action(c: Context<ConsoleEnv>, { path, run }: Action): Promise<Response> {
    const context = this.contextOf(c)
    // What was searched for is not done, and not noted.
    if (c.var.visitor !== undefined && path !== '/find')
      context.options.logger.info('console: form sent', { path, visitor: c.var.visitor.id })
    let done: string | undefined
    const response = await run({
      ...context,
      redirect(to, text, tone = 'good') {
        if (tone === 'good') done = text
        return context.redirect(to, text, tone)
      },
    })
    if (done !== undefined) await noteAction(context, path, done)
    return response
  }

  async message(c: Context<ConsoleEnv>, { status, title, text }: MessagePage): Promise<Response> {
    const props = { context: this.contextOf(c), title, body: html`<p>${text}</p>`, ...(await this.#access(c)) }
    return c.html(`${await layout(props)}`, status)
  }

  contextOf(c: Context<ConsoleEnv>): PageContext {
    const { options, sessions, flash, imports, updates, searches, specEditor } = this.#services
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
      mayOpen: (path) => may(accessOfPath(path)),
      searches,
      csrfField: html`<input type="hidden" name="csrf" value="${sessions.formToken(session)}">`,
      link,
      eventsUrl: link(`/events?seen=${updates.lastId}`),
      redirect(path, text, tone = 'good') {
        // The session may have been replaced since, by signing in or out.
        if (text !== undefined) flash.set(c, c.var.session ?? NO_SESSION, { text, tone })
        return c.redirect(link(path), 303)
      },
      respond: async ({ path, title, body, status = 200 }) => {
        const props = { context: this.contextOf(c), title, body, path, ...(await this.#access(c)) }
        return c.html(`${await layout(props)}`, status)
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
  async #access(c: Context<ConsoleEnv>): Promise<Pick<LayoutProps, 'nav' | 'canSignOut' | 'visitor' | 'health'>> {
    const { visitor } = c.var
    if (!this.allows(c, 'view')) return { nav: [], canSignOut: false }
    const isOpen = (page: Page) => page.nav !== undefined && this.allows(c, accessOfPage(page))
    const health = await this.#services.health.assess()
    const canSignOut = this.#services.options.visitor === undefined
    return { nav: pages.filter(isOpen), canSignOut, visitor, health }
  }
}
