/** Every page and every action, one row each, in the order of the navigation. */
import { overview } from './pages/overview.ts'
import type { Action, Page } from './parts.ts'

export const pages: readonly Page[] = [overview]

export const actions: readonly Action[] = []
