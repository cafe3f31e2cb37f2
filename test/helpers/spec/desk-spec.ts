/** The small spec of a desk with changed sections of its connector.yaml, for what the shipped one does not use. */
import { parse, stringify } from 'yaml'
import { renderDiagnostic } from '../../../runtime/spec/diagnostic.ts'
import { loadSpec } from '../../../runtime/spec/load.ts'
import type { Spec } from '../../../runtime/spec/spec.ts'
import { openSpecFolder } from '../../../runtime/spec/spec-files.ts'
import { functions } from './spec-functions.ts'

const folder = new URL('../../diagnostics/spec/', import.meta.url)

export interface SpecObject {
  [name: string]: unknown
}

/** `sections` replaces whole sections of connector.yaml, `files` whole files. Throws the errors as text. */
export async function loadDeskSpec(
  sections: SpecObject = {},
  files: Readonly<Record<string, string>> = {},
): Promise<Spec> {
  const small = openSpecFolder(folder)
  const read = async (path: string) => {
    const text = files[path] ?? (await small.read(path))
    if (path !== 'connector.yaml' || text === undefined) return text
    const merged: SpecObject = { ...(parse(text) as SpecObject), ...sections }
    return stringify(Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined)))
  }
  const { spec, diagnostics } = await loadSpec('', { functions, files: { ...small, read } })
  if (spec !== undefined) return spec
  throw new Error(diagnostics.map((each) => renderDiagnostic(each)).join('\n'))
}

export const DESK_WEBHOOK = {
  path: '/webhooks/desk',
  signature: { header: 'X-Signature', algorithm: 'sha256' },
  envelope: { id: 'id', topic: 'topic', workspace: 'account', time: 'created_at', item: 'data' },
}
