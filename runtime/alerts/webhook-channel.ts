/** Sends alerts to a webhook: Slack's shape to Slack and what speaks it, else plain JSON, signed as Standard Webhooks are. */
import { createHmac } from 'node:crypto'
import { withTimeout } from '../lib/with-timeout.ts'
import type { Clock, Fetch } from '../ports/effects.ts'
import { Fault } from '../ports/fault.ts'
import { alertSubject, alertText } from './alert-text.ts'
import type { Alert, AlertChannel } from './types.ts'

export interface WebhookChannelOptions {
  readonly url: string
  /** Absent: unsigned. Slack's addresses are secrets themselves. */
  readonly secret?: string | undefined
  readonly fetch: Fetch
  readonly clock: Clock
}

/** Milliseconds for one try. */
const TIMEOUT = 10_000

/** Throws a config `Fault` for an address that is no HTTP URL. */
export function createWebhookChannel({ url, secret, fetch: send, clock }: WebhookChannelOptions): AlertChannel {
  if (!/^https?:/.test(url) || !URL.canParse(url))
    throw new Fault(
      'config',
      'alerts/invalid-url',
      'an alert address must be a URL such as https://hooks.example.com/…',
    )
  const target = new URL(url)
  const isSlack = target.hostname === 'hooks.slack.com' || target.pathname.endsWith('/slack')
  return {
    name: `${isSlack ? 'Slack' : 'webhook'} at ${target.host}`,
    async send(alert, signal) {
      const body = JSON.stringify(isSlack ? { text: alertText(alert) } : plainBody(alert))
      const signature = isSlack || secret === undefined ? {} : signed({ id: alert.id, at: clock.now(), body, secret })
      const headers = { 'content-type': 'application/json', ...signature }
      const init: RequestInit = { method: 'POST', body, headers, redirect: 'manual' }
      const status = await withTimeout(TIMEOUT, { clock, signal }, async (signal) => {
        const response = await send(new Request(target, { ...init, signal }))
        // Before the signal aborts: a body of an aborted request cannot be cancelled.
        await response.body?.cancel()
        return response.status
      }).catch((cause: unknown) => {
        throw new Fault('transient', 'alerts/unreachable', `${target.host} does not answer`, { cause })
      })
      if (status >= 200 && status < 300) return
      const message = `${target.host} answered ${status}`
      if (status >= 500 || status === 429) throw new Fault('transient', 'alerts/unavailable', message, { status })
      throw new Fault('config', 'alerts/refused', message, { status })
    },
  }
}

function plainBody(alert: Alert): object {
  const { id, at, kind, connector, console: url, state, problems, ended } = alert
  const list = problems.map(({ since, ...problem }) => ({ ...problem, since: new Date(since).toISOString() }))
  const summary = alertSubject(alert)
  return {
    id,
    type: kind,
    at: new Date(at).toISOString(),
    connector,
    console: url,
    state,
    summary,
    problems: list,
    ended,
  }
}

interface Content {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly body: string
  readonly secret: string
}

/** https://www.standardwebhooks.com: a secret that begins with `whsec_` is base64, any other one is text. */
function signed({ id, at, body, secret }: Content): Readonly<Record<string, string>> {
  const seconds = Math.floor(at / 1000)
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret)
  const mac = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${mac}` }
}
