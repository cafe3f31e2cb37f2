/** Every benchmark by name. A new one is a file and a row here. */
import type { BenchmarkOptions } from './harness/options.ts'
import type { ResultTable } from './harness/result-table.ts'

export interface Benchmark {
  readonly summary: string
  /** Imports the benchmark before it runs, so that its modules do not weigh on another. */
  load(): Promise<{ readonly runBenchmark: (options: BenchmarkOptions) => Promise<readonly ResultTable[]> }>
}

export const benchmarks: Readonly<Record<string, Benchmark>> = {
  mapping: { summary: 'one event, mapped by five candidates', load: () => import('./mapping/mapping.ts') },
  stages: { summary: 'one webhook to its request body, stage by stage', load: () => import('./stages.ts') },
  import: { summary: 'history, from a search page to an accepted bulk request', load: () => import('./import.ts') },
  startup: {
    summary: 'start of a command, from source and compiled, and import of the package',
    load: () => import('./startup.ts'),
  },
  test: { summary: 'a thousand cases, from the files to the report', load: () => import('./cases.ts') },
  intake: { summary: 'webhooks, until they are on disk', load: () => import('./intake.ts') },
  observe: { summary: 'history in a host, with an observer and without', load: () => import('./observe.ts') },
  machines: { summary: 'three machines on one PostgreSQL, 400 tenants', load: () => import('./machines.ts') },
  'store-postgres': { summary: 'PostgreSQL against SQLite', load: () => import('./store-postgres.ts') },
  tenants: { summary: 'many tenants in one file: intake, and what idle ones cost', load: () => import('./tenants.ts') },
  poll: { summary: 'a reconciling pass, over ten thousand and over ten million keys', load: () => import('./poll.ts') },
  overlays: { summary: 'specs of many tenants over a shared one', load: () => import('./overlays.ts') },
  events: { summary: 'searches over ten million events', load: () => import('./events.ts') },
  console: { summary: 'pages of the console over a million records', load: () => import('./console.ts') },
}
