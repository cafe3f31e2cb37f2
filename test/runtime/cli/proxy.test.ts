/** The bin behind a real proxy: every request goes through it, and its refusals are told as such. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createProxiedFetch } from '../../../runtime/cli/proxy/proxied-fetch.ts'
import { readProxySettings } from '../../../runtime/cli/proxy/proxy-settings.ts'
import { Fault } from '../../../runtime/ports/fault.ts'
import { createCleanup, startSandbox, temporaryFolder } from '../../helpers/processes/processes.ts'

const closing = createCleanup()
afterEach(() => closing.close())

const path = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url))
const tsx = ['--import', import.meta.resolve('tsx')]

async function startProxy(mode: string, targets: Readonly<Record<string, number>> = {}) {
  const argv = [...tsx, path('test/helpers/processes/connect-proxy.ts'), mode, JSON.stringify(targets)]
  const child: ChildProcess = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] })
  closing.add(child, () => child.kill('SIGKILL'))
  const connects: string[] = []
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  const port = await new Promise<number>((resolve) =>
    lines.on('line', (line) => {
      const { port, connect } = JSON.parse(line) as { port?: number; connect?: string }
      if (port !== undefined) resolve(port)
      if (connect !== undefined) connects.push(connect)
    }),
  )
  return { host: `127.0.0.1:${port}`, connects }
}

async function runBin(env: Readonly<Record<string, string | undefined>>, ...argv: string[]) {
  const cwd = temporaryFolder(closing)
  const child = spawn(process.execPath, [...tsx, path('connector/main.ts'), ...argv], {
    cwd,
    env: { PATH: process.env.PATH, NO_COLOR: '1', ...env },
  })
  closing.add(child, () => child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
  const [code] = await once(child, 'close')
  return { code: code as number, output }
}

/** The sandbox under names that only the proxy can resolve. */
async function startRemote() {
  const { env } = await startSandbox(closing)
  const port = (url: string) => Number(new URL(url).port)
  const targets = { 'intercom.invalid': port(env.INTERCOM_BASE_URL), 'klaviyo.invalid': port(env.KLAVIYO_BASE_URL) }
  const urls = { INTERCOM_BASE_URL: 'http://intercom.invalid:80', KLAVIYO_BASE_URL: 'http://klaviyo.invalid:80' }
  return { targets, local: env, remote: { ...env, ...urls } }
}

describe('check', () => {
  test('reaches both sides through a proxy that demands credentials, and prints none of them', async () => {
    const { targets, remote } = await startRemote()
    const proxy = await startProxy('credentials', targets)
    const { code, output } = await runBin({ ...remote, HTTP_PROXY: `http://ann:p%ss@${proxy.host}` }, 'check')
    expect(output).toContain(`requests go through http://${proxy.host} (HTTP_PROXY)`)
    expect(output).not.toMatch(/ann|p%ss/)
    await vi.waitFor(() =>
      expect([...new Set(proxy.connects)].sort()).toEqual(['intercom.invalid:80', 'klaviyo.invalid:80']),
    )
    expect(code).toBe(0)
  })

  test('reaches this machine without it', async () => {
    const { local } = await startRemote()
    const proxy = await startProxy('refuse')
    const { code } = await runBin({ ...local, http_proxy: proxy.host, https_proxy: proxy.host }, 'check')
    expect(proxy.connects).toEqual([])
    expect(code).toBe(0)
  })

  test.each([
    ['credentials', 'demands credentials (407): add user:password@ before the host'],
    ['refuse', 'refused the connection with 403: allow this host there, or list it in NO_PROXY'],
  ])('says what is wrong with a proxy that answers %s', async (mode, message) => {
    const { remote } = await startRemote()
    const proxy = await startProxy(mode)
    const { code, output } = await runBin({ ...remote, http_proxy: `http://${proxy.host}` }, 'check')
    expect(output).toContain(`the proxy http://${proxy.host} (http_proxy) ${message}`)
    expect(code).toBe(1)
  })

  test('ends with 2 for a malformed proxy, and does not quote it', async () => {
    const { local } = await startRemote()
    for (const value of ['http://ann:secret@', 'socks5://ann:secret@proxy:1080']) {
      const { code, output } = await runBin({ ...local, HTTPS_PROXY: value }, 'check')
      expect(output).toContain('HTTPS_PROXY must be the URL of an HTTP proxy')
      expect(output).not.toContain('secret')
      expect(code).toBe(2)
    }
  })
})

describe('a request', () => {
  const send = async (host: string, signal?: AbortSignal) => {
    const settings = readProxySettings({ HTTPS_PROXY: host, HTTP_PROXY: host })
    if (settings === undefined) throw new Error('no proxy')
    const fetch = await createProxiedFetch(settings, () => Promise.reject(new Error('sent directly')))
    return fetch(new Request('http://intercom.invalid/me', { method: 'POST', body: '{}', ...(signal && { signal }) }))
  }

  test.each([
    ['credentials', 'config', 'proxy/credentials'],
    ['refuse', 'config', 'proxy/refused'],
    ['unavailable', 'transient', 'proxy/unavailable'],
    ['cut', 'transient', 'proxy/unreachable'],
  ])('fails with a fault of its own if the proxy answers %s, after one attempt', async (mode, kind, code) => {
    const proxy = await startProxy(mode)
    const error = await send(proxy.host).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(Fault)
    expect(error).toMatchObject({ kind, code })
    // The proxy reports through a pipe, which may be slower than its answer.
    await vi.waitFor(() => expect(proxy.connects).not.toEqual([]))
    expect(proxy.connects).toHaveLength(1)
  })

  test('fails if no proxy listens', async () => {
    const error = await send('127.0.0.1:1').catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'proxy/unreachable', message: expect.stringContaining('ECONNREFUSED') })
  })

  test('ends when aborted while the proxy hangs, and by itself after ten seconds', { timeout: 30_000 }, async () => {
    const proxy = await startProxy('hang')
    const abort = new AbortController()
    const aborted = send(proxy.host, abort.signal).catch((reason: unknown) => reason)
    const timedOut = send(proxy.host).catch((reason: unknown) => reason)
    setImmediate(() => abort.abort(new Error('stopped')))
    expect(await aborted).toMatchObject({ message: 'stopped' })
    expect(await timedOut).toMatchObject({ kind: 'transient', code: 'proxy/timeout' })
  })
})

/** Settings, address, origin of the proxy. */
const rules: readonly (readonly [Record<string, string>, string, string | undefined])[] = [
  [{ HTTPS_PROXY: 'http://p:3128' }, 'https://api.intercom.io', 'http://p:3128'],
  [{ HTTPS_PROXY: 'http://p:3128' }, 'http://api.intercom.io', undefined],
  [{ https_proxy: 'p:3128', HTTPS_PROXY: 'http://q:1' }, 'https://api.intercom.io', 'http://p:3128'],
  [{ HTTP_PROXY: 'http://p:3128' }, 'https://api.intercom.io', 'http://p:3128'],
  [{ HTTP_PROXY: 'http://p:1', HTTPS_PROXY: 'https://q:2' }, 'https://a.klaviyo.com', 'https://q:2'],
  [{ HTTP_PROXY: 'http://p:1', HTTPS_PROXY: 'https://q:2' }, 'http://a.klaviyo.com', 'http://p:1'],
  ...['localhost', '127.0.0.1', '127.1.2.3', '[::1]', 'sandbox.localhost'].map(
    (host) => [{ HTTPS_PROXY: 'http://p:1' }, `https://${host}:4010`, undefined] as const,
  ),
  ...[
    ...[
      '*',
      'a.klaviyo.com',
      'klaviyo.com',
      '.klaviyo.com',
      '*.klaviyo.com',
      'KLAVIYO.COM',
      'x, klaviyo.com',
      'x klaviyo.com',
    ],
    ...['klaviyo.com:443', '*:443'],
  ].map((list) => [{ HTTPS_PROXY: 'http://p:1', NO_PROXY: list }, 'https://a.klaviyo.com', undefined] as const),
  ...['laviyo.com', 'b.klaviyo.com', 'klaviyo.com:8443', 'com.', 'x'].map(
    (list) => [{ HTTPS_PROXY: 'http://p:1', no_proxy: list }, 'https://a.klaviyo.com', 'http://p:1'] as const,
  ),
]

test.each(rules)('%j: %s by %s', (env, target, proxy) => {
  expect(readProxySettings(env)?.proxyFor(new URL(target))?.url.origin).toBe(proxy)
})

test('without a proxy there are no settings', () => {
  expect(readProxySettings({ NO_PROXY: '*', ALL_PROXY: 'http://p:1' })).toBeUndefined()
})
