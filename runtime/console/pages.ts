/** Every page and every action, one row each, in the order of the navigation. */
import { installActions, installPages } from './install/table.ts'
import { metric } from './pages/metric.ts'
import { overview } from './pages/overview.ts'
import type { Action, Page } from './parts.ts'

export const pages: readonly Page[] = [overview, metric, ...installPages]

export const actions: readonly Action[] = [...installActions]
