/** The files of the running spec, as far as a host lets people read and change them in the console. */
import type { LoadOptions } from '../spec/load.ts'
import type { Spec } from '../spec/spec.ts'
import type { SpecFiles } from '../spec/spec-files.ts'

/** One file of a change. Paths are relative to the spec's folder, with `/`. */
export interface FileChange {
  readonly path: string
  /** The text that the change was made of. Absent: there was no file. */
  readonly before: string | undefined
  /** Absent: the file is removed. */
  readonly after: string | undefined
}

export type WriteResult =
  | { readonly status: 'written' }
  /** Nothing was written: the file is another one by now, or gone. */
  | { readonly status: 'changed'; readonly path: string; readonly text: string | undefined }
  /** Nothing was written, for a reason that is a sentence. */
  | { readonly status: 'refused'; readonly reason: string }

export interface ReloadOptions {
  /** Metrics whose new keys may count delivered events again. */
  readonly acceptNewKeys: readonly string[]
}

/** Cases that ran, by what they found. */
export interface CaseResults {
  readonly passed: number
  readonly failed: readonly FailedCase[]
  /** What keeps cases from running, one sentence each. */
  readonly problems: readonly string[]
  /** Courses and recordings, which only the command runs. Absent: there are none. */
  readonly leftOut?: number
}

/** A process that ran on the store in the last day. */
export interface SpecProcess {
  /** For people: `12 on web-1`. */
  readonly name: string
  /** Of the spec that it maps by. */
  readonly hash: string
  /** Milliseconds since 1970. */
  readonly since: number
  readonly isThis: boolean
}

export interface FailedCase {
  readonly name: string
  /** `file:line:column` */
  readonly place: string
  /** What differs. */
  readonly text: string
}

/** Whether people may change the files of a spec: the port that a host passes to the console. */
export interface EditableSpec extends Pick<LoadOptions, 'functions' | 'rules' | 'bases'> {
  /** As they are now. */
  readonly files: SpecFiles
  /** Whether warnings keep a spec from running. */
  readonly strict?: boolean | undefined
  /** Why nothing can be written, as a sentence. Undefined: it can. Absent: nothing can, without a reason. */
  readonly readOnlyReason?: () => Promise<string | undefined>
  /** Writes all of the files or none, each only if it still has the text that the change was made of. */
  readonly write?: (changes: readonly FileChange[]) => Promise<WriteResult>
  /** Makes the running process map by the files. Resolves to why it does not, or to undefined. */
  readonly reload?: (options: ReloadOptions) => Promise<string | undefined>
  /** Runs the cases of the spec by a changed one. Absent: the host runs none. */
  readonly runCases?: (spec: Spec, files: SpecFiles) => Promise<CaseResults>
  /** Those that share the store, each with files of its own. Absent: the host knows of none. */
  readonly processes?: () => Promise<readonly SpecProcess[]>
}
