/** What a person enters to connect Intercom: where to find it, and what other values look like. */
import type { ClientFields, FieldHelp, Mistake, PasteField, ProductLink } from '../../runtime/auth/side.ts'

/** Each region has an app of its own. `_` stands for the workspace that the person uses. */
const DEVELOPER_HUB: readonly ProductLink[] = [
  { label: 'Developer Hub', href: 'https://app.intercom.com/a/apps/_/developer-hub' },
  { label: 'Developer Hub, EU', href: 'https://app.eu.intercom.com/a/apps/_/developer-hub' },
  { label: 'Developer Hub, AU', href: 'https://app.au.intercom.com/a/apps/_/developer-hub' },
]

const links = () => DEVELOPER_HUB

/** An access token is `tok:<id>` in base64. */
const ACCESS_TOKEN = /^dG9rO/
/** Of client ids and client secrets. */
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i
const WORKSPACE_ID = /^[a-z\d]{8}$/
const KLAVIYO_KEY = /^pk_/

const OF_KLAVIYO: Mistake = {
  shape: KLAVIYO_KEY,
  problem: 'This is a private API key of Klaviyo: it is asked for in the next step',
}

const isWorkspaceId = (where: string): Mistake => ({
  shape: WORKSPACE_ID,
  problem: `This looks like the ID of a workspace. ${where}`,
})

export const TOKEN_FIELD: PasteField = {
  name: 'key',
  label: 'Access token',
  instructions:
    'In the Developer Hub: New app, or an app of yours → Configure → Authentication. A private app of your own workspace needs no review.',
  links,
  mistakes: [
    OF_KLAVIYO,
    {
      shape: UUID,
      problem:
        'This looks like the client ID or the client secret. The access token is under Configure → Authentication',
    },
    isWorkspaceId('The access token is under Configure → Authentication'),
  ],
}

const SECRET: FieldHelp = {
  label: 'Client secret',
  instructions: 'Same app → Configure → Basic information. Verifies webhook signatures.',
  mistakes: [
    OF_KLAVIYO,
    {
      shape: ACCESS_TOKEN,
      problem: 'This is an access token. The client secret is under Configure → Basic information',
    },
    isWorkspaceId('The client secret is under Configure → Basic information'),
  ],
}

export const SIGNING_FIELD: PasteField = { ...SECRET, name: 'signing' }

export const CLIENT_FIELDS: ClientFields = {
  id: {
    label: 'Client ID',
    instructions: 'Your app → Configure → Basic information.',
    links,
    mistakes: [
      OF_KLAVIYO,
      { shape: ACCESS_TOKEN, problem: 'This is an access token. The client ID is under Configure → Basic information' },
    ],
  },
  secret: { ...SECRET, instructions: 'The same page. It also verifies webhook signatures, and is stored encrypted.' },
}
