/** What a visitor may do: the access that each page and action needs, from their tables. */
import type { Action, Page, VisitorAccess } from '../types.ts'

const LEVELS: readonly VisitorAccess[] = ['view', 'read', 'operate', 'set-up']

export const mayAccess = (may: VisitorAccess, needed: VisitorAccess): boolean =>
  LEVELS.indexOf(may) >= LEVELS.indexOf(needed)

export const accessOfPage = ({ access = 'view' }: Pick<Page, 'access'>): VisitorAccess => access

export const accessOfAction = ({ access = 'operate' }: Pick<Action, 'access'>): VisitorAccess => access
