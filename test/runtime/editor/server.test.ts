/** `connector lsp` as editors run it: a process that speaks the protocol on its pipes. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CompletionItem, Hover, Location } from 'vscode-languageserver'
import { specFolder } from '../../../connector/spec.ts'
import { LanguageClient } from '../../helpers/editor/language-client.ts'

const root = fileURLToPath(specFolder())
const workspace = mkdtempSync(join(tmpdir(), 'lsp-'))
afterAll(() => rmSync(workspace, { recursive: true }))

function createSpec(name: string): string {
  const folder = join(workspace, name)
  for (const part of ['connector.yaml', 'fields.yaml', 'mappings', 'recipes'])
    cpSync(join(root, part), join(folder, part), { recursive: true })
  return folder
}

const uriOf = (folder: string, path: string) => pathToFileURL(join(folder, path)).href
const METRIC = 'mappings/resolved-ticket.yaml'

describe('a language server', () => {
  const client = new LanguageClient()
  const [one, other] = [createSpec('one'), createSpec('other')]
  const uri = uriOf(one, METRIC)
  const text = readFileSync(join(one, METRIC), 'utf8')

  beforeAll(async () => {
    expect(await client.initialize()).toMatchObject({
      serverInfo: { name: 'connector' },
      capabilities: { completionProvider: {}, hoverProvider: true, definitionProvider: true },
    })
    await client.open(uri, text)
  })
  afterAll(async () => void (await client.exit({ shutdown: true })))

  test('reports mistakes as they are typed, and takes them back', async () => {
    await client.type(uri, 2, text.replace('= "resolved"', '= "resolvd"'))
    const [diagnostic] = await client.diagnosed(uri, (found) => found.length > 0)
    const line = text.split('\n').findIndex((each) => each.startsWith('when:'))
    expect(diagnostic).toMatchObject({
      code: 'expression/unknown-value',
      severity: 2,
      source: 'connector',
      message: expect.stringContaining('did you mean "resolved"?'),
      range: { start: { line, character: 27 }, end: { line, character: 36 } },
    })
    await client.type(uri, 3, text)
    await client.diagnosed(uri, (found) => found.length === 0)
  })

  test('reports in each file that a change breaks', async () => {
    const connector = uriOf(one, 'connector.yaml')
    const shipped = readFileSync(join(one, 'connector.yaml'), 'utf8')
    await client.open(connector, shipped.replace(/^ {2}team:\n(?: {4}.*\n)+/m, ''))
    const set = uriOf(one, 'mappings/_ticket.yaml')
    const [diagnostic] = await client.diagnosed(set, (found) => found.length > 0)
    expect(diagnostic).toMatchObject({ code: 'expression/unknown-variable', severity: 1 })
    // Closed without saving, so the file on disk counts.
    await client.connection.sendNotification('textDocument/didClose', { textDocument: { uri: connector } })
    await client.diagnosed(set, (found) => found.length === 0)
  })

  test('counts places in UTF-16, on lines that end as on Windows, in a file that does not parse', async () => {
    const lines = [...text.trimEnd().split('\n'), '  Emoji: "😀" & $contact.']
    await client.type(uri, 4, lines.join('\r\n'))
    const position = { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 }
    const items = await client.ask<CompletionItem[]>('completion', uri, position)
    expect(items.find(({ label }) => label === 'email')).toMatchObject({
      detail: 'contact.email: text',
      textEdit: { newText: 'email', range: { start: position, end: position } },
    })
  })

  test('explains and finds what is named', async () => {
    const line = text.split('\n').length - 1
    await client.type(uri, 5, `${text}  Emoji: $admin.name\n`)
    const position = { line, character: 11 }
    const hover = await client.ask<Hover>('hover', uri, position)
    expect(hover.contents).toMatchObject({
      kind: 'markdown',
      value: expect.stringContaining('A lookup of connector.yaml'),
    })
    const location = await client.ask<Location>('definition', uri, position)
    const connector = readFileSync(join(one, 'connector.yaml'), 'utf8').split('\n')
    expect(location.uri).toBe(uriOf(one, 'connector.yaml'))
    expect(connector[location.range.start.line]).toBe('  admin:')
  })

  test('checks each folder by its own connector.yaml, and a base for the specs that extend it', async () => {
    const overlay = join(workspace, 'overlay')
    mkdirSync(join(overlay, 'mappings'), { recursive: true })
    writeFileSync(join(overlay, 'connector.yaml'), 'extends: ../other\n')
    const own = uriOf(overlay, METRIC)
    await client.open(own, 'properties:\n  Mine: titel\n')
    await client.diagnosed(own, (found) => found.some(({ code }) => code === 'spec/unknown-field'))
    await client.type(own, 2, 'properties:\n  Mine: ticket_id\n')
    await client.diagnosed(own, (found) => found.length === 0)
    const base = uriOf(other, METRIC)
    await client.open(base, text.replace('resource: ticket', 'resource: tikcet'))
    await client.diagnosed(base, (found) => found.some(({ code }) => code === 'spec/unknown-resource'))
    expect(client.diagnostics.get(uri) ?? []).toEqual([])
  })

  test('knows nothing of other files', async () => {
    const foreign = [uriOf(workspace, 'docker-compose.yaml'), uriOf(one, 'docker-compose.yaml'), 'untitled:Untitled-1']
    for (const each of foreign) {
      await client.open(each, 'resource: tic\n')
      expect(await client.ask('completion', each, { line: 0, character: 13 })).toBeNull()
      expect(await client.ask('hover', each, { line: 0, character: 13 })).toBeNull()
      expect(await client.ask('definition', each, { line: 99, character: 99 })).toBeNull()
    }
  })
})

test.each([
  ['after shutdown', { shutdown: true }, 0],
  ['without shutdown', { shutdown: false }, 1],
])('exit %s', async (_, how, code) => {
  const client = new LanguageClient()
  await client.initialize()
  expect(await client.exit(how)).toBe(code)
})

test('ends when the editor goes away', async () => {
  const client = new LanguageClient()
  await client.initialize()
  const exited = new Promise((resolve) => client.process.on('exit', resolve))
  client.process.stdin.end()
  expect(await exited).toBe(1)
})
