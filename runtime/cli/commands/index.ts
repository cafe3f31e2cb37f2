/** Every command. A new one is a file in this folder and a row here. */
import type { CliApp } from '../app.ts'
import type { CommandDefinition } from '../command.ts'

type LoadCommands = (app: CliApp) => Promise<readonly CommandDefinition[]>

/** By first word, in the order of the help. Some texts and options depend on the app. */
const commands: Readonly<Record<string, LoadCommands>> = {
  init: async () => [(await import('./init/init.ts')).initCommand],
  start: async (app) => [(await import('./start.ts')).createStartCommand(app)],
  backfill: async () => [(await import('./backfill.ts')).backfillCommand],
  runs: async () => [(await import('./ledger/runs.ts')).runsCommand],
  reconcile: async () => [(await import('./reconcile.ts')).reconcileCommand],
  validate: async () => [(await import('./validate.ts')).validateCommand],
  schema: async () => [(await import('./schema.ts')).schemaCommand],
  docs: async () => [(await import('./catalog/docs.ts')).docsCommand],
  record: async () => [(await import('./record/record.ts')).recordCommand],
  types: async () => [(await import('./catalog/types.ts')).typesCommand],
  lsp: async () => [(await import('./lsp.ts')).lspCommand],
  build: async () => [(await import('./build.ts')).buildCommand],
  preview: async () => [(await import('./preview.ts')).previewCommand],
  test: async () => [(await import('./test/test.ts')).testCommand],
  plan: async () => [(await import('./plan/plan.ts')).planCommand],
  verify: async (app) => [(await import('./verify.ts')).createVerifyCommand(app)],
  check: async (app) => [(await import('./check.ts')).createCheckCommand(app)],
  tail: async () => [(await import('./ledger/tail.ts')).tailCommand],
  trace: async () => [(await import('./ledger/trace.ts')).traceCommand],
  'dead-letters': async () => (await import('./ledger/dead-letters.ts')).deadLetterCommands,
  recipes: async (app) => (await import('./recipes.ts')).createRecipeCommands(app),
  sandbox: async (app) => [(await import('./sandbox.ts')).createSandboxCommand(app)],
  demo: async () => [(await import('./demo.ts')).demoCommand],
}

/** Other first words. */
const aliases: Readonly<Record<string, string>> = { conform: 'test' }

/** Loads the commands that begin with `word`, or all of them for any other word: the help lists them. */
export async function loadCommands(app: CliApp, word: string | undefined): Promise<readonly CommandDefinition[]> {
  const name = word !== undefined && Object.hasOwn(aliases, word) ? aliases[word] : word
  const known = Object.entries(commands).filter(([word]) => isOffered(word, app))
  const matches = known.filter(([word]) => word === name)
  const loads = (matches.length === 0 ? known : matches).map(([, load]) => load)
  return (await Promise.all(loads.map((load) => load(app)))).flat()
}

/** First words of all commands. */
export const commandWords: ReadonlySet<string> = new Set([...Object.keys(commands), ...Object.keys(aliases)])

/** Commands for parts that an app may lack. */
function isOffered(word: string, app: CliApp): boolean {
  if (app.omittedCommands?.includes(word)) return false
  return app.startSandbox !== undefined || (word !== 'sandbox' && word !== 'demo')
}

/** Summaries of the commands that have subcommands. */
export function groupSummaries({ labels }: CliApp): Readonly<Record<string, string>> {
  return {
    'dead-letters': 'List and replay records that could not be delivered.',
    recipes: `Ready-made ${labels.destination} segments and draft flows for these metrics.`,
  }
}
