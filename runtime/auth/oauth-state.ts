/** OAuth's `state`: signed, for one session, side and quarter of an hour, and good once. Nothing is stored for it. */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../ports/effects.ts'
import { Fault } from '../ports/fault.ts'
import type { SideName } from './side.ts'
import type { Vault } from './vault.ts'

export interface OauthState {
  readonly state: string
  /** The proof that goes with the code (RFC 7636): worked out from the state, so that no browser ever holds it. */
  readonly verifier: string
  readonly region?: string
}

/** What it is for: all must be the same when it comes back. */
export interface Purpose {
  readonly side: SideName
  /** Known to the browser that began, and to no other. */
  readonly session: string
  readonly redirect: string
}

export interface OauthStates {
  issue(purpose: Purpose, region?: string): Promise<OauthState>
  /** Takes it back, once. Throws a config `Fault` in words for the person who came back. */
  redeem(state: string, purpose: Purpose): Promise<OauthState>
}

/** Somebody may have to look up a password, and ask a colleague for the second factor. Milliseconds. */
const LASTS = 15 * 60_000

export function oauthStates(vault: Vault, clock: Clock): OauthStates {
  const used = new Map<string, number>()
  const ticketOf = async (state: string, nonce: string, region: string): Promise<OauthState> => ({
    state,
    verifier: Buffer.from(await vault.derive('pkce', nonce)).toString('base64url'),
    ...(region !== '' && { region: Buffer.from(region, 'base64url').toString() }),
  })
  const sign = async (text: string, { side, session, redirect }: Purpose) =>
    Buffer.from(await vault.derive('state', JSON.stringify([text, side, session, redirect])))

  return {
    async issue(purpose, region = '') {
      const nonce = randomBytes(18).toString('base64url')
      const where = Buffer.from(region).toString('base64url')
      const text = `${nonce}.${(clock.now() + LASTS).toString(36)}.${where}`
      return ticketOf(`${text}.${(await sign(text, purpose)).toString('base64url')}`, nonce, where)
    },
    async redeem(state, purpose) {
      const [nonce = '', ends = '', region = '', mac = ''] = state.split('.')
      const expected = await sign(`${nonce}.${ends}.${region}`, purpose)
      const given = Buffer.from(mac, 'base64url')
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw stranger()
      const until = Number.parseInt(ends, 36)
      for (const [old, end] of used) if (end < clock.now()) used.delete(old)
      if (clock.now() > until)
        throw refused('expired', 'the log-in took longer than a quarter of an hour: begin it again')
      if (used.has(nonce))
        throw refused('used', 'this log-in was finished before: if the side is not connected, begin again')
      used.set(nonce, until)
      return ticketOf(state, nonce, region)
    },
  }
}

function stranger(): Fault {
  return refused('state', 'this answer belongs to no log-in begun in this browser, so it was not used: begin it here')
}

const refused = (code: string, message: string) => new Fault('config', `account/${code}`, message)
