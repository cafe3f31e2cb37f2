/** Where recordings and cases go, and the files that they are written to. */
import { existsSync } from 'node:fs'
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RecordingFiles } from '../../../conformance/recording/recording-files.ts'
import type { CommandContext } from '../../command.ts'
import { usageError } from '../../errors.ts'
import { specFolder } from '../../load-spec.ts'
import type { TextFile } from '../../output/write-file.ts'
import { SCHEMA_FOLDER } from '../schema.ts'
import { CASES_FOLDER } from '../test/find-suites.ts'
import type { RecordRequest } from './record-options.ts'

/** Beside the spec of the user; the shipped one is not theirs. */
function testsFolder(context: CommandContext): string {
  const { env, io } = context
  return join(env.CONNECTOR_SPEC === undefined ? io.cwd : fileURLToPath(specFolder(context)), CASES_FOLDER)
}

/** Throws a usage error for a folder that has files of something else. */
export function recordingFolder({ out }: RecordRequest, what: string, context: CommandContext): string {
  if (out !== undefined) return resolve(context.io.cwd, out)
  const day = new Date(context.io.clock.now()).toISOString().slice(0, 10)
  const slug = what
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60)
  const base = join(testsFolder(context), 'recorded', `${day}-${slug}`)
  for (let number = 1; ; number++) {
    const folder = number === 1 ? base : `${base}-${number}`
    if (!existsSync(folder)) return folder
  }
}

export interface CaseOutput {
  /** Absolute. */
  readonly path: string
  /** Without its extension. */
  readonly name: string
  /** The schema of case files, from there. */
  readonly schema: string
}

/** Throws a usage error for a file that exists: it may hold other cases. */
export function caseOutput(file: string, context: CommandContext): CaseOutput {
  const path = resolve(context.io.cwd, file)
  if (!/\.ya?ml$/.test(path)) throw usageError(`--case ${file}: a case file ends with .yaml`)
  if (existsSync(path)) throw usageError(`--case ${file}: the file exists; name a new one, and move its cases yourself`)
  const folder = join(dirname(testsFolder(context)), SCHEMA_FOLDER)
  const schema = relative(dirname(path), join(folder, 'cases.schema.json')).replaceAll(sep, '/')
  return { path, name: basename(path, extname(path)), schema }
}

export const toTextFiles = (files: RecordingFiles): readonly TextFile[] =>
  [...files].map(([name, text]) => ({ name, text }))
