/** Every page and every action, one row each, in the order of the navigation. */

import { deadLetters, replay } from './pages/dead-letters/dead-letters.ts'
import { find, lookUp } from './pages/find/find.ts'
import { importActions, importPage } from './pages/import/import.ts'
import { metric } from './pages/metric/metric.ts'
import { overview } from './pages/overview/overview.ts'
import { applyRecipe, recipes } from './pages/recipes/recipes.ts'
import { installActions, installPages } from './setup/routes.ts'
import type { Action, Page } from './types.ts'

export const pages: readonly Page[] = [overview, metric, importPage, find, deadLetters, recipes, ...installPages]

export const actions: readonly Action[] = [lookUp, replay, applyRecipe, ...importActions, ...installActions]
