/** Compiles an HTTP request: placeholders in its path, expressions in its query and body. */
import { suggest } from '../../expression/did-you-mean.ts'
import type { Request } from '../generated/documents.ts'
import type { RequestSpec } from '../spec.ts'
import type { SpecNode } from './spec-node.ts'

/** `variables` are bound when the request is built. */
export function compileRequest(request: Request, node: SpecNode, variables: readonly string[] = []): RequestSpec {
  checkPlaceholders(request.path, node.at('path'), variables)
  const names = Object.keys(request.query ?? {})
  return {
    method: request.method ?? 'GET',
    path: request.path,
    query: new Map(names.map((name) => [name, node.at('query', name).expression({ variables })])),
    ...(request.body === undefined ? {} : { body: node.at('body').expression({ variables }) }),
  }
}

function checkPlaceholders(path: string, node: SpecNode, variables: readonly string[]): void {
  for (const { 0: whole, 1: name = '', index } of path.matchAll(/\{([^{}]*)\}/g)) {
    if (variables.includes(name)) continue
    const message = `unknown placeholder ${whole}`
    const help = variables.length === 0 ? 'no variable is bound here' : suggest(name, variables, (each) => `{${each}}`)
    node.errorWithin({ code: 'spec/unknown-placeholder', message, help }, [index, index + whole.length])
  }
}
