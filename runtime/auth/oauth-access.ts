/** The OAuth client of a side: from the environment, or entered in the console and kept encrypted in the store. */
import { oauthClientCheckpoint } from '../lib/checkpoint-names.ts'
import type { Store } from '../ports/store.ts'
import { createOauthFlow, type OauthFlow } from './oauth.ts'
import type { NetworkEffects, OauthClient, Side } from './side.ts'
import type { Vault } from './vault.ts'

export interface OauthAccessParts extends NetworkEffects {
  readonly store: Pick<Store, 'writeCheckpoints'>
  readonly vault: Pick<Vault, 'read' | 'put'>
}

export class OauthAccess {
  readonly #side: Side
  readonly #parts: OauthAccessParts
  #current: { readonly client: OauthClient; readonly flow: OauthFlow } | undefined

  constructor(side: Side, parts: OauthAccessParts) {
    this.#side = side
    this.#parts = parts
  }

  /** That of the environment wins. Throws a config `Fault` when the stored one was encrypted with another key. */
  async client(): Promise<OauthClient | undefined> {
    if (this.#side.client !== undefined) return this.#side.client
    const stored = await this.#parts.vault.read(oauthClientCheckpoint(this.#side.side))
    return stored?.value as OauthClient | undefined
  }

  /** Undefined when the side has no OAuth, or there is no client. */
  async flow(): Promise<OauthFlow | undefined> {
    const client = await this.client()
    if (client === undefined) return undefined
    if (this.#current?.client.id === client.id && this.#current.client.secret === client.secret)
      return this.#current.flow
    const flow = createOauthFlow({ ...this.#side, client }, this.#parts)
    // The same flow for all requests: it holds the limit of their rate.
    this.#current = flow && { client, flow }
    return flow
  }

  async save(client: OauthClient): Promise<void> {
    await this.#parts.vault.put(oauthClientCheckpoint(this.#side.side), { ...client })
  }

  async remove(): Promise<void> {
    await this.#parts.store.writeCheckpoints([{ name: oauthClientCheckpoint(this.#side.side), value: undefined }])
  }
}
