/** Answers HTTP on a port, and stops without cutting anybody off. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import { getRequestListener } from '@hono/node-server'
import type { Clock } from '../../ports/effects.ts'
import { CliError, EXIT_CODES } from '../errors.ts'

/**
 * A sender that trickles its headers or body is cut off, so that it cannot hold
 * a connection for ever. Proxies keep idle connections for a minute; so do we,
 * and a little longer, since the side that closes first should be theirs.
 */
const TIMEOUTS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000,
} as const

export interface ListenOptions {
  readonly host: string
  /** 0 for any free one. */
  readonly port: number
  /** Answers one request, which came from this address. Must not throw. */
  readonly fetch: (request: Request, address: string) => Promise<Response>
  readonly clock: Clock
}

export interface Listener {
  /** Base address, with the port that was taken. */
  readonly url: URL
  /** Takes no new connection, and resolves when the requests in flight are answered, or cut off after `ms`. */
  drain(ms: number): Promise<void>
}

/** Throws a `Stop` that says what to do when the port cannot be had. */
export async function listen({ host, port, fetch: handle, clock }: ListenOptions): Promise<Listener> {
  let draining = false
  const answer = async (request: Request, from: { readonly incoming: IncomingMessage | Http2ServerRequest }) => {
    const response = await handle(request, from.incoming.socket.remoteAddress ?? 'unknown')
    // Otherwise a kept-alive connection would go on past the close of the server. A stream of events is open when the
    // drain begins, and is told now.
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
    if (draining || isStream) response.headers.set('connection', 'close')
    return response
  }
  const server = createServer(TIMEOUTS, getRequestListener(answer, { overrideGlobalObjects: false }))
  const url = new URL(`http://${host.includes(':') ? `[${host}]` : host}:${await bind(server, host, port)}`)
  return {
    url,
    async drain(ms) {
      draining = true
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      const waited = new AbortController()
      const late = clock.sleep(ms, waited.signal).then(() => server.closeAllConnections())
      await Promise.race([closed, late])
      waited.abort()
    },
  }
}

function bind(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, host, port)))
    server.listen(port, host, () => {
      // From here on an error (no file handle left, say) costs one connection, not the process.
      server.on('error', () => undefined)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

function cannotListen({ code }: NodeJS.ErrnoException, host: string, port: number): CliError {
  const why: Readonly<Record<string, string>> = {
    EADDRINUSE: `port ${port} on ${host} is taken by another process; choose another with --port or PORT`,
    EACCES: `we may not listen on port ${port}; choose one above 1023 with --port or PORT`,
    EADDRNOTAVAIL: `${host} is not an address of this machine; choose another with --host or HOST`,
    ENOTFOUND: `${host} is not a known address; choose another with --host or HOST`,
  }
  return new CliError(EXIT_CODES.failed, why[code ?? ''] ?? `cannot listen on ${host}:${port} (${code})`)
}
