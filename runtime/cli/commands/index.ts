/** Every command there is. A new one is a file beside this and a row here. */
import type { CliApp } from '../app.ts'
import type { CommandDefinition } from '../command.ts'

type Load = (app: CliApp) => Promise<readonly CommandDefinition[]>

/** By first word, in the order the help shows them. Some options depend on what is connected. */
const commands: Readonly<Record<string, Load>> = {
  start: async () => [(await import('./start.ts')).start],
  backfill: async () => [(await import('./backfill.ts')).backfill],
  validate: async () => [(await import('./validate.ts')).validate],
  build: async () => [(await import('./build.ts')).build],
  preview: async () => [(await import('./preview.ts')).preview],
  check: async () => [(await import('./check.ts')).check],
  trace: async () => [(await import('./trace.ts')).trace],
  'dead-letters': async () => {
    const { listDeadLetters, replayDeadLetters } = await import('./dead-letters.ts')
    return [listDeadLetters, replayDeadLetters]
  },
  recipes: async () => {
    const { applyRecipe, listRecipes } = await import('./recipes.ts')
    return [listRecipes, applyRecipe]
  },
  sandbox: async (app) => [(await import('./sandbox.ts')).sandbox(app)],
  demo: async () => [(await import('./demo.ts')).demo],
}

/** Those that begin with this word; all of them where none does, since they are shown then. */
export async function commandTable(app: CliApp, word: string | undefined): Promise<readonly CommandDefinition[]> {
  const named = word !== undefined && Object.hasOwn(commands, word) ? commands[word] : undefined
  const loads = named === undefined ? Object.values(commands) : [named]
  return (await Promise.all(loads.map((load) => load(app)))).flat()
}

/** What the first word of a two-word command stands for. */
export const GROUPS: Readonly<Record<string, string>> = {
  'dead-letters': 'List and replay records that could not be delivered.',
  recipes: 'Ready-made segments and draft flows for these metrics.',
}
