/** `recipes list` and `recipes apply`: segments and flows made out of the metrics. */

import { suggest } from '../../expression/did-you-mean.ts'
import { json } from '../../lib/format.ts'
import { toFault } from '../../ports/fault.ts'
import type { Recipe } from '../../ports/recipes.ts'
import type { RecipeBook, RecipeState } from '../../recipes.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import { EXIT_CODES, usageError } from '../errors.ts'
import type { Painter } from '../io.ts'
import { type OpenWith, withConnector } from '../with-connector.ts'

const NEEDS: OpenWith = { needs: ['destination'] }

export const listRecipes: CommandDefinition = {
  name: 'recipes list',
  summary: 'Show what can be made of the metrics at the destination, and what is there already.',
  options: [],
  examples: [
    ['recipes list', 'each recipe: there, ready to be made, or which metric is missing'],
    ['recipes list --json', 'with the exact request each would send'],
  ],
  run: (context) =>
    withBook(context, async (book) => {
      const states: { recipe: Recipe; state: RecipeState }[] = []
      for (const recipe of book.recipes) states.push({ recipe, state: await book.status(recipe, context.io.signal) })
      if (context.json) context.print(json(states.map(({ recipe, state }) => ({ ...named(recipe), ...state }))))
      else if (states.length === 0) context.print('No recipes: the spec has no recipes/ folder.\n')
      else context.print(states.map(({ recipe, state }) => render(recipe, state, context.paint)).join('\n'))
      return EXIT_CODES.ok
    }),
}

export const applyRecipe: CommandDefinition = {
  name: 'recipes apply',
  summary: 'Make a segment or a draft flow, unless it is there.',
  operand: { flags: '<name>', description: 'the recipe, as `recipes list` names it' },
  options: [],
  examples: [['recipes apply submitted-ticket', 'made once, however often it is asked for; a flow is always a draft']],
  run: (context, { operands: [id = ''] }) =>
    withBook(context, async (book) => {
      const recipe = book.recipes.find((one) => one.id === id)
      const known = book.recipes.map((one) => one.id)
      if (recipe === undefined)
        throw usageError(`there is no recipe "${id}"; ${suggest(id, known) || 'there are none'}`)
      const state = await book.apply(recipe, context.io.signal)
      if (context.json) context.print(json({ ...named(recipe), ...state }))
      else context.print(render(recipe, state, context.paint))
      return state.state === 'made' ? EXIT_CODES.ok : EXIT_CODES.failed
    }),
}

function withBook(context: CommandContext, use: (book: RecipeBook) => Promise<number>): Promise<number> {
  return withConnector(context, NEEDS, async ({ connector }) => {
    if (connector.recipes === undefined) throw usageError('this destination can make nothing of the metrics')
    try {
      return await use(connector.recipes)
    } catch (error) {
      const { kind, message } = toFault(error)
      if (kind === 'bug') throw error
      context.note(message)
      return EXIT_CODES.failed
    }
  })
}

const named = ({ id, kind, name, summary }: Recipe) => ({ recipe: id, kind, name, summary })

function render({ id, kind, name, summary }: Recipe, state: RecipeState, paint: Painter): string {
  return [
    `${paint('bold', id)}  ${kind} "${name}"`,
    `    ${summary}`,
    ...stateLines(id, state, paint).map((line) => `    ${line}`),
    '',
  ].join('\n')
}

function stateLines(id: string, state: RecipeState, paint: Painter): string[] {
  switch (state.state) {
    case 'made': {
      const { id: at, status, link } = state.made
      const what = `${state.now ? 'made now' : 'there already'}${status === undefined ? '' : `, ${status}`}`
      return [`${paint('green', what)}, id ${at}`, link]
    }
    case 'ready':
      return [paint('cyan', `not there; make it: connector recipes apply ${id}`)]
    case 'no-metric':
      return [paint('yellow', `not possible yet: ${missingWords(state.missing)}`)]
  }
}

/** A metric exists from its first event on. */
const missingWords = (missing: readonly string[]) =>
  `${missing.map((metric) => `"${metric}"`).join(' and ')} ${missing.length === 1 ? 'does' : 'do'} not exist there; a metric does from its first event on`
