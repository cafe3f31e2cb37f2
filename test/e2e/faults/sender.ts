/** Ways in which a sender of webhooks misbehaves, and how each is answered. Data. */
import { createHmac } from 'node:crypto'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { SECRET } from '../../helpers/processes/processes.ts'

/** Sends badly. Resolves to the status, or `closed` without one. */
type Send = (webhook: URL, notice: string) => Promise<number | 'closed'>

const sign = (body: string | Buffer) => `sha1=${createHmac('sha1', SECRET).update(body).digest('hex')}`

const post =
  (change: (notice: string) => string | Buffer, headers: Readonly<Record<string, string>> = {}): Send =>
  async (webhook, notice) => {
    const body = change(notice)
    const response = await fetch(webhook, {
      method: 'POST',
      body,
      headers: { 'X-Hub-Signature': sign(body), ...headers },
    })
    return response.status
  }

/** Writes the pieces one after another, and hangs up after the last unless an answer comes. */
const write =
  (pieces: (webhook: URL, notice: string) => readonly string[], pause: number): Send =>
  (webhook, notice) =>
    new Promise((resolve) => {
      const socket = connect(Number(webhook.port), webhook.hostname)
      const end = (status: number | 'closed') => {
        socket.destroy()
        resolve(status)
      }
      socket.on('error', () => end('closed'))
      socket.on('close', () => end('closed'))
      socket.once('data', (data) => end(Number(/^HTTP\/1.1 (\d+)/.exec(String(data))?.[1])))
      const rest = [...pieces(webhook, notice)]
      const next = () => {
        const piece = rest.shift()
        if (piece === undefined) return end('closed')
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

export const SENDER: readonly (readonly [fault: string, status: number | 'closed', send: Send])[] = [
  ['no signature', 401, post(String, { 'X-Hub-Signature': '' })],
  ['a signature of another body', 401, post(String, { 'X-Hub-Signature': sign('{}') })],
  ['torn JSON', 400, post((notice) => notice.slice(0, -20))],
  ['an empty object', 400, post(() => '{}')],
  ['an error list', 400, post(() => '{"type":"error.list","errors":[{"code":"server_error"}]}')],
  ['no body', 400, post(() => '')],
  ['gzip', 400, post((notice) => gzipSync(notice), { 'content-encoding': 'gzip' })],
  ['5 MiB', 413, post((notice) => `${notice}${' '.repeat(5 * 1024 * 1024)}`)],
  [
    'half a body',
    'closed',
    write((to, notice) => [signedHead(to, notice, lengthOf(notice)), notice.slice(0, 99)], 300),
  ],
  [
    'a byte now and then',
    'closed',
    write((to, notice) => [signedHead(to, notice, lengthOf(notice)), ...notice.slice(0, 20)], 100),
  ],
  [
    'a chunk without an end',
    413,
    write((to, notice) => {
      const chunk = `${(1024 * 1024).toString(16)}\r\n${'x'.repeat(1024 * 1024)}\r\n`
      return [signedHead(to, notice, 'Transfer-Encoding: chunked'), ...Array.from({ length: 60 }, () => chunk)]
    }, 50),
  ],
  [
    'headers without an end',
    431,
    write(
      (to) => [head(to).slice(0, -2), ...Array.from({ length: 60 }, (_, n) => `x-${n}: ${'x'.repeat(1000)}\r\n`)],
      20,
    ),
  ],
  ['no HTTP', 400, write(() => ['SSH-2.0-OpenSSH_9.6\r\n\r\n', ''], 500)],
]
