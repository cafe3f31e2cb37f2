/** Compiles the lookups of connector.yaml, and selects those that expressions need. */
import { uniteAllShapes } from '../../expression/check/shape.ts'
import type { Expression } from '../../expression/expression.ts'
import type { Connector } from '../generated/documents.ts'
import type { LookupSpec } from '../spec.ts'
import { parseDuration } from './durations-and-sizes.ts'
import { compileRequest } from './request.ts'
import type { SpecNode } from './spec-node.ts'

type LookupDocument = Connector['lookups'][string]

/** `node` is the root of connector.yaml. */
export function compileLookups({ lookups, resources }: Connector, node: SpecNode): ReadonlyMap<string, LookupSpec> {
  const names = Object.keys(lookups)
  const { shapes } = node.context.fields
  const anyResource = uniteAllShapes(Object.keys(resources).map((name) => shapes.get(name)))
  const compiled = Object.entries(lookups).map(([name, document]) => {
    const { from, key, ttl, emptyKeys = [], preloadFrom, permission } = document
    const here = node.at('lookups', name)
    // A key may read the values of other lookups, never its own.
    const scope = {
      variables: names.filter((other) => other !== name),
      input: from === undefined ? anyResource : shapes.get(from),
    }
    const lookup: LookupSpec = {
      name,
      ...(from === undefined ? {} : { from }),
      ...(key === undefined ? {} : { key: here.at('key').expression(scope) }),
      emptyKeys: new Set(emptyKeys.map(String)),
      ttl: parseDuration(ttl),
      ...(preloadFrom === undefined ? {} : { preloadFrom }),
      ...(permission === undefined ? {} : { permission }),
      ...compileRequests(document, here),
    }
    return [name, lookup] as const
  })
  return new Map(compiled)
}

function compileRequests(
  { list, get, batch }: LookupDocument,
  node: SpecNode,
): Pick<LookupSpec, 'list' | 'get' | 'batch'> {
  return {
    ...(list && {
      list: {
        request: compileRequest(list.request, node.at('list', 'request')),
        records: node.at('list', 'records').expression(),
        id: list.id,
      },
    }),
    ...(get && {
      get: {
        request: compileRequest(get.request, node.at('get', 'request'), ['key']),
        ...(get.value === undefined ? {} : { value: node.at('get', 'value').expression() }),
        ...(get.id === undefined ? {} : { id: get.id }),
      },
    }),
    ...(batch && {
      batch: {
        request: compileRequest(batch.request, node.at('batch', 'request'), ['ids']),
        records: node.at('batch', 'records').expression(),
        id: batch.id,
        size: batch.size,
      },
    }),
  }
}

/** The lookups that these expressions name, and `always`, each after those it depends on. */
export function collectLookups(
  expressions: Iterable<Expression>,
  lookups: ReadonlyMap<string, LookupSpec>,
  always: readonly string[] = [],
): readonly string[] {
  const ordered = new Set<string>()
  const visited = new Set<string>()
  const add = (name: string): void => {
    const lookup = lookups.get(name)
    if (lookup === undefined || visited.has(name)) return
    visited.add(name)
    if (lookup.from !== undefined) add(lookup.from)
    for (const variable of lookup.key?.variables ?? []) add(variable)
    ordered.add(name)
  }
  for (const name of always) add(name)
  for (const { variables } of expressions) for (const name of variables) add(name)
  return [...ordered]
}
