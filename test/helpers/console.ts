/** Consoles on the virtual clock, and a client that keeps cookies as a browser does. */

import { loadConnectorSpec } from '../../connector/spec.ts'
import { virtualClock } from '../../runtime/conformance/virtual-clock.ts'
import type { Connector } from '../../runtime/connector.ts'
import { type Console, createConsole } from '../../runtime/console/index.ts'
import type { ConsoleOptions } from '../../runtime/console/types.ts'
import type { Clock, LogFields } from '../../runtime/ports/effects.ts'
import type { Spec } from '../../runtime/spec/spec.ts'
import { memoryStore } from '../../runtime/store/memory/store.ts'
import { fakeConnector } from './cli-fake.ts'
import { type HarnessOptions, startConnector } from './connector-harness.ts'
import { signVisitorsIn } from './signed-in.ts'

export const LOCAL = 'http://localhost:3000'

export interface TestConsoleOptions extends Partial<Omit<ConsoleOptions, 'connector' | 'clock'>> {
  readonly connector?: Partial<ConsoleOptions['connector']>
}

/** With a real connector against both local servers. */
export async function openConsoleWithConnector(
  options: TestConsoleOptions = {},
  connectorOptions: HarnessOptions = {},
) {
  const shop = await startConnector(connectorOptions)
  const open = () => createTestConsole({ ...shop.connector, ...options.connector }, shop.clock, options)
  /** `again` opens the console of the next process on the same store. */
  return { ...shop, ...open(), again: open }
}

/** With a spec and an empty store but no vendor behind them: quick to create. */
export async function openConsole(options: TestConsoleOptions = {}) {
  spec ??= loadConnectorSpec()
  const clock = virtualClock()
  const store = memoryStore({ clock })
  const connector = { ...fakeConnector(store), spec: await spec, ...options.connector }
  return { store, clock, ...createTestConsole(connector, clock, options) }
}

let spec: Promise<Spec> | undefined

export function createTestConsole(connector: Connector, clock: Clock, options: TestConsoleOptions = {}) {
  const logged: string[] = []
  const line = (message: string, fields: LogFields = {}) => void logged.push(`${message} ${JSON.stringify(fields)}`)
  const ending = new AbortController()
  const created = createConsole({
    app: { name: 'connector', version: '1.2.3', summary: 'A test.' },
    clock,
    logger: { debug: line, info: line, warn: line, error: line },
    signal: ending.signal,
    ...options,
    connector,
  })
  const pages = options.password === undefined ? signVisitorsIn(created) : created
  return { created, pages, logged, end: () => ending.abort(), browser: (site = LOCAL) => browser(pages, site) }
}

type Fields = Readonly<Record<string, string>>

/** Keeps cookies and sends the origin of its forms as a browser does. */
export function browser({ fetch }: Pick<Console, 'fetch'>, site: string) {
  const cookies = new Map<string, string>()
  let address = '192.0.2.1'

  async function send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers({ accept: 'text/html', ...init.headers })
    if (cookies.size > 0) headers.set('cookie', [...cookies].map((pair) => pair.join('=')).join('; '))
    const answer = await fetch(new Request(new URL(path, site), { ...init, headers }), address)
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (/Max-Age=0/.test(cookie)) cookies.delete(name)
      else cookies.set(name, value)
    }
    return answer
  }

  return {
    cookies,
    send,
    get: (path: string, headers: Fields = {}) => send(path, { headers }),
    async text(path: string): Promise<string> {
      return (await send(path)).text()
    },
    /** Sends a form with the token of the page it is on. */
    async post(
      path: string,
      fields: Fields = {},
      { from = '/log-in', headers = {}, more = '' }: { from?: string; headers?: Fields; more?: string } = {},
    ) {
      // When signed in, the sign-in page redirects: the overview has a form as well.
      const csrf = tokenIn(await (await send(from)).text()) || tokenIn(await (await send('/')).text())
      const body = `${new URLSearchParams({ csrf, ...fields })}&${more}`
      const form = { 'content-type': 'application/x-www-form-urlencoded', origin: site }
      return send(path, { method: 'POST', body, headers: { ...form, ...headers } })
    },
    /** Changes the client's address. */
    moveTo(other: string) {
      address = other
    },
  }
}

export const tokenIn = (page: string): string => /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? ''
