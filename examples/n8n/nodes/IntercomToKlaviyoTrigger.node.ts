/** An n8n trigger: receives Intercom's webhooks, delivers them to Klaviyo, and starts the workflow for each record that ended. */
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Connector } from 'intercom-to-klaviyo'
import type { Logger, Observation } from 'intercom-to-klaviyo/runtime'
import {
  type ICredentialsDecrypted,
  type ICredentialTestFunctions,
  type INodeCredentialTestResult,
  type INodeType,
  type INodeTypeDescription,
  type ITriggerFunctions,
  type ITriggerResponse,
  type IWebhookFunctions,
  type IWebhookResponseData,
  NodeConnectionTypes,
} from 'n8n-workflow'

type Credentials = Record<
  'intercomAccessToken' | 'intercomClientSecret' | 'klaviyoApiKey' | 'intercomBaseUrl' | 'klaviyoBaseUrl',
  string
>

interface Host {
  readonly logger?: Logger
  readonly observe?: (observation: Observation) => void
  /** Absent: nothing is kept. */
  readonly storePath?: string
}

/** The package is an ES module, and n8n loads nodes by `require`. */
async function openConnector(
  { intercomBaseUrl, klaviyoBaseUrl, ...secrets }: Credentials,
  host: Host,
): Promise<Connector> {
  const { intercomToKlaviyo } = await import('intercom-to-klaviyo')
  const { memoryStore, silentLogger, systemClock: clock } = await import('intercom-to-klaviyo/runtime')
  const { sqliteStore } = await import('intercom-to-klaviyo/store/sqlite')
  const { logger = silentLogger, observe, storePath } = host
  return intercomToKlaviyo({
    secrets,
    settings: { intercomBaseUrl: intercomBaseUrl || undefined, klaviyoBaseUrl: klaviyoBaseUrl || undefined },
    store: storePath === undefined ? memoryStore({ clock }) : await sqliteStore(storePath, { clock }),
    clock,
    logger,
    observe,
  })
}

/** The open connectors of this process, by their stores. */
const connectors = new Map<string, Promise<Connector>>()

/** A file for each node of a workflow, in the folder of n8n. */
function storePathOf(node: Pick<ITriggerFunctions | IWebhookFunctions, 'getNode' | 'getWorkflow'>): string {
  const name = `intercom-to-klaviyo-${node.getWorkflow().id ?? 'new'}-${node.getNode().id}.db`
  return join(process.env.N8N_USER_FOLDER ?? homedir(), '.n8n', name)
}

async function open(
  node: ITriggerFunctions | IWebhookFunctions,
  observe?: (observation: Observation) => void,
): Promise<Connector> {
  const storePath = storePathOf(node)
  const credentials = await node.getCredentials<Credentials>('intercomToKlaviyoApi')
  const opening = openConnector(credentials, { logger: node.logger, storePath, observe })
  connectors.set(storePath, opening)
  return opening
}

export class IntercomToKlaviyoTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Intercom to Klaviyo Trigger',
    name: 'intercomToKlaviyoTrigger',
    icon: 'file:intercom-to-klaviyo.svg',
    group: ['trigger'],
    version: 1,
    description: 'Delivers Intercom activity to Klaviyo and starts the workflow for each record that ended',
    defaults: { name: 'Intercom to Klaviyo Trigger' },
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'intercomToKlaviyoApi', required: true, testedBy: 'testBothSides' }],
    webhooks: [
      { name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'webhook' },
      // Intercom probes an address before it saves it.
      { name: 'setup', httpMethod: 'HEAD', responseMode: 'onReceived', path: 'webhook' },
    ],
    properties: [],
  }

  methods = {
    credentialTest: {
      async testBothSides(
        this: ICredentialTestFunctions,
        credential: ICredentialsDecrypted,
      ): Promise<INodeCredentialTestResult> {
        const connector = await openConnector(credential.data as Credentials, {})
        for await (const { ok, name, detail } of connector.check(AbortSignal.timeout(20_000)))
          if (!ok) return { status: 'Error', message: `${name}: ${detail}` }
        await connector.close()
        return { status: 'OK', message: 'Intercom and Klaviyo accept the credentials' }
      },
    },
  }

  /** Delivers while the workflow is active. n8n calls it in one process, also where several serve webhooks. */
  async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
    const connector = await open(this, (observation) => {
      if (observation.type !== 'settled') return
      const { record, outcome, events } = observation
      this.emit([this.helpers.returnJsonArray({ record, outcome, events: events.map((event) => ({ ...event })) })])
    })
    const delivery = new AbortController()
    const { signal } = delivery
    const working = Promise.all([connector.work({ signal }), connector.pollChanges({ signal })])
    working.catch((error: Error) => this.emitError(error)) // n8n activates the workflow again, with growing pauses
    return {
      closeFunction: async () => {
        connectors.delete(storePathOf(this))
        delivery.abort()
        await working.catch(() => undefined)
        await connector.close()
        await connector.store.close()
      },
    }
  }

  /** Answers Intercom itself, and starts no workflow: `trigger` does once the record is delivered. */
  async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
    const request = this.getRequestObject()
    const response = this.getResponseObject()
    // Where webhooks have processes of their own, they receive into the store of the process that delivers.
    const connector = await (connectors.get(storePathOf(this)) ?? open(this))
    if (request.method === 'POST' && !request.rawBody) await request.readRawBody()
    const { method, headers, rawBody } = request
    const { status, headers: fields, body } = await connector.receive({ method, headers, body: rawBody })
    response.status(status).set(fields).send(body)
    return { noWebhookResponse: true }
  }
}
