/** The files of the spec as the pages show them: those on disk, and of bases those that run. */
import { hashSpec } from '../../../spec/hash-spec.ts'
import type { LoadedSpec } from '../../../spec/load.ts'
import type { SourceFile } from '../../../spec/source-file.ts'
import type { PageContext } from '../../types.ts'

export interface SpecTexts {
  readonly files: readonly SourceFile[]
  /** As they load now. Absent: the console may read no files of this host, so these are the running ones. */
  readonly loaded?: LoadedSpec
  /** Whether the process maps by these texts. */
  readonly isRunning: boolean
  /** Why nothing can be saved, as a sentence. */
  readonly readOnlyReason?: string | undefined
}

const NO_FILES = 'The program that runs this connector passes the console no files to change.'

export async function readSpecTexts({ options, specEditor }: PageContext): Promise<SpecTexts> {
  const { sourceFiles } = options.connector.spec
  if (specEditor === undefined) return { files: sourceFiles, isRunning: true, readOnlyReason: NO_FILES }
  const [loaded, readOnlyReason] = await Promise.all([specEditor.load([], 'check'), specEditor.readOnlyReason()])
  const isRunning = hashSpec(loaded.files) === hashSpec(sourceFiles)
  return { files: loaded.files, loaded, isRunning, readOnlyReason }
}
