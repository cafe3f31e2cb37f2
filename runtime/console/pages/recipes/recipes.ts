/** Use it: one button each makes a segment or a draft flow out of the metrics, after showing exactly what. */

import { html } from 'hono/html'
import { capitalize } from '../../../lib/format.ts'
import { toFault } from '../../../ports/fault.ts'
import type { Recipe } from '../../../ports/recipes.ts'
import type { Json } from '../../../ports/types.ts'
import type { RecipeBook, RecipeState } from '../../../recipes.ts'
import { withTimeout } from '../../server/with-timeout.ts'
import type { Action, Html, Page, PageContext } from '../../types.ts'
import { importWarnings, permissionHint, toneOfFault } from '../import/warnings.ts'

const PATIENCE = 10_000

export const recipes: Page = {
  path: '/recipes',
  title: ({ parts }) => `Use it in ${capitalize(parts.connector.spec.destination.name)}`,
  nav: 'Use it',
  async render(context) {
    const { connector } = context.parts
    const book = connector.recipes
    const there = capitalize(connector.spec.destination.name)
    if (book === undefined) return html`<p>Nothing can be made of the metrics in ${there} from here.</p>`
    const [listening, ...cards] = await Promise.all([
      importWarnings(context),
      ...book.recipes.map((recipe) => card(recipe, book, context)),
    ])
    return html`<p class="lead">Each button makes one thing in ${there}, once. Flows are drafts: nothing is sent until you set them live there.</p>
${cards.length === 0 ? html`<div class="card empty">The spec has no recipes. Each is a YAML file in its folder <code>recipes</code>.</div>` : cards}
<section class="card" aria-label="Who listens"><h2>Who listens to our metrics</h2>${listening}</section>`
  },
}

export const applyRecipe: Action = {
  path: '/recipes/apply',
  async run({ form, parts, redirect }) {
    const book = parts.connector.recipes
    const recipe = book?.recipes.find(({ id }) => id === form.get('recipe'))
    if (book === undefined || recipe === undefined) return redirect('/recipes', 'There is no such recipe.', 'bad')
    try {
      const state = await withTimeout(4 * PATIENCE, parts, (signal) => book.apply(recipe, signal))
      if (state.state !== 'made')
        return redirect('/recipes', `${recipe.name} was not made: a metric does not exist yet.`, 'bad')
      const words = state.now ? 'was made' : 'was there already, and was not made again'
      return redirect('/recipes', `${recipe.name} ${words}.`)
    } catch (error) {
      const { message, code } = toFault(error)
      parts.logger.warn(`recipe not made: ${message}`, { recipe: recipe.id, code })
      return redirect('/recipes', `${recipe.name} was not made: ${message}.`, 'bad')
    }
  },
}

async function card(recipe: Recipe, book: RecipeBook, context: PageContext): Promise<Html> {
  const { id, kind, name, summary } = recipe
  return html`<section class="card" id="recipe-${id}" aria-labelledby="name-${id}">
<div class="row apart"><h2 id="name-${id}">${name}</h2><span class="badge">${kind}</span></div>
<p>${summary}</p>
${await standing(recipe, book, context)}
</section>`
}

async function standing(recipe: Recipe, book: RecipeBook, context: PageContext): Promise<Html> {
  try {
    const state = await withTimeout(PATIENCE, context.parts, (signal) => book.status(recipe, signal))
    return stateOf(recipe, state, context)
  } catch (error) {
    const { code, message } = toFault(error)
    return html`${definition(recipe, recipe.definition)}
<p class="${toneOfFault(code, context)}">It cannot be told whether it is there: ${message}.${permissionHint(code, context)}</p>`
  }
}

function definition({ name }: Recipe, body: Json, open = false): Html {
  return html`<details${open && html` open`}><summary>What is sent</summary><pre class="yaml short" tabindex="0" aria-label="The request for ${name}"><code>${JSON.stringify(body, null, 2)}</code></pre></details>`
}

function stateOf(recipe: Recipe, state: RecipeState, { csrfField, link, parts }: PageContext): Html {
  const { id, kind, name } = recipe
  const there = capitalize(parts.connector.spec.destination.name)
  if (state.state === 'made') {
    const { made } = state
    return html`<p><span class="badge good">In ${there}</span>${made.status && html` <span class="badge">${made.status}</span>`} <a href="${made.link}" rel="noreferrer">Open it<span class="hidden">: ${made.name}</span></a></p>`
  }
  const shown = definition(recipe, state.body, state.state === 'ready')
  if (state.state === 'no-metric') {
    const names = state.missing.map((metric) => `“${metric}”`).join(' and ')
    return html`<p class="note">Not possible yet: ${there} does not know ${names}. It does from the first event on, live or imported.</p>${shown}`
  }
  return html`${shown}<form method="post" action="${link('/recipes/apply')}" data-confirm="Make the ${kind} “${name}” in ${there}?">${csrfField}<input type="hidden" name="recipe" value="${id}"><button>Make this ${kind}</button></form>`
}
