/** Loads case files: parsed, checked against the spec, and resolved to cases that can be run. */
import type { KnownFields } from '../../spec/check/known-fields.ts'
import { type Diagnostic, sortAndDedupe } from '../../spec/diagnostic.ts'
import type { YamlFile } from '../../spec/yaml.ts'
import type { ResolvedCase } from '../types.ts'
import { CaseFile, type CaseText } from './case-file.ts'
import type { CaseParts, FileContext } from './file-context.ts'
import { KnownNames } from './known-names.ts'
import { checkMetric } from './read-expected.ts'
import { readLookups } from './read-lookups.ts'
import { resolveCase } from './resolve-case.ts'
import { type ReadCaseFile, ResourceReader } from './resource-reader.ts'

export interface LoadedCases {
  /** In the order of the files, of their cases, and of the ingresses. A case with an error is left out. */
  readonly cases: readonly ResolvedCase[]
  /** Errors, by file and place. */
  readonly diagnostics: readonly Diagnostic[]
  /** Of fields that neither the items nor the spec know. */
  readonly warnings: readonly Diagnostic[]
  readonly files: readonly YamlFile[]
}

export interface LoadCasesParts extends CaseParts {
  /** For fixtures, lookups and recordings. */
  readonly readFile: ReadCaseFile
  /** Those of the spec's resources and lookups. Absent: cases may set any field. */
  readonly fields?: KnownFields
}

/** Throws only when a file cannot be read. */
export async function loadCases(texts: readonly CaseText[], parts: LoadCasesParts): Promise<LoadedCases> {
  const names = new KnownNames(parts.spec, parts.faultCodes)
  const resources = new ResourceReader(parts.readFile, parts.fields)
  const files = texts.map((text) => new CaseFile(text))
  const cases: ResolvedCase[] = []
  for (const file of files) cases.push(...(await loadFile(file, { parts, names, resources })))
  const diagnostics = sortAndDedupe(files.flatMap((file) => file.diagnostics))
  const warnings = sortAndDedupe(files.flatMap((file) => file.warnings))
  return { cases, diagnostics, warnings, files: files.map(({ yaml }) => yaml) }
}

async function loadFile(
  file: CaseFile,
  shared: Pick<FileContext, 'parts' | 'names' | 'resources'>,
): Promise<readonly ResolvedCase[]> {
  const { document } = file
  if (document === undefined) return []
  const { metric, given: { lookups } = {} } = document
  if (metric !== undefined) checkMetric(metric, ['metric'], { file, names: shared.names })
  checkDuplicates(file)
  const { parts, resources } = shared
  const place = { file, path: ['given', 'lookups'], before: {} }
  const tables = lookups === undefined ? {} : await readLookups(lookups, place, { spec: parts.spec, resources })
  const context: FileContext = { ...shared, file, metric, lookups: tables }
  const cases: ResolvedCase[] = []
  for (const [index, one] of document.cases.entries())
    cases.push(...(await resolveCase(one, ['cases', index], context)))
  return cases
}

function checkDuplicates(file: CaseFile): void {
  const names = new Set<string>()
  for (const [index, { name }] of (file.document?.cases ?? []).entries()) {
    if (names.size === names.add(name).size) {
      const message = `another case of this file has the name "${name}"`
      const help = 'say what each of the two shows'
      file.error(['cases', index, 'name'], { code: 'cases/duplicate-name', message, help })
    }
  }
}
