/** Web addresses of Intercom and Klaviyo: of what the console shows, and of what people copy from there. Only certain ones. */

import type { SourceObject, VendorLink, VendorLinks } from '../runtime/console/types.ts'
import { loadPhoneMetadata, toE164 } from './functions/phone.ts'

/** By the region of the workspace, in lower case. */
const INTERCOM_APPS: Readonly<Record<string, string>> = {
  us: 'https://app.intercom.com',
  eu: 'https://app.eu.intercom.com',
  au: 'https://app.au.intercom.com',
}

/** `region`: of the settings. Absent: that of the connected account, else the region that is asked without one. */
export function createVendorLinks(region?: string): VendorLinks {
  return {
    profile: (id) => ({
      href: `https://www.klaviyo.com/profile/${encodeURIComponent(id)}`,
      label: 'Profile in Klaviyo',
    }),
    // As Klaviyo's own tools give it: https://www.klaviyo.com/metric/{METRIC_ID}/{METRIC_NAME}
    metric: (id, name) => ({
      href: `https://www.klaviyo.com/metric/${encodeURIComponent(id)}/${encodeURIComponent(slugOf(name))}`,
      label: 'Metric in Klaviyo',
    }),
    resource: (object) => {
      const app = INTERCOM_APPS[(region ?? object.region ?? 'us').toLowerCase()]
      return app === undefined ? undefined : intercomLink(app, object)
    },
    readAddress,
    readPhone: async (text) => {
      await loadPhoneMetadata()
      return toE164(text)
    },
  }
}

/** `Rated Conversation` is `rated-conversation` in an address. */
const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')

/** A customer's ticket is a conversation, by the same id. */
const INBOX: Readonly<Record<string, string>> = {
  conversation: 'Conversation in Intercom',
  ticket: 'Ticket in Intercom',
}

function intercomLink(app: string, { account, resource, id }: SourceObject): VendorLink | undefined {
  if (account === '') return undefined
  const label = INBOX[resource]
  const [workspace, object] = [account, id].map(encodeURIComponent)
  if (label !== undefined) return { href: `${app}/a/inbox/${workspace}/inbox/conversation/${object}`, label }
  if (resource !== 'contact') return undefined
  return { href: `${app}/a/apps/${workspace}/users/${object}`, label: 'Contact in Intercom' }
}

/** In Intercom's addresses an id follows the name of what it is of, and other parts may follow. */
const INTERCOM_ID = /\/(?:conversations?|tickets?|users|contacts)\/([\w-]{1,64})(?=\/|$)/
const KLAVIYO_ID = /^\/profile\/([\w-]{1,64})(?=\/|$)/

function readAddress({ hostname, pathname }: URL): string | undefined {
  if (/(?:^|\.)intercom\.(?:com|io)$/.test(hostname)) return INTERCOM_ID.exec(pathname)?.[1]
  if (/(?:^|\.)klaviyo\.com$/.test(hostname)) return KLAVIYO_ID.exec(pathname)?.[1]
  return undefined
}
