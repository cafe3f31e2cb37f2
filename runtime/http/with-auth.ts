/** A request under a log-in that may end: after a 401 once more, if there is another by then. */

import type { AuthProvider, RequestAuth } from '../ports/auth.ts'
import { Fault } from '../ports/fault.ts'
import { asTransientFault } from './transient-on-throw.ts'

export const currentAuth = (logins: AuthProvider, signal: AbortSignal): Promise<RequestAuth> =>
  asTransientFault(() => logins.current(signal), 'auth/unreadable', 'the log-in could not be read')

/** Never more than twice: a side that refuses a fresh log-in too has another reason. */
export async function withAuth<T>(
  logins: AuthProvider,
  signal: AbortSignal,
  send: (login: RequestAuth) => Promise<T>,
): Promise<T> {
  const login = await currentAuth(logins, signal)
  try {
    return await send(login)
  } catch (error) {
    const refused = error instanceof Fault && error.details.status === 401
    if (!refused || !(await logins.refresh(login, signal))) throw error
    return send(await currentAuth(logins, signal))
  }
}
