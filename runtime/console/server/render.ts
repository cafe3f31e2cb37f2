/** Runs one row of the table for one visit, and puts what comes of it into the frame. */
import { html } from 'hono/html'
import type { ImportRunner } from '../pages/import/runner.ts'
import { pages } from '../pages.ts'
import type { ConsoleParts, Context, Html, Page } from '../types.ts'
import type { AuthorizedRequest, Refused, RequestGuard } from './authorize.ts'
import { layout } from './layout.ts'
import type { Live } from './live-updates.ts'

type Params = Readonly<Record<string, string>>
/** What a row may do; those of the door see the visit too. */
type Run<T> = (context: Context, visit: AuthorizedRequest) => T | Promise<T>

export interface Renderer {
  page(
    row: Pick<Page, 'path' | 'title'> & { render: Run<Html | Response> },
    visit: AuthorizedRequest,
    params?: Params,
  ): Promise<Response>
  action(row: { run: Run<Response> }, visit: AuthorizedRequest, params?: Params): Promise<Response>
  /** A page of a few words. Without a visit it leads nowhere else. */
  messagePage(refused: Refused, visit?: AuthorizedRequest): Promise<Response>
}

export function renderer(
  parts: ConsoleParts,
  entrance: RequestGuard,
  imports: ImportRunner,
  changes: Pick<Live, 'seen'>,
): Renderer {
  const { base = '', password } = parts
  const nav = pages.filter((page) => page.nav !== undefined)
  const link = (path: string) => `${base}${path}`

  function contextOf(visit: AuthorizedRequest, params: Params = {}): Context {
    const { request, url, form, session } = visit
    return {
      parts,
      imports,
      request,
      url,
      params,
      form,
      session: session.id,
      csrf: html`<input type="hidden" name="csrf" value="${entrance.sessions.token(session)}">`,
      link,
      events: link(`/events?seen=${changes.seen()}`),
      redirect(path, said, tone = 'good') {
        if (said !== undefined) entrance.setFlash(visit, said, tone)
        return new Response(null, { status: 303, headers: { location: link(path) } })
      },
      missing: (text) => shown.messagePage({ status: 404, title: 'Not found', words: text }, visit),
    }
  }

  const shown: Renderer = {
    async page({ path, title, render }, visit, params) {
      const context = contextOf(visit, params)
      const body = await render(context, visit)
      if (body instanceof Response) return body
      const canLeave = password !== undefined && visit.session.authenticated
      const may = password === undefined || canLeave
      const text = typeof title === 'string' ? title : title(context)
      const said = entrance.takeFlash(visit)
      return page(200, layout({ context, title: text, body, path, nav: may ? nav : [], said, canLeave }))
    },
    action: async ({ run }, visit, params) => run(contextOf(visit, params), visit),
    async messagePage({ status, title, words }, visit) {
      const nobody = visit ?? outsider()
      const body = html`<p>${words}</p>`
      const inside = visit !== undefined && (password === undefined || visit.session.authenticated)
      return page(
        status,
        layout({
          context: contextOf(nobody),
          title,
          body,
          nav: inside ? nav : [],
          canLeave: inside && password !== undefined,
        }),
      )
    },
  }

  /** Whoever was refused: the frame needs a visit to be drawn for. */
  function outsider(): AuthorizedRequest {
    const url = new URL('http://localhost/')
    const session = { id: '', at: 0, authenticated: false }
    return { request: new Request(url), url, address: '', session, form: new URLSearchParams(), cookies: new Set() }
  }
  return shown
}

async function page(status: number, markup: Html): Promise<Response> {
  return new Response(`${await markup}`, { status, headers: { 'content-type': 'text/html; charset=utf-8' } })
}
