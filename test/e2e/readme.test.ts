/** The README's samples work as shown: its YAML, its diagnostic, its links. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { functions } from '../../connector/functions/index.ts'
import { intercomToKlaviyo } from '../../connector/index.ts'
import { renderDiagnostic } from '../../runtime/spec/diagnostic.ts'
import { loadSpec } from '../../runtime/spec/load.ts'
import { openSpecFolder, type SpecFiles } from '../../runtime/spec/spec-files.ts'
import { TARGETS } from '../../scripts/fuzz/targets.ts'
import { ABSURD, ACCOUNTS, BULK, LIVE, LOOKUP, PAGES, TOKEN } from './faults/rows.ts'
import { SENDER } from './faults/sender.ts'

const root = new URL('../..', import.meta.url)
const readme = readFileSync(new URL('README.md', root), 'utf8')
const blocks = [...readme.matchAll(/```(\w*)\n([\s\S]*?)```/g)].map(([, language, text]) => ({
  language,
  text: text ?? '',
}))
const yaml = (word: string) =>
  blocks.find(({ language, text }) => language === 'yaml' && text.includes(word))?.text ?? ''

/** The shipped spec with some files changed, added or, where undefined, removed. */
function withFiles(files: Readonly<Record<string, string | undefined>>): SpecFiles {
  const disk = openSpecFolder(root)
  return {
    read: async (path) => (path in files ? files[path] : disk.read(path)),
    list: async (folder) => {
      const names = new Set(await disk.list(folder))
      for (const [path, text] of Object.entries(files)) {
        const name = path.slice(folder.length + 1)
        if (path.startsWith(`${folder}/`)) text === undefined ? names.delete(name) : names.add(name)
      }
      return [...names]
    },
  }
}

const load = (files: Readonly<Record<string, string | undefined>>) =>
  loadSpec(root, { functions, files: withFiles(files) })
const resolved = readFileSync(new URL('mappings/resolved-ticket.yaml', root), 'utf8')

test('renames and adds properties as shown', async () => {
  const [, ...lines] = yaml('Order Number').trimEnd().split('\n')
  const text = resolved.replace(/ {2}Ticket Name:.*\n/, `${lines.join('\n')}\n`)
  const { spec, diagnostics } = await load({ 'mappings/resolved-ticket.yaml': text })
  expect(diagnostics.map((one) => renderDiagnostic(one, false))).toEqual([])
  const ticket = JSON.parse(readFileSync(new URL('conformance/fixtures/ticket.json', root), 'utf8'))
  const connector = await intercomToKlaviyo({ settings: { spec } })
  const { items } = await connector.preview({ topic: 'ticket.state.updated', data: ticket })
  expect(items.at(-1)).toMatchObject({ metric: 'Resolved Ticket', properties: { 'Ticket Subject': 'Wrong size' } })
})

test('adds a tenth metric with one file', async () => {
  const { spec, diagnostics } = await load({ 'mappings/closed-conversation.yaml': yaml('Closed Conversation') })
  expect(diagnostics.map((one) => renderDiagnostic(one, false))).toEqual([])
  const connector = await intercomToKlaviyo({ settings: { spec } })
  const part = { id: '9', part_type: 'close', created_at: 1_768_031_900, author: { type: 'admin', id: '1' } }
  const data = {
    type: 'conversation',
    id: '4',
    contacts: { contacts: [{ id: 'c' }] },
    conversation_parts: { conversation_parts: [part] },
  }
  const { items } = await connector.preview({ topic: 'conversation.admin.closed', data, workspace: 'w' })
  expect(items).toMatchObject([{ metric: 'Closed Conversation', key: 'w:closed-conversation:9' }])
})

test('drops conversations that began with an outbound message, by the setting of the mapping', async () => {
  const created = readFileSync(new URL('mappings/created-conversation.yaml', root), 'utf8')
  const text = created.replace('# started-by-outbound:', 'started-by-outbound:')
  const { spec, diagnostics } = await load({ 'mappings/created-conversation.yaml': text })
  expect(diagnostics.map((one) => renderDiagnostic(one, false))).toEqual([])
  const connector = await intercomToKlaviyo({ settings: { spec } })
  const data = JSON.parse(readFileSync(new URL('conformance/fixtures/conversation.json', root), 'utf8'))
  data.source = { delivered_as: 'automated', author: { type: 'admin', id: '1' } }
  for (const from of [{ topic: 'conversation.user.created' }, { stream: 'conversations' }]) {
    const { items } = await connector.preview({ ...from, data })
    expect(items).toContainEqual({ metric: 'Created Conversation', skipped: 'started-by-outbound' })
  }
})

test('lists in the guide for operators the topics that the mappings use', async () => {
  const guide = readFileSync(new URL('docs/guide/operators.md', root), 'utf8')
  const { spec } = await load({})
  const rows = ['conversations', 'tickets', 'profiles'].map((name) => {
    const row = guide.split('\n').find((line) => line.startsWith(`| ${name} |`)) ?? ''
    return [...row.matchAll(/`([\w.]+)`/g)].map(([, topic]) => topic).sort()
  })
  const of = (resource: string) => spec?.mappings.filter((it) => it.resource === resource) ?? []
  const taken = [of('conversation'), of('ticket'), spec ? [spec.profile] : []]
  expect(rows).toEqual(taken.map((all) => [...new Set(all.flatMap(({ topics }) => [...topics]))].sort()))
})

test('removes a metric by its file or by `enabled: false`', async () => {
  for (const text of [undefined, `${resolved}enabled: false\n`]) {
    const { spec, diagnostics } = await load({ 'mappings/resolved-ticket.yaml': text })
    expect(diagnostics.map((one) => renderDiagnostic(one, false))).toEqual([])
    expect(spec?.mappings.map(({ metric }) => metric)).not.toContain('Resolved Ticket')
  }
})

const metricFiles = readdirSync(new URL('mappings/', root)).filter((name) => !/^_|^profile\.yaml$/.test(name))

test.each(metricFiles)('removes mappings/%s without an error, and its recipes with a warning', async (name) => {
  const all = (await load({})).spec?.recipes ?? []
  const path = `mappings/${name}`
  const text = readFileSync(new URL(path, root), 'utf8')
  const metric = /^metric: (.+)$/m.exec(text)?.[1] ?? ''
  const affected = all.filter((recipe) => recipe.metrics.includes(metric))
  const offered = all.filter((recipe) => !affected.includes(recipe)).map(({ id }) => id)

  const removed = await load({ [path]: undefined })
  expect(removed.spec?.recipes.map(({ id }) => id)).toEqual(offered)
  const warnings = removed.diagnostics.filter(({ code }) => code !== 'spec/unused-lookup')
  expect(warnings.map(({ severity, code, file }) => [severity, code, file.path])).toEqual(
    affected.map(({ id }) => ['warning', 'recipe/unknown-metric', `recipes/${id}.yaml`]),
  )
  const disabled = await load({ [path]: `${text}enabled: false\n` })
  expect(disabled.spec?.recipes.map(({ id }) => id)).toEqual(offered)
  expect(disabled.diagnostics.map(({ code }) => code)).not.toContain('recipe/unknown-metric')
})

test('shows the diagnostic that `validate` prints', async () => {
  const shown = blocks.find(({ text }) => text.includes('[expression/unknown-function]'))?.text ?? ''
  const line = Number(/:(\d+):/.exec(shown)?.[1])
  const lines = resolved.split('\n')
  const next = lines.findIndex((text, at) => at >= line && /^ {2}\w/.test(text))
  lines.splice(line - 1, next - line + 1, '  Contact Phone: $phon($contact.phone)')
  const { diagnostics } = await load({ 'mappings/resolved-ticket.yaml': lines.join('\n') })
  expect(diagnostics.map((one) => renderDiagnostic(one, false)).join('\n')).toBe(shown.trimEnd())
})

describe('links resolve', () => {
  const targets = [...readme.matchAll(/\]\((?!http)([^)#]+)\)/g)].map(([, target]) => target ?? '')
  test.each(targets)('%s', (target) => {
    const folder = new URL(target.replace(/[^/]*$/, '') || '.', root)
    const name = target.replace(/\/$/, '').split('/').at(-1) ?? ''
    expect(
      target.endsWith('/') ? readdirSync(new URL(target, root)).length > 0 : readdirSync(folder).includes(name),
    ).toBe(true)
  })
})

test('every proof of what must never happen exists, and the fault suite has as many rows as it says', () => {
  const table = /## What must never happen\n([\s\S]*?)\n## /.exec(readme)?.[1] ?? ''
  const files = [...table.matchAll(/`(test\/[\w./-]+)`/g)].map(([, path = '']) => path)
  expect(files.length).toBeGreaterThan(10)
  expect(files.filter((path) => !existsSync(new URL(path, root)))).toEqual([])
  const targets = [...table.matchAll(/npm run fuzz -- (\w+)/g)].map(([, target = '']) => target)
  expect(targets.filter((target) => !(target in TARGETS))).toEqual([])
  const single = [
    ...LIVE,
    ...LOOKUP,
    ...Object.values(ABSURD),
    ...BULK,
    ...TOKEN.flat(),
    ...SENDER,
    ...Object.values(ACCOUNTS).flat(),
  ]
  expect(table).toContain(`${single.length + 2 * PAGES.length} rows`)
})
