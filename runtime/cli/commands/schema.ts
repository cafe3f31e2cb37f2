/** `schema`: writes JSON Schemas with the names of one spec, from which editors complete and explain its files. */
import { readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type DefinedNames, findNames } from '../../editor/model/names.ts'
import { getFileKind } from '../../editor/model/spec-files.ts'
import {
  addNames,
  allowChanges,
  type JsonSchema,
  SCHEMA_KINDS,
  type SchemaKind,
} from '../../editor/model/spec-schema.ts'
import { formatModeline, setModeline } from '../../editor/text/modeline.ts'
import { createCheckOnlyLinker } from '../../expression/check/check-only.ts'
import { formatJson, plural } from '../../lib/format.ts'
import { CompileContext } from '../../spec/compile/context.ts'
import { renderDiagnostic } from '../../spec/diagnostic.ts'
import type { Connector } from '../../spec/generated/documents.ts'
import { readSpec } from '../../spec/read.ts'
import { openSpecFolder } from '../../spec/spec-files.ts'
import type { CommandContext, CommandDefinition, CommandInput } from '../command.ts'
import { CliError, EXIT_CODES, usageError } from '../errors.ts'
import { specFolder } from '../load-spec.ts'
import { writeTextFile } from '../output/write-file.ts'

const DEFAULT_OUT = '.connector-schema'

export const schemaCommand: CommandDefinition = {
  name: 'schema',
  summary: 'Write JSON Schemas with the names of this spec, for editors.',
  operand: {
    flags: '[dir]',
    description: 'folder of connector.yaml (default: CONNECTOR_SPEC, else the shipped spec)',
  },
  options: [
    { flags: '--out <folder>', description: `folder to write to (default: ${DEFAULT_OUT} beside connector.yaml)` },
    { flags: '--modeline', description: "name each file's schema in its first line, a comment" },
  ],
  examples: [
    ['schema ./my-spec --modeline', 'the editor knows topics, streams, lookups, property sets and metrics'],
    ['schema ./my-spec', 'again after a change of connector.yaml, or of the names of sets and metrics'],
  ],
  async run(context, input) {
    const spec = await readNames(context, input)
    const home = homeFolder(context, input, spec.folder)
    const { cwd } = context.io
    const out = resolve(cwd, input.value('out') ?? join(home, DEFAULT_OUT))
    const written = await writeSchemas(context, out, spec)
    const files = input.flag('modeline') ? await writeModelines(spec, out) : []
    const text = () => summary(relativePath(cwd, out), relativePath(join(home, 'mappings'), out), files)
    context.print(context.json ? formatJson({ schemas: written, modelines: files }) : text())
    return EXIT_CODES.ok
  },
}

interface SpecFolder {
  readonly folder: string
  readonly names: DefinedNames
  /** Of the spec's own files, from its folder. */
  readonly paths: readonly string[]
  readonly extendsOther: boolean
  readonly connector: Connector
}

/** Files with errors do not matter here, but for connector.yaml. */
async function readNames(context: CommandContext, { operands, flag }: CommandInput): Promise<SpecFolder> {
  const url = specFolder(context, operands[0])
  if (flag('modeline') && url.href === context.app.specFolder.href && operands[0] === undefined)
    throw usageError('--modeline changes files: give the folder of your spec')
  const { functions, bases } = context.app
  const compile = new CompileContext(functions, createCheckOnlyLinker(functions))
  const documents = await readSpec({ files: openSpecFolder(url), bases }, compile)
  const names = findNames(documents)
  if (names === undefined || documents.connector === undefined) {
    for (const diagnostic of compile.diagnostics) context.note(`${renderDiagnostic(diagnostic, context.colorNotes)}\n`)
    throw new CliError(EXIT_CODES.spec, 'connector.yaml is invalid; no schema was written')
  }
  const [own, ofBases] = [documents.files.filter(({ base }) => !base), documents.files.filter(({ base }) => base)]
  return {
    folder: fileURLToPath(url),
    names,
    paths: own.map(({ path }) => path),
    extendsOther: ofBases.length > 0,
    connector: documents.connector.document,
  }
}

/** The folder of the spec; of the shipped one, which the package holds, the working directory. */
function homeFolder({ app, io, env }: CommandContext, { operands }: CommandInput, folder: string): string {
  const isShipped = folder === fileURLToPath(app.specFolder) && (operands[0] ?? env.CONNECTOR_SPEC) === undefined
  return isShipped ? io.cwd : folder
}

/** The package ships its schemas beside its spec. */
async function writeSchemas(
  { app }: CommandContext,
  out: string,
  { names, extendsOther }: SpecFolder,
): Promise<readonly string[]> {
  const shipped = new URL('schemas/', app.specFolder)
  return Promise.all(
    SCHEMA_KINDS.map(async (kind) => {
      const schema: JsonSchema = JSON.parse(await readFile(new URL(fileName(kind), shipped), 'utf8'))
      const path = join(out, fileName(kind))
      const note = { $comment: 'Written by `connector schema`; run it again after a change of connector.yaml.' }
      const named = addNames(kind, schema, names)
      await writeTextFile(
        path,
        `${JSON.stringify({ ...(extendsOther && kind !== 'cases' ? allowChanges(named) : named), ...note }, null, 1)}\n`,
      )
      return path
    }),
  )
}

const fileName = (kind: SchemaKind): string => `${kind}.schema.json`

async function writeModelines({ folder, paths, connector }: SpecFolder, out: string): Promise<readonly string[]> {
  const own = paths.map((path) => ({ path, file: resolve(folder, path) }))
  for (const { path, file } of own) {
    const text = await readFile(file, 'utf8')
    const schema = join(out, fileName(getFileKind(path, connector) ?? 'mapping'))
    const changed = setModeline(text, relativePath(dirname(file), schema))
    if (changed !== text) await writeTextFile(file, changed)
  }
  return own.map(({ file }) => file)
}

/** With `/`, and `./` before a folder below. */
function relativePath(from: string, to: string): string {
  const path = relative(from, to).replaceAll(sep, '/')
  return path.startsWith('..') ? path : `./${path}`
}

/** `fromMappings`: the path to the schemas from the usual folder of mappings. */
function summary(out: string, fromMappings: string, files: readonly string[]): string {
  const wrote = `${out}: ${plural(SCHEMA_KINDS.length, 'schema')}`
  if (files.length > 0) return `${wrote}; the first line of ${plural(files.length, 'file')} names its own\n`
  const line = formatModeline(`${fromMappings}/${fileName('mapping')}`)
  return `${wrote}\nThe first line of each file names its schema (--modeline writes it), as in mappings/*.yaml:\n  ${line}\n`
}
