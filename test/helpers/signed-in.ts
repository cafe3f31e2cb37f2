/** Signing in by the link that a console without a password prints. */
import type { Console } from '../../runtime/console/index.ts'

type Answer = (request: Request) => Promise<Response>

/** Resolves to the cookie of the new session, with its attributes. */
export async function signInBy(link: string, answer: Answer): Promise<string> {
  const [page = '', code = ''] = link.split('#')
  const form = await answer(new Request(page, { headers: { accept: 'text/html' } }))
  const csrf = /name="csrf" value="([^"]+)"/.exec(await form.text())?.[1] ?? ''
  const headers = { cookie: sessionOf(form)?.split(';')[0] ?? '', origin: new URL(page).origin }
  const body = new URLSearchParams({ csrf, code })
  const response = await answer(new Request(page, { method: 'POST', body, headers, redirect: 'manual' }))
  const session = sessionOf(response)
  if (session === undefined) throw new Error(`signing in: ${response.status} ${await response.text()}`)
  return session
}

const sessionOf = ({ headers }: Response) => headers.getSetCookie().find((each) => each.includes('-session-'))

/** A console whose visitors are signed in at their first request, each browser with a session of its own. */
export function signVisitorsIn(pages: Console): Console {
  let path = ''
  pages.printSignInPath((next) => {
    path = next
  })
  return {
    ...pages,
    async fetch(request, address) {
      const { url, method, signal } = request
      const { port, pathname } = new URL(url)
      // Browsers send the cookies of all ports of a host, so also those of other consoles.
      const isSignedIn = request.headers.get('cookie')?.includes(`-session-${port || 'web'}=`)
      if (isSignedIn || pathname.includes('/assets/')) return pages.fetch(request, address)
      const cookie = await signInBy(new URL(path, url).href, (it) => pages.fetch(it, address))
      const headers = new Headers(request.headers)
      headers.append('cookie', cookie.split(';')[0] ?? '')
      const body = method === 'POST' ? await request.text() : null
      const response = await pages.fetch(new Request(url, { method, headers, body, signal }), address)
      const answer = new Response(response.body, response)
      answer.headers.append('set-cookie', cookie)
      return answer
    },
  }
}
