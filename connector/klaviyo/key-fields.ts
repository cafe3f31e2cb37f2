/** What a person enters to connect Klaviyo: where to find it, and what other values look like. */
import type { ClientFields, Mistake, PasteField } from '../../runtime/auth/side.ts'

/** The site id, which stands in the pages of a shop. */
const PUBLIC_KEY = /^[A-Za-z\d]{6}$/
const PRIVATE_KEY = /^pk_/
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i
/** `tok:` in base64. */
const INTERCOM_TOKEN = /^dG9rO/

const OF_INTERCOM: Mistake = { shape: INTERCOM_TOKEN, problem: 'This is an access token of Intercom' }

export const KEY_FIELD: PasteField = {
  name: 'key',
  label: 'Private API key',
  instructions:
    'The first link opens a new key with the required scopes chosen, and the optional ones that you selected in the review. If you want other optional scopes listed here, choose them there, too. Choose “Create”, then copy the key: Klaviyo shows it once, and scopes cannot be added later.',
  links: (permissions) => [
    {
      label: 'Create a private API key',
      href: `https://www.klaviyo.com/create-private-api-key?scopes=${permissions.join(',')}`,
    },
    { label: 'API keys', href: 'https://www.klaviyo.com/settings/account/api-keys' },
  ],
  mistakes: [
    {
      shape: PUBLIC_KEY,
      problem:
        'This is Klaviyo’s public API key, the site ID, which cannot send events. A private API key begins with “pk_”',
    },
    OF_INTERCOM,
    { shape: UUID, problem: 'This looks like the client ID of an OAuth app. A private API key begins with “pk_”' },
  ],
}

export const CLIENT_FIELDS: ClientFields = {
  id: {
    label: 'Client ID',
    instructions: 'Shown on the page of your app.',
    links: () => [{ label: 'Klaviyo OAuth apps', href: 'https://www.klaviyo.com/oauth/client' }],
    mistakes: [
      { shape: PRIVATE_KEY, problem: 'This is a private API key: enter it under “Connect with a key”' },
      OF_INTERCOM,
      {
        shape: PUBLIC_KEY,
        problem: 'This is Klaviyo’s public API key, the site ID. The client ID is on the page of your app',
      },
    ],
  },
  secret: {
    label: 'Client secret',
    instructions: 'Klaviyo shows it once, when the app is created. It is stored encrypted.',
    mistakes: [{ shape: PRIVATE_KEY, problem: 'This is a private API key: enter it under “Connect with a key”' }],
  },
}
