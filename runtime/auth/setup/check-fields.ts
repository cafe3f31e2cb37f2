/** Checks what a person has entered to connect a side, before anything is sent: by field, worded for that person. */
import { lowerFirst } from '../../lib/format.ts'
import { parseSecrets } from '../../source/verify-signature.ts'
import type { ClientFields, FieldHelp, Side } from '../side.ts'

/** What is wrong, by the name of the field. Empty: nothing. */
export type FieldErrors = Readonly<Record<string, string>>

export interface PastedCredentials {
  readonly key: string
  readonly signing?: string
  readonly region?: string
}

export interface EnteredClient {
  readonly clientId: string
  readonly clientSecret: string
}

export function checkPasted({ pasteFields }: Pick<Side, 'pasteFields'>, pasted: PastedCredentials): FieldErrors {
  const values = { key: [pasted.key.trim()].filter(Boolean), signing: parseSecrets(pasted.signing) }
  const errors = pasteFields.map((field) => [field.name, findProblem(field, values[field.name])] as const)
  const [key, signing] = pasteFields
  if (key !== undefined && signing !== undefined && values.signing.includes(values.key[0] ?? ''))
    errors.push([signing.name, `This is the same value as under ${key.label}: copy the ${lowerFirst(signing.label)}`])
  return withoutGaps(errors)
}

export function checkClient(fields: ClientFields, { clientId, clientSecret }: EnteredClient): FieldErrors {
  const { id, secret } = fields
  const isSame = clientId.trim() !== '' && clientId.trim() === clientSecret.trim()
  return withoutGaps([
    ['clientId', findProblem(id, [clientId.trim()].filter(Boolean))],
    ['clientSecret', findProblem(secret, [clientSecret.trim()].filter(Boolean))],
    [
      'clientSecret',
      isSame ? `This is the same value as under ${id.label}: copy the ${lowerFirst(secret.label)}` : undefined,
    ],
  ])
}

/** Secrets that verify webhooks, several with commas. */
export function checkSigningSecrets(field: FieldHelp, text: string): string | undefined {
  return findProblem(field, parseSecrets(text))
}

/** Of a side that describes none. */
const PLAIN_CLIENT: ClientFields = {
  id: { label: 'Client ID', instructions: 'Shown with the OAuth app.' },
  secret: { label: 'Client secret', instructions: 'Shown with the OAuth app. Stored encrypted.' },
}

export const clientFieldsOf = ({ clientFields = PLAIN_CLIENT }: Pick<Side, 'clientFields'>): ClientFields =>
  clientFields

function findProblem({ label, mistakes = [] }: FieldHelp, values: readonly string[]): string | undefined {
  if (values.length === 0) return `${label} is missing`
  const mistake = mistakes.find(({ shape }) => values.some((value) => shape.test(value)))
  if (mistake !== undefined) return mistake.problem
  return values.every(isHeaderSafe)
    ? undefined
    : `${label} contains spaces or other invalid characters, or is too short: copy it again`
}

/** Any other character in a header makes fetch throw an error that quotes the value. */
const isHeaderSafe = (value: string): boolean => /^[\x21-\x7e]{4,4096}$/.test(value)

const withoutGaps = (errors: readonly (readonly [string, string | undefined])[]): FieldErrors =>
  Object.fromEntries(errors.flatMap(([name, error]) => (error === undefined ? [] : [[name, error]])))
