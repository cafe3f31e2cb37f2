/** A rejection's message fits how the side was connected: it names an environment variable only where one is used. */
import { expect, test } from 'vitest'
import { connectorFromSpec } from '../../../connector/index.ts'
import type { AuthMethod } from '../../../runtime/ports/auth.ts'
import type { Fetch } from '../../../runtime/ports/effects.ts'
import { CLIENT_ENV, connectByOauth, createAuthHarness, KEY, never, spec, TOKEN } from '../../helpers/auth.ts'

/** Connects Intercom and Klaviyo by one method, rejects every request with the status, and collects the failed checks. */
async function refused(by: AuthMethod, status: number): Promise<string[]> {
  const it = createAuthHarness()
  let refusing = false
  const fetch: Fetch = async (request) => (refusing ? Response.json({}, { status }) : it.fetch(request))
  const env = by === 'environment' ? { INTERCOM_ACCESS_TOKEN: TOKEN, KLAVIYO_API_KEY: KEY } : CLIENT_ENV
  const account = await it.open(env, { fetch })
  if (by !== 'environment') await account.setup.consent([])
  for (const side of ['source', 'destination'] as const) {
    if (by === 'oauth') await connectByOauth(it, account, side)
    if (by === 'key') await account.setup.connectWithKey(side, { key: side === 'source' ? TOKEN : KEY }, never)
  }
  refusing = true
  const { clock, logger, store } = it
  const said: string[] = []
  const read = async () => {
    const connector = connectorFromSpec(spec, store, { clock, fetch, logger, connections: account })
    for await (const { ok, detail } of connector.check(never)) if (!ok) said.push(detail)
  }
  await it.clock.until(read())
  return said
}

const VARIABLE = /[A-Z]+_[A-Z_]+/
const CASES: readonly (readonly [AuthMethod, number, RegExp, RegExp])[] = [
  ['environment', 401, /check INTERCOM_ACCESS_TOKEN/, /key in KLAVIYO_API_KEY: create a private API key/],
  ['environment', 403, /Developer Hub/, /KLAVIYO_API_KEY lacks the scope events:write/],
  ['key', 401, /the pasted access token: paste it again/, /the pasted key: create a private API key/],
  ['key', 403, /Developer Hub/, /the pasted key lacks the scope events:write/],
  ['oauth', 401, /connect Intercom again|connect it again in the console/, /connect Klaviyo again/],
  ['oauth', 403, /Developer Hub.+connect Intercom again/, /the access token lacks the scope events:write: connect/],
]

test.each(CASES)('connected by %s, rejected with %i', async (by, status, source, destination) => {
  const said = await refused(by, status)
  expect(said.filter((one) => source.test(one))).not.toEqual([])
  expect(said.filter((one) => destination.test(one))).not.toEqual([])
  if (by !== 'environment') expect(said.filter((one) => VARIABLE.test(one))).toEqual([])
})
