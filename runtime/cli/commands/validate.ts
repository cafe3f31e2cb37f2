/** `validate`: is a spec right, and if not, where and why? */

import { json, plural } from '../../format.ts'
import { render, toJson } from '../../spec/diagnostic.ts'
import type { Spec } from '../../spec/spec.ts'
import type { CommandRow } from '../command.ts'
import { EXIT } from '../failure.ts'
import { wantsColor } from '../io.ts'
import { specFolder } from '../open.ts'

export const validate: CommandRow = {
  name: 'validate',
  summary: 'Check a spec: connector.yaml and the mappings it names.',
  operand: { flags: '[dir]', what: 'the folder of connector.yaml (default: CONNECTOR_SPEC, else the one shipped)' },
  options: [],
  examples: [
    ['validate', 'the spec that `start` would use'],
    ['validate ./my-spec --json', 'for an editor or a build: exit code 1 with errors'],
  ],
  async run(context, { operands: [dir] }) {
    const { app, io, load } = context
    const { spec, diagnostics } = await load.spec(specFolder(context, dir), app.functions)
    const ok = spec !== undefined
    if (context.json) {
      context.print(json({ ok, ...(ok ? sizeOf(spec) : {}), diagnostics: diagnostics.map(toJson) }))
    } else {
      const color = wantsColor(io.stdout, io.env)
      for (const diagnostic of diagnostics) context.print(`${render(diagnostic, color)}\n\n`)
      context.print(`${verdict(spec, diagnostics.length)}\n`)
    }
    return ok ? EXIT.ok : EXIT.failed
  },
}

function verdict(spec: Spec | undefined, complaints: number): string {
  if (spec === undefined) return plural(complaints, 'problem')
  const { metrics, streams, lookups } = sizeOf(spec)
  const size = `${plural(metrics, 'metric')}, ${plural(streams, 'stream')}, ${plural(lookups, 'lookup')}`
  return `${size}: ${complaints === 0 ? 'no problems' : plural(complaints, 'warning')}`
}

function sizeOf(spec: Spec): { metrics: number; streams: number; lookups: number } {
  return { metrics: spec.mappings.length, streams: spec.streams.size, lookups: spec.lookups.size }
}
