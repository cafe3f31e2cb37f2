/** Compiles the value of a metric's events and its currency. A constant is checked here, any other value when it is sent. */
import type { TypedField } from '../../expression/check/value.ts'
import { getBareName, type Node } from '../../expression/compiler/ast.ts'
import type { Expression } from '../../expression/expression.ts'
import { isProblem } from '../../expression/parse.ts'
import type { Mapping as MappingDocument } from '../generated/documents.ts'
import type { Mapping } from '../spec.ts'
import type { Scope, SpecNode } from './spec-node.ts'

const AMOUNT = /^-?\d+(\.\d+)?$/
const CURRENCY = /^[A-Z]{3}$/

/** `node` is the mapping's root. */
export function compileRevenue(
  document: Pick<MappingDocument, 'value' | 'currency'>,
  scope: Scope,
  node: SpecNode,
): Pick<Mapping, 'value' | 'currency'> {
  const value = document.value === undefined ? undefined : compileValue(node.at('value'), scope)
  const currency = document.currency === undefined ? undefined : compileCurrency(node.at('currency'), scope)
  if (document.currency !== undefined && document.value === undefined) {
    const message = 'the metric has a currency and no value'
    const help = 'add "value", or remove "currency"'
    node.at('currency').error({ code: 'spec/currency-without-value', message, help }, node.at('currency').keySpan)
  }
  return { ...(value && { value }), ...(currency && { currency }) }
}

function compileValue(node: SpecNode, scope: Scope): Expression {
  const { expression, result } = node.compile(scope)
  const root = parseRoot(node)
  const isConstant = root?.type === 'value' || (root?.type === 'string' && !AMOUNT.test(String(root.value)))
  if (isConstant || isNeverAmount(result.field)) {
    const message = isConstant
      ? `the value is ${JSON.stringify(root?.value)}, and not a number`
      : `the value is ${result.field?.name}, which never is a number`
    const help = 'write a number, or an expression that gives one; $decimal reads other notations'
    node.error({ code: 'spec/value-not-a-number', message, help })
  }
  return expression
}

/** Text may be a number, unless all the texts that it can be are known. A time is no amount. */
function isNeverAmount(field: TypedField | undefined): boolean {
  const { kinds = new Set(), values } = field?.type ?? {}
  if (values !== undefined) return !values.some((text) => AMOUNT.test(text))
  return kinds.size > 0 && !kinds.has('number') && !kinds.has('text')
}

function compileCurrency(node: SpecNode, scope: Scope): Expression | undefined {
  const root = parseRoot(node)
  const name = root && getBareName(root)
  // No field of a record is called so.
  const isBareCode = name !== undefined && CURRENCY.test(name)
  const isConstant = root !== undefined && ['string', 'number', 'value'].includes(root.type)
  if (!isBareCode && !(isConstant && !CURRENCY.test(String(root.value)))) return node.expression(scope)
  const message = isBareCode
    ? `the currency reads a field "${name}"`
    : `the currency is ${JSON.stringify(root?.value)}, and not a code of three capitals`
  const help = `write a code of ISO 4217 in two pairs of quotes: '"${isBareCode ? name : 'EUR'}"'`
  node.error({ code: 'spec/currency-code', message, help })
  return undefined
}

function parseRoot(node: SpecNode): Node | undefined {
  const parsed = node.context.parse(node.text().value)
  return isProblem(parsed) ? undefined : (parsed.root as Node)
}
