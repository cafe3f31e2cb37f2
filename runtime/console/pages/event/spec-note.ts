/** Which spec mapped an event or a record, and whether that one still runs. */
import { html } from 'hono/html'
import { hashSpec } from '../../../spec/hash-spec.ts'
import type { Html, PageContext } from '../../types.ts'

/** `what` was mapped by the spec with the hash `then`. Empty where that one runs, or is not known. */
export function specNote(what: string, then: string | undefined, { options }: PageContext): Html | '' {
  const now = hashSpec(options.connector.spec.sourceFiles)
  if (then === undefined || then === now) return ''
  return html`<p class="note">The mapping has changed since: ${what} by version <code>${then}</code>, and version <code>${now}</code> runs now. This page shows what the running version makes of it.</p>`
}
