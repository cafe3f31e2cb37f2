/** The page on which a person says yes or no, as both local servers show it. */
import type { Hono } from 'hono'
import { html } from 'hono/html'

export interface Consent {
  readonly label: string
  readonly account: string
  /** What is asked for, in words. */
  readonly permissions: readonly string[]
}

/** What stands in the browser's address when the page is asked for. */
export type Asked = Readonly<Record<string, string>>

/**
 * Serves the page and its answer at a path. `problem` says why a request cannot be answered at all; `code` makes the
 * code for a yes. The browser goes back to `redirect_uri` with it, or with `access_denied`.
 */
export function consentPage(
  app: Hono,
  path: string,
  consent: (asked: Asked) => Consent,
  decide: { problem(asked: Asked): string | undefined; code(asked: Asked): string },
): void {
  app.get(path, (c) => {
    const asked = c.req.query()
    const problem = decide.problem(asked)
    return problem === undefined ? c.html(page(consent(asked), asked)) : c.text(`${problem}\n`, 400)
  })
  app.post(path, async (c) => {
    const { decision = '', ...asked } = Object.fromEntries(new URLSearchParams(await c.req.text()))
    const problem = decide.problem(asked)
    if (problem !== undefined) return c.text(`${problem}\n`, 400)
    const back = new URL(asked.redirect_uri ?? '')
    if (asked.state !== undefined) back.searchParams.set('state', asked.state)
    if (decision === 'yes') back.searchParams.set('code', decide.code(asked))
    else back.searchParams.set('error', 'access_denied')
    return c.redirect(back.href)
  })
}

function page({ label, account, permissions }: Consent, asked: Asked) {
  const hidden = Object.entries(asked).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  )
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Local ${label}: let an app in?</title>
        <style>
          body { font: 16px/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 32rem; padding: 0 1rem; }
          button { font: inherit; padding: 0.4rem 1rem; }
        </style>
      </head>
      <body>
        <h1>Let this app in?</h1>
        <p>This is the local stand-in of ${label}. The account is <strong>${account}</strong>.</p>
        <ul>
          ${permissions.map((one) => html`<li>${one}</li>`)}
        </ul>
        <form method="post">
          ${hidden}
          <button name="decision" value="yes">Allow</button>
          <button name="decision" value="no">Do not allow</button>
        </form>
      </body>
    </html>`
}
