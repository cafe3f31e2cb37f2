/** One webhook address for the Intercom workspaces of many tenants. */

import type { SecretSource } from '../runtime/auth/secret-reader.ts'
import type { Clock, Logger } from '../runtime/ports/effects.ts'
import type { Observe } from '../runtime/ports/observation.ts'
import { parseSecrets } from '../runtime/source/verify-signature.ts'
import { createWebhookRouter, type Tenant, type WebhookRouter } from '../runtime/source/webhook-router.ts'
import { silentLogger, systemClock } from '../runtime/system.ts'
import { signingSecretsOf } from './host-credentials.ts'
import type { Settings } from './options.ts'
import { openConnectorSpec } from './spec.ts'

export interface RouteWebhooksOptions {
  readonly settings?: Pick<Settings, 'spec'> | undefined
  /** Of one Intercom app that all tenants install: as in `Secrets`. */
  readonly intercomClientSecret?: SecretSource<string | readonly string[] | undefined>
  /**
   * In place of it, for an app of each tenant: the secrets of the workspace that a body claims. Called for every webhook,
   * so cache what is slow. None: the webhook is refused.
   */
  readonly intercomClientSecretOf?:
    | ((workspace: string) => string | readonly string[] | undefined | Promise<string | readonly string[] | undefined>)
    | undefined
  /**
   * The tenant of a workspace (`app_id`), by a verified webhook: a connector, or `{ store }` where another process
   * delivers. Undefined: no tenant has it. When it throws, Intercom sends the webhook again.
   */
  readonly tenantOf: (workspace: string) => Tenant | undefined | Promise<Tenant | undefined>
  readonly clock?: Clock | undefined
  readonly logger?: Logger | undefined
  /** As of a connector: called with each `received`, and begins the traces that the records keep. */
  readonly observe?: Observe | undefined
}

/** Throws a `Fault` if the spec has errors. */
export async function routeWebhooks(options: RouteWebhooksOptions): Promise<WebhookRouter> {
  const { settings, intercomClientSecret, intercomClientSecretOf: secretOf, tenantOf } = options
  const { clock = systemClock, logger = silentLogger } = options
  return createWebhookRouter({
    spec: await openConnectorSpec(settings?.spec),
    secrets: signingSecretsOf(intercomClientSecret, clock),
    secretsOf: secretOf && (async (workspace) => parseSecrets(await secretOf(workspace))),
    tenantOf,
    clock,
    logger,
    observe: options.observe,
  })
}
