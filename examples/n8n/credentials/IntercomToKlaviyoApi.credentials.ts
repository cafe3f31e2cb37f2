/** The credentials of the node: both sides in one, since events flow between exactly these two accounts. */
import type { ICredentialType, INodeProperties } from 'n8n-workflow'

const secret = (displayName: string, name: string, description: string): INodeProperties => {
  return {
    displayName,
    name,
    description,
    type: 'string',
    typeOptions: { password: true },
    default: '',
    required: true,
  }
}
const sandboxUrl = (displayName: string, name: string): INodeProperties => {
  return { displayName, name, type: 'string', default: '', description: 'Only to try the node against a sandbox' }
}

export class IntercomToKlaviyoApi implements ICredentialType {
  name = 'intercomToKlaviyoApi'
  displayName = 'Intercom to Klaviyo API'
  documentationUrl = 'https://github.com/intercom-to-klaviyo/connector/tree/main/examples/n8n'
  properties: INodeProperties[] = [
    secret('Intercom Access Token', 'intercomAccessToken', 'Developer Hub → your app → Configure → Authentication'),
    secret(
      'Intercom Client Secret',
      'intercomClientSecret',
      'Developer Hub → your app → Configure → Basic information',
    ),
    secret('Klaviyo API Key', 'klaviyoApiKey', 'Klaviyo → Settings → API keys → Create private API key'),
    sandboxUrl('Intercom Base URL', 'intercomBaseUrl'),
    sandboxUrl('Klaviyo Base URL', 'klaviyoBaseUrl'),
  ]
}
