/** What a spec may say of Intercom and Klaviyo: versions of their APIs, identifiers, and no credentials. */
import { expect, test } from 'vitest'
import { functions } from '../../connector/functions/index.ts'
import { vendorRules } from '../../connector/spec-rules.ts'
import { loadSpec } from '../../runtime/spec/load.ts'
import { changeFiles } from '../helpers/spec/changed-spec.ts'

const REVISION = 'revision: "2026-07-15"'
const VERSION = 'Intercom-Version: "2.16"'
const token = `dG9rO${'jAbCdEfGh'.repeat(4)}=`
const key = `pk_${'0a'.repeat(17)}`

const wrong: readonly (readonly [find: string, put: string, headline: RegExp])[] = [
  [VERSION, 'Intercom-Version: "v2.16"', /^error: "v2.16" is no version of Intercom's API/],
  [VERSION, 'Intercom-Version: 2.10', /^error: .* must be a string, and is a number: YAML reads 2.10 as 2.1$/],
  [VERSION, 'Intercom-Version: "2.1"', /^warning: version 2.1 of Intercom's API is older than 2.11/],
  [REVISION, 'revision: "2.16"', /^error: "2.16" is no revision of Klaviyo's API, which is a date$/],
  [REVISION, 'revision: "2026-02-30"', /^error: "2026-02-30" is no revision/],
  [REVISION, 'Revision: "2026-04-15"', /^error: the revision 2026-04-15 is older than the backfill flag/],
  [REVISION, '', /^error: the header "revision" is missing, and every request would be refused$/],
  [REVISION, `${REVISION}\n    Authorization: Klaviyo-API-Key ${key}`, /^error: .*"Authorization" would replace/],
  [REVISION, `${REVISION}\n    X-Key: ${key}`, /^error: this looks like a private API key of Klaviyo$/],
  [VERSION, `${VERSION} # ${token}`, /^error: this looks like an access token of Intercom$/],
]

const loadWith = (find: string, put: string) =>
  loadSpec('', {
    functions,
    rules: vendorRules,
    files: changeFiles({ 'connector.yaml': (text) => text.replace(find, put) }),
  })

test.each(wrong)('%s → %s', async (find, put, headline) => {
  const { diagnostics } = await loadWith(find, put)
  expect(diagnostics.map(({ severity, message }) => `${severity}: ${message}`)).toContainEqual(
    expect.stringMatching(headline),
  )
  const shown = diagnostics.flatMap(({ message, help = '', file }) => [message, help, file.text]).join('\n')
  for (const secret of [token, key]) expect(shown).not.toContain(secret)
})

test.each([
  [VERSION, 'Intercom-Version: Preview'],
  [VERSION, 'Intercom-Version: "2.17"'],
  [VERSION, 'X-Request-Source: connector'],
  [REVISION, 'revision: 2027-01-15.pre'],
  [REVISION, `${REVISION}\n    X-Klaviyo-API-Source: intercom-to-klaviyo`],
  [REVISION, `${REVISION} # a key begins with pk_, a token with dG9rO`],
])('%s → %s is fine', async (find, put) => {
  const { diagnostics } = await loadWith(find, put)
  expect(diagnostics.map(({ message }) => message)).toEqual([])
})
