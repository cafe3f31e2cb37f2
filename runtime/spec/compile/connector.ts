/** connector.yaml, checked against its schema, to the compiled source, webhook, delivery and destination. */
import type { KnownShape } from '../../expression/check/shape.ts'
import type { Connector, Windows } from '../generated/documents.ts'
import type {
  DeliverySpec,
  DestinationSpec,
  RateLimitSpec,
  ResourceSpec,
  SourceSpec,
  StreamSpec,
  WebhookSpec,
  Window,
} from '../spec.ts'
import type { YamlFile } from '../yaml.ts'
import { compileAccess, compileParty } from './auth.ts'
import type { Context } from './context.ts'
import { compileRequest } from './request.ts'
import { resolveName } from './resolve-name.ts'
import { duration, size } from './units.ts'

const nothing = { variables: [] }

export function compileSource({ source }: Connector, yaml: YamlFile, context: Context): SourceSpec {
  const { name, hosts, headers = {}, timeout, workspace, rateLimit } = source
  return {
    name,
    hosts,
    headers,
    timeout: duration(timeout),
    workspace: compileParty(workspace, ['source', 'workspace'], yaml, context),
    rateLimit: compileRateLimit(rateLimit),
    ...compileAccess(source),
  }
}

function compileRateLimit({ windows, utilization = 1, headers }: Connector['source']['rateLimit']): RateLimitSpec {
  return { windows: compileWindows(windows), utilization, ...(headers === undefined ? {} : { headers }) }
}

const compileWindows = (windows: Windows): readonly Window[] =>
  windows.map(({ limit, interval }) => ({ limit, interval: duration(interval) }))

export function compileWebhook({ webhook }: Connector, yaml: YamlFile, context: Context): WebhookSpec {
  const { path, maxBodySize, signature, ignoredTopics = [], uninstall } = webhook
  const part = (name: string) => context.expression(yaml, ['webhook', 'envelope', name], nothing)
  return {
    path,
    maxBodySize: size(maxBodySize),
    signature: { ...pick(signature, ['header', 'algorithm']), prefix: signature.prefix ?? '' },
    envelope: {
      id: part('id'),
      topic: part('topic'),
      workspace: part('workspace'),
      time: part('time'),
      item: part('item'),
    },
    ignoredTopics: new Set(ignoredTopics),
    ...(uninstall && {
      uninstall: {
        path: uninstall.path,
        workspace: context.expression(yaml, ['webhook', 'uninstall', 'workspace'], nothing),
      },
    }),
  }
}

export function compileResources(
  { resources }: Connector,
  yaml: YamlFile,
  context: Context,
): ReadonlyMap<string, ResourceSpec> {
  const compiled = Object.entries(resources).map(([name, { topics, invalidates, normalize, permission }]) => {
    const part = (key: string, of?: KnownShape) =>
      context.expression(yaml, ['resources', name, key], { ...nothing, of })
    const resource: ResourceSpec = {
      name,
      id: part('id', context.fields.shapes.get(name)),
      ...(normalize === undefined ? {} : { normalize: part('normalize') }),
      topics: new Set(topics),
      ...(invalidates === undefined ? {} : { invalidates }),
      ...(permission === undefined ? {} : { permission }),
    }
    return [name, resource] as const
  })
  return new Map(compiled)
}

/** What a stream's request may name: its place in the scan, its window, its page. */
const paging = ['cursor', 'pageSize', 'since', 'until']

export function compileStreams(
  { streams }: Connector,
  yaml: YamlFile,
  context: Context,
): ReadonlyMap<string, StreamSpec> {
  const compiled = Object.entries(streams).map(([name, { resource, request, pageSize }]) => {
    const path = ['streams', name]
    const part = (key: string) => context.expression(yaml, [...path, key], nothing)
    const stream: StreamSpec = {
      name,
      resource,
      request: compileRequest(request, [...path, 'request'], paging, yaml, context),
      records: part('records'),
      next: part('next'),
      total: part('total'),
      pageSize: pick(pageSize, ['max', 'min']),
    }
    return [name, stream] as const
  })
  return new Map(compiled)
}

export function compileDelivery({ delivery }: Connector): DeliverySpec {
  const { liveWindow, concurrency, maxBacklog, retryFor, retention } = delivery
  return {
    liveWindow: duration(liveWindow),
    concurrency: pick(concurrency, ['live', 'backfill']),
    maxBacklog,
    retryFor: duration(retryFor),
    retention: { settled: duration(retention.settled), dead: duration(retention.dead) },
  }
}

export function compileDestination({ destination }: Connector, yaml: YamlFile, context: Context): DestinationSpec {
  const {
    name,
    host,
    headers = {},
    timeout,
    utilization = 1,
    endpoints,
    limits,
    bulkThreshold,
    metricPrefix = '',
  } = destination
  const { permissions = {}, account } = destination
  if (account?.permission !== undefined) {
    const path = ['destination', 'account', 'permission']
    resolveName('permission', account.permission, new Map(Object.entries(permissions)), path, yaml, context)
  }
  return {
    name,
    host,
    headers,
    timeout: duration(timeout),
    utilization,
    endpoints: mapValues(endpoints, ({ path, windows }) => ({ path, windows: compileWindows(windows) })),
    limits: mapValues(limits, size),
    bulkThreshold,
    metricPrefix,
    ...(account && {
      account: compileParty(account, ['destination', 'account'], yaml, context),
    }),
    ...compileAccess(destination),
  }
}

const mapValues = <T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))

/** Only these keys: free `x-` keys stay behind. */
const pick = <T extends object, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> =>
  Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>
