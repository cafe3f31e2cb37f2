/** Generates the sandbox's contacts from their index. */

import { companiesOf } from './companies.ts'
import {
  COUNTRIES,
  type Country,
  ESCAPED_NAMES,
  FIRST_NAMES,
  INVALID_PHONES,
  LAST_NAMES,
  PSEUDONYM_PICTURES,
} from './contact-names.ts'
import { fraction, lifetime, randomFor, type Seed, type SeededRandom, STREAMS } from './seed.ts'
import { ADMINS, TAGS } from './teammates-and-tags.ts'

/** The number of tags in a contact's own body; the rest are at `/contacts/{id}/tags`. */
const INLINE_TAGS = 10

/** Not example.com or test.com: Klaviyo drops those silently. */
const MAIL_DOMAIN = 'mail.sandbox-shop.com'

/** A contact in the API's shape, plus `tag_ids` with all of its tags. */
export type Contact = ReturnType<typeof contact>

/** Contact `index`, of the past or (with an index beyond it) new. The same arguments always give the same person. */
export function contact(seed: Seed, index: number) {
  const rng = randomFor(seed, STREAMS.contact, index)
  const role = rng.chance(0.25) ? 'lead' : 'user'
  const name = nameOf(rng, role)
  const email = role === 'lead' && rng.chance(0.4) ? null : `${slug(name)}.${index}@${MAIL_DOMAIN}`
  const country = rng.pick(COUNTRIES)
  const tags = rng.chance(0.03) ? INLINE_TAGS + 1 + rng.int(8) : rng.chance(0.4) ? rng.int(4) : 0
  const created = contactCreated(seed, index)
  return {
    type: 'contact',
    id: contactId(index),
    workspace_id: seed.workspace,
    external_id: role === 'user' ? String(40_000 + index) : `5e68${index.toString(16).padStart(8, '0')}`,
    role,
    email,
    email_domain: email === null ? null : MAIL_DOMAIN,
    phone: phoneOf(rng, country, email === null ? 0.35 : 0.5),
    name,
    avatar: avatarOf(rng, role, index),
    owner_id: rng.chance(0.1) ? String(rng.pick(ADMINS).id) : null,
    social_profiles: { type: 'list', data: [] as const },
    has_hard_bounced: rng.chance(0.02),
    marked_email_as_spam: rng.chance(0.01),
    unsubscribed_from_emails: rng.chance(0.1),
    unsubscribed_from_sms: false,
    created_at: created,
    updated_at: contactUpdated(seed, index),
    signed_up_at: role === 'user' ? created : null,
    last_seen_at: rng.chance(0.8) ? created : null,
    last_replied_at: null,
    last_contacted_at: null,
    last_email_opened_at: null,
    last_email_clicked_at: null,
    language_override: null,
    browser: 'chrome',
    browser_version: '131.0.0.0',
    browser_language: rng.pick(['en', 'de', 'fr', 'ja']),
    os: rng.pick(['Windows 10', 'OS X 10.15.7', 'Android 14']),
    location: locationOf(rng, country),
    custom_attributes: customAttributesOf(rng, index),
    tag_ids: Array.from({ length: tags }, (_, i) => TAGS[(index + i) % TAGS.length]?.id ?? ''),
    notes: subList(index, 'notes', []),
    companies: subList(
      index,
      'companies',
      companiesOf(index).map(({ id }) => ({ type: 'company', id, url: `/companies/${id}` })),
    ),
    opted_out_subscription_types: subList(index, 'subscriptions', []),
    opted_in_subscription_types: subList(index, 'subscriptions', rng.chance(0.3) ? SUBSCRIPTIONS : []),
    utm_campaign: null,
    utm_source: rng.chance(0.2) ? 'newsletter' : null,
    referrer: null,
    enabled_push_messaging: null,
  }
}

/** The contact as the API returns it: ten tags at most, by reference. */
export function contactBody({ tag_ids, ...rest }: Contact) {
  const data = tag_ids.slice(0, INLINE_TAGS).map((id) => ({ type: 'tag', id, url: `/tags/${id}` }))
  const more = { total_count: tag_ids.length, has_more: tag_ids.length > INLINE_TAGS }
  return { ...rest, tags: { type: 'list', data, url: `/contacts/${rest.id}/tags`, ...more } }
}

/** Unix seconds. Shifted by a day: a contact is always older than its conversations. */
export function contactCreated(seed: Seed, index: number): number {
  return seed.from - 86_400 + Math.floor((index / seed.contacts) * (seed.now - seed.from))
}

export function contactUpdated(seed: Seed, index: number): number {
  const created = contactCreated(seed, index)
  return created + lifetime(seed, STREAMS.contactLife, index, created)
}

/** 24 hex digits like a Mongo id, which encode the index. */
export function contactId(index: number): string {
  return `6960a1b2c3d4e5f6${index.toString(16).padStart(8, '0')}`
}

export function contactIndex(id: string): number | undefined {
  return /^6960a1b2c3d4e5f6[0-9a-f]{8}$/.test(id) ? Number.parseInt(id.slice(16), 16) : undefined
}

/** Whether contact `index` is gone: about 1 % were merged into the next one, 1 % deleted. */
export function deletedOrMerged(seed: Seed, index: number): { mergedInto: string } | 'deleted' | undefined {
  const draw = (i: number) => (i >= seed.contacts ? 1 : fraction(seed, STREAMS.gone, i))
  if (draw(index) < 0.01 && draw(index + 1) >= 0.02) return { mergedInto: contactId(index + 1) }
  return draw(index) < 0.02 ? 'deleted' : undefined
}

function nameOf(rng: SeededRandom, role: string): string | null {
  if (rng.chance(role === 'lead' ? 0.4 : 0.05)) return null
  if (rng.chance(0.05)) return rng.pick(ESCAPED_NAMES)
  if (rng.chance(0.05)) return rng.pick(FIRST_NAMES)
  return `${rng.pick(FIRST_NAMES)} ${rng.pick(LAST_NAMES)}`
}

function slug(name: string | null): string {
  const letters = (name ?? '')
    .replace(/&#?\w+;/g, '')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
  return (letters.toLowerCase().match(/[a-z]+/g) ?? ['customer']).join('.')
}

function phoneOf(rng: SeededRandom, country: Country, likely: number): string | null {
  if (!rng.chance(likely)) return null
  if (rng.chance(0.08)) return rng.pick(INVALID_PHONES)
  return rng.pick(country.phones).replaceAll('#', () => String(rng.int(10)))
}

/** The specification says an object, live responses also had a plain string. Leads get stock pictures. */
function avatarOf(
  rng: SeededRandom,
  role: string,
  index: number,
): string | { type: string; image_url: string | null } | null {
  if (rng.chance(0.4)) return null
  const url =
    role === 'lead' ? rng.pick(PSEUDONYM_PICTURES) : `https://static.intercomassets.com/avatars/${index}/square.jpg`
  return rng.chance(0.5) ? url : { type: 'avatar', image_url: rng.chance(0.05) ? null : url }
}

function locationOf(rng: SeededRandom, country: Country) {
  if (rng.chance(0.1))
    return { type: 'location', country: null, region: null, city: null, country_code: null, continent_code: null }
  const [city, region] = rng.pick(country.places)
  const code = country.codes[rng.chance(0.2) ? 1 : 0]
  return {
    type: 'location',
    country: country.name,
    region,
    city,
    country_code: code,
    continent_code: country.continent,
  }
}

function customAttributesOf(rng: SeededRandom, index: number): Readonly<Record<string, unknown>> {
  if (rng.chance(0.4)) return {}
  const list = {
    type: 'order.list',
    instances: [{ id: String(index), custom_attributes: { total: 12.5, gift: true } }],
  }
  return {
    seed: rng.pick(['free', 'pro', 'プロ']),
    Größe: rng.pick(['S', 'M', 'L']),
    lifetime_value: rng.int(100_000) / 100,
    ...(rng.chance(0.1) ? { orders: list } : {}),
  }
}

const SUBSCRIPTIONS: readonly Reference[] = ['91001', '91002'].map((id) => ({
  type: 'subscription',
  id,
  url: `/subscription_types/${id}`,
}))

interface Reference {
  readonly type: string
  readonly id: string
  readonly url: string
}

function subList(index: number, name: string, data: readonly Reference[]) {
  return {
    type: 'list',
    data,
    url: `/contacts/${contactId(index)}/${name}`,
    total_count: data.length,
    has_more: false,
  }
}
