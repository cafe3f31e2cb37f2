/** Prints a run of `test` in the form that the options ask for. */

import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { APPROVED_FILE } from '../../../conformance/recording/recording-files.ts'
import type { FormatOptions } from '../../../conformance/report/format-difference.ts'
import { formatReport } from '../../../conformance/report/format-report.ts'
import type { CaseReport } from '../../../conformance/report/run-report.ts'
import { formatJson } from '../../../lib/format.ts'
import { parsePlace } from '../../../spec/source-file.ts'
import type { CommandContext } from '../../command.ts'
import { shortenPath } from '../../load-spec.ts'
import { writeTextFile } from '../../output/write-file.ts'
import type { TestRun } from './run-tests.ts'
import type { TestOptions } from './test-options.ts'

/** Of a report in a file or a pipe. */
const DEFAULT_WIDTH = 120

export async function printRun(run: TestRun, context: CommandContext, options: TestOptions): Promise<void> {
  const { report } = run
  const { io, json } = context
  if (options.junit !== undefined) {
    const { toJunit } = await import('../../../conformance/report/junit.ts')
    await writeTextFile(resolve(io.cwd, options.junit), toJunit(report))
  }
  if (options.tap) {
    const { toTap } = await import('../../../conformance/report/tap.ts')
    return context.print(toTap(report))
  }
  if (json) {
    const { reportToJson } = await import('../../../conformance/report/report-json.ts')
    return context.print(formatJson(reportToJson(report)))
  }
  context.print(formatReport(report, options.explain ? () => '' : hintOf, formatOptions(run, context)))
}

function formatOptions({ spec, folder }: TestRun, { io, paint }: CommandContext): FormatOptions {
  const files = new Map(spec.sourceFiles.map((file) => [file.path, file]))
  return {
    paint,
    width: io.stdout.isTTY ? io.stdout.columns : DEFAULT_WIDTH,
    locate: (place) => {
      const parsed = parsePlace(place)
      const file = parsed && files.get(parsed.path)
      if (parsed === undefined || file === undefined) return undefined
      const { line, column } = parsed
      const path = shortenPath(file.base?.diskPath ?? join(fileURLToPath(folder), file.path), io.cwd)
      return { place: `${path}:${line}:${column}`, line, column, text: file.line(line) }
    },
  }
}

/** A command line that explains the case. None explains a recording: it has many records. */
const hintOf = ({ name, place }: CaseReport): string =>
  place.file.endsWith(`/${APPROVED_FILE}`) ? '' : `connector test ${quote(place.file)} --only ${quote(name)} --explain`

/** For a POSIX shell. */
const quote = (text: string): string => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)
