/** What a visitor may do, by the request. */
import type { VisitorAccess } from '../types.ts'

const LEVELS: readonly VisitorAccess[] = ['read', 'operate', 'set-up']

/** The access that a request needs. `path` is below the console's base. */
export function accessFor(method: string, path: string): VisitorAccess {
  const isSetup = ['/set-up', '/alerts'].some((page) => path === page || path.startsWith(`${page}/`))
  if (isSetup && path !== '/set-up/webhooks') return 'set-up'
  return method === 'POST' && path !== '/find' ? 'operate' : 'read'
}

export const mayAccess = (may: VisitorAccess = 'set-up', needed: VisitorAccess): boolean =>
  LEVELS.indexOf(may) >= LEVELS.indexOf(needed)
