/** `init`: begins a spec of one's own that passes `validate` and `test` at once. */
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { alignColumns, formatJson, plural } from '../../../lib/format.ts'
import { LOCK_FILE } from '../../../spec/extends/lock.ts'
import { CONNECTOR_FILE } from '../../../spec/spec-files.ts'
import type { CommandContext, CommandDefinition } from '../../command.ts'
import { CliError, EXIT_CODES, usageError } from '../../errors.ts'
import { shortenPath } from '../../load-spec.ts'
import type { TextFile } from '../../output/write-file.ts'
import { readTextFile } from '../../read-text-file.ts'
import { createSpecSchemas, SCHEMA_FOLDER } from '../schema.ts'
import { createFiles, IGNORED } from './create-files.ts'
import { findPackage, type PackageState } from './find-package.ts'
import { type WrittenFiles, writeMissing } from './write-missing.ts'

export const initCommand: CommandDefinition = {
  name: 'init',
  summary: 'Begin a spec of your own, with cases and editor settings.',
  operand: { flags: '[dir]', description: 'folder to begin it in (default: the working directory)' },
  options: [],
  examples: [
    ['init', 'in an empty folder'],
    ['init ./my-spec', 'in a folder of its own, which is created'],
  ],
  async run(context, { operands }) {
    const { app, io } = context
    const { template } = app
    if (template === undefined) throw usageError('this connector has no template to begin a spec with')
    const folder = resolve(io.cwd, operands[0] ?? '.')
    const files = await createFiles(template, app)
    await refuseOtherSpec(folder, files, io.cwd)
    const state = await findPackage(folder, template.packageName)
    const own = await writeMissing(folder, [...files, ...createPackageFile(state, context)])
    const derived = await writeMissing(folder, await createDerived(context, pathToFileURL(`${folder}/`)))
    const result = { written: [...own.written, ...derived.written], kept: [...own.kept, ...derived.kept] }
    context.print(context.json ? formatJson({ folder, ...result }) : formatResult(result, folder, state, context))
    return result.kept.length === 0 ? EXIT_CODES.ok : EXIT_CODES.failed
  },
}

/** Files of a template would change what another spec sends. */
async function refuseOtherSpec(folder: string, files: readonly TextFile[], cwd: string): Promise<void> {
  const present = await readTextFile(join(folder, CONNECTOR_FILE))
  if (present === undefined || files.some(({ name, text }) => name === CONNECTOR_FILE && text === present)) return
  const path = shortenPath(join(folder, CONNECTOR_FILE), cwd)
  throw new CliError(
    EXIT_CODES.failed,
    `${path} exists: the folder holds a spec already, and nothing was written. Name another folder: connector init ./my-spec`,
  )
}

/** None where a package.json of this folder, or of one above it, names the versions already. */
function createPackageFile(state: PackageState, { app }: CommandContext): readonly TextFile[] {
  if (state.kind !== 'none' || app.template === undefined) return []
  const dependencies = { [app.template.packageName]: `^${app.version}` }
  const scripts = { start: 'connector start', test: 'connector test' }
  return [{ name: 'package.json', text: formatJson({ private: true, scripts, dependencies }) }]
}

/** What follows from the spec that now stands in the folder. */
async function createDerived(context: CommandContext, folder: URL): Promise<readonly TextFile[]> {
  const { spec, base } = await context.load.spec(folder, context.app, { ignoreLock: true })
  if (spec === undefined || base === undefined)
    throw new CliError(EXIT_CODES.spec, 'other files of the folder have errors; `connector validate` shows them')
  const schemas = await createSpecSchemas(context, folder)
  return [
    { name: LOCK_FILE, text: base.writeLock() },
    ...schemas.map(({ name, text }) => ({ name: `${SCHEMA_FOLDER}/${name}`, text })),
  ]
}

function formatResult(files: WrittenFiles, folder: string, state: PackageState, context: CommandContext): string {
  const { io, app, paint } = context
  const name = shortenPath(folder, io.cwd)
  const lines = [`${name === '' ? 'This folder' : name}: ${plural(files.written.length, 'file')} written`]
  lines.push(...files.written.filter((path) => !path.startsWith(SCHEMA_FOLDER)).map((path) => `  ${path}`))
  if (files.kept.length > 0) lines.push('', `Left as they are, because they exist: ${files.kept.join(', ')}`)
  if (files.kept.includes('.gitignore')) lines.push(`  .gitignore should have the lines ${IGNORED.join('  ')}`)
  const steps = listSteps(state, app.template?.packageName ?? '', name)
  lines.push('', paint('bold', 'Next:'), ...alignColumns(steps, '  '))
  if (!files.kept.includes('README.md')) lines.push('README.md of the folder has the rest.')
  return `${lines.join('\n')}\n`
}

/** `path`: of the folder, from the working directory; "" for that itself. */
function listSteps({ kind }: PackageState, packageName: string, path: string): readonly (readonly string[])[] {
  const isCheckout = kind === 'itself'
  const run = isCheckout ? `CONNECTOR_SPEC=${path || '.'} npm run -s connector --` : 'npx connector'
  const install = { none: 'npm install', other: `npm install ${packageName}`, depends: undefined, itself: undefined }[
    kind
  ]
  return [
    ...(path === '' || isCheckout ? [] : [[`cd ${path}`]]),
    ...(install === undefined ? [] : [[install, 'the connector, beside the spec']]),
    [`${run} validate`, 'checks the files'],
    [`${run} test`, 'runs the cases in tests/'],
    [`${run} start --sandbox --watch`, 'tries it without an account; edits run at once'],
  ]
}
