/** The redactor of a recording, with the rules that the spec and the connector imply. */
import { randomBytes } from 'node:crypto'
import { KEPT_HEADERS } from '../../../conformance/recording/recording.ts'
import { createRules } from '../../../conformance/redact/create-rules.ts'
import { createRedactor, type Redactor } from '../../../conformance/redact/redactor.ts'
import type { CommandContext } from '../../command.ts'
import type { CheckedSpec } from '../../load-spec.ts'

/** Its key is new for each recording and kept nowhere, so that no one can test guesses. */
export async function createSpecRedactor(
  loaded: CheckedSpec,
  keep: readonly string[],
  { app }: CommandContext,
): Promise<Redactor> {
  const rules = createRules(loaded, await app.loadRedaction?.())
  const headers = [...(rules.headers ?? []), ...KEPT_HEADERS]
  return createRedactor({ key: randomBytes(32), rules: { ...rules, headers }, keep })
}
