/** What can go wrong between this process and a proxy. No message holds the proxy's credentials. */
import { type FaultCode, faultCodes } from '../../fault-reference.ts'
import { Fault } from '../../ports/fault.ts'
import type { HttpProxy } from './proxy-settings.ts'

export const PROXY_FAULT_CODES: readonly FaultCode[] = [
  ...faultCodes('config', 'operator', [
    [
      'proxy/credentials',
      'The proxy demands credentials, or rejects those it got (407).',
      'Set `HTTPS_PROXY` to `http://user:password@host:port` and restart. Waiting records then resume.',
    ],
    [
      'proxy/refused',
      'The proxy refused a connection to the side with a 4xx status.',
      'Allow the host at the proxy, or list it in `NO_PROXY` and restart. Waiting records then resume.',
    ],
  ]),
  ...faultCodes('transient', 'none', [
    ['proxy/unavailable', 'The proxy could not connect to the side (a 5xx status).'],
    ['proxy/unreachable', 'The proxy could not be reached, or cut the connection.', 'Check `HTTPS_PROXY` if it lasts.'],
    ['proxy/timeout', 'The proxy opened no connection in time.', 'Check `HTTPS_PROXY` if it lasts.'],
  ]),
]

/** How long a proxy may take to accept a connection and to open a tunnel, milliseconds. */
export const TUNNEL_TIMEOUT_MS = 10_000

/** No answer to CONNECT. */
export function tunnelFault({ url, variable }: HttpProxy, cause: unknown): Fault {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no HTTP'
  const name = `the proxy ${url.origin} (${variable})`
  if (code === 'UND_ERR_HEADERS_TIMEOUT') {
    const message = `${name} opened no connection within ${TUNNEL_TIMEOUT_MS / 1000} s; will retry`
    return new Fault('transient', 'proxy/timeout', message, { cause })
  }
  return new Fault('transient', 'proxy/unreachable', `${name} could not be reached (${code}); will retry`, { cause })
}

/** An answer to CONNECT other than 200. */
export function refusalFault({ url, variable, authorization }: HttpProxy, status: number): Fault {
  const name = `the proxy ${url.origin} (${variable})`
  if (status === 407) {
    const advice = authorization ? 'correct the user and the password in it' : 'add user:password@ before the host'
    return new Fault('config', 'proxy/credentials', `${name} demands credentials (407): ${advice}`)
  }
  const message = `${name} refused the connection with ${status}`
  return status < 500
    ? new Fault('config', 'proxy/refused', `${message}: allow this host there, or list it in NO_PROXY`)
    : new Fault('transient', 'proxy/unavailable', `${message}; will retry`)
}
