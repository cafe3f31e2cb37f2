/** A request to the source: its path's placeholders and its expressions. */
import { suggest } from '../../expression/did-you-mean.ts'
import type { Request } from '../generated/documents.ts'
import type { RequestSpec } from '../spec.ts'
import type { Path, YamlFile } from '../yaml.ts'
import type { Context } from './context.ts'

/** `variables` are what will be bound when it is made. */
export function compileRequest(
  request: Request,
  path: Path,
  variables: readonly string[],
  yaml: YamlFile,
  context: Context,
): RequestSpec {
  checkPlaceholders(request.path, [...path, 'path'], variables, yaml, context)
  const names = Object.keys(request.query ?? {})
  const query = names.map((name) => [name, context.expression(yaml, [...path, 'query', name], { variables })] as const)
  return {
    method: request.method ?? 'GET',
    path: request.path,
    query: new Map(query),
    ...(request.body === undefined ? {} : { body: context.expression(yaml, [...path, 'body'], { variables }) }),
  }
}

function checkPlaceholders(
  text: string,
  path: Path,
  variables: readonly string[],
  yaml: YamlFile,
  context: Context,
): void {
  for (const { 0: whole, 1: name = '', index } of text.matchAll(/\{([^{}]*)\}/g)) {
    if (variables.includes(name)) continue
    const { at } = yaml.text(path)
    const help = variables.length === 0 ? 'nothing is bound here' : suggest(name, variables, (each) => `{${each}}`)
    const message = `unknown placeholder ${whole}`
    context.error(yaml, [at(index), at(index + whole.length - 1) + 1], {
      code: 'spec/unknown-placeholder',
      message,
      help,
    })
  }
}
