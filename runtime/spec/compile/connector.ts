/** Compiles the sections of connector.yaml: source, webhook, resources, streams, delivery and destination. */
import type { Connector, Windows } from '../generated/documents.ts'
import type {
  DeliverySpec,
  DestinationSpec,
  RateLimitSpec,
  ReconcileSpec,
  ResourceSpec,
  SourceSpec,
  StreamSpec,
  Window,
} from '../spec.ts'
import { compileAccount, compileAuth } from './auth.ts'
import { parseDuration, parseSize } from './durations-and-sizes.ts'
import { compileHttpDestination } from './http-destination.ts'
import { nothingAt } from './nothing.ts'
import { compileRequest } from './request.ts'
import { resolveName } from './resolve-name.ts'
import { checkHost, compileSettings } from './settings.ts'
import type { SpecNode } from './spec-node.ts'

export function compileSource(source: Connector['source'], node: SpecNode): SourceSpec {
  const { name, hosts, headers = {}, timeout, workspace, rateLimit, settings, signingSecret } = source
  for (const [region, host] of Object.entries(hosts)) checkHost(host, settings, node.at('hosts', region))
  if (signingSecret !== undefined)
    resolveName(node.at('signingSecret'), 'setting', signingSecret, new Map(Object.entries(settings ?? {})))
  return {
    name,
    hosts,
    headers,
    timeout: parseDuration(timeout),
    workspace: compileAccount(workspace, node.at('workspace')),
    rateLimit: compileRateLimit(rateLimit),
    ...(signingSecret !== undefined && { signingSecret }),
    ...compileSettings(source, node),
    ...compileAuth(source),
  }
}

function compileRateLimit({ windows, utilization = 1, headers }: Connector['source']['rateLimit']): RateLimitSpec {
  return { windows: compileWindows(windows), utilization, ...(headers === undefined ? {} : { headers }) }
}

const compileWindows = (windows: Windows): readonly Window[] =>
  windows.map(({ limit, interval }) => ({ limit, interval: parseDuration(interval) }))

export function compileResources(resources: Connector['resources'], node: SpecNode): ReadonlyMap<string, ResourceSpec> {
  const { shapes } = node.context.fields
  return mapOf(resources, (name, { topics = [], aliases, number, invalidates, normalize, parts, permission }) => {
    const expression = (...path: readonly string[]) =>
      node.at(name, ...path).expression({ variables: [], input: shapes.get(name) })
    return {
      name,
      id: expression('id'),
      ...(aliases === undefined ? {} : { aliases: expression('aliases') }),
      ...(number === undefined ? {} : { number: expression('number') }),
      ...(parts && {
        parts: {
          items: expression('parts', 'items'),
          total: expression('parts', 'total'),
          ...(parts.oldest !== undefined && { oldest: expression('parts', 'oldest') }),
        },
      }),
      ...(normalize === undefined ? {} : { normalize: node.at(name, 'normalize').expression() }),
      topics: new Set(topics),
      ...(invalidates === undefined ? {} : { invalidates }),
      ...(permission === undefined ? {} : { permission }),
    }
  })
}

/** Variables of a stream's request: the position, the page size and the time window of the scan. */
const PAGING = ['cursor', 'pageSize', 'since', 'until']
/** The same, and what the response has beside its body. */
const PAGED = [...PAGING, 'headers', 'links']

export function compileStreams(streams: Connector['streams'], node: SpecNode): ReadonlyMap<string, StreamSpec> {
  return mapOf(streams, (name, { resource, request, pageSize, lacks, poll, next, nextUrl, total }) => ({
    name,
    resource,
    request: compileRequest(request, node.at(name, 'request'), PAGING),
    records: node.at(name, 'records').expression({ variables: PAGED }),
    next: compileNext({ next, nextUrl }, node.at(name)),
    ...(nextUrl !== undefined && { followsUrls: true }),
    total: total === undefined ? nothingAt(node.at(name)) : node.at(name, 'total').expression({ variables: PAGED }),
    pageSize: pickKeys(pageSize, ['max', 'min']),
    ...(lacks && { lacks }),
    ...(poll && {
      poll: {
        request: compileRequest(poll.request, node.at(name, 'poll', 'request'), PAGING),
        updatedAt: node.at(name, 'poll', 'updatedAt').expression(),
        order: poll.order,
      },
    }),
  }))
}

function compileNext(
  { next, nextUrl }: { readonly next: string | undefined; readonly nextUrl: string | undefined },
  node: SpecNode,
) {
  if (next !== undefined && nextUrl !== undefined) {
    const help = 'keep next for a cursor, or nextUrl for an address'
    node.at('nextUrl').error({ code: 'spec/two-next-pages', message: 'next and nextUrl both name the next page', help })
  }
  if (next === undefined && nextUrl === undefined) return nothingAt(node)
  return node.at(nextUrl === undefined ? 'next' : 'nextUrl').expression({ variables: PAGED })
}

export function compileReconcile({ every, overlap, lag, share }: NonNullable<Connector['reconcile']>): ReconcileSpec {
  return {
    ...(every !== 'off' && { every: parseDuration(every) }),
    overlap: parseDuration(overlap),
    lag: parseDuration(lag),
    share,
  }
}

export function compileDelivery(delivery: Connector['delivery'] = {}): DeliverySpec {
  const { liveWindow = '24h', identityWindow = '30d', maxBacklog = 4000, retryFor = '3d' } = delivery
  const { concurrency = { live: 64, backfill: 1000 }, retention = { settled: '30d', dead: '90d' } } = delivery
  return {
    liveWindow: parseDuration(liveWindow),
    identityWindow: parseDuration(identityWindow),
    concurrency: pickKeys(concurrency, ['live', 'backfill']),
    maxBacklog,
    retryFor: parseDuration(retryFor),
    retention: { settled: parseDuration(retention.settled), dead: parseDuration(retention.dead) },
  }
}

export function compileDestination({ destination, people }: Connector, node: SpecNode): DestinationSpec {
  const { name, host, headers = {}, timeout, utilization = 1, endpoints, limits = {} } = destination
  const { bulkThreshold = 100, http } = destination
  checkHost(host, destination.settings, node.at('host'))
  const { moveProfiles = true, metricPrefix = '', permissions = {}, account, reservedPrefix } = destination
  if (account?.permission !== undefined) {
    const permissionNames = new Map(Object.entries(permissions))
    resolveName(node.at('account', 'permission'), 'permission', account.permission, permissionNames)
  }
  return {
    name,
    host,
    headers,
    timeout: parseDuration(timeout),
    utilization,
    endpoints: mapValues(endpoints, ({ path, windows }) => ({ path, windows: compileWindows(windows) })),
    limits: mapValues(limits, parseSize),
    bulkThreshold,
    moveProfiles,
    metricPrefix,
    ...(reservedPrefix !== undefined && { reservedPrefix }),
    ...(account && { account: compileAccount(account, node.at('account')) }),
    ...(destination.eventsWithoutPerson && { eventsWithoutPerson: true }),
    ...(http && { http: compileHttpDestination(http, endpoints, node.at('http')) }),
    ...compileSettings(destination, node),
    ...compileAuth({ ...destination, permissions: { ...permissions, ...listPeoplePermissions(destination, people) } }),
  }
}

/** Those of the settings in use. */
const listPeoplePermissions = (
  { peoplePermissions = {} }: Connector['destination'],
  people: Connector['people'],
): Readonly<Record<string, string>> => ({
  ...(people?.onlyKnown && peoplePermissions.onlyKnown),
  ...(people?.onDelete === 'delete' && peoplePermissions.onDelete),
})

const mapOf = <T, U>(
  members: Readonly<Record<string, T>>,
  compile: (name: string, member: T) => U,
): ReadonlyMap<string, U> => new Map(Object.entries(members).map(([name, member]) => [name, compile(name, member)]))

const mapValues = <T, U>(members: Readonly<Record<string, T>>, compile: (member: T) => U): Record<string, U> =>
  Object.fromEntries(mapOf(members, (_, member) => compile(member)))

/** Drops free `x-` keys. */
const pickKeys = <T extends object, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> =>
  Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>
