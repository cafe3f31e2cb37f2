/** The connector on AWS Lambda: `receive` answers webhooks, `deliver` sends what is stored, `poll` finds what none reported. */
import { intercomToKlaviyo, optionsFromEnv } from 'intercom-to-klaviyo'
import { postgresStore } from 'intercom-to-klaviyo/store/postgres'

/** Of one execution environment, shared by its invocations. */
const store = await postgresStore(process.env.DATABASE_URL ?? '')
const connector = await intercomToKlaviyo({ ...optionsFromEnv(process.env), store, logger: console })

/** What a function URL passes, and an HTTP API with payload format 2.0. */
export interface HttpEvent {
  readonly requestContext: { readonly http: { readonly method: string } }
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly isBase64Encoded: boolean
}

export async function receive({ requestContext, headers, body, isBase64Encoded }: HttpEvent) {
  const { method } = requestContext.http
  const { status, ...answer } = await connector.receive({ method, headers, body, isBase64Encoded })
  return { statusCode: status, ...answer }
}

export interface Context {
  getRemainingTimeInMillis(): number
}

/** By a schedule each minute, or by messages of SQS. These say only that there is work: the records are in the store. */
export async function deliver(
  event: { readonly Records?: readonly { readonly messageId: string }[] },
  context: Context,
) {
  // Records in flight at the limit have five more seconds; the rest is for the answer.
  const timeLimit = context.getRemainingTimeInMillis() - 10_000
  const { ended } = await connector.work({ until: 'idle', timeLimit })
  // SQS brings these messages again after their visibility timeout.
  const again = ended === 'idle' ? [] : (event.Records ?? [])
  return { batchItemFailures: again.map(({ messageId }) => ({ itemIdentifier: messageId })) }
}

/** By a schedule, every ten minutes. `deliver` sends what it finds. */
export async function poll(_: unknown, context: Context): Promise<void> {
  await connector.reconcile({ signal: AbortSignal.timeout(context.getRemainingTimeInMillis() - 10_000) })
}
