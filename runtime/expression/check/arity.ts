/** Parses the number of arguments that a signature accepts. */

/** `max` is Infinity if the last parameter repeats. */
export interface Arity {
  readonly min: number
  readonly max: number
}

/** A parameter marked `-` is optional: it defaults to the context. */
export function parseArity(signature: string): Arity {
  const [params = ''] = signature
    .slice(1, -1)
    .replace(/<[^<>]*>/g, '')
    .split(':')
  const parameters = [...params.matchAll(/(\([^)]*\)|[a-z])([-?+]?)/g)]
  const optional = parameters.filter(([, , mark]) => mark === '-' || mark === '?').length
  const isRepeated = parameters.some(([, , mark]) => mark === '+')
  return { min: parameters.length - optional, max: isRepeated ? Number.POSITIVE_INFINITY : parameters.length }
}
