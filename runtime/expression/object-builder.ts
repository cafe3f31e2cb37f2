/** Builds one object from many expressions. Generated code calls each expression from its own call site. */
import { type MaybePromise, mapMaybe } from '../lib/maybe-promise.ts'
import type { Json } from '../ports/types.ts'
import { toLiteral } from './compiler/emit/literal.ts'
import { closeBudget, dropBudget, openBudget, STEP_BUDGET } from './compiler/runtime/limits.ts'
import type { Bindings, Expression } from './expression.ts'

/** The name of a member, or the names of a nested object and of a member in it. */
export type MemberName = readonly [head: string, tail?: string]

export interface ObjectMember {
  readonly name: MemberName
  readonly expr: Expression
  /** Converts the value; undefined omits the member. Absent: omits null and "". */
  readonly finish?: ((value: Json | undefined) => Json | undefined) | undefined
}

type BuiltObject = Record<string, Json | undefined>

/** A promise only if an expression had to be interpreted. */
export type ObjectBuilder = (input: Json, bindings: Bindings) => MaybePromise<BuiltObject>

/**
 * Takes half the time of a loop over the members: a JavaScript engine optimizes a call site that sees one function, and
 * an assignment that sees one name. The loop runs where the host forbids generated code, where an expression is not
 * compiled, and again after any error.
 */
export function compileObjectBuilder(members: readonly ObjectMember[]): ObjectBuilder {
  const loop = createLoop(members)
  const programs = members.flatMap(({ expr }) => expr.program ?? [])
  if (programs.length < members.length) return loop
  try {
    const create = new Function('programs', 'finishes', 'setMember', 'loop', 'steps', generateBuilderSource(members))
    return create(
      programs,
      members.map(({ finish }) => finish),
      setMember,
      loop,
      { closeBudget, dropBudget, openBudget, STEP_BUDGET },
    )
  } catch (error) {
    if (error instanceof EvalError) return loop
    throw error
  }
}

/** A constructor, so that the engine learns the size of its objects. They have the prototype of plain objects. */
function generateBuilderSource(members: readonly ObjectMember[]): string {
  const indexes = members.map((_, i) => i)
  const heads = findNestedHeads(members)
  return `const { closeBudget, dropBudget, openBudget, STEP_BUDGET } = steps;
const [${indexes.map((i) => `program${i}`)}] = programs;
const [${indexes.map((i) => `finish${i}`)}] = finishes;
${heads.map((head, i) => generateNested(i, head, members)).join('\n')}
function BuiltObject(input, bindings) {
  let value;
${indexes.map((i) => `  ${generateStatement(i, members, heads)}`).join('\n')}
}
BuiltObject.prototype = Object.prototype;
return (input, bindings) => {
  const budget = bindings[STEP_BUDGET];
  openBudget(budget);
  try {
    const built = new BuiltObject(input, bindings);
    closeBudget(budget);
    return built;
  } catch {
    dropBudget();
    return loop(input, bindings);
  }
};`
}

/** Names of the nested objects. */
const findNestedHeads = (members: readonly ObjectMember[]): readonly string[] => [
  ...new Set(members.flatMap(({ name: [head, tail] }) => (tail === undefined ? [] : head))),
]

/**
 * A constructor of an empty nested object. Its assignments never run; from them the engine learns the object's size.
 */
function generateNested(i: number, head: string, members: readonly ObjectMember[]): string {
  const tails = members.flatMap(({ name: [other, tail] }) => (other === head && tail !== undefined ? tail : []))
  const assignments = tails.map((tail) => `this[${toLiteral(tail)}] = 0;`).join(' ')
  return `function Nested${i}() { if (false) { ${assignments} } }\nNested${i}.prototype = Object.prototype;`
}

function generateStatement(i: number, members: readonly ObjectMember[], heads: readonly string[]): string {
  const { name, finish } = members[i] as ObjectMember
  const [head, tail] = name
  const [key, inner] = [toLiteral(head), toLiteral(tail ?? '')]
  const value = `program${i}(input, bindings)`
  const assign = finish === undefined ? `value = ${value};` : `value = finish${i}(${value});`
  const isPresent =
    finish === undefined ? `value !== undefined && value !== null && value !== ''` : 'value !== undefined'
  const isMixed = members.some(
    ({ name: other }) => other[0] === head && (other[1] === undefined) !== (tail === undefined),
  )
  // Assigning these names could reach a prototype, or an object that belongs to the input.
  if (head in {} || tail === '__proto__' || isMixed)
    return `${assign} if (${isPresent}) setMember(this, ${key}, ${tail && inner}, value);`
  const nested = `new Nested${heads.indexOf(head)}()`
  const target = tail === undefined ? `this[${key}]` : `(this[${key}] ??= ${nested})[${inner}]`
  return `${assign} if (${isPresent}) ${target} = value;`
}

function createLoop(members: readonly ObjectMember[]): ObjectBuilder {
  function build(object: BuiltObject, from: number, input: Json, bindings: Bindings): MaybePromise<BuiltObject> {
    for (let i = from; i < members.length; i++) {
      const member = members[i] as ObjectMember
      const value = member.expr.evaluate(input, bindings)
      if (value instanceof Promise) {
        return mapMaybe(value, (late) => {
          finishMember(object, member, late)
          return build(object, i + 1, input, bindings)
        })
      }
      finishMember(object, member, value)
    }
    return object
  }
  return (input, bindings) => build({}, 0, input, bindings)
}

function finishMember(
  object: BuiltObject,
  { name: [head, tail], finish = omitEmpty }: ObjectMember,
  value: Json | undefined,
): void {
  const finished = finish(value)
  if (finished !== undefined) setMember(object, head, tail, finished)
}

function setMember(object: BuiltObject, head: string, tail: string | undefined, member: Json): void {
  const value = tail === undefined ? member : { ...(object[head] as BuiltObject | undefined), [tail]: member }
  Object.defineProperty(object, head, { value, enumerable: true, writable: true, configurable: true })
}

const omitEmpty = (value: Json | undefined) => (value === null || value === '' ? undefined : value)
