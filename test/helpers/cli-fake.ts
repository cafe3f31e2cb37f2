/** A connector, a process and a store that only pretend, to test the commands by. */
import type { CliApp } from '../../runtime/cli/app.ts'
import type { ProcessIo } from '../../runtime/cli/io.ts'
import type { Loaders } from '../../runtime/cli/loaders.ts'
import { runCli } from '../../runtime/cli/run.ts'
import type { Connector } from '../../runtime/connector.ts'
import type { Clock, Fetch } from '../../runtime/ports/effects.ts'
import type { Store } from '../../runtime/ports/store.ts'
import type { Spec } from '../../runtime/spec/spec.ts'
import { memoryStore } from '../../runtime/store/memory/store.ts'

export const NOW = Date.parse('2026-03-01T12:00:00Z')

/** Time stands still unless a test moves it; whoever sleeps wakes only when aborted. */
export function standingClock(at = NOW): Clock & { at: number } {
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
  ...(history ? { stream: { name: 'chats', onRequest: false } } : {}),
})

/** Only what the commands read of a spec. */
export const spec = {
  name: 'fake',
  source: { name: 'from' },
  destination: { name: 'to' },
  webhook: { path: '/hook', maxBodySize: 1000, ignoredTopics: new Set(['ping']) },
  resources: new Map([['chat', { topics: new Set(['chat.opened', 'chat.rated']) }]]),
  streams: new Map([['chats', {}]]),
  lookups: new Map([['contact', {}]]),
  delivery: { retention: { settled: 1000, dead: 2000 } },
  mappings: [mapping('Opened Chat', true), mapping('Rated Chat', true), mapping('Read Chat', false)],
} as unknown as Spec

const refuse = () => {
  throw new Error('this test did not expect the call')
}

export function fakeConnector(store: Store, parts: Partial<Connector> = {}): Connector {
  return {
    spec,
    store,
    receive: refuse,
    webhookStats: () => ({}),
    gate: { pausedReason: () => undefined, waitForChange: (signal) => standingClock().sleep(0, signal) },
    work: ({ signal }) => standingClock().sleep(0, signal),
    backfill: refuse,
    estimate: refuse,
    lastBackfill: async () => undefined,
    runningBackfill: async () => undefined,
    deliver: refuse,
    preview: refuse,
    check: refuse,
    connectionStats: () => ({ source: { limits: [] }, destination: { limits: [] } }),
    close: async () => undefined,
    ...parts,
  }
}

export interface Given {
  readonly app?: Partial<CliApp>
  readonly connector?: Partial<Connector>
  readonly store?: Store
  readonly load?: Partial<Loaders>
  readonly env?: Record<string, string>
  readonly cwd?: string
  readonly stdin?: string
  readonly terminal?: boolean
  readonly signal?: AbortSignal
  readonly clock?: Clock
  readonly fetch?: Fetch
  /** Sees stdout as it is written. */
  readonly onOut?: (text: string) => void
}

export const CREDENTIALS = { FROM_TOKEN: 'a', TO_KEY: 'b', HOOK_SECRET: 'c' }

const app: CliApp = {
  name: 'from-to',
  version: '1.2.3',
  summary: 'Chats of From as events of To.',
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
  sandbox: refuse,
}

/** Runs one command line and tells what came of it. */
export async function run(argv: readonly string[], given: Given = {}) {
  const written = { out: '', err: '' }
  const clock = given.clock ?? standingClock()
  const store = given.store ?? memoryStore({ clock })
  const output = (to: 'out' | 'err') => ({
    write: (text: string) => {
      written[to] += text
      if (to === 'out') given.onOut?.(text)
    },
    isTTY: given.terminal ?? false,
    columns: 100,
  })
  const io: ProcessIo = {
    stdout: output('out'),
    stderr: output('err'),
    stdin: (async function* () {
      yield given.stdin ?? ''
    })(),
    env: given.env ?? CREDENTIALS,
    cwd: given.cwd ?? '/nowhere',
    clock,
    fetch: given.fetch ?? refuse,
    random: () => 0.5,
    signal: given.signal ?? new AbortController().signal,
  }
  const load: Loaders = {
    spec: async () => ({ spec, diagnostics: [], files: [], expressions: [] }),
    store: async () => keptOpen(store),
    ...given.load,
  }
  const open: CliApp['open'] = async (options) => fakeConnector(options.store, given.connector)
  const exit = await runCli({ ...app, open, ...given.app }, argv, io, load)
  return { exit, ...written }
}

/** The same store, but a command cannot close it: the test looks into it afterwards. */
function keptOpen(store: Store): Store {
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'close') return async () => undefined
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
