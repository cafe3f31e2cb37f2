/** The OAuth consent page of both local servers. */
import type { Hono } from 'hono'
import { html } from 'hono/html'

export interface Consent {
  readonly label: string
  readonly account: string
  /** Requested permissions. */
  readonly permissions: readonly string[]
}

/** The query parameters of an authorization URL. */
export type OauthParameters = Readonly<Record<string, string>>

/**
 * Serves the page and its form at a path. `problem` finds an invalid request; `code` issues an authorization code. The
 * browser is redirected to `redirect_uri` with the code or with `access_denied`.
 */
export function serveConsentPage(
  app: Hono,
  path: string,
  consent: (query: OauthParameters) => Consent,
  decide: { problem(query: OauthParameters): string | undefined; code(query: OauthParameters): string },
): void {
  app.get(path, (c) => {
    const query = c.req.query()
    const problem = decide.problem(query)
    return problem === undefined ? c.html(page(consent(query), query)) : c.text(`${problem}\n`, 400)
  })
  app.post(path, async (c) => {
    const { decision = '', ...query } = Object.fromEntries(new URLSearchParams(await c.req.text()))
    const problem = decide.problem(query)
    if (problem !== undefined) return c.text(`${problem}\n`, 400)
    const redirect = new URL(query.redirect_uri ?? '')
    if (query.state !== undefined) redirect.searchParams.set('state', query.state)
    if (decision === 'yes') redirect.searchParams.set('code', decide.code(query))
    else redirect.searchParams.set('error', 'access_denied')
    return c.redirect(redirect.href)
  })
}

function page({ label, account, permissions }: Consent, query: OauthParameters) {
  const hidden = Object.entries(query).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  )
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Local ${label}: authorize app</title>
        <style>
          body { font: 16px/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 32rem; padding: 0 1rem; }
          button { font: inherit; padding: 0.4rem 1rem; }
        </style>
      </head>
      <body>
        <h1>Authorize this app?</h1>
        <p>This is a local mock of ${label}. Account: <strong>${account}</strong>.</p>
        <ul>
          ${permissions.map((permission) => html`<li>${permission}</li>`)}
        </ul>
        <form method="post">
          ${hidden}
          <button name="decision" value="yes">Allow</button>
          <button name="decision" value="no">Deny</button>
        </form>
      </body>
    </html>`
}
