/** The local Intercom's OAuth: codes that may end in "=", tokens that do not expire, an uninstall that ends them. */
import { Hono } from 'hono'
import type { Clock, Random } from '../../runtime/ports/effects.ts'
import { serveConsentPage } from '../oauth-page.ts'
import { randomUuid } from './errors.ts'

export interface IntercomOauthOptions {
  readonly clock: Clock
  readonly random: Random
  readonly clientId: string
  readonly clientSecret: string
  readonly account: string
  /** Called when a token was revoked: it, and nobody else's, counts no more. */
  readonly onUninstall: () => void
}

export interface IntercomOauth {
  readonly app: Hono
  /** Whether a token was given here and counts. */
  accepts(token: string): boolean
  /** As if a person removed the app in Intercom. */
  uninstall(): void
}

const CODE_LASTS = 10 * 60_000

export function intercomOauth(options: IntercomOauthOptions): IntercomOauth {
  const { clock, random, clientId, clientSecret, account, onUninstall } = options
  const codes = new Map<string, number>()
  const tokens = new Set<string>()
  const app = new Hono()

  const permissions = ['Everything its settings in the Developer Hub ask for']
  serveConsentPage(app, '/oauth', () => ({ label: 'Intercom', account, permissions }), {
    problem({ client_id, redirect_uri }) {
      if (client_id !== clientId) return 'There is no such app.'
      return redirect_uri === undefined ? 'Without redirect_uri the registered one is used; here none is.' : undefined
    },
    code() {
      const code = Buffer.from(`cod:${randomUuid(random)}`)
        .toString('base64')
        .replace(/=*$/, '=')
      codes.set(code, clock.now() + CODE_LASTS)
      return code
    },
  })

  app.post('/auth/eagle/token', async (c) => {
    const sent = await bodyOf(c.req.raw)
    const ends = codes.get(sent.code ?? '') ?? 0
    if (sent.client_id !== clientId || sent.client_secret !== clientSecret || ends < clock.now()) {
      const errors = [{ code: 'unauthorized', message: 'Unauthorized Code' }]
      return c.json({ type: 'error.list', request_id: randomUuid(random), errors }, 401)
    }
    codes.delete(sent.code ?? '')
    const token = Buffer.from(`tok:${randomUuid(random)}`).toString('base64')
    tokens.add(token)
    return c.json({ token_type: 'Bearer', token, access_token: token })
  })

  app.post('/auth/uninstall', (c) => {
    const token = c.req.header('authorization')?.replace(/^Bearer /, '') ?? ''
    if (!tokens.delete(token)) return c.json({ type: 'error.list', errors: [{ code: 'unauthorized' }] }, 401)
    onUninstall()
    return c.json({})
  })

  return {
    app,
    accepts: (token) => tokens.has(token),
    uninstall() {
      tokens.clear()
      onUninstall()
    },
  }
}

/** A form or JSON, as the real one takes both. */
async function bodyOf(request: Request): Promise<Readonly<Record<string, string | undefined>>> {
  const text = await request.text()
  if (!request.headers.get('content-type')?.includes('json')) return Object.fromEntries(new URLSearchParams(text))
  try {
    return Object(JSON.parse(text)) as Readonly<Record<string, string | undefined>>
  } catch {
    return {}
  }
}
