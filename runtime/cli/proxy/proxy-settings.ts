/** The HTTP proxy that the environment names, by the variables that curl, npm and git read. */
import { isLoopback } from '../../http/loopback.ts'
import type { Env, Setting } from '../app.ts'
import { usageError } from '../errors.ts'

export const PROXY_SETTINGS: readonly Setting[] = [
  {
    env: 'HTTPS_PROXY',
    needed: 'no',
    description: 'proxy for requests to other hosts, as http://[user:password@]host:port',
    howToGet: 'Of your network. Lower case works too. HTTP_PROXY is read if it is not set.',
  },
  {
    env: 'NO_PROXY',
    needed: 'no',
    description: 'hosts to reach without the proxy: names, .domains, host:port, or *',
    howToGet: 'A list with commas. This machine is always reached directly.',
  },
]

export interface HttpProxy {
  /** Without credentials. */
  readonly url: URL
  /** The header `Proxy-Authorization`. */
  readonly authorization?: string
  /** Variable that holds it. */
  readonly variable: string
}

export interface ProxySettings {
  /** For people, without credentials. */
  readonly description: string
  /** The proxy for a request to this address; undefined: none. */
  proxyFor(target: URL): HttpProxy | undefined
}

/** Undefined without a proxy. Lower-case names take precedence, as in curl. Throws a usage error for no URL. */
export function readProxySettings(env: Env): ProxySettings | undefined {
  const plain = readProxy(env, 'http_proxy')
  const secure = readProxy(env, 'https_proxy') ?? plain
  if (secure === undefined) return undefined
  const direct = env.no_proxy ?? env.NO_PROXY
  const isDirect = exceptions(direct ?? '')
  const urls = [...new Set([secure, plain].flatMap((proxy) => (proxy ? [proxy.url.origin] : [])))]
  return {
    description: `${urls.join(' and ')} (${secure.variable})${direct === undefined ? '' : `, not for ${direct}`}`,
    proxyFor: (target) => {
      if (isLoopback(target.hostname) || isDirect(target)) return undefined
      return target.protocol === 'https:' ? secure : plain
    },
  }
}

function readProxy(env: Env, lower: 'http_proxy' | 'https_proxy'): HttpProxy | undefined {
  const upper = lower.toUpperCase()
  const [variable, value] = env[lower] === undefined ? [upper, env[upper]] : [lower, env[lower]]
  if (value === undefined) return undefined
  const text = value.includes('://') ? value : `http://${value}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  // Never quoted: it may hold a password.
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw usageError(`${variable} must be the URL of an HTTP proxy, such as http://proxy.example.com:3128`)
  const authorization = url.username === '' ? undefined : `Basic ${toBase64(url)}`
  return { url: new URL(url.origin), variable, ...(authorization && { authorization }) }
}

function toBase64({ username, password }: URL): string {
  return Buffer.from(`${decodePercent(username)}:${decodePercent(password)}`).toString('base64')
}

/** A password with a bare % is taken as it stands. */
function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Matches the hosts of `NO_PROXY`: `*`, or names that also cover their subdomains, each with or without a port. */
function exceptions(list: string): (target: URL) => boolean {
  const entries = list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)
  const hosts = entries.map((entry) => {
    const [, name = entry, port] = /^(.+?)(?::(\d+))?$/.exec(entry.replace(/^\*?\./, '')) ?? []
    return { name, port }
  })
  return ({ hostname, port, protocol }) => {
    const targetPort = port || (protocol === 'https:' ? '443' : '80')
    return hosts.some(
      (host) =>
        (host.name === '*' || hostname === host.name || hostname.endsWith(`.${host.name}`)) &&
        (host.port === undefined || host.port === targetPort),
    )
  }
}
