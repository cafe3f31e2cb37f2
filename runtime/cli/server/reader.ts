/** What a request may read of the process: everything with the token, counts where only this machine connects. */
import { isLoopback } from '../../http/loopback.ts'
import { isSameText } from '../../lib/text/same-text.ts'

export interface ReaderOptions {
  /** `CONNECTOR_METRICS_TOKEN`. */
  readonly token?: string | undefined
  /** Address that the process listens on. */
  readonly host: string
}

/**
 * - `counts`: metrics and the status text, without names of accounts and hosts
 * - `all`: the same with them
 *
 * Where a request comes from is never guessed from its headers: a proxy in front need not set any.
 */
export type MayRead = 'nothing' | 'counts' | 'all'

export function mayRead({ headers }: Request, { token, host }: ReaderOptions): MayRead {
  if (token !== undefined) return isSameText(bearer(headers), token) ? 'all' : 'nothing'
  return isLoopback(host) ? 'counts' : 'nothing'
}

const bearer = (headers: Headers): string => /^Bearer +(.*)$/i.exec(headers.get('authorization') ?? '')?.[1] ?? ''
