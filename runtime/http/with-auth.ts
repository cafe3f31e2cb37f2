/** Sends a request with credentials that may expire: retries a 401 once, if the credentials were refreshed. */

import type { AuthProvider, RequestAuth } from '../ports/auth.ts'
import { Fault } from '../ports/fault.ts'
import { asTransientFault } from './transient-faults.ts'

export const getCurrentAuth = (provider: AuthProvider, signal: AbortSignal): Promise<RequestAuth> =>
  asTransientFault(() => provider.current(signal), 'auth/unreadable', 'the credentials could not be read')

/** Sends at most twice: a side that rejects fresh credentials too has another reason. */
export async function withAuth<T>(
  provider: AuthProvider,
  signal: AbortSignal,
  send: (auth: RequestAuth) => Promise<T>,
): Promise<T> {
  const auth = await getCurrentAuth(provider, signal)
  try {
    return await send(auth)
  } catch (error) {
    const rejected = error instanceof Fault && error.details.status === 401
    if (!rejected || !(await provider.refresh(auth, signal))) throw error
    return send(await getCurrentAuth(provider, signal))
  }
}
