/** A host that connected Klaviyo itself and keeps the tokens in a vault of its own. */
import type { OauthTokens } from '../../connector/options.ts'
import type { OauthCredentials } from '../../runtime/auth/side.ts'
import { Vault } from '../../runtime/auth/vault.ts'
import { credentialsCheckpoint } from '../../runtime/lib/checkpoint-names.ts'
import { type AuthHarness, CLIENT_ENV, completeSetup, KLAVIYO } from './auth.ts'

export async function createHostVault(it: AuthHarness) {
  await completeSetup(it)
  const found = await new Vault(it.store, it.key).read(credentialsCheckpoint('destination'))
  if (found === undefined) throw new Error('Klaviyo is not connected')
  const { kind: _, ...tokens } = found.value as unknown as OauthCredentials
  const vault = {
    tokens: tokens as OauthTokens,
    writes: 0,
    refreshes: 0,
    read: async (): Promise<OauthTokens> => vault.tokens,
    async write(fresh: OauthTokens): Promise<void> {
      vault.writes += 1
      vault.tokens = fresh
    },
    /** As the host itself refreshes. */
    async refresh(): Promise<OauthTokens> {
      const { KLAVIYO_CLIENT_ID: id, KLAVIYO_CLIENT_SECRET: secret } = CLIENT_ENV
      const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: vault.tokens.refreshToken ?? '' })
      const headers = { authorization: `Basic ${btoa(`${id}:${secret}`)}` }
      const request = new Request(`${KLAVIYO}/oauth/token`, { method: 'POST', headers, body })
      const answer = (await (await it.klaviyo.fetch(request)).json()) as Record<string, unknown>
      vault.refreshes += 1
      vault.tokens = {
        accessToken: String(answer.access_token),
        refreshToken: String(answer.refresh_token ?? vault.tokens.refreshToken),
        expiresAt: it.clock.now() + Number(answer.expires_in) * 1_000,
      }
      return vault.tokens
    },
  }
  return vault
}
