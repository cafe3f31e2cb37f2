/** What each role may do. */
import type { VisitorAccess } from '../../types.ts'
import type { Role } from './users.ts'

export const ROLE_ACCESS: Readonly<Record<Role, VisitorAccess>> = {
  viewer: 'view',
  operator: 'operate',
  owner: 'set-up',
}
