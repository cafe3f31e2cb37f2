/** Diagnostics as text: pairs of a mistake and the printed message. UPDATE=1 rewrites the messages. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { VendorRules } from '../../../runtime/spec/check/vendor/vendor-rules.ts'
import { renderDiagnostic } from '../../../runtime/spec/diagnostic.ts'
import { type LoadOptions, loadSpec } from '../../../runtime/spec/load.ts'
import { openSpecFolder, type SpecFiles } from '../../../runtime/spec/spec-files.ts'
import { functions } from '../../helpers/spec/spec-functions.ts'

/** What the code of the small spec's vendors knows. */
const rules: VendorRules = {
  destination: {
    endpoints: ['event', 'bulk'],
    peopleEndpoints: { onlyKnown: ['people'], onDelete: ['people', 'deletion'] },
    limits: ['events', 'request', 'metric', 'properties'],
    identifiers: ['email', 'phone_number'],
    numbers: ['location.latitude'],
    secrets: [{ pattern: /\bkey_\w{8,}/g, noun: 'a key of mail', help: 'set MAIL_KEY in the environment instead' }],
  },
}

/** A whole file, replacements in one, or a removed file. */
type Change = string | readonly { readonly find: string; readonly put: string }[] | null
type Changes = Readonly<Record<string, Change>>

const folder = new URL('../../diagnostics/', import.meta.url)
const small = openSpecFolder(new URL('./spec/', folder))
const none: SpecFiles = { read: async () => undefined, list: async () => [] }

/** Files with the changes of a case; in it, their paths begin with the prefix. */
function applyChanges(all: Changes, { read, list }: SpecFiles, prefix = ''): SpecFiles {
  const ours = Object.entries(all).filter(([path]) => path.startsWith(prefix))
  const changes = Object.fromEntries(ours.map(([path, change]) => [path.slice(prefix.length), change]))
  return {
    async read(path) {
      const change = changes[path]
      if (change === null) return undefined
      if (typeof change === 'string') return change
      const text = await read(path)
      return (change ?? []).reduce((before, { find, put }) => {
        if (before?.split(find).length !== 2) throw new Error(`${path} must contain once: ${find}`)
        return before.split(find).join(put)
      }, text)
    },
    async list(path) {
      const folder = path === '' ? '' : `${path}/`
      const added = Object.keys(changes).filter((file) => file.startsWith(folder))
      const names = added.map((file) => file.slice(folder.length).replace(/\/.*/, ''))
      return [...new Set([...(await list(path)), ...names])].filter((name) => changes[folder + name] !== null)
    },
  }
}

/** The lock of a spec that extends the small one, before the changes of a case. */
async function writeLock(): Promise<string> {
  const files = applyChanges({ 'connector.yaml': 'extends: desk' }, none)
  const { base } = await loadSpec('', { functions, bases: new Map([['desk', small]]), files })
  return base?.writeLock() ?? ''
}

/** The small spec with the changes of a case; or a folder with no more than them, if they have an `extends`. */
async function openCase(all: Changes): Promise<Pick<LoadOptions, 'files' | 'bases'>> {
  const isLocked = all['connector.lock.yaml'] === 'accepted'
  const changes = isLocked ? { ...all, 'connector.lock.yaml': await writeLock() } : all
  const connector = changes['connector.yaml']
  const isOverlay = typeof connector === 'string' && connector.includes('extend')
  const bases = new Map([['desk', applyChanges(changes, small, 'desk/')]])
  return { files: applyChanges(changes, isOverlay ? none : small), bases }
}

const cases = (kind: string): readonly string[] =>
  readdirSync(new URL(`${kind}/`, folder))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.replace('.yaml', ''))

async function diagnose(kind: string, name: string) {
  const changes = parse(readFileSync(new URL(`${kind}/${name}.yaml`, folder), 'utf8')) as Changes
  const { spec, diagnostics } = await loadSpec('', { functions, rules, ...(await openCase(changes)), runTrials: true })
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
