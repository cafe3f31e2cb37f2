/** Requests to Klaviyo as they are sent, for people: with their address and headers, and what Klaviyo does silently. */
import type { FieldNote, FittedMessage, RequestPreview, SendMode } from '../../runtime/ports/destination.ts'
import { Fault } from '../../runtime/ports/fault.ts'
import type { Json, OutgoingMessage } from '../../runtime/ports/types.ts'
import type { DestinationSpec } from '../../runtime/spec/spec.ts'
import { keyHeader } from './client.ts'
import { withFallForwardOptOut } from './revision.ts'
import type { EndpointName } from './spec-rules.ts'

export interface RequestPreviewParts {
  readonly spec: DestinationSpec
  readonly baseUrl?: string | undefined
  readonly fitMessage: (message: OutgoingMessage) => FittedMessage
  /** The bodies of the messages, in order: one for each request. */
  readonly bodies: (messages: readonly OutgoingMessage[], mode: SendMode) => readonly Json[]
}

export function previewRequests(
  messages: readonly OutgoingMessage[],
  mode: SendMode,
  { spec, baseUrl = spec.host, fitMessage, bodies }: RequestPreviewParts,
): readonly RequestPreview[] {
  const notes = messages.map((message) => notesOn(fitMessage(message).message))
  return bodies(messages, mode).map((body, index) => {
    const message = mode.together ? undefined : messages[index]
    const { method, path } = targetOf(message, spec)
    const headers = { ...withFallForwardOptOut(spec.headers), Authorization: keyHeader('$KLAVIYO_API_KEY') }
    const own = mode.together ? notes.flat() : (notes[index] ?? [])
    return { method, url: baseUrl.replace(/\/+$/, '') + path, headers, body, notes: own }
  })
}

/** Without a message: a bulk request. */
function targetOf(message: OutgoingMessage | undefined, spec: DestinationSpec) {
  if (message === undefined) return { method: 'POST', path: pathOf('bulk', spec) }
  if (message.kind === 'event') return { method: 'POST', path: pathOf('event', spec) }
  const { profileId } = message
  if (profileId === undefined) return { method: 'POST', path: pathOf('profile', spec) }
  return { method: 'PATCH', path: pathOf('profileUpdate', spec).replace('{id}', encodeURIComponent(profileId)) }
}

function pathOf(name: EndpointName, { endpoints }: DestinationSpec): string {
  const path = endpoints[name]?.path
  if (path !== undefined) return path
  throw new Fault('config', 'klaviyo/no-endpoint', `connector.yaml: destination.endpoints lacks "${name}"`)
}

/** Klaviyo answers 202, and drops events of people with these: its documentation of the Events API. */
const TEST_DOMAIN = /@(?:example|test)\.com$/i

/** What Klaviyo's documentation of the Events API says that it does with a field, whatever it answered. */
function notesOn(message: OutgoingMessage): readonly FieldNote[] {
  if (message.kind === 'profile') return []
  const dropped = Object.entries(message.properties).flatMap(([name, value]) =>
    value === 0 || value === null || value === ''
      ? [
          {
            field: `properties.${name}`,
            note: `Klaviyo ignores ${describe(value)} in an event: the property is absent there.`,
          },
        ]
      : [],
  )
  const { email } = message.profile
  if (email === undefined || !TEST_DOMAIN.test(email)) return dropped
  const note = 'Klaviyo accepts and then drops events of addresses at example.com and test.com.'
  return [...dropped, { field: 'profile.email', note }]
}

const describe = (value: 0 | null | '') => (value === '' ? 'an empty text' : String(value))
