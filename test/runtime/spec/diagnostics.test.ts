/** Diagnostics as text: pairs of a mistake and the printed message. UPDATE=1 rewrites the messages. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { VendorRules } from '../../../runtime/spec/check/vendor-rules.ts'
import { renderDiagnostic } from '../../../runtime/spec/diagnostic.ts'
import { loadSpec } from '../../../runtime/spec/load.ts'
import { openSpecFolder, type SpecFiles } from '../../../runtime/spec/spec-files.ts'
import { functions } from '../../helpers/spec/spec-functions.ts'

/** What the code of the small spec's vendors knows. */
const rules: VendorRules = {
  destination: {
    endpoints: ['event', 'bulk'],
    limits: ['events', 'request', 'metric', 'properties'],
    identifiers: ['email', 'phone_number'],
  },
}

/** A whole file, replacements in one, or a removed file. */
type Change = string | readonly { readonly find: string; readonly put: string }[] | null
type Changes = Readonly<Record<string, Change>>

const folder = new URL('../../diagnostics/', import.meta.url)
const base = openSpecFolder(new URL('./spec/', folder))

/** The small spec with the changes of a case. */
function applyChanges(changes: Changes): SpecFiles {
  return {
    async read(path) {
      const change = changes[path]
      if (change === null) return undefined
      if (typeof change === 'string') return change
      const text = await base.read(path)
      return (change ?? []).reduce((before, { find, put }) => {
        if (before?.split(find).length !== 2) throw new Error(`${path} must contain once: ${find}`)
        return before.split(find).join(put)
      }, text)
    },
    async list(path) {
      const folder = path === '' ? '' : `${path}/`
      const added = Object.keys(changes).filter((file) => file.startsWith(folder))
      const names = added.map((file) => file.slice(folder.length).replace(/\/.*/, ''))
      return [...new Set([...(await base.list(path)), ...names])]
    },
  }
}

const cases = (kind: string): readonly string[] =>
  readdirSync(new URL(`${kind}/`, folder))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.replace('.yaml', ''))

async function diagnose(kind: string, name: string) {
  const changes = parse(readFileSync(new URL(`${kind}/${name}.yaml`, folder), 'utf8')) as Changes
  const { spec, diagnostics } = await loadSpec('', { functions, rules, files: applyChanges(changes), runTrials: true })
  return { spec, diagnostics, text: diagnostics.map((each) => `${renderDiagnostic(each)}\n`).join('\n') }
}

describe('a mistake gets a message, a place and, where possible, a fix', () => {
  test.for(cases('err'))('%s', async (name) => {
    const { spec, diagnostics, text } = await diagnose('err', name)
    const file = new URL(`err/${name}.out`, folder)
    if (process.env.UPDATE) writeFileSync(file, text)
    expect(text).toBe(readFileSync(file, 'utf8'))
    expect(spec === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'))
  })
})

describe('a correct spec has no diagnostics', () => {
  test.for(cases('ok'))('%s', async (name) => {
    const { spec, text } = await diagnose('ok', name)
    expect(text).toBe('')
    expect(spec).toBeDefined()
  })
})
