/** What a visitor may do: the access that each page and action needs, from their tables. */
import { pages } from '../pages.ts'
import type { Action, Page, VisitorAccess } from '../types.ts'

const LEVELS: readonly VisitorAccess[] = ['view', 'read', 'operate', 'set-up']

export const mayAccess = (may: VisitorAccess, needed: VisitorAccess): boolean =>
  LEVELS.indexOf(may) >= LEVELS.indexOf(needed)

export const accessOfPage = ({ access = 'view' }: Pick<Page, 'access'>): VisitorAccess => access

export const accessOfAction = ({ access = 'operate' }: Pick<Action, 'access'>): VisitorAccess => access

/** The access that a link to a path below the console's base needs. A path of no page is for everyone. */
export function accessOfPath(path: string): VisitorAccess {
  const segments = (path.split(/[?#]/)[0] ?? '').split('/')
  const isPage = (pattern: readonly string[]) =>
    pattern.length === segments.length &&
    pattern.every((part, index) => part.startsWith(':') || part === segments[index])
  return accessOfPage(pages.find((page) => isPage(page.path.split('/'))) ?? {})
}
