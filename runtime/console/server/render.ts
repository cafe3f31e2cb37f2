/** Runs one row of the table for one visit, and puts what comes of it into the frame. */
import { html } from 'hono/html'
import type { ImportDesk } from '../pages/import/runner.ts'
import { pages } from '../pages.ts'
import type { ConsoleParts, Context, Html, Page } from '../types.ts'
import type { Entrance, Refused, Visit } from './authorize.ts'
import { frame } from './layout.ts'
import type { Live } from './live-updates.ts'

type Params = Readonly<Record<string, string>>
/** What a row may do; those of the door see the visit too. */
type Run<T> = (context: Context, visit: Visit) => T | Promise<T>

export interface Show {
  page(
    row: Pick<Page, 'path' | 'title'> & { render: Run<Html | Response> },
    visit: Visit,
    params?: Params,
  ): Promise<Response>
  action(row: { run: Run<Response> }, visit: Visit, params?: Params): Promise<Response>
  /** A page of a few words. Without a visit it leads nowhere else. */
  words(refused: Refused, visit?: Visit): Promise<Response>
}

export function show(parts: ConsoleParts, entrance: Entrance, imports: ImportDesk, changes: Pick<Live, 'seen'>): Show {
  const { base = '', password } = parts
  const nav = pages.filter((page) => page.nav !== undefined)
  const link = (path: string) => `${base}${path}`

  function contextOf(visit: Visit, params: Params = {}): Context {
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
      goTo(path, said, tone = 'good') {
        if (said !== undefined) entrance.say(visit, said, tone)
        return new Response(null, { status: 303, headers: { location: link(path) } })
      },
      missing: (text) => shown.words({ status: 404, title: 'Not found', words: text }, visit),
    }
  }

  const shown: Show = {
    async page({ path, title, render }, visit, params) {
      const context = contextOf(visit, params)
      const body = await render(context, visit)
      if (body instanceof Response) return body
      const canLeave = password !== undefined && visit.session.known
      const may = password === undefined || canLeave
      const text = typeof title === 'string' ? title : title(context)
      const said = entrance.said(visit)
      return page(200, frame({ context, title: text, body, path, nav: may ? nav : [], said, canLeave }))
    },
    action: async ({ run }, visit, params) => run(contextOf(visit, params), visit),
    async words({ status, title, words }, visit) {
      const nobody = visit ?? outsider()
      const body = html`<p>${words}</p>`
      const inside = visit !== undefined && (password === undefined || visit.session.known)
      return page(
        status,
        frame({
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
  function outsider(): Visit {
    const url = new URL('http://localhost/')
    const session = { id: '', at: 0, known: false }
    return { request: new Request(url), url, address: '', session, form: new URLSearchParams(), cookies: new Set() }
  }
  return shown
}

async function page(status: number, markup: Html): Promise<Response> {
  return new Response(`${await markup}`, { status, headers: { 'content-type': 'text/html; charset=utf-8' } })
}
