/** `test`: runs the cases of a spec, offline, and compares what comes with what they expect. */
import { formatFileLine } from '../../../conformance/report/format-report.ts'
import { failedCases } from '../../../conformance/report/run-report.ts'
import { plural } from '../../../lib/format.ts'
import type { CommandContext, CommandDefinition } from '../../command.ts'
import { EXIT_CODES } from '../../errors.ts'
import { strictOption } from '../../load-spec.ts'
import { explainCases } from './explain-cases.ts'
import { printRun } from './print-run.ts'
import { runTests, type TestRun, WatchedFiles } from './run-tests.ts'
import { serveEngine } from './serve-engine.ts'
import { readTestOptions, type TestOptions } from './test-options.ts'
import { updateCases } from './update-cases.ts'
import { watchTests } from './watch-tests.ts'

export const testCommand: CommandDefinition = {
  name: 'test',
  aliases: ['conform'],
  summary: 'Run the cases of a spec by every ingress, and compare. Offline, needs no credentials.',
  operand: {
    flags: '[files...]',
    description:
      'case files, recordings, folders of them, or the folder of a spec (default: tests/ beside its connector.yaml)',
  },
  options: [
    {
      flags: '--update',
      description: 'write what was seen into the failing cases and recordings; read the diff before you commit it',
    },
    { flags: '--watch', description: 'run again when the spec, a case or a fixture changes' },
    { flags: '--only <name>', description: 'only cases with this in their names' },
    {
      flags: '--metric <metrics>',
      description: 'only cases of these metrics, separated by commas; Profile: the profile',
    },
    { flags: '--explain', description: 'for the failing cases: what each mapping made of their records, and why' },
    { flags: '--no-variants', description: 'without variants: null and absent fields, repetitions, zones and locales' },
    { flags: '--junit <file>', description: 'also write JUnit XML' },
    { flags: '--with <command>', description: 'run the cases by another implementation: conformance/CONTRACT.md' },
    { flags: '--engine', description: 'serve our engine to another runner: cases on stdin, results on stdout' },
    { flags: '--tap', description: 'print TAP 14 instead of the report' },
    strictOption,
  ],
  examples: [
    ['test', 'the cases of the spec that `start` would use'],
    ['test ./my-spec --watch', 'while writing a mapping'],
    ['test --only "a rating" --explain', 'one case, and why each mapping gives what it gives'],
    ['test --update', 'accept what was seen; `git diff` shows what changed'],
    ['test tests/recorded', 'replay recordings of `record`, and compare with their approved.yaml'],
    ['test --junit report.xml', 'for CI: exit code 1 if a case fails'],
    ['test --with "python3 engine.py"', 'hold an implementation in another language to the same cases'],
  ],
  async run(context, input) {
    const options = readTestOptions(context, input)
    if (input.flag('engine')) {
      await serveEngine(context, options)
      return EXIT_CODES.ok
    }
    if (options.watch) {
      await watchTests(context, (watched) => runOnce(context, options, watched))
      return EXIT_CODES.ok
    }
    const { report } = await runOnce(context, options, new WatchedFiles())
    return failedCases(report).length === 0 ? EXIT_CODES.ok : EXIT_CODES.failed
  },
}

async function runOnce(context: CommandContext, options: TestOptions, watched: WatchedFiles): Promise<TestRun> {
  const first = await runAll(context, options, watched)
  const updated = options.update ? await updateCases(first, context) : 0
  // The second run reads what was written.
  const run = updated === 0 ? first : await runAll(context, options, watched)
  await printRun(run, context, options)
  if (options.explain && !context.json && !options.tap) await explainCases(run, context)
  return run
}

function runAll(context: CommandContext, options: TestOptions, watched: WatchedFiles): Promise<TestRun> {
  const { io, footer, paint, print, json } = context
  const isForPeople = !json && !options.tap
  return runTests({
    context,
    options,
    watched,
    onSuite: ({ file }, reports, left) => {
      if (io.stderr.isTTY) footer.draw([])
      if (isForPeople) print(`${formatFileLine(file, reports, { paint })}\n`)
      if (io.stderr.isTTY && left > 0) footer.draw([`${plural(left, 'file')} to run`])
    },
  })
}
