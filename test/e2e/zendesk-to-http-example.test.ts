/** The second connector, which has no code: the contracts of its sides, and its commands under its own name. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CliApp } from '../../runtime/cli/app.ts'
import { runCli } from '../../runtime/cli/run.ts'
import { testInvariants } from '../../runtime/conformance/contracts/connector/test-invariants.ts'
import { testDestination } from '../../runtime/conformance/contracts/destination/test-destination.ts'
import { testSource } from '../../runtime/conformance/contracts/source/test-source.ts'
import { ConnectionStatsRecorder } from '../../runtime/http/connection-stats.ts'
import { createStaticAuth } from '../../runtime/ports/auth.ts'
import type { Fetch } from '../../runtime/ports/effects.ts'
import { loadSpec } from '../../runtime/spec/load.ts'
import { loadBundle } from '../../runtime/spec/load-bundle.ts'
import type { Spec } from '../../runtime/spec/spec.ts'
import { memoryStore } from '../../runtime/store/memory/store.ts'
import { silentLogger, systemClock } from '../../runtime/system.ts'
import { createSourceSide } from '../../runtime/yaml-connector/sides.ts'
import { createHttpDestination, createYamlConnector } from '../../runtime/yaml-connector/yaml-connector.ts'
import {
  createCollector,
  createZendesk,
  ENV,
  FOLDER,
  SECRET,
  signedHeaders,
  zendeskApp,
  zendeskEvent,
} from '../helpers/zendesk.ts'

let spec: Spec
let folder: string
beforeAll(async () => {
  const loaded = await loadSpec(FOLDER, { functions: [] })
  if (loaded.spec === undefined) throw new Error('the example has errors')
  spec = loaded.spec
  folder = await mkdtemp(join(tmpdir(), 'second-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const NOW = Date.parse('2026-01-10T12:00:00Z')
const TICKET = {
  id: '119',
  subject: 'Where is parcel 19?',
  status: 'NEW',
  priority: 'NORMAL',
  requester_id: '5019',
  created_at: '2026-01-10T11:00:00Z',
  updated_at: '2026-01-10T11:00:00Z',
  tags: ['delivery'],
  via: { channel: 'web' },
}

/** Both APIs behind one network. */
const route =
  (zendesk: { readonly fetch: Fetch }, collector: { readonly fetch: Fetch }): Fetch =>
  (request) =>
    new URL(request.url).host === 'collector.example' ? collector.fetch(request) : zendesk.fetch(request)

describe('source', () => {
  testSource(
    ({ clock }) => {
      const { fetch } = createZendesk(clock.now())
      const side = createSourceSide(spec, ENV)
      const headers = side.keyHeaders?.(ENV.ZENDESK_API_TOKEN) ?? {}
      return {
        spec,
        source: {
          auth: createStaticAuth(() => ({ baseUrl: Object.values(side.hosts)[0] ?? '', headers })),
          secrets: async () => side.signingSecrets ?? [],
          explainError: () => ({}),
        },
        fetch,
        notifications: [
          zendeskEvent('ticket.created', TICKET, clock.now()),
          zendeskEvent('article.published', { id: '7005', brand_id: '1' }, clock.now()),
        ],
      }
    },
    { describe, test },
  )
})

describe('destination', () => {
  testDestination(
    ({ clock, wrap }) => {
      const collector = createCollector()
      const destination = createHttpDestination({
        spec,
        fetch: wrap(collector.fetch),
        clock,
        random: () => 0.5,
        auth: createStaticAuth(() => ({
          baseUrl: 'https://collector.example',
          headers: { Authorization: 'Bearer collector-token' },
        })),
        stats: new ConnectionStatsRecorder({ side: 'collector', clock, logger: silentLogger }),
      })
      return { destination, received: collector.events }
    },
    { describe, test },
  )
})

describe('connector', () => {
  const cases = [
    {
      name: 'a ticket is created',
      notification: zendeskEvent('ticket.created', TICKET, NOW),
      stream: 'tickets',
      item: { ...TICKET, id: 119, status: 'new', priority: 'normal', requester_id: 5019 },
    },
  ]
  testInvariants(
    {
      cases,
      hosts: ['harbour.zendesk.com', 'collector.example'],
      limits: { text: 32_000, request: 1_000_000 },
      sensitive: ['quillon', 'ashgrove', ENV.ZENDESK_API_TOKEN, ENV.COLLECTOR_TOKEN, SECRET],
      makeConnector: ({ clock, logger, wrap }) => {
        const collector = createCollector()
        const fetch = wrap(route(createZendesk(clock.now()), collector))
        const store = memoryStore({ clock })
        const connector = createYamlConnector({ spec, env: ENV, store, fetch, clock, random: () => 0.5, logger })
        return { connector, secret: SECRET, received: collector.events }
      },
    },
    { describe, test },
  )
})

interface Running {
  readonly fetch?: Fetch
  readonly env?: Record<string, string>
  readonly signal?: AbortSignal
  readonly onError?: (text: string) => void
}

/** A command line of the example, in its folder. */
async function run(
  argv: readonly string[],
  { fetch, env = {}, signal, onError }: Running = {},
  app: CliApp = zendeskApp,
) {
  const output = { out: '', err: '' }
  const exit = await runCli(app, argv, {
    stdout: {
      write: (text) => {
        output.out += text
      },
      isTTY: false,
      columns: 100,
    },
    stderr: {
      write: (text) => {
        output.err += text
        onError?.(text)
      },
      isTTY: false,
      columns: 100,
    },
    stdin: (async function* () {})(),
    env: { ...env, CONNECTOR_STORE: `sqlite:${join(folder, 'store.db')}` },
    cwd: fileURLToPath(FOLDER),
    clock: systemClock,
    fetch: fetch ?? (() => Promise.reject(new TypeError('this command needs no network'))),
    random: () => 0.5,
    signal: signal ?? new AbortController().signal,
    detachOutput: () => () => 0,
    onHangUp: () => undefined,
  })
  return { exit, ...output }
}

describe('commands', () => {
  test('help names the program, its settings and its sides, and no other connector', async () => {
    const { out } = await run(['--help'])
    expect(out).toContain('Usage: zendesk-to-http [options] [command]')
    for (const name of Object.keys(ENV)) expect(out).toContain(name)
    const start = (await run(['start', '--help'])).out
    expect(start).toContain('$ zendesk-to-http start')
    expect(out + start).not.toMatch(/\bconnector (start|check|backfill)|intercom|klaviyo|sandbox|recipes/i)
  })

  test('validate finds nothing wrong, and warnings end it with --strict', async () => {
    expect(await run(['validate', '--strict'])).toMatchObject({ exit: 0 })
  })

  test('test runs the cases by every ingress', async () => {
    const { exit, out } = await run(['test'])
    expect(out).toMatch(/6 passed/)
    expect(exit).toBe(0)
  })

  test('preview shows the event and the request, without settings', async () => {
    const lookups = join(folder, 'lookups.json')
    await writeFile(
      lookups,
      JSON.stringify({
        contact: { '20978392': JSON.parse(await readFile(new URL('tests/fixtures/user.json', FOLDER), 'utf8')) },
      }),
    )
    const file = fileURLToPath(new URL('tests/fixtures/ticket.json', FOLDER))
    const { out, exit } = await run(['preview', '--stream', 'tickets', file, '--lookups', lookups, '--request'])
    expect(JSON.parse(out)).toMatchObject([{ events: [{ id: 'ticket-created:35436', name: 'Ticket Created' }] }])
    expect(exit).toBe(0)
  })

  test('plan compares with another spec', async () => {
    const { out } = await run(['plan', '--against', fileURLToPath(FOLDER)])
    expect(out).toMatch(/no change|nothing/i)
  })

  test('build writes a module that loads to the same spec', async () => {
    const file = join(folder, 'built.mjs')
    expect(await run(['build', '--out', file])).toMatchObject({ exit: 0 })
    const { built } = (await import(file)) as { readonly built: never }
    const loaded = await loadBundle(built, { functions: [] })
    expect(loaded.webhook.signature).toEqual(spec.webhook.signature)
    expect(loaded.destination.http?.answers).toEqual(spec.destination.http?.answers)
  })

  test('a missing setting is named, with where to find it', async () => {
    const { exit, err } = await run(['check'])
    expect(exit).toBe(2)
    expect(err).toContain('ZENDESK_SUBDOMAIN')
    expect(err).toContain('For https://harbour.zendesk.com it is harbour.')
  })

  test('check reads both sides, and a foreign subdomain gets no request', async () => {
    const requests: string[] = []
    const send = route(createZendesk(Date.now()), createCollector())
    const fetch: Fetch = (request) => {
      requests.push(new URL(request.url).host)
      return send(request)
    }
    const { exit, out } = await run(['check'], { fetch, env: ENV })
    expect(out).toMatch(/Zendesk account.*harbour/)
    expect(exit).toBe(0)
    requests.length = 0
    for (const subdomain of ['evil.example/', 'evil.example#', 'a.b', 'x@evil', '-', 'harbour.zendesk.com']) {
      const { out, err, exit } = await run(['check'], { fetch, env: { ...ENV, ZENDESK_SUBDOMAIN: subdomain } })
      expect(out + err).toContain('ZENDESK_SUBDOMAIN has to be')
      expect(exit).toBe(1)
    }
    expect(requests.filter((host) => host !== 'collector.example')).toEqual([])
  })

  test('backfill imports history once, and start delivers webhooks, serves the console and drains', async () => {
    const now = Date.now()
    const collector = createCollector()
    const fetch = route(createZendesk(now), collector)
    expect(await run(['backfill'], { fetch, env: ENV })).toMatchObject({ exit: 0 })
    expect(collector.events()).toHaveLength(20)
    expect(collector.events().every(({ startsFlows }) => !startsFlows)).toBe(true)

    const stop = new AbortController()
    let url = ''
    const onError = (text: string) => {
      url ||= /"url":"(http:[^"]+)"/.exec(text)?.[1] ?? ''
    }
    const running = run(['start', '--port', '0'], { fetch, env: ENV, signal: stop.signal, onError })
    await expect.poll(() => url, { timeout: 10_000 }).not.toBe('')
    const post = async (type: string, detail: object) => {
      const body = JSON.stringify(zendeskEvent(type, detail as never, now))
      const init = { method: 'POST', body, headers: signedHeaders(body, now) }
      return (await globalThis.fetch(new URL('/webhooks/zendesk', url), init)).status
    }
    const created_at = new Date(now).toISOString()
    expect(await post('ticket.created', { ...TICKET, id: '900', requester_id: '5003', created_at })).toBe(200)
    expect(await post('article.published', { id: '7005', brand_id: '1' })).toBe(200)
    expect(
      await post('ticket.created', { ...TICKET, id: '119', created_at: createZendesk(now).tickets[19]?.created_at }),
    ).toBe(200)
    await expect.poll(() => collector.events().length, { timeout: 10_000 }).toBe(22)
    expect((await globalThis.fetch(url, { headers: { accept: 'text/html' } })).status).toBeLessThan(400)
    stop.abort()
    expect((await running).exit).toBe(0)
    const [ticket, article] = collector
      .events()
      .slice(20)
      .sort((a, b) => b.key.localeCompare(a.key))
    expect(ticket).toMatchObject({
      key: 'harbour:ticket-created:900',
      startsFlows: true,
      profile: { email: 'quillon.3@harbour-books.example' },
    })
    expect(article).toMatchObject({ metric: 'Article Published', profile: {}, properties: { Title: 'Returns' } })
  }, 30_000)
})
