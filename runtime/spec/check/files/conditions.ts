/** Finds conditions that decide nothing: those that are equal for every record, and those that repeat another. */

import { isFunctionName } from '../../../expression/check/variables.ts'
import { walkNodes } from '../../../expression/compiler/ast.ts'
import { VOLATILE_BUILTINS } from '../../../expression/compiler/runtime/functions/builtins.ts'
import { isProblem } from '../../../expression/parse.ts'
import type { SpecNode } from '../../compile/spec-node.ts'
import type { DiagnosticText } from '../../diagnostic.ts'
import type { Skip } from '../../generated/documents.ts'

interface WithConditions {
  readonly when?: string | undefined
  readonly skip?: Skip | undefined
}

/** Of a metric, a property set or the profile. `node` is the root of its file. */
export function checkConditions({ when, skip = {} }: WithConditions, node: SpecNode): void {
  if (when !== undefined) checkConstant(node.at('when'), WHEN)
  const reasons = new Map<string, string>()
  for (const [reason, condition] of Object.entries(skip)) {
    if (condition === null) continue
    const rule = node.at('skip', reason)
    const text = normalize(condition)
    checkConstant(rule, RULE)
    const repeats = (message: string, help: string) => rule.warn({ code: 'spec/repeated-condition', message, help })
    if (when !== undefined && text === normalize(when)) {
      repeats('this is the condition of "when", so every event would be skipped', 'remove one of the two')
    } else if (when !== undefined && text === `$not(${normalize(when)})`) {
      repeats('this is the opposite of "when", so the rule skips nothing', 'remove it')
    } else if (reasons.has(text)) {
      repeats(
        `"${reasons.get(text)}" has this condition already, so "${reason}" never applies`,
        'remove one of the two',
      )
    } else reasons.set(text, reason)
  }
}

const normalize = (text: string): string => text.replace(/\s+/g, ' ').trim()

type Constant = 'true' | 'false' | 'unknown'
type Words = Readonly<Record<Constant, Pick<DiagnosticText, 'message' | 'help'>>>

const READS_NOTHING = {
  message: 'this condition reads nothing of the record, so it is the same for every event',
  help: 'name the field that decides',
}

const WHEN: Words = {
  true: { message: 'every occurrence meets this condition', help: 'remove it' },
  false: { message: 'no occurrence meets this condition', help: 'to disable the metric, write enabled: false' },
  unknown: READS_NOTHING,
}

const RULE: Words = {
  true: { message: 'this rule skips every event', help: 'remove it; to disable a metric, write enabled: false' },
  false: { message: 'this rule skips nothing', help: 'remove it; to remove a rule of an included set, write ~' },
  unknown: READS_NOTHING,
}

function checkConstant(node: SpecNode, words: Words): void {
  const constant = readConstant(node)
  if (constant !== undefined) node.warn({ code: 'spec/constant-condition', ...words[constant] })
}

/** Whether an expression is true or false whatever the record, if it is the same for each. */
function readConstant(node: SpecNode): Constant | undefined {
  const parsed = node.context.parse(node.text().value)
  if (isProblem(parsed)) return undefined
  const { type, value, predicate } = parsed.root
  if (LITERALS.has(type) && predicate === undefined) return value ? 'true' : 'false'
  const { functions } = node.context
  for (const { type, value } of walkNodes(parsed.root)) {
    const isCall =
      type === 'variable' && isFunctionName(String(value), functions) && !VOLATILE_BUILTINS.has(String(value))
    if (typeof type === 'string' && !CONSTANT.has(type) && !isCall) return undefined
  }
  return 'unknown'
}

const LITERALS: ReadonlySet<string> = new Set(['value', 'string', 'number'])
const CONSTANT: ReadonlySet<string> = new Set([...LITERALS, 'binary', 'unary', 'condition', 'block', 'function'])
