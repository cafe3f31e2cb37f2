/** The options of `test`, validated. */
import type { CommandContext, CommandInput } from '../../command.ts'
import { usageError } from '../../errors.ts'

export interface TestOptions {
  readonly operands: readonly string[]
  readonly update: boolean
  readonly watch: boolean
  readonly explain: boolean
  readonly variants: boolean
  readonly tap: boolean
  readonly strict: boolean
  readonly only?: string
  readonly metric?: string
  readonly junit?: string
  /** The command line of another implementation. */
  readonly otherEngine?: string
}

export function readTestOptions({ json }: CommandContext, { operands, value, flag }: CommandInput): TestOptions {
  const [only, metric, junit, engine] = [value('only'), value('metric'), value('junit'), value('with')]
  const options = {
    operands,
    update: flag('update'),
    watch: flag('watch'),
    explain: flag('explain'),
    // Of commander: `--no-variants` makes the option `variants` false.
    variants: flag('variants'),
    tap: flag('tap'),
    strict: flag('strict'),
    ...(only !== undefined && { only }),
    ...(metric !== undefined && { metric }),
    ...(junit !== undefined && { junit }),
    ...(engine !== undefined && { otherEngine: engine }),
  }
  if (options.tap && json) throw usageError('--tap and --json both print the report: choose one')
  if (options.watch && (options.tap || json))
    throw usageError('--watch prints a report for people: leave out --tap and --json')
  if (options.update && engine !== undefined)
    throw usageError('--update writes what this connector gives: leave out --with')
  return options
}
