/** Renders the local Klaviyo's accounts, metrics, events and profiles as JSON:API. */
import type { Json, JsonObject } from '../../runtime/ports/types.ts'
import type { Metric, RecordedEvent } from './event-store.ts'
import { type Filterable, type ListPage, paginate, parseFilter, sortItems } from './filter.ts'
import type { StoredProfile } from './profiles.ts'

export interface AccountProfile {
  readonly name: string
  /** IANA time zone. */
  readonly timezone: string
}

const INTEGRATION = { object: 'integration', id: '0eMvjm', key: 'api', name: 'API', category: 'API' }

/** The readable part of the event store. */
interface Readable {
  readonly metrics: () => readonly Metric[]
  readonly events: () => readonly RecordedEvent[]
  readonly profiles: { readonly all: () => readonly StoredProfile[] }
}

const METRIC_FILTERS: Readonly<Record<string, Filterable<Metric>>> = {
  'integration.name': { operators: ['equals'], read: () => INTEGRATION.name },
  'integration.category': { operators: ['equals'], read: () => INTEGRATION.category },
}

const COMPARISONS = ['greater-or-equal', 'greater-than', 'less-or-equal', 'less-than']
const at = ({ time }: RecordedEvent): number => Date.parse(time)

const EVENT_FILTERS: Readonly<Record<string, Filterable<RecordedEvent>>> = {
  metric_id: { operators: ['equals'], read: (event) => event.metricId },
  profile_id: { operators: ['equals'], read: (event) => event.profileId },
  datetime: { operators: COMPARISONS, read: at, parse: Date.parse },
  timestamp: { operators: COMPARISONS, read: (event) => at(event) / 1000, parse: Number },
}

const EVENT_SORTS = { datetime: at, timestamp: at }

const attribute = (name: string): Filterable<StoredProfile> => ({
  operators: ['equals', 'any'],
  read: ({ attributes }) => {
    const value = attributes[name]
    return typeof value === 'string' ? value : undefined
  },
})

const PROFILE_FILTERS: Readonly<Record<string, Filterable<StoredProfile>>> = {
  id: { operators: ['equals', 'any'], read: ({ id }) => id },
  email: attribute('email'),
  phone_number: attribute('phone_number'),
  external_id: attribute('external_id'),
}

const PROFILE_ATTRIBUTES = [
  'email',
  'phone_number',
  'external_id',
  'first_name',
  'last_name',
  'organization',
  'locale',
  'title',
  'image',
]

/** `GET /api/metrics` */
export function listMetrics(store: Readable, url: URL): JsonObject {
  const query = url.searchParams
  const metrics = store.metrics().filter(parseFilter(query.get('filter'), METRIC_FILTERS))
  return collection(url, paginate(metrics, query, { usual: 200, most: 200 }), metricResource)
}

/** `GET /api/events`: only events kept in full. */
export function listEvents(store: Readable, url: URL): JsonObject {
  const query = url.searchParams
  const events = store.events().filter(parseFilter(query.get('filter'), EVENT_FILTERS))
  const page = paginate(sortItems(events, query.get('sort'), EVENT_SORTS), query, { usual: 200, most: 1_000 })
  const include = (query.get('include') ?? '').split(',')
  const pickIncluded = <Item extends { readonly id: string }>(
    kind: string,
    all: readonly Item[],
    ids: readonly string[],
  ) => (include.includes(kind) ? all.filter(({ id }) => ids.includes(id)) : [])
  const included = [
    ...pickIncluded(
      'metric',
      store.metrics(),
      page.items.map((event) => event.metricId),
    ).map((each) => metricResource(each, url)),
    ...pickIncluded(
      'profile',
      store.profiles.all(),
      page.items.map((event) => event.profileId),
    ).map((each) => profileResource(each, url)),
  ]
  return { ...collection(url, page, eventResource), ...(included.length > 0 && { included }) }
}

/** `GET /api/profiles` */
export function listProfiles(store: Readable, url: URL): JsonObject {
  const query = url.searchParams
  const profiles = store.profiles.all().filter(parseFilter(query.get('filter'), PROFILE_FILTERS))
  return collection(url, paginate(profiles, query, { usual: 20, most: 100 }), profileResource)
}

/** `GET /api/accounts`: the account of the key. */
export function listAccounts({ name, timezone }: AccountProfile, url: URL): JsonObject {
  const attributes = {
    test_account: true,
    contact_information: {
      default_sender_name: name,
      default_sender_email: 'hello@sandbox.invalid',
      website_url: null,
      organization_name: name,
      street_address: { address1: '', address2: '', city: '', region: '', country: '', zip: '' },
    },
    industry: null,
    timezone,
    preferred_currency: 'USD',
    public_api_key: 'SndBox',
    locale: 'en-US',
  }
  return collection(url, { items: ['SndBox'] }, (id) => ({
    type: 'account',
    id,
    attributes,
    links: selfLink(url, 'accounts', id),
  }))
}

export function profileResource({ id, attributes, created, updated }: StoredProfile, url: URL): JsonObject {
  const plain = Object.fromEntries(PROFILE_ATTRIBUTES.map((name) => [name, attributes[name] ?? null]))
  return {
    type: 'profile',
    id,
    attributes: {
      ...plain,
      location: attributes.location ?? {},
      properties: attributes.properties ?? {},
      created: toTimestamp(created),
      updated: toTimestamp(updated),
    },
    links: selfLink(url, 'profiles', id),
  }
}

function metricResource({ id, name, created, updated }: Metric, url: URL): JsonObject {
  const attributes = { name, created: toTimestamp(created), updated: toTimestamp(updated), integration: INTEGRATION }
  return { type: 'metric', id, attributes, links: selfLink(url, 'metrics', id) }
}

function eventResource(event: RecordedEvent, url: URL): JsonObject {
  const { id, uuid, key, value, properties } = event
  return {
    type: 'event',
    id,
    attributes: {
      timestamp: at(event) / 1000,
      datetime: toTimestamp(at(event)),
      uuid,
      // Klaviyo includes the unique_id (by default the time) and the value among the properties.
      event_properties: {
        ...properties,
        $event_id: key ?? String(at(event) / 1000),
        ...(value !== undefined && { $value: value }),
      },
    },
    relationships: {
      profile: { data: { type: 'profile', id: event.profileId } },
      metric: { data: { type: 'metric', id: event.metricId } },
    },
    links: selfLink(url, 'events', id),
  }
}

export function collection<Item>(
  url: URL,
  { items, next }: ListPage<Item>,
  show: (item: Item, url: URL) => Json,
): JsonObject {
  const following = new URL(url)
  if (next !== undefined) following.searchParams.set('page[cursor]', next)
  const links = { self: url.href, next: next === undefined ? null : following.href, prev: null }
  return { data: items.map((item) => show(item, url)), links }
}

export function selfLink(url: URL, collectionName: string, id: string): JsonObject {
  return { self: new URL(`/api/${collectionName}/${id}/`, url).href }
}

/** Seconds and an offset, as Klaviyo writes times. */
export function toTimestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}+00:00`
}
