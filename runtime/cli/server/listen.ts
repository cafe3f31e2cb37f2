/** An HTTP listener that drains before it stops. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import { getRequestListener } from '@hono/node-server'
import type { Clock } from '../../ports/effects.ts'
import { CliError, EXIT_CODES } from '../errors.ts'

/**
 * Cuts off a client that trickles its headers or body, so that it cannot hold a connection for ever. Keeps idle
 * connections slightly longer than the minute of common proxies, so that the proxy closes first.
 */
const TIMEOUTS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000,
} as const

export interface ListenOptions {
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
  /** Answers one request from this client address. Must not throw. */
  readonly fetch: (request: Request, address: string) => Promise<Response>
  readonly clock: Clock
}

export interface Listener {
  /** Base URL with the actual port. */
  readonly url: URL
  /** Refuses new connections; resolves when the requests in flight are answered, or cut off after `ms`. */
  drain(ms: number): Promise<void>
}

/** Throws a `CliError` with a remedy if it cannot listen. */
export async function listen({ host, port, fetch: handle, clock }: ListenOptions): Promise<Listener> {
  let draining = false
  const respond = async (request: Request, connection: { readonly incoming: IncomingMessage | Http2ServerRequest }) => {
    const response = await handle(request, connection.incoming.socket.remoteAddress ?? 'unknown')
    // A kept-alive connection would outlive the server. An event stream may be open when the drain begins, so its
    // response announces the close from the start.
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
    if (draining || isStream) response.headers.set('connection', 'close')
    return response
  }
  const server = createServer(TIMEOUTS, getRequestListener(respond, { overrideGlobalObjects: false }))
  const url = new URL(`http://${host.includes(':') ? `[${host}]` : host}:${await bind(server, host, port)}`)
  return {
    url,
    async drain(ms) {
      draining = true
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      const timer = new AbortController()
      const timeout = clock.sleep(ms, timer.signal).then(() => server.closeAllConnections())
      await Promise.race([closed, timeout])
      timer.abort()
    },
  }
}

function bind(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, host, port)))
    server.listen(port, host, () => {
      // A later error, such as exhausted file handles, must not end the process.
      server.on('error', () => undefined)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

function cannotListen({ code }: NodeJS.ErrnoException, host: string, port: number): CliError {
  const messages: Readonly<Record<string, string>> = {
    EADDRINUSE: `port ${port} on ${host} is in use by another process; choose another with --port or PORT`,
    EACCES: `no permission to listen on port ${port}; choose one above 1023 with --port or PORT`,
    EADDRNOTAVAIL: `${host} is not an address of this machine; choose another with --host or HOST`,
    ENOTFOUND: `cannot resolve ${host}; choose another with --host or HOST`,
  }
  return new CliError(EXIT_CODES.failed, messages[code ?? ''] ?? `cannot listen on ${host}:${port} (${code})`)
}
