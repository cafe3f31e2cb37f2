/** A fake connector, process and store to run commands on. */
import type { CliApp } from '../../runtime/cli/app.ts'
import type { ProcessIo } from '../../runtime/cli/io.ts'
import type { Loaders } from '../../runtime/cli/loaders.ts'
import { runCli } from '../../runtime/cli/run.ts'
import type { Connector, WorkOptions } from '../../runtime/connector.ts'
import type { Clock, Fetch, Random } from '../../runtime/ports/effects.ts'
import type { Store } from '../../runtime/ports/store.ts'
import type { Spec } from '../../runtime/spec/spec.ts'
import { memoryStore } from '../../runtime/store/memory/store.ts'

export const NOW = Date.parse('2026-03-01T12:00:00Z')

/** A clock that only the test moves; sleeps end only when aborted. */
export function createFrozenClock(at = NOW): Clock & { at: number } {
  const clock = {
    at,
    now: () => clock.at,
    sleep: (_: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => {
        if (signal?.aborted) resolve()
        else signal?.addEventListener('abort', () => resolve(), { once: true })
      }),
  }
  return clock
}

const mapping = (metric: string, history: boolean) => ({
  metric,
  topics: new Set(['chat.opened']),
  ...(history ? { stream: { name: 'chats', onRequest: false } } : {}),
})

/** The part of a spec that commands read. */
export const spec = {
  name: 'fake',
  source: { name: 'from', permissions: { 'read chats': 'the chats' } },
  destination: { name: 'to', permissions: { 'events:write': 'sends the metrics' } },
  webhook: { path: '/hook', maxBodySize: 1000, signature: { header: 'x-sign' }, ignoredTopics: new Set(['ping']) },
  resources: new Map([['chat', { topics: new Set(['chat.opened', 'chat.rated']) }]]),
  streams: new Map([['chats', {}]]),
  lookups: new Map([['contact', {}]]),
  delivery: { retention: { settled: 1000, dead: 2000 } },
  profile: { topics: new Set() },
  sourceFiles: [],
  mappings: [mapping('Opened Chat', true), mapping('Rated Chat', true), mapping('Read Chat', false)],
} as unknown as Spec

const refuse = () => {
  throw new Error('this test did not expect the call')
}

/** Parts of a connector as the commands use them: web-standard requests, and work until a signal aborts. */
export type ConnectorFake = Partial<Omit<Connector, 'receive' | 'work'>> & {
  readonly receive?: (request: Request) => Promise<Response>
  readonly work?: (options: WorkOptions) => Promise<void>
}

export function fakeConnector(store: Store, overrides: ConnectorFake = {}): Connector {
  const fake: Omit<Connector, 'receive' | 'work'> & ConnectorFake = {
    spec,
    store,
    receive: refuse,
    accept: refuse,
    reportMisdirected: refuse,
    acceptsWebhooks: async () => true,
    webhookStats: () => ({}),
    gate: { pausedReason: () => undefined, waitForChange: (signal) => createFrozenClock().sleep(0, signal) },
    adoptSpec: async () => undefined,
    work: ({ signal }) => createFrozenClock().sleep(0, signal),
    events: refuse,
    backfill: refuse,
    estimate: refuse,
    lastBackfill: async () => undefined,
    listRuns: async () => [],
    runningBackfill: async () => undefined,
    reconcile: refuse,
    pollChanges: ({ signal }) => createFrozenClock().sleep(0, signal),
    lastReconcile: async () => undefined,
    deliver: refuse,
    preview: refuse,
    check: refuse,
    connectionStats: () => ({ source: { limits: [] }, destination: { limits: [] } }),
    close: async () => undefined,
    ...overrides,
  }
  return fake as Connector
}

export interface FakeSetup {
  readonly app?: Partial<CliApp>
  readonly connector?: ConnectorFake
  readonly store?: Store
  readonly load?: Partial<Loaders>
  readonly env?: Record<string, string>
  readonly cwd?: string
  readonly stdin?: string
  readonly terminal?: boolean
  readonly signal?: AbortSignal
  readonly clock?: Clock
  readonly fetch?: Fetch
  readonly random?: Random
  readonly startSelf?: NonNullable<ProcessIo['startSelf']>
  /** Filled with the listeners of SIGHUP. */
  readonly hangUps?: (() => void)[]
  /** Called with every write to stdout. */
  readonly onOut?: (text: string) => void
  /** Called with every write to stderr: a line of the log. */
  readonly onErr?: (text: string) => void
}

export const CREDENTIALS = { FROM_TOKEN: 'a', TO_KEY: 'b', HOOK_SECRET: 'c' }

const app: CliApp = {
  name: 'from-to',
  version: '1.2.3',
  summary: 'Chats of From as events of To.',
  labels: { source: 'From', destination: 'To' },
  homepage: 'https://example.com/from-to#readme',
  bugsUrl: 'https://bugs.example.com',
  settings: [
    { env: 'FROM_TOKEN', needed: 'source', description: 'the token of From', howToGet: 'From, Settings, Tokens.' },
    { env: 'HOOK_SECRET', needed: 'webhook', description: 'signs webhooks', howToGet: 'From, Settings, Hooks.' },
    { env: 'TO_KEY', needed: 'destination', description: 'the key of To', howToGet: 'To, Account, Keys.' },
    { env: 'FROM_REGION', needed: 'no', description: 'us or eu', howToGet: 'Default us.' },
  ],
  specFolder: new URL('file:///shipped/'),
  functions: [],
  open: refuse,
  sandboxPorts: { from: 4010, to: 4020 },
  startSandbox: refuse,
}

/** Runs one command line; resolves to its exit code and output. */
export async function runCommand(argv: readonly string[], setup: FakeSetup = {}) {
  const output = { out: '', err: '' }
  const clock = setup.clock ?? createFrozenClock()
  const store = setup.store ?? memoryStore({ clock })
  const outputTo = (to: 'out' | 'err') => ({
    write: (text: string) => {
      output[to] += text
      setup[to === 'out' ? 'onOut' : 'onErr']?.(text)
    },
    isTTY: setup.terminal ?? false,
    columns: 100,
  })
  const io: ProcessIo = {
    stdout: outputTo('out'),
    stderr: outputTo('err'),
    stdin: (async function* () {
      yield setup.stdin ?? ''
    })(),
    env: setup.env ?? CREDENTIALS,
    detachOutput: () => () => 0,
    ...(setup.startSelf && { startSelf: setup.startSelf }),
    onHangUp: (listener) => setup.hangUps?.push(listener),
    cwd: setup.cwd ?? '/nowhere',
    clock,
    fetch: setup.fetch ?? refuse,
    random: setup.random ?? (() => 0.5),
    signal: setup.signal ?? new AbortController().signal,
  }
  const load: Loaders = {
    spec: async () => ({ spec, diagnostics: [], files: [], expressions: [] }),
    store: async () => withoutClose(store),
    ...setup.load,
  }
  const open: CliApp['open'] = async (options) => fakeConnector(options.store, setup.connector)
  const exit = await runCli({ ...app, open, ...setup.app }, argv, io, load)
  return { exit, ...output }
}

/** The same store, which a command cannot close, so that the test can inspect it afterwards. */
function withoutClose(store: Store): Store {
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'close') return async () => undefined
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
