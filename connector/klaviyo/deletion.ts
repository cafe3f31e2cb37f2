/** Deletes a profile by Klaviyo's data-privacy API: by its id alone, for good, with all its events. */
import { onFirstUse } from '../../runtime/lib/on-first-use.ts'
import type { ProfileDeletion } from '../../runtime/ports/destination.ts'
import { type KlaviyoOptions, type SendRequest, specEndpoint, toReceipt } from './client.ts'
import { resourcesOf } from './json-api.ts'

/** `list`: requests to `path`, the list of profiles. */
export function createDeletion(options: KlaviyoOptions, list: () => SendRequest, path: string): ProfileDeletion {
  const jobs = onFirstUse(() => specEndpoint(options, 'profileDeletion', 'data-privacy:write'))
  return {
    async readIdentifiers(profileId, signal) {
      const filter = `equals(id,${JSON.stringify(profileId)})`
      const query = new URLSearchParams({ filter, 'fields[profile]': 'email,phone_number' })
      const { body } = await list()('live', signal, undefined, `${path}?${query}`)
      const profile = resourcesOf(body).find(({ type, id }) => type === 'profile' && id === profileId)
      if (profile === undefined) return undefined
      const { email, phone_number } = profile.attributes
      return { ...textOf('email', email), ...textOf('phone_number', phone_number) }
    },
    // Not by an address: Klaviyo deletes every profile that matches.
    delete: async (profileId, signal) => toReceipt(await jobs()('live', signal, deletionBody(profileId))),
  }
}

const textOf = (name: string, value: unknown) => (typeof value === 'string' && value !== '' ? { [name]: value } : {})

/** Klaviyo requires `attributes`, even empty. */
const deletionBody = (id: string): string =>
  JSON.stringify({
    data: {
      type: 'data-privacy-deletion-job',
      attributes: { profile: { data: { type: 'profile', id, attributes: {} } } },
    },
  })
