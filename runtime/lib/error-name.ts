/** Names an error of a host's own code by class and code: its message may quote a secret, an address or a person. */

const CLASS = /^[A-Za-z_$][\w$]{0,59}$/
const CODE = /^[A-Za-z][\w.-]{0,59}$/
/** Of an error, its cause, the cause of that. */
const DEPTH = 3

/** For example `TypeError ECONNREFUSED`: the class of the error itself, the code of it or of its nearest cause. */
export function errorName(error: unknown): string {
  const name = error instanceof Error && CLASS.test(error.name) ? error.name : typeof error
  const code = findCode(error, DEPTH)
  return code === undefined || code === name ? name : `${name} ${code}`
}

function findCode(error: unknown, depth: number): string | undefined {
  if (typeof error !== 'object' || error === null || depth === 0) return undefined
  const code = 'code' in error && typeof error.code === 'string' && CODE.test(error.code) ? error.code : undefined
  return code ?? ('cause' in error ? findCode(error.cause, depth - 1) : undefined)
}
