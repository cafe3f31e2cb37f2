/** Replays a recording and compares what comes with its approved file. */
import { compareCase } from '../compare/compare-case.ts'
import type { CaseReport, CheckReport, Problem } from '../report/run-report.ts'
import { CONTRACT_VERSION, type ResolvedCase } from '../types.ts'
import { formatApproved, parseApproved } from './approved.ts'
import type { Recording } from './recording.ts'
import { APPROVED_FILE } from './recording-files.ts'
import { type Replay, type ReplayParts, replayRecording } from './replay/replay.ts'

export interface CheckOptions extends ReplayParts {
  /** The folder, as it is printed. */
  readonly folder: string
  /** The text of the approved file. Absent: there is none. */
  readonly approved?: string | undefined
  /** Milliseconds. */
  readonly now: () => number
}

export interface CheckedRecording {
  readonly report: CaseReport
  /** The approved file that would pass. Absent: the replay asked for what was not recorded, so nothing is to be approved. */
  readonly text?: string
}

/** Throws a `Fault` for files that are no recording, and for an import that cannot be read. */
export async function checkRecording(recording: Recording, options: CheckOptions): Promise<CheckedRecording> {
  const { folder, approved, now, spec } = options
  const began = now()
  const replay = await replayRecording(recording, options)
  const file = `${folder}/${APPROVED_FILE}`
  const place = { file, line: 1, column: 1 }
  const { workspace, what } = recording.manifest
  const resolved: ResolvedCase = {
    name: what,
    ingress: recording.manifest.streams === undefined ? 'webhook' : 'backfill',
    place,
    input: { version: CONTRACT_VERSION, id: folder, workspace, lookups: {}, steps: [] },
    expected: approved === undefined ? [] : parseApproved(approved, file),
  }
  const result = { id: folder, occurrences: replay.occurrences }
  const check: CheckReport = {
    name: 'replay',
    kind: 'ingress',
    differences: approved === undefined ? [] : compareCase({ resolved, result }, { spec }),
    problems: listProblems(replay, approved === undefined, folder),
    elapsed: now() - began,
  }
  const text = replay.unmatched.length > 0 ? undefined : formatApproved(replay.occurrences, workspace)
  return { report: { name: what, place, checks: [check] }, ...(text !== undefined && { text }) }
}

/** Requests in a report. */
const MAX_REQUESTS = 5

function listProblems({ unmatched, occurrences }: Replay, isNew: boolean, folder: string): readonly Problem[] {
  const asked = unmatched.slice(0, MAX_REQUESTS).map((request) => ({
    message: `the replay asked for ${request}, which was not recorded: record it again with this spec, or add the exchange`,
  }))
  if (!isNew) return asked
  const message = `it has no ${APPROVED_FILE} yet: \`connector test ${folder} --update\` writes what came (${occurrences.length} occurrences). Read it before you commit it`
  return [...asked, { message }]
}
