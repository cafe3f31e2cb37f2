/** `validate`: its formats, its exit codes, and what it says a spec needs outside; warnings of other commands. */
import { describe, expect, test } from 'vitest'
import { functions } from '../../../connector/functions/index.ts'
import { specFolder } from '../../../connector/spec.ts'
import { vendorRules } from '../../../connector/spec-rules.ts'
import type { Loaders } from '../../../runtime/cli/loaders.ts'
import { type Diagnostic, renderDiagnostic } from '../../../runtime/spec/diagnostic.ts'
import { loadSpec } from '../../../runtime/spec/load.ts'
import { openSpecFolder } from '../../../runtime/spec/spec-files.ts'
import { runCommand } from '../../helpers/cli-fake.ts'

const MISTAKE = 'when: $part.ticket_state = "resolved"'

/** The shipped spec, with changes of `mappings/resolved-ticket.yaml` in every folder but its own. */
function loaderOf(replacement: string): Partial<Loaders> {
  const disk = openSpecFolder(specFolder())
  const read = async (path: string) => (await disk.read(path))?.replace(MISTAKE, replacement)
  return {
    spec: (folder) => {
      const isShipped = folder.href === specFolder().href
      return loadSpec(specFolder(), {
        functions,
        rules: vendorRules,
        ...(!isShipped && { files: { ...disk, read } }),
      })
    },
  }
}

const app = { specFolder: specFolder() }
const warning = {
  app,
  load: loaderOf('when: $part.ticket_state = "resolvd"'),
  env: {},
}
const error = { app, load: loaderOf('when: $part.ticket_state = $nothing'), env: {} }
const validate = (...argv: string[]) => runCommand(['validate', './my-spec', ...argv], warning)

describe('exit codes', () => {
  test.each([
    ['a warning', warning, [], 0],
    ['a warning, strictly', warning, ['--strict'], 1],
    ['an error', error, [], 1],
    ['no problem, strictly', { app, load: loaderOf(MISTAKE), env: {} }, ['--strict'], 0],
    ['an unknown format', warning, ['--format', 'githb'], 2],
  ])('%s', async (_, options, argv, exit) => {
    expect((await runCommand(['validate', './my-spec', ...argv], options)).exit).toBe(exit)
  })
})

test('counts errors and warnings apart', async () => {
  expect((await validate()).out).toMatch(/9 metrics, 3 streams, \d+ lookups: 1 warning\n$/)
  expect((await runCommand(['validate', './my-spec'], error)).out).toMatch(/^1 error$/m)
})

test('annotates a pull request on GitHub', async () => {
  const { out } = await validate('--format', 'github')
  expect(out).toMatch(
    /^::warning file=my-spec\/mappings\/resolved-ticket\.yaml,line=10,col=28,endLine=10,endColumn=37,title=expression\/unknown-value::.*never "resolvd"\. Help: did you mean "resolved"\?.*\n$/,
  )
})

test('writes SARIF', async () => {
  const { version, runs } = JSON.parse((await validate('--format', 'sarif')).out)
  expect(version).toBe('2.1.0')
  expect(runs).toHaveLength(1)
  expect(runs[0].tool.driver.rules).toEqual([{ id: 'expression/unknown-value' }])
  const [{ locations, ...result }] = runs[0].results
  expect(result).toMatchObject({ ruleId: 'expression/unknown-value', level: 'warning' })
  expect(locations[0].physicalLocation).toEqual({
    artifactLocation: { uri: 'my-spec/mappings/resolved-ticket.yaml' },
    region: { startLine: 10, startColumn: 28, endLine: 10, endColumn: 37 },
  })
})

test('says what the spec needs outside', async () => {
  const more = { app, load: loaderOf(`enabled: true\n${MISTAKE}`), env: {} }
  const { out } = await runCommand(['validate', '--json'], more)
  const { errors, warnings, needs } = JSON.parse(out)
  expect({ errors, warnings }).toEqual({ errors: 0, warnings: 0 })
  expect(needs.withoutHistory).toEqual(['Read Conversation'])
  expect(needs.permissions.source).toContain('Read tickets')
  expect(needs.topics).toContainEqual({ topic: 'ticket.created', metrics: ['Created Ticket'], isNew: false })
})

test('marks topics that the shipped spec does without', async () => {
  const disk = openSpecFolder(specFolder())
  const text = (await disk.read('mappings/read-conversation.yaml')) ?? ''
  const read = async (path: string) =>
    path === 'mappings/read-conversation.yaml'
      ? text.replace('conversation.read]', 'conversation.read, conversation.admin.closed]')
      : disk.read(path)
  const spec: Loaders['spec'] = (folder) => {
    const files = folder.href === specFolder().href ? disk : { ...disk, read }
    return loadSpec(specFolder(), { functions, rules: vendorRules, files })
  }
  const { out } = await runCommand(['validate', './my-spec'], { app, load: { spec }, env: {} })
  expect(out).toMatch(/^ {2}Read Conversation +conversation\.read, conversation\.admin\.closed \(new\)$/m)
})

test('a preview tells the warnings in short, and stops if strict', async () => {
  const options = {
    ...warning,
    env: { CONNECTOR_SPEC: './my-spec' },
    stdin: '{"id":"1"}',
    connector: { preview: async () => ({ items: [], bodies: [], notes: [], silences: [], ok: true }) },
  }
  const preview = (...argv: string[]) => runCommand(['preview', '--topic', 'ticket.created', '-', ...argv], options)
  const { err } = await preview()
  expect(err).toMatch(
    /^The spec has 1 warning, which `connector validate` explains:\n {2}my-spec\/mappings\/resolved-ticket\.yaml:10:28: warning: /,
  )
  const strict = await preview('--strict')
  expect(strict.exit).toBe(3)
  expect(strict.err).toContain('the spec has warnings, and --strict was given; nothing was done')
})

test.each([50, 80, 200])('in a terminal of %i columns the caret stands under the mistake', async (columns) => {
  const { diagnostics } = (await loaderOf(`when: ${'true and '.repeat(20)}$part.ticket_state = "resolvd"`).spec?.(
    new URL('file:///my-spec/'),
    { functions, rules: vendorRules },
  )) ?? { diagnostics: [] }
  const [, , line = '', caret = ''] = renderDiagnostic(diagnostics[0] as Diagnostic, false, columns).split('\n')
  expect(line.length).toBeLessThanOrEqual(columns)
  expect(line.slice(caret.indexOf('^'), caret.length)).toBe('"resolvd"')
})
