/** `recipes list` and `recipes apply`: ready-made segments and flows for the metrics. */
import { suggest } from '../../expression/did-you-mean.ts'
import { faultUrl } from '../../fault-reference.ts'
import { formatJson } from '../../lib/format.ts'
import { toFault } from '../../ports/fault.ts'
import type { Recipe } from '../../ports/recipes.ts'
import type { RecipeBook, RecipeState } from '../../recipes.ts'
import type { CliApp } from '../app.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import { EXIT_CODES, usageError } from '../errors.ts'
import type { Painter } from '../io.ts'
import { type ConnectorNeeds, withConnector } from '../with-connector.ts'

const NEEDS: ConnectorNeeds = { needs: ['destination'] }

export const createRecipeCommands = (app: CliApp): readonly CommandDefinition[] => [listRecipes(app), applyRecipe(app)]

const listRecipes = ({ labels: { destination } }: CliApp): CommandDefinition => ({
  name: 'recipes list',
  summary: `List the recipes and whether each exists in ${destination}.`,
  options: [],
  examples: [
    ['recipes list', 'each recipe: existing, ready to create, or missing a metric'],
    ['recipes list --json', 'with the request each would send'],
  ],
  run: (context) =>
    withRecipes(context, async (book) => {
      const states: { recipe: Recipe; state: RecipeState }[] = []
      for (const recipe of book.recipes) states.push({ recipe, state: await book.status(recipe, context.io.signal) })
      if (context.json) context.print(formatJson(states.map(({ recipe, state }) => recipeJson(recipe, state))))
      else if (states.length === 0) context.print('No recipes: recipes/ holds none for the metrics of the spec.\n')
      else context.print(states.map(({ recipe, state }) => render(recipe, state, context)).join('\n'))
      return EXIT_CODES.ok
    }),
})

const applyRecipe = ({ labels: { destination } }: CliApp): CommandDefinition => ({
  name: 'recipes apply',
  summary: `Create a segment or a draft flow in ${destination}, unless it exists.`,
  operand: { flags: '<name>', description: 'recipe name, as printed by `recipes list`' },
  options: [],
  examples: [['recipes apply submitted-ticket', 'safe to repeat; flows are created as drafts']],
  run: (context, { operands: [id = ''] }) =>
    withRecipes(context, async (book) => {
      const recipe = book.recipes.find((candidate) => candidate.id === id)
      if (recipe === undefined) {
        const known = book.recipes.map((candidate) => candidate.id)
        throw usageError(`unknown recipe "${id}"; ${suggest(id, known) || 'the spec has none'}`)
      }
      const state = await book.apply(recipe, context.io.signal)
      if (context.json) context.print(formatJson(recipeJson(recipe, state)))
      else context.print(render(recipe, state, context))
      return state.state === 'exists' ? EXIT_CODES.ok : EXIT_CODES.failed
    }),
})

function withRecipes(context: CommandContext, use: (book: RecipeBook) => Promise<number>): Promise<number> {
  return withConnector(context, NEEDS, async ({ connector }) => {
    if (connector.recipes === undefined) throw usageError(`${context.app.labels.destination} supports no recipes`)
    try {
      return await use(connector.recipes)
    } catch (error) {
      const { kind, code, message } = toFault(error)
      if (kind === 'bug') throw error
      context.note(`${message}\nSee ${faultUrl(code, context.app.homepage)}`)
      return EXIT_CODES.failed
    }
  })
}

function recipeJson({ id, kind, name, summary }: Recipe, state: RecipeState) {
  return { recipe: id, kind, name, summary, ...state }
}

function render(recipe: Recipe, state: RecipeState, { app, paint }: CommandContext): string {
  const { id, kind, name, summary } = recipe
  return [
    `${paint('bold', id)}  ${kind} "${name}"`,
    `    ${summary}`,
    ...stateLines(id, state, paint, app.labels.destination).map((line) => `    ${line}`),
    '',
  ].join('\n')
}

function stateLines(id: string, state: RecipeState, paint: Painter, destination: string): string[] {
  switch (state.state) {
    case 'exists': {
      const { id: resourceId, status, link } = state.resource
      const text = `${state.created ? 'created' : 'exists'}${status === undefined ? '' : `, ${status}`}`
      return [`${paint('green', text)}, id ${resourceId}`, link]
    }
    case 'ready':
      return [paint('cyan', `ready to create: connector recipes apply ${id}`)]
    case 'no-metric':
      return [paint('yellow', missingMetrics(state.missing, destination))]
  }
}

function missingMetrics(missing: readonly string[], destination: string): string {
  const names = missing.map((metric) => `"${metric}"`).join(' and ')
  return `not possible yet: ${destination} has no ${names}; a metric exists from its first event on`
}
