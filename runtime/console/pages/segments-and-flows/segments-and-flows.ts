/** Segments and flows: shows the request of each recipe, and a button that creates the segment or draft flow. */
import { html } from 'hono/html'
import { capitalize } from '../../../lib/format.ts'
import { withTimeout } from '../../../lib/with-timeout.ts'
import { toFault } from '../../../ports/fault.ts'
import type { Recipe } from '../../../ports/recipes.ts'
import type { Json } from '../../../ports/types.ts'
import type { RecipeBook, RecipeState } from '../../../recipes.ts'
import { icon } from '../../icons.ts'
import type { Action, Html, Page, PageContext } from '../../types.ts'
import { importWarnings, permissionHint, toneOfFault } from '../history/warnings.ts'

const PATH = '/segments-and-flows'
const CREATE_PATH = `${PATH}/create`

/** Milliseconds that a page waits for the destination. */
const TIMEOUT = 10_000
const CREATE_TIMEOUT = 40_000

export const segmentsAndFlowsPage: Page = {
  path: PATH,
  title: 'Segments and flows',
  nav: 'Segments and flows',
  async render(context) {
    const { recipes: book, spec } = context.options.connector
    const destination = capitalize(spec.destination.name)
    if (book === undefined) return html`<p>This connector cannot create segments or flows in ${destination}.</p>`
    const [dependents, ...cards] = await Promise.all([
      importWarnings(context),
      ...book.recipes.map((recipe) => recipeCard(recipe, book, context)),
    ])
    return html`<p class="lead">Each button creates one segment or flow in ${destination}, once. Flows are created as drafts: they send nothing until you set them live there.</p>
${cards.length === 0 ? NO_RECIPES : cards}
<section class="card" aria-label="Existing flows and segments"><h2>Flows and segments that use these metrics</h2>${dependents}</section>`
  },
}

const NO_RECIPES = html`<div class="card empty">No segments or flows are available for these metrics. Add one as a YAML file to the folder <code>recipes</code>.</div>`

export const createAction: Action = {
  path: CREATE_PATH,
  async run({ form, options, redirect }) {
    const book = options.connector.recipes
    const recipe = book?.recipes.find(({ id }) => id === form.get('recipe'))
    if (book === undefined || recipe === undefined)
      return redirect(PATH, 'Nothing was created: this segment or flow is not defined.', 'bad')
    const { id, name } = recipe
    try {
      const state = await withTimeout(CREATE_TIMEOUT, options, (signal) => book.apply(recipe, signal))
      if (state.state !== 'exists')
        return redirect(PATH, `${name} was not created: one of its metrics has no events yet.`, 'bad')
      return state.created
        ? redirect(PATH, `${name} was created.`)
        : redirect(PATH, `${name} already exists, so nothing was created.`, 'still')
    } catch (error) {
      const { message, code } = toFault(error)
      options.logger.warn(`recipe not created: ${message}`, { recipe: id, code })
      return redirect(PATH, `${name} was not created: ${message}.`, 'bad')
    }
  },
}

async function recipeCard(recipe: Recipe, book: RecipeBook, context: PageContext): Promise<Html> {
  const { id, kind, name, summary } = recipe
  return html`<section class="card" id="recipe-${id}" aria-labelledby="name-${id}">
<div class="row apart"><h2 id="name-${id}">${name}</h2><span class="badge">${capitalize(kind)}</span></div>
<p>${summary}</p>
${await recipeStatus(recipe, book, context)}
</section>`
}

async function recipeStatus(recipe: Recipe, book: RecipeBook, context: PageContext): Promise<Html> {
  try {
    const state = await withTimeout(TIMEOUT, context.options, (signal) => book.status(recipe, signal))
    return recipeState(recipe, state, context)
  } catch (error) {
    const { code, message } = toFault(error)
    return html`${requestDetails(recipe, recipe.definition)}
<p class="${toneOfFault(code, context)}">Could not check whether it exists: ${message}.${permissionHint(code, context)}</p>`
  }
}

function recipeState(recipe: Recipe, state: RecipeState, { csrfField, link, may, options }: PageContext): Html {
  const { id, kind, name } = recipe
  const destination = capitalize(options.connector.spec.destination.name)
  if (state.state === 'exists') {
    const { status, link: href, name: existingName } = state.resource
    return html`<p><span class="badge good">In ${destination}</span>${status && html` <span class="badge">${status}</span>`} <a href="${href}" rel="noreferrer">Open in ${destination}<span class="hidden">: ${existingName}</span></a></p>`
  }
  const request = requestDetails(recipe, state.body)
  if (state.state === 'no-metric') {
    const names = state.missing.map((metric) => `“${metric}”`).join(' and ')
    return html`<p class="note">Not available yet: ${destination} has no metric ${names}. It appears with the first event, live or imported.</p>${request}`
  }
  if (!may('operate')) return request
  return html`${request}<form method="post" action="${link(CREATE_PATH)}" data-confirm="Create the ${kind} “${name}” in ${destination}?">${csrfField}<input type="hidden" name="recipe" value="${id}"><button class="plain">${icon('plus')}Create ${kind}</button></form>`
}

function requestDetails({ name }: Recipe, body: Json): Html {
  return html`<details><summary>Request</summary><pre class="yaml short" tabindex="0" aria-label="The request for ${name}"><code>${JSON.stringify(body, null, 2)}</code></pre></details>`
}
