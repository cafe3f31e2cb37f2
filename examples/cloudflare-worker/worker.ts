/** The connector in a Worker of Cloudflare: webhooks are verified where they arrive, and kept and delivered by an object. */
import { DurableObject, env } from 'cloudflare:workers'
import { type Connector, type CredentialsEnv, intercomToKlaviyo, optionsFromEnv } from 'intercom-to-klaviyo'
import { systemClock as clock, type Store, sqlStore } from 'intercom-to-klaviyo/runtime'
import { durableSql } from './durable-sql.ts'
import { built } from './spec.js' // `npx connector build --out spec.js`: Workers forbid to generate code

declare global {
  namespace Cloudflare {
    interface Env extends CredentialsEnv {
      readonly RECORDS: DurableObjectNamespace<RecordsObject>
    }
  }
}

const { secrets, settings } = optionsFromEnv(env)
const options = { secrets, settings: { ...settings, spec: built }, clock, logger: console }
const records = () => env.RECORDS.get(env.RECORDS.idFromName('main'))

/** In module scope, so that all requests to this instance share it. Each of its calls goes to the object. */
const receiver = await intercomToKlaviyo({
  ...options,
  store: new Proxy({} as Store, {
    get:
      (_, method: keyof Store) =>
      (...args: unknown[]) =>
        records().call(method, args),
  }),
})

/** Keeps the records and delivers them. */
export class RecordsObject extends DurableObject {
  #connector!: Connector

  constructor(context: DurableObjectState, env: Cloudflare.Env) {
    super(context, env)
    // Calls wait until it is open. If it throws, Cloudflare makes a new object for the next call.
    void context.blockConcurrencyWhile(async () => {
      // An object is in one place at a time, so any other process that held a lease has exited.
      const self = { id: `object.${crypto.randomUUID()}`, hasExited: () => true }
      const stores = await sqlStore(durableSql(context.storage), { clock, self })
      this.#connector = await intercomToKlaviyo({ ...options, store: stores.of('') })
    })
  }

  async call(method: keyof Store, args: readonly unknown[]): Promise<unknown> {
    const store = this.#connector.store as unknown as Record<string, (...args: readonly unknown[]) => Promise<unknown>>
    const result = await store[method]?.(...args)
    if (method === 'append') await this.ctx.storage.setAlarm(Date.now())
    return result
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

export default {
  fetch: (request) => receiver.receive(request),
  scheduled: () => records().poll(),
} satisfies ExportedHandler
