/** OAuth of the local Intercom: codes may end in "=", tokens never expire, an uninstall revokes them. */
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
  /** Called after the app has been uninstalled. */
  readonly onUninstall: () => void
}

export interface IntercomOauth {
  readonly app: Hono
  /** Whether an access token is valid. */
  accepts(token: string): boolean
  /** Uninstalls the app, as a person does in Intercom. */
  uninstall(): void
}

const CODE_LIFETIME = 10 * 60_000

export function intercomOauth(options: IntercomOauthOptions): IntercomOauth {
  const { clock, random, clientId, clientSecret, account, onUninstall } = options
  const codes = new Map<string, number>()
  const tokens = new Set<string>()
  const app = new Hono()

  const permissions = ['All permissions selected in the Developer Hub']
  serveConsentPage(app, '/oauth', () => ({ label: 'Intercom', account, permissions }), {
    problem({ client_id, redirect_uri }) {
      if (client_id !== clientId) return 'Unknown client_id.'
      return redirect_uri === undefined ? 'redirect_uri is missing, and no redirect URL is registered here.' : undefined
    },
    code() {
      const code = Buffer.from(`cod:${randomUuid(random)}`)
        .toString('base64')
        .replace(/=*$/, '=')
      codes.set(code, clock.now() + CODE_LIFETIME)
      return code
    },
  })

  app.post('/auth/eagle/token', async (c) => {
    const sent = await bodyOf(c.req.raw)
    const expiresAt = codes.get(sent.code ?? '') ?? 0
    if (sent.client_id !== clientId || sent.client_secret !== clientSecret || expiresAt < clock.now()) {
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

/** Form or JSON: Intercom accepts both. */
async function bodyOf(request: Request): Promise<Readonly<Record<string, string | undefined>>> {
  const text = await request.text()
  if (!request.headers.get('content-type')?.includes('json')) return Object.fromEntries(new URLSearchParams(text))
  try {
    return Object(JSON.parse(text)) as Readonly<Record<string, string | undefined>>
  } catch {
    return {}
  }
}
