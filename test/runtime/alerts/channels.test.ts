/** What alerts look like on the wire: Slack's shape, signed JSON, a message to a mail server. */
import { createHmac } from 'node:crypto'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createEmailChannel } from '../../../runtime/alerts/email-channel.ts'
import { alertSettingsFromEnv, createChannels } from '../../../runtime/alerts/settings.ts'
import type { Alert } from '../../../runtime/alerts/types.ts'
import { createWebhookChannel } from '../../../runtime/alerts/webhook-channel.ts'
import { toFault } from '../../../runtime/ports/fault.ts'
import { systemFetch } from '../../../runtime/system.ts'
import { createFrozenClock, NOW } from '../../helpers/cli-fake.ts'

const signal = new AbortController().signal
const clock = createFrozenClock()

const alert: Alert = {
  id: 'a1',
  at: NOW,
  kind: 'problem',
  connector: 'From to To',
  console: 'https://connector.example.com/',
  state: 'stopped',
  problems: [
    {
      code: 'events-refused',
      state: 'stopped',
      title: 'To refuses events: the key lacks events:write',
      effect: 'kept',
      consequence: '7 live records wait',
      action: { text: 'Correct the key', path: '/set-up/check' },
      since: NOW - 60_000,
    },
  ],
  ended: [],
}

interface Delivery {
  readonly headers: Headers
  readonly body: string
}

async function sendTo(url: string, secret?: string, status = 200): Promise<Delivery> {
  const deliveries: Delivery[] = []
  const fetch = async (request: Request) => {
    deliveries.push({ headers: request.headers, body: await request.text() })
    return new Response(null, { status })
  }
  await createWebhookChannel({ url, secret, fetch, clock }).send(alert, signal)
  const [delivery] = deliveries
  if (delivery === undefined) throw new Error('nothing was sent')
  return delivery
}

describe('a webhook', () => {
  test('of Slack gets one text, unsigned', async () => {
    const { headers, body } = await sendTo('https://hooks.slack.com/services/T0/B0/token', 'secret')
    expect(JSON.parse(body)).toEqual({
      text: `From to To: stopped. To refuses events: the key lacks events:write

To refuses events: the key lacks events:write.
Since 2026-03-01 11:59:00Z. Kept: 7 live records wait.
To do: Correct the key (https://connector.example.com/set-up/check).

https://connector.example.com/`,
    })
    expect(headers.has('webhook-signature')).toBe(false)
  })

  test('of any other kind gets JSON, signed as Standard Webhooks are', async () => {
    const key = Buffer.alloc(24, 7)
    const { headers, body } = await sendTo('https://hooks.example.com/a?b=1', `whsec_${key.toString('base64')}`)
    expect(JSON.parse(body)).toMatchObject({
      id: 'a1',
      type: 'problem',
      state: 'stopped',
      problems: [{ effect: 'kept' }],
    })
    const text = `a1.${headers.get('webhook-timestamp')}.${body}`
    expect(headers.get('webhook-signature')).toBe(`v1,${createHmac('sha256', key).update(text).digest('base64')}`)
    expect([headers.get('webhook-id'), headers.get('webhook-timestamp')]).toEqual(['a1', String(NOW / 1000)])
  })

  test.each([
    [404, 'config'],
    [302, 'config'],
    [429, 'transient'],
    [500, 'transient'],
  ])('that answers %i is a %s fault that names the host alone', async (status, kind) => {
    const refused = sendTo('https://hooks.example.com/path-with-token', undefined, status)
    const fault = await refused.then(() => undefined, toFault)
    expect([fault?.kind, fault?.message]).toEqual([kind, `hooks.example.com answered ${status}`])
  })
})

/** A receiver that answers with a body, as Slack does: `ok`. */
async function startReceiver(status: number) {
  const server = createHttpServer((_, answer) => void answer.writeHead(status).end('ok'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack`
}

test.each([
  [200, undefined],
  [500, /answered 500$/],
])('a receiver that answers %i with a body', async (status, message) => {
  const channel = createWebhookChannel({ url: await startReceiver(status), fetch: systemFetch, clock })
  const fault = await channel.send(alert, signal).then(() => undefined, toFault)
  if (message === undefined) expect(fault).toBeUndefined()
  else expect(fault?.message).toMatch(message)
})

/** A mail server that takes everything and keeps what was said. */
async function startMailServer(answerToRecipient = '250 ok') {
  const said: string[] = []
  const server = createServer((socket: Socket) => {
    let isData = false
    const say = (line: string) => socket.write(`${line}\r\n`)
    say('220 mail')
    socket.on('data', (chunk) => {
      for (const line of chunk.toString().split('\r\n')) {
        if (line === '') continue
        said.push(line)
        if (isData) {
          if (line !== '.') continue
          isData = false
          say('250 taken')
        } else if (line.startsWith('EHLO')) say('250 mail')
        else if (line.startsWith('RCPT')) say(answerToRecipient)
        else if (line === 'DATA') {
          isData = true
          say('354 go')
        } else if (line === 'QUIT') socket.end('221 bye\r\n')
        else say('250 ok')
      }
    })
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { said, url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

describe('e-mail', () => {
  test('has subject, text and an id that stays', async () => {
    const { said, url } = await startMailServer()
    const channel = createEmailChannel({ smtpUrl: url, to: ['night@example.com'], from: 'connector@example.com' })
    expect(channel.name).toBe('e-mail to 1 address by 127.0.0.1')
    await channel.send(alert, signal)
    expect(said).toContain('RCPT TO:<night@example.com>')
    expect(said.join('\n')).toMatch(/^Subject: From to To: stopped\. To refuses events/m)
    expect(said).toContain('Message-ID: <a1@127.0.0.1>')
  })

  test('that the server refuses is a fault without an address', async () => {
    const { url } = await startMailServer('550 no such user night@example.com')
    const channel = createEmailChannel({ smtpUrl: url, to: ['night@example.com'], from: 'connector@example.com' })
    const fault = await channel.send(alert, signal).then(() => undefined, toFault)
    expect([fault?.kind, fault?.code]).toEqual(['config', 'alerts/smtp-refused'])
    expect(fault?.message).toContain('550')
    expect(fault?.message).not.toContain('night')
  })
})

describe('settings', () => {
  const effects = { fetch: systemFetch, clock }
  const refusal = (env: Record<string, string>) => {
    try {
      createChannels(alertSettingsFromEnv(env), effects)
      return undefined
    } catch (error) {
      return toFault(error).code
    }
  }

  test.each([
    [{ CONNECTOR_ALERT_URL: 'hooks.example.com' }, 'alerts/invalid-url'],
    [{ CONNECTOR_ALERT_URL: 'https://ok.example.com, ftp://x' }, 'alerts/invalid-url'],
    [{ CONNECTOR_ALERT_EMAIL: 'a@example.com' }, 'alerts/no-smtp'],
    [{ CONNECTOR_ALERT_EMAIL: 'a@example.com', CONNECTOR_SMTP_URL: 'mail.example.com' }, 'alerts/invalid-smtp'],
    [{ CONNECTOR_ALERT_FAILED_RECORDS: 'many' }, 'alerts/invalid-threshold'],
    [{}, undefined],
  ])('%o', (env, code) => {
    expect(refusal(env as Record<string, string>)).toBe(code)
  })

  test('a channel for each address, and one for all e-mail addresses', () => {
    const env = {
      CONNECTOR_ALERT_URL: 'https://a.example.com/x, https://b.example.com/slack',
      CONNECTOR_ALERT_EMAIL: 'a@example.com, b@example.com',
      CONNECTOR_SMTP_URL: 'smtps://u:p@mail.example.com',
    }
    const names = createChannels(alertSettingsFromEnv(env), effects).map(({ name }) => name)
    expect(names).toEqual([
      'webhook at a.example.com',
      'Slack at b.example.com',
      'e-mail to 2 addresses by mail.example.com',
    ])
  })
})
