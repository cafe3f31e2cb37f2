/** The credentials and gates of a host, as the runtime takes them. */
import type { HostCredentials } from '../runtime/auth/create-host-auth.ts'
import { SecretReader, type SecretSource } from '../runtime/auth/secret-reader.ts'
import type { Credentials, OauthCredentials } from '../runtime/auth/side.ts'
import { onAbort } from '../runtime/lib/abort.ts'
import type { DeliveryGate } from '../runtime/ports/auth.ts'
import type { Clock } from '../runtime/ports/effects.ts'
import type { Source } from '../runtime/ports/source.ts'
import { parseSecrets } from '../runtime/source/verify-signature.ts'
import type { HostLogin, OauthTokens, Secrets } from './options.ts'

/** Tokens take precedence over a key. A missing key is rejected on first use: a preview needs none. */
export function credentialsOf(login: HostLogin | undefined, secret: SecretSource<string | undefined>): HostCredentials {
  if (login !== undefined) return tokensOf(login)
  if (typeof secret !== 'function') return { source: toKey(secret) }
  return { source: async (rejected) => toKey(await secret(rejected?.kind === 'key' ? rejected.key : undefined)) }
}

function tokensOf(login: HostLogin): HostCredentials {
  const { client, write } = login
  const toCredentials = ({ expiresAt, refreshToken, region, accessToken }: OauthTokens): OauthCredentials => ({
    kind: 'oauth',
    accessToken,
    issuedAt: 0,
    ...(refreshToken !== undefined && { refreshToken }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(region !== undefined && { region }),
  })
  return {
    async source(rejected) {
      const tokens = await login.read(rejected?.kind === 'oauth' ? toTokens(rejected) : undefined)
      return tokens && toCredentials(tokens)
    },
    client,
    write: write && ((tokens) => write(toTokens(tokens))),
  }
}

const toTokens = ({ accessToken, refreshToken, expiresAt, region }: OauthCredentials): OauthTokens => ({
  accessToken,
  refreshToken,
  expiresAt,
  region,
})

/** The secrets that webhooks are signed with, read again after none of them verified one. */
export function signingSecretsOf(secret: Secrets['intercomClientSecret'], clock: Clock): Source['secrets'] {
  const reader = new SecretReader(secret, clock)
  let last: string | readonly string[] | undefined
  return async (rejected = false) => {
    last = await (rejected ? reader.renewed(last) : reader.current())
    return parseSecrets(last)
  }
}

const toKey = (key = ''): Credentials => ({ kind: 'key', key })

/** Shut while one of them is. */
export function joinGates(all: readonly (DeliveryGate | undefined)[]): { readonly gate?: DeliveryGate } {
  const gates = all.filter((gate) => gate !== undefined)
  const [first, ...others] = gates
  if (first === undefined) return {}
  if (others.length === 0) return { gate: first }
  return {
    gate: {
      pausedReason: () => gates.map((gate) => gate.pausedReason()).find((reason) => reason !== undefined),
      async waitForChange(signal) {
        const woken = new AbortController()
        const stopListening = onAbort(signal, () => woken.abort())
        await Promise.race(gates.map((gate) => gate.waitForChange(woken.signal)))
        stopListening()
        woken.abort()
      },
    },
  }
}
