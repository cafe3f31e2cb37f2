/** `check`: tests credentials and permissions with real requests. */
import { alignColumns, formatJson } from '../../lib/format.ts'
import type { CheckResult } from '../../ports/check-result.ts'
import type { CliApp } from '../app.ts'
import type { CommandDefinition } from '../command.ts'
import { EXIT_CODES } from '../errors.ts'
import type { Painter } from '../io.ts'
import { readProxySettings } from '../proxy/proxy-settings.ts'
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
      const add = (result: CheckResult) => {
        results.push(result)
        // Printed one by one, since an unreachable API takes its whole timeout.
        if (!context.json) print(`${render(result, paint)}\n`)
      }
      const proxy = readProxySettings(context.env)
      if (proxy) add({ name: 'proxy', ok: true, detail: `requests go through ${proxy.description}` })
      for await (const result of connector.check(io.signal)) add(result)
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
