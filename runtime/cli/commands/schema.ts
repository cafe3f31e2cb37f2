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
import { specFolder, specOperand } from '../load-spec.ts'
import { type TextFile, writeFiles, writeTextFile } from '../output/write-file.ts'
import { findSuites } from './test/find-suites.ts'

/** Beside connector.yaml. */
export const SCHEMA_FOLDER = '.connector-schema'

export const schemaCommand: CommandDefinition = {
  name: 'schema',
  summary: 'Write JSON Schemas with the names of this spec, for editors.',
  operand: specOperand,
  options: [
    { flags: '--out <folder>', description: `folder to write to (default: ${SCHEMA_FOLDER} beside connector.yaml)` },
    { flags: '--modeline', description: "name each file's schema in its first line, a comment" },
  ],
  examples: [
    ['schema ./my-spec --modeline', 'the editor knows topics, streams, lookups, property sets and metrics'],
    ['schema ./my-spec', 'again after a change of connector.yaml, or of the names of sets and metrics'],
  ],
  async run(context, input) {
    const url = specFolder(context, input.operands[0])
    refuseShipped(context, input, url)
    const spec = await readNames(context, url)
    const home = homeFolder(context, input, spec.folder)
    const { cwd } = context.io
    const out = resolve(cwd, input.value('out') ?? join(home, SCHEMA_FOLDER))
    const written = await writeFiles(out, await createSchemas(context, spec))
    const files = input.flag('modeline') ? await writeModelines(await listFiles(context, url, spec), out) : []
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

function refuseShipped({ app }: CommandContext, { operands, flag }: CommandInput, { href }: URL): void {
  if (flag('modeline') && href === app.specFolder.href && operands[0] === undefined)
    throw usageError('--modeline changes files: give the folder of your spec')
}

/** The schemas of the spec in a folder. */
export const createSpecSchemas = async (context: CommandContext, folder: URL): Promise<readonly TextFile[]> =>
  createSchemas(context, await readNames(context, folder))

/** Files with errors do not matter here, but for connector.yaml. */
async function readNames(context: CommandContext, url: URL): Promise<SpecFolder> {
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
function createSchemas({ app }: CommandContext, { names, extendsOther }: SpecFolder): Promise<readonly TextFile[]> {
  const shipped = new URL('schemas/', app.specFolder)
  const note = { $comment: 'Written by `connector schema`; run it again after a change of connector.yaml.' }
  return Promise.all(
    SCHEMA_KINDS.map(async (kind) => {
      const name = fileName(kind)
      const schema: JsonSchema = JSON.parse(await readFile(new URL(name, shipped), 'utf8'))
      const named = addNames(kind, schema, names)
      // A case file changes no other.
      const own = extendsOther && kind !== 'cases' ? allowChanges(named) : named
      return { name, text: `${JSON.stringify({ ...own, ...note }, null, 1)}\n` }
    }),
  )
}

const fileName = (kind: SchemaKind): string => `${kind}.schema.json`

interface NamedFile {
  /** Absolute. */
  readonly file: string
  readonly kind: SchemaKind
}

/** Those of the spec, and its case files. */
async function listFiles(context: CommandContext, url: URL, spec: SpecFolder): Promise<readonly NamedFile[]> {
  // The lock is read with the spec and has no kind.
  const own = spec.paths.flatMap((path) => {
    const kind = getFileKind(path, spec.connector)
    return kind === undefined ? [] : [{ file: resolve(spec.folder, path), kind }]
  })
  const { caseFiles } = await findSuites(context, [], url)
  return [...own, ...caseFiles.map((file) => ({ file, kind: 'cases' as const }))]
}

async function writeModelines(files: readonly NamedFile[], out: string): Promise<readonly string[]> {
  for (const { file, kind } of files) {
    const text = await readFile(file, 'utf8')
    const changed = setModeline(text, relativePath(dirname(file), join(out, fileName(kind))))
    if (changed !== text) await writeTextFile(file, changed)
  }
  return files.map(({ file }) => file)
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
