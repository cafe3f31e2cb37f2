/** Courses of contacts alone: what the profile in Klaviyo holds in the end. */
import type { Course } from '../course.ts'
import { changes, customer, isArchived, isTagged, isUnarchived, isUntagged, unsubscribes } from '../steps/contacts.ts'
import { writes } from '../steps/conversations.ts'
import { overtaken, reversed, twice, wait } from '../steps/notices.ts'

const CITY = (city: string) => ({
  location: { type: 'location', country: 'Germany', region: null, city, country_code: 'DE', continent_code: 'EU' },
})
const WROTE = { ann: { 'Created Conversation': '0s' } }

export const CONTACT_COURSES: readonly Course[] = [
  {
    name: 'older-contact-notice-last',
    summary: 'The older of two notices of a contact arrives last.',
    steps: [
      customer('ann'),
      writes('ann'),
      reversed(changes('ann', CITY('Köln')), wait('1m'), changes('ann', CITY('Berlin'))),
    ],
    counts: WROTE,
    profiles: { 'ann@mail.sandbox-shop.com': { 'location.city': 'Berlin' } },
  },
  {
    name: 'unsubscribed-notice-overtaken',
    summary: 'A notice from before the unsubscription arrives after it.',
    steps: [customer('ann'), writes('ann'), reversed(changes('ann', CITY('Köln')), wait('1m'), unsubscribes('ann'))],
    counts: WROTE,
    profiles: { 'ann@mail.sandbox-shop.com': { 'properties.Intercom_unsubscribed_from_emails': true } },
  },
  {
    name: 'contact-notices-twice',
    summary: 'Each notice of a contact arrives twice.',
    steps: [
      customer('ann'),
      writes('ann'),
      twice(changes('ann', CITY('Köln')), wait('1m'), changes('ann', CITY('Berlin'))),
    ],
    counts: WROTE,
    profiles: { 'ann@mail.sandbox-shop.com': { 'location.city': 'Berlin' } },
  },
  {
    name: 'contact-notice-days-late',
    summary: 'The notice of a contact arrives three days late, after a newer one.',
    steps: [
      customer('ann'),
      writes('ann'),
      overtaken(changes('ann', CITY('Köln')), wait('1m'), changes('ann', CITY('Berlin')), wait('3d')),
    ],
    counts: WROTE,
    profiles: { 'ann@mail.sandbox-shop.com': { 'location.city': 'Berlin' } },
  },
  {
    name: 'archived-and-unarchived',
    summary: 'A contact is archived, then changes and is unarchived.',
    steps: [
      customer('ann'),
      writes('ann'),
      wait('1m'),
      isArchived('ann'),
      wait('1m'),
      changes('ann', CITY('Köln')),
      isUnarchived('ann'),
    ],
    counts: WROTE,
    profiles: { 'ann@mail.sandbox-shop.com': { 'location.city': 'Köln' } },
  },
  {
    name: 'tags-removed',
    summary: 'A contact gets two tags and loses both.',
    steps: [customer('ann'), writes('ann'), wait('1m'), isTagged('ann', 0, 1), wait('1m'), isUntagged('ann', 0, 1)],
    counts: WROTE,
    profiles: { 'ann@mail.sandbox-shop.com': { 'properties.Intercom_tags': [] } },
  },
  {
    name: 'more-tags-than-ten',
    summary: 'A contact gets twelve tags; its notice carries ten.',
    steps: [customer('ann'), writes('ann'), wait('1m'), isTagged('ann', 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)],
    counts: WROTE,
    profiles: { 'ann@mail.sandbox-shop.com': { 'properties.Intercom_tags.length': 12 } },
  },
  {
    name: 'attribute-too-large',
    summary: 'A custom attribute of 150 kB; the rest of the person and the events arrive.',
    steps: [
      customer('ann'),
      changes('ann', { custom_attributes: { plan: 'pro', notes: 'x'.repeat(150_000) } }),
      wait('1m'),
      writes('ann'),
    ],
    counts: { ann: { 'Created Conversation': '1m' } },
    profiles: { 'ann@mail.sandbox-shop.com': { 'properties.Intercom_custom_attributes.plan': 'pro' } },
  },
]
