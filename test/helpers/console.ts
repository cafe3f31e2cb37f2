/** A console over a real connector on the virtual clock, and a browser that keeps cookies. */

import { loadConnectorSpec } from '../../connector/spec.ts'
import type { Connector } from '../../runtime/connector.ts'
import { createConsole } from '../../runtime/console/index.ts'
import type { ConsoleOptions } from '../../runtime/console/types.ts'
import type { Clock, LogFields } from '../../runtime/ports/effects.ts'
import type { Spec } from '../../runtime/spec/spec.ts'
import { memoryStore } from '../../runtime/store/memory/store.ts'
import { fakeConnector } from './cli-fake.ts'
import { type HarnessOptions, startConnector } from './connector-harness.ts'
import { virtualClock } from './virtual-clock.ts'

export const LOCAL = 'http://localhost:3000'

export interface TestConsoleOptions extends Partial<Omit<ConsoleOptions, 'connector' | 'clock'>> {
  readonly connector?: Partial<ConsoleOptions['connector']>
}

/** With a real connector against both local servers. */
export async function openConsoleWithConnector(options: TestConsoleOptions = {}, of: HarnessOptions = {}) {
  const shop = await startConnector(of)
  const open = () => over({ ...shop.connector, ...options.connector }, shop.clock, options)
  /** `again` is the console of the next process on the same store. */
  return { ...shop, ...open(), again: open }
}

/** With a spec and an empty store, and nothing behind them: quick to make. */
export async function openConsole(options: TestConsoleOptions = {}) {
  spec ??= loadConnectorSpec()
  const clock = virtualClock()
  const store = memoryStore({ clock })
  const connector = { ...fakeConnector(store), spec: await spec, ...options.connector }
  return { store, clock, ...over(connector, clock, options) }
}

let spec: Promise<Spec> | undefined

function over(connector: Connector, clock: Clock, options: TestConsoleOptions) {
  const logged: string[] = []
  const line = (message: string, fields: LogFields = {}) => void logged.push(`${message} ${JSON.stringify(fields)}`)
  const ending = new AbortController()
  const pages = createConsole({
    app: { name: 'connector', version: '1.2.3', summary: 'A test.' },
    clock,
    logger: { debug: line, info: line, warn: line, error: line },
    signal: ending.signal,
    ...options,
    connector,
  })
  return { pages, logged, end: () => ending.abort(), browser: (site = LOCAL) => browser(pages, site) }
}

type Fields = Readonly<Record<string, string>>

/** Keeps cookies as a browser does, and says of its forms where they come from. */
export function browser({ fetch }: ReturnType<typeof createConsole>, site: string) {
  const cookies = new Map<string, string>()
  let address = '192.0.2.1'

  async function ask(path: string, init: RequestInit = {}): Promise<Response> {
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
    get: (path: string, headers: Fields = {}) => ask(path, { headers }),
    async text(path: string): Promise<string> {
      return (await ask(path)).text()
    },
    /** Fills in the token of the page it is on. */
    async post(
      path: string,
      fields: Fields = {},
      { from = '/log-in', headers = {}, more = '' }: { from?: string; headers?: Fields; more?: string } = {},
    ) {
      // Who is in is led on from the log-in, to a page that has a form for that.
      const csrf = tokenIn(await (await ask(from)).text()) || tokenIn(await (await ask('/')).text())
      const body = `${new URLSearchParams({ csrf, ...fields })}&${more}`
      const form = { 'content-type': 'application/x-www-form-urlencoded', origin: site }
      return ask(path, { method: 'POST', body, headers: { ...form, ...headers } })
    },
    /** From now on it calls from there. */
    moveTo(other: string) {
      address = other
    },
  }
}

export const tokenIn = (page: string): string => /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? ''
