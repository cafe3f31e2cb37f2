/** What only this connector knows of the personal data and credentials in a recording. */
import type { RedactionRules } from '../runtime/conformance/redact/types.ts'
import { loadPhoneMetadata, toE164 } from './functions/phone.ts'

/** Access tokens of Intercom are base64 that begins with `tok:`; private keys of Klaviyo begin with `pk_`. */
const TOKENS = [/\bdG9rO[\w+/=-]{20,}/, /\bpk_\w{20,}/] as const

export async function loadRedaction(): Promise<Pick<RedactionRules, 'tokens' | 'readPhone'>> {
  await loadPhoneMetadata()
  return { tokens: TOKENS, readPhone: (text, country) => toE164(text, country) }
}
