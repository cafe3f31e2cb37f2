/** `check`: tests credentials and permissions with real requests. */
import { alignColumns, formatJson } from '../../lib/format.ts'
import type { CheckResult } from '../../ports/check-result.ts'
import type { CliApp } from '../app.ts'
import type { CommandDefinition } from '../command.ts'
import { EXIT_CODES } from '../errors.ts'
import type { Painter } from '../io.ts'
import { BOTH_SIDES, withConnector } from '../with-connector.ts'

export const createCheckCommand = ({ labels }: CliApp): CommandDefinition => ({
  name: 'check',
  summary: `Check credentials and permissions for ${labels.source} and ${labels.destination}.`,
  options: [],
  examples: [
    ['check', 'before the first start, or when records wait with a fault of kind "config"'],
    ['check --json', 'for monitoring: exit code 1 if anything is missing'],
  ],
  async run(context) {
    const { io, paint, print } = context
    return withConnector(context, { needs: BOTH_SIDES }, async ({ connector }) => {
      const results: CheckResult[] = []
      for await (const result of connector.check(io.signal)) {
        results.push(result)
        // Printed one by one, since an unreachable API takes its whole timeout.
        if (!context.json) print(`${render(result, paint)}\n`)
      }
      if (context.json) print(formatJson(results))
      return results.every((result) => result.ok) ? EXIT_CODES.ok : EXIT_CODES.failed
    })
  },
})

function render(result: CheckResult, paint: Painter): string {
  const passed = result.warning ? paint('yellow', 'warning') : paint('green', 'ok     ')
  const mark = result.ok ? passed : paint('red', 'missing')
  return alignColumns([[mark, result.name.padEnd(44), result.detail]]).join('')
}
