/** The interface between the reading of cases and the reading of courses. */
import type { FunctionTable } from '../../expression/functions.ts'
import type { Spec } from '../../spec/spec.ts'
import type { Path } from '../../spec/yaml.ts'
import type { CasePlace, ExpectedOccurrence, ResolvedCase } from '../types.ts'
import type { CaseFile } from './case-file.ts'
import type { Given } from './given.ts'
import type { LookupTables } from './read-lookups.ts'
import type { ResourceReader } from './resource-reader.ts'

/** The four ways in which a course is taken, unless its steps say when to import and to poll. */
export type CourseWay = 'webhook' | 'backfill' | 'reconcile' | 'both'

export interface ExpectedList {
  readonly expected: readonly ExpectedOccurrence[]
  /** Of the list in the file. */
  readonly path: Path
}

/** A case whose `given` has a course. Its names and expectations are checked. */
export interface CourseToResolve {
  /** As it is printed. */
  readonly name: string
  readonly file: CaseFile
  /** Of the case in the file. */
  readonly path: Path
  readonly place: CasePlace
  readonly metric?: string
  readonly given: Given
  readonly workspace: string
  /** When the course begins, milliseconds since 1970. */
  readonly now: number
  readonly lookups: LookupTables
  /** Those that the case names; absent: all. */
  readonly ways?: readonly CourseWay[]
  /** Reports a way without an expectation. */
  expectedBy(way: CourseWay): ExpectedList | undefined
}

export interface CourseParts {
  readonly spec: Spec
  readonly functions: FunctionTable
  readonly resources: ResourceReader
}

/** A case for each way. Reports what is wrong to the file, and then resolves none. */
export type ResolveCourse = (course: CourseToResolve, parts: CourseParts) => Promise<readonly ResolvedCase[]>
