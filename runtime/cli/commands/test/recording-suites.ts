/** The recordings that `test` replays: each is a suite with one case. */
import { join } from 'node:path'
import { checkRecording } from '../../../conformance/recording/check-recording.ts'
import { APPROVED_FILE, parseRecording, RECORDING_FILES } from '../../../conformance/recording/recording-files.ts'
import { isPassed } from '../../../conformance/report/run-report.ts'
import { toFault } from '../../../ports/fault.ts'
import type { Spec } from '../../../spec/spec.ts'
import type { CommandContext } from '../../command.ts'
import { shortenPath } from '../../load-spec.ts'
import { writeTextFile } from '../../output/write-file.ts'
import { readTextFile } from '../../read-text-file.ts'
import { openOffline } from '../record/open-offline.ts'
import type { Suite, SuiteResult } from './suite.ts'
import type { TestOptions } from './test-options.ts'

export interface RecordingSuiteParts {
  readonly context: CommandContext
  readonly spec: Spec
  /** Writes what came into the approved file. */
  readonly update: boolean
}

/** None of another engine: it has no connector to replay. None of a metric: a recording is compared as a whole. */
export function filterRecordings(
  folders: readonly string[],
  { only, metric, otherEngine }: TestOptions,
): readonly string[] {
  if (metric !== undefined || otherEngine !== undefined) return []
  return only === undefined ? folders : folders.filter((folder) => folder.toLowerCase().includes(only.toLowerCase()))
}

/** `folders`: absolute. */
export const toRecordingSuites = (folders: readonly string[], parts: RecordingSuiteParts): readonly Suite[] =>
  folders.map((folder) => ({ file: shortenPath(folder, parts.context.io.cwd), run: () => run(folder, parts) }))

async function run(folder: string, { context, spec, update }: RecordingSuiteParts): Promise<SuiteResult> {
  const { io } = context
  const name = shortenPath(folder, io.cwd)
  const began = io.clock.now()
  try {
    const read = async (file: string) => [file, await readTextFile(join(folder, file))] as const
    const files = new Map(await Promise.all([...RECORDING_FILES, APPROVED_FILE].map(read)))
    const recording = parseRecording((file) => files.get(file))
    const options = { folder: name, spec, open: openOffline(context), now: () => io.clock.now() }
    const approved = files.get(APPROVED_FILE)
    const { report, text } = await checkRecording(recording, { ...options, approved })
    if (!update || text === undefined || report.checks.every(isPassed)) return { reports: [report], runs: [] }
    await writeTextFile(join(folder, APPROVED_FILE), text)
    context.note(`updated ${name}/${APPROVED_FILE}`)
    const again = await checkRecording(recording, { ...options, approved: text })
    return { reports: [again.report], runs: [] }
  } catch (error) {
    // A recording that cannot be replayed must not end the others.
    const problems = [{ message: toFault(error).message }]
    const check = {
      name: 'replay',
      kind: 'ingress',
      differences: [],
      problems,
      elapsed: io.clock.now() - began,
    } as const
    return {
      reports: [{ name, place: { file: `${name}/${APPROVED_FILE}`, line: 1, column: 1 }, checks: [check] }],
      runs: [],
    }
  }
}
