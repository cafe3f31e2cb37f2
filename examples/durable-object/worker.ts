/** The connector in a Durable Object of Cloudflare: the object's SQL database is the store, its alarm delivers. */
import { DurableObject } from 'cloudflare:workers'
import { type Connector, type CredentialsEnv, intercomToKlaviyo, optionsFromEnv } from 'intercom-to-klaviyo'
import { systemClock as clock, sqlStore } from 'intercom-to-klaviyo/runtime'
import { durableSql } from './durable-sql.ts'
import { built } from './spec.js' // `npx connector build --out spec.js`: Workers forbid to generate code

interface Env extends CredentialsEnv {
  readonly CONNECTOR: DurableObjectNamespace<ConnectorObject>
}

export class ConnectorObject extends DurableObject<Env> {
  #connector!: Connector

  constructor(context: DurableObjectState, env: Env) {
    super(context, env)
    // Events wait until it is open. If it throws, Cloudflare makes a new object for the next event.
    void context.blockConcurrencyWhile(async () => {
      const { secrets, settings } = optionsFromEnv(env)
      // An object is in one place at a time, so any other process that held a lease has exited.
      const self = { id: `object.${crypto.randomUUID()}`, hasExited: () => true }
      const stores = await sqlStore(durableSql(context.storage), { clock, self })
      const options = { secrets, settings: { ...settings, spec: built }, clock, logger: console }
      this.#connector = await intercomToKlaviyo({ ...options, store: stores.of('') })
    })
  }

  override async fetch(request: Request): Promise<Response> {
    const response = await this.#connector.receive(request)
    await this.ctx.storage.setAlarm(Date.now())
    return response
  }

  /** Delivers what is due, then sleeps until something is. Cloudflare repeats an alarm that throws. */
  override async alarm(): Promise<void> {
    const { nextAt } = await this.#connector.work({ until: 'idle', timeLimit: 60_000 })
    if (nextAt !== undefined) await this.ctx.storage.setAlarm(Math.max(nextAt, Date.now() + 1000))
  }

  /** Finds what no webhook reported. */
  async poll(): Promise<void> {
    await this.#connector.reconcile({ signal: AbortSignal.timeout(60_000) })
    await this.ctx.storage.setAlarm(Date.now())
  }
}

/** One object for each tenant: its name could be part of the path. */
const objectOf = ({ CONNECTOR }: Env) => CONNECTOR.get(CONNECTOR.idFromName('main'))

export default {
  fetch: (request, env) => objectOf(env).fetch(request),
  scheduled: (_, env) => objectOf(env).poll(),
} satisfies ExportedHandler<Env>
