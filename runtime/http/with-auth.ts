/** A request under a log-in that may end: after a 401 once more, if there is another by then. */

import type { Login, Logins } from '../ports/auth.ts'
import { Fault } from '../ports/fault.ts'
import { orWait } from './transient-on-throw.ts'

export const currentLogin = (logins: Logins, signal: AbortSignal): Promise<Login> =>
  orWait(() => logins.current(signal), 'log-in/unread', 'the log-in could not be read')

/** Never more than twice: a side that refuses a fresh log-in too has another reason. */
export async function loggedIn<T>(logins: Logins, signal: AbortSignal, send: (login: Login) => Promise<T>): Promise<T> {
  const login = await currentLogin(logins, signal)
  try {
    return await send(login)
  } catch (error) {
    const refused = error instanceof Fault && error.details.status === 401
    if (!refused || !(await logins.renew(login, signal))) throw error
    return send(await currentLogin(logins, signal))
  }
}
