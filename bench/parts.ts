/** What can be measured, by name. A row here is all a new part needs. */
import type { Table } from './report.ts'

export interface Part {
  readonly what: string
  /** Loaded when it is its turn: one part's modules must not weigh on another's. */
  load(): Promise<{ readonly run: () => Promise<readonly Table[]> }>
}

export const parts: Readonly<Record<string, Part>> = {
  mapping: { what: 'one event, mapped by five contestants', load: () => import('./mapping/part.ts') },
  stages: { what: "one webhook's way to a request body, stage by stage", load: () => import('./stages.ts') },
  import: { what: 'history, from a search page to an accepted bulk request', load: () => import('./import.ts') },
  startup: {
    what: 'starts: of a command, from source and compiled, and of importing the package',
    load: () => import('./startup.ts'),
  },
  intake: { what: 'webhooks, until they are on disk', load: () => import('./intake.ts') },
  console: { what: "the console's pages over a million records", load: () => import('./console.ts') },
}
