/** Every page and every action, one row each, in the order of the navigation. */
import { installActions, installPages } from './install/table.ts'
import { deadLetters, replay } from './pages/dead-letters.ts'
import { find, lookUp } from './pages/find.ts'
import { importActions, importPage } from './pages/import.ts'
import { metric } from './pages/metric.ts'
import { overview } from './pages/overview.ts'
import { applyRecipe, recipes } from './pages/recipes.ts'
import type { Action, Page } from './parts.ts'

export const pages: readonly Page[] = [overview, metric, importPage, find, deadLetters, recipes, ...installPages]

export const actions: readonly Action[] = [lookUp, replay, applyRecipe, ...importActions, ...installActions]
