/** Sends requests through an HTTP proxy, by a CONNECT tunnel. */
import type { Dispatcher, ProxyAgent } from 'undici'
import type { Fetch } from '../../ports/effects.ts'
import { Fault } from '../../ports/fault.ts'
import { fetchThrough } from '../../system.ts'
import { refusalFault, TUNNEL_TIMEOUT_MS, tunnelFault } from './proxy-faults.ts'
import type { HttpProxy, ProxySettings } from './proxy-settings.ts'

type Undici = typeof import('undici')

/**
 * `direct`, but through the proxy where the settings name one. Loads undici before any request, so that no request fails
 * for a file that was replaced meanwhile; the global dispatcher of the process stays as it is.
 */
export async function createProxiedFetch(settings: ProxySettings, direct: Fetch): Promise<Fetch> {
  const undici = await import('undici')
  const agents = new Map<string, ProxyAgent>()
  return async (request) => {
    const proxy = settings.proxyFor(new URL(request.url))
    if (proxy === undefined) return direct(request)
    const agent = agents.get(proxy.variable) ?? createAgent(undici, proxy)
    agents.set(proxy.variable, agent)
    try {
      return await fetchThrough(agent, request)
    } catch (error) {
      throw findFault(error) ?? error
    }
  }
}

function createAgent({ Pool, ProxyAgent }: Undici, proxy: HttpProxy): ProxyAgent {
  return new ProxyAgent({
    uri: proxy.url.href,
    ...(proxy.authorization && { token: proxy.authorization }),
    clientFactory: (origin, options) => {
      const timeouts = { headersTimeout: TUNNEL_TIMEOUT_MS, connectTimeout: TUNNEL_TIMEOUT_MS }
      const pool = new Pool(origin, { ...options, ...timeouts })
      return Object.assign(pool, { connect: openTunnel(pool, proxy) })
    },
  })
}

/**
 * `pool.connect`, with faults that name the proxy. Without them undici would ask a proxy that cuts the connection again
 * and again in a tight loop: it takes that error for one of the target's.
 */
function openTunnel(pool: Dispatcher, proxy: HttpProxy): (options: Dispatcher.ConnectOptions) => Promise<unknown> {
  const connect = pool.connect.bind(pool)
  return async (options) => {
    const tunnel = await connect(options).catch((error: unknown) => {
      throw tunnelFault(proxy, error)
    })
    if (tunnel.statusCode === 200) return tunnel
    tunnel.socket.on('error', () => undefined).destroy()
    throw refusalFault(proxy, tunnel.statusCode)
  }
}

/** fetch wraps the errors of a dispatcher, some of them twice. */
function findFault(error: unknown): Fault | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause instanceof Fault) return cause
  return undefined
}
