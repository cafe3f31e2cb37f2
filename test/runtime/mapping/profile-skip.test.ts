/** The skip rules of the profile read the contact as $contact, too. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { functions } from '../../../connector/functions/index.ts'
import { intercomToKlaviyo } from '../../../connector/index.ts'
import { specFolder } from '../../../connector/spec.ts'
import type { Json } from '../../../runtime/ports/types.ts'
import { loadSpec } from '../../../runtime/spec/load.ts'
import { openSpecFolder } from '../../../runtime/spec/spec-files.ts'

const contact = readFileSync(new URL('../../../conformance/fixtures/contact.json', import.meta.url), 'utf8')

test('a rule of the profile may name the contact', async () => {
  const disk = openSpecFolder(specFolder())
  const read = async (path: string) => {
    const text = await disk.read(path)
    return path === 'mappings/profile.yaml'
      ? text?.replace('skip:', 'skip:\n  of-a-role: $contact.role = role\n ')
      : text
  }
  const { spec, diagnostics } = await loadSpec(specFolder(), { functions, files: { ...disk, read } })
  expect(diagnostics).toEqual([])
  if (spec === undefined) throw new Error('it has no errors')
  const connector = await intercomToKlaviyo({ settings: { spec } })
  const data = {
    app_id: 'abc',
    topic: 'contact.user.updated',
    created_at: 1768031789,
    data: { item: JSON.parse(contact) as Json },
  }
  const { items } = await connector.preview({ topic: 'contact.user.updated', data })
  expect(items).toEqual([expect.objectContaining({ metric: 'Profile', skipped: 'of-a-role' })])
})
