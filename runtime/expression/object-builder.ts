/** Many expressions evaluated to one object, each called from a place of its own in code made for it. */
import type { Json } from '../ports/types.ts'
import { literal } from './compiler/emit/literal.ts'
import type { Bindings, Expression } from './expression.ts'

/** The name of a member; or of one, and of a member within it. */
export type Name = readonly [head: string, tail?: string]

export interface Member {
  readonly name: Name
  readonly expr: Expression
  /** What becomes of a value; undefined leaves the member out. Absent: it is left out if it is null or "". */
  readonly finish?: ((value: Json | undefined) => Json | undefined) | undefined
}

type Made = Record<string, Json | undefined>

/** At once, or as a promise where an expression had to be interpreted. */
export type ObjectBuilder = (input: Json, bindings: Bindings) => Made | Promise<Made>

/**
 * The same as a loop over the members, in half its time: from a single place in a program the engine calls many
 * functions, and sets many names, only the slow way. The loop itself runs where the host makes no code out of text,
 * where an expression is not compiled, and once more where something was thrown.
 */
export function compileObjectBuilder(members: readonly Member[]): ObjectBuilder {
  const loop = looped(members)
  const programs = members.flatMap(({ expr }) => expr.program ?? [])
  if (programs.length < members.length) return loop
  try {
    const make = new Function('programs', 'finishes', 'put', 'loop', sourceOf(members))
    return make(
      programs,
      members.map(({ finish }) => finish),
      put,
      loop,
    )
  } catch (error) {
    if (error instanceof EvalError) return loop
    throw error
  }
}

/** A constructor, whose objects the engine learns to make as large as they get; they look like any other object. */
function sourceOf(members: readonly Member[]): string {
  const each = members.map((_, i) => i)
  const heads = headsOf(members)
  return `const [${each.map((i) => `program${i}`)}] = programs;
const [${each.map((i) => `finish${i}`)}] = finishes;
${heads.map((head, i) => within(i, head, members)).join('\n')}
function Made(input, bindings) {
  let value;
${each.map((i) => `  ${statement(i, members, heads)}`).join('\n')}
}
Made.prototype = Object.prototype;
return (input, bindings) => {
  try {
    return new Made(input, bindings);
  } catch {
    return loop(input, bindings);
  }
};`
}

/** The members that hold members. */
const headsOf = (members: readonly Member[]): readonly string[] => [
  ...new Set(members.flatMap(({ name: [head, tail] }) => (tail === undefined ? [] : head))),
]

/** For one of them, an object without any yet: how many it has room for, the engine reads off what is never done. */
function within(i: number, head: string, members: readonly Member[]): string {
  const tails = members.flatMap(({ name: [other, tail] }) => (other === head && tail !== undefined ? tail : []))
  const room = tails.map((tail) => `this[${literal(tail)}] = 0;`).join(' ')
  return `function Within${i}() { if (false) { ${room} } }\nWithin${i}.prototype = Object.prototype;`
}

function statement(i: number, members: readonly Member[], heads: readonly string[]): string {
  const { name, finish } = members[i] as Member
  const [head, tail] = name
  const [key, inner] = [literal(head), literal(tail ?? '')]
  const value = `program${i}(input, bindings)`
  const given = finish === undefined ? `value = ${value};` : `value = finish${i}(${value});`
  const found = finish === undefined ? `value !== undefined && value !== null && value !== ''` : 'value !== undefined'
  const isMixed = members.some(
    ({ name: other }) => other[0] === head && (other[1] === undefined) !== (tail === undefined),
  )
  // In source these names would reach a prototype; and what may belong to the input must not be written to.
  if (head in {} || tail === '__proto__' || isMixed)
    return `${given} if (${found}) put(this, ${key}, ${tail && inner}, value);`
  const made = `new Within${heads.indexOf(head)}()`
  return `${given} if (${found}) ${tail === undefined ? `this[${key}]` : `(this[${key}] ??= ${made})[${inner}]`} = value;`
}

function looped(members: readonly Member[]): ObjectBuilder {
  function go(it: Made, from: number, input: Json, bindings: Bindings): Made | Promise<Made> {
    for (let i = from; i < members.length; i++) {
      const member = members[i] as Member
      const value = member.expr.evaluate(input, bindings)
      if (value instanceof Promise) {
        return value.then((late) => {
          set(it, member, late)
          return go(it, i + 1, input, bindings)
        })
      }
      set(it, member, value)
    }
    return it
  }
  return (input, bindings) => go({}, 0, input, bindings)
}

function set(it: Made, { name: [head, tail], finish = present }: Member, value: Json | undefined): void {
  const finished = finish(value)
  if (finished !== undefined) put(it, head, tail, finished)
}

function put(it: Made, head: string, tail: string | undefined, given: Json): void {
  const value = tail === undefined ? given : { ...(it[head] as Made | undefined), [tail]: given }
  Object.defineProperty(it, head, { value, enumerable: true, writable: true, configurable: true })
}

const present = (value: Json | undefined) => (value === null || value === '' ? undefined : value)
