/** Which spec mapped a record, and whether that one still runs. */
import { html } from 'hono/html'
import type { LedgerEntry } from '../../../ports/ledger.ts'
import { hashSpec } from '../../../spec/hash-spec.ts'
import type { Html, PageContext } from '../../types.ts'

/** Empty for a record that the running spec mapped, or none yet. */
export function specNote({ outcome }: Pick<LedgerEntry, 'outcome'>, { options }: PageContext): Html | '' {
  const then = outcome?.spec
  const now = hashSpec(options.connector.spec.sourceFiles)
  if (then === undefined || then === now) return ''
  return html`<p class="note">The mapping has changed since: this record was mapped by version <code>${then}</code>, and version <code>${now}</code> runs now. This page shows what the running version makes of it.</p>`
}
