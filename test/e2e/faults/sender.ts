/** Ways in which a sender of webhooks misbehaves, and how each is answered. Data. */
import { createHmac } from 'node:crypto'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { SECRET } from '../../helpers/processes/processes.ts'

/** A status, or the end of the connection without one. */
export type SenderEnd = number | 'closed'

/** Sends badly. */
type Send = (webhook: URL, notice: string) => Promise<SenderEnd>

/** How long a sender that has written everything waits for an answer, milliseconds. */
const PATIENCE = 10_000

const sign = (body: string | Buffer) => `sha1=${createHmac('sha1', SECRET).update(body).digest('hex')}`

const post =
  (change: (notice: string) => string | Buffer, headers: Readonly<Record<string, string>> = {}): Send =>
  async (webhook, notice) => {
    const body = change(notice)
    const sent = fetch(webhook, { method: 'POST', body, headers: { 'X-Hub-Signature': sign(body), ...headers } })
    return sent.then(
      ({ status }) => status,
      () => 'closed',
    )
  }

/** Writes the pieces one after another, and hangs up after the last unless an answer comes in time. */
const write =
  (pieces: (webhook: URL, notice: string) => readonly string[], pause: number, patience = PATIENCE): Send =>
  (webhook, notice) =>
    new Promise((resolve) => {
      const socket = connect(Number(webhook.port), webhook.hostname)
      const end = (status: SenderEnd) => {
        socket.destroy()
        resolve(status)
      }
      socket.on('error', () => end('closed'))
      socket.on('close', () => end('closed'))
      socket.once('data', (data) => end(Number(/^HTTP\/1.1 (\d+)/.exec(String(data))?.[1])))
      const rest = [...pieces(webhook, notice)]
      const next = () => {
        const piece = rest.shift()
        if (piece === undefined) return void setTimeout(end, patience, 'closed')
        socket.write(piece)
        setTimeout(next, pause)
      }
      next()
    })

const head = ({ pathname }: URL, ...lines: readonly string[]) =>
  [`POST ${pathname} HTTP/1.1`, 'Host: connector', ...lines, '', ''].join('\r\n')

const signedHead = (webhook: URL, notice: string, ...lines: readonly string[]) =>
  head(webhook, `X-Hub-Signature: ${sign(notice)}`, ...lines)

const lengthOf = (notice: string) => `Content-Length: ${Buffer.byteLength(notice)}`

/** The rest of what is too much may still be on its way, and then the answer is lost with the connection. */
const TOO_MUCH: readonly SenderEnd[] = [413, 'closed']
const HEADERS_TOO_LARGE: readonly SenderEnd[] = [431, 'closed']

export const SENDER: readonly (readonly [fault: string, ends: SenderEnd | readonly SenderEnd[], send: Send])[] = [
  ['no signature', 401, post(String, { 'X-Hub-Signature': '' })],
  ['a signature of another body', 401, post(String, { 'X-Hub-Signature': sign('{}') })],
  ['torn JSON', 400, post((notice) => notice.slice(0, -20))],
  ['an empty object', 400, post(() => '{}')],
  ['an error list', 400, post(() => '{"type":"error.list","errors":[{"code":"server_error"}]}')],
  ['no body', 400, post(() => '')],
  ['gzip', 400, post((notice) => gzipSync(notice), { 'content-encoding': 'gzip' })],
  ['5 MiB', TOO_MUCH, post((notice) => `${notice}${' '.repeat(5 * 1024 * 1024)}`)],
  [
    'half a body',
    'closed',
    write((to, notice) => [signedHead(to, notice, lengthOf(notice)), notice.slice(0, 99)], 0, 300),
  ],
  [
    'a byte now and then',
    'closed',
    write((to, notice) => [signedHead(to, notice, lengthOf(notice)), ...notice.slice(0, 20)], 100, 300),
  ],
  [
    'a chunk without an end',
    TOO_MUCH,
    write((to, notice) => {
      const chunk = `${(1024 * 1024).toString(16)}\r\n${'x'.repeat(1024 * 1024)}\r\n`
      return [signedHead(to, notice, 'Transfer-Encoding: chunked'), ...Array.from({ length: 60 }, () => chunk)]
    }, 50),
  ],
  [
    'headers without an end',
    HEADERS_TOO_LARGE,
    write(
      (to) => [head(to).slice(0, -2), ...Array.from({ length: 60 }, (_, n) => `x-${n}: ${'x'.repeat(1000)}\r\n`)],
      20,
    ),
  ],
  ['no HTTP', 400, write(() => ['SSH-2.0-OpenSSH_9.6\r\n\r\n'], 0)],
]
