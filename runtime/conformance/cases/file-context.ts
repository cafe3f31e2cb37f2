/** What the cases of one file share. */
import type { FunctionTable } from '../../expression/functions.ts'
import type { JsonObject } from '../../ports/types.ts'
import type { Diagnostic } from '../../spec/diagnostic.ts'
import type { Cases } from '../../spec/generated/documents.ts'
import type { Spec } from '../../spec/spec.ts'
import type { CaseFile } from './case-file.ts'
import type { ResolveCourse } from './course-resolver.ts'
import type { KnownNames } from './known-names.ts'
import type { LookupTables } from './read-lookups.ts'
import type { ResourceReader } from './resource-reader.ts'

export interface CaseParts {
  readonly spec: Spec
  readonly functions: FunctionTable
  /** Those that an expectation may name, as docs/reference/faults.md lists them; `<side>/…` stands for both sides. */
  readonly faultCodes: readonly string[]
  /** Absent: a course is an error. */
  readonly resolveCourse?: ResolveCourse
  /** Why the spec cannot have these settings laid over it; undefined if it can. Absent: settings are an error. */
  readonly checkSettings?: (settings: JsonObject) => Promise<SettingsProblem | undefined>
}

export type SettingsProblem = Pick<Diagnostic, 'message' | 'help'>

export type WrittenCase = Cases['cases'][number]

export interface FileContext {
  readonly parts: CaseParts
  readonly file: CaseFile
  readonly names: KnownNames
  readonly resources: ResourceReader
  /** Of the file. */
  readonly metric: string | undefined
  /** Of the file's `given`. */
  readonly lookups: LookupTables
}
