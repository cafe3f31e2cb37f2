/** The lookups of connector.yaml, and which of them a set of expressions needs. */

import { anyOf } from '../../expression/check/shape.ts'
import type { Expression } from '../../expression/expression.ts'
import type { Connector } from '../generated/documents.ts'
import type { LookupSpec } from '../spec.ts'
import type { Path, YamlFile } from '../yaml.ts'
import type { Context } from './context.ts'
import { compileRequest } from './request.ts'
import { duration } from './units.ts'

type RawLookup = Connector['lookups'][string]

const nothing = { variables: [] }

export function compileLookups(
  { lookups, resources }: Connector,
  yaml: YamlFile,
  context: Context,
): ReadonlyMap<string, LookupSpec> {
  const names = Object.keys(lookups)
  const anyResource = anyOf(Object.keys(resources).map((name) => context.fields.shapes.get(name)))
  const compiled = Object.entries(lookups).map(([name, raw]) => {
    const path = ['lookups', name]
    // A lookup's key may be read off another's value, so it may name them; itself it cannot.
    const others = names.filter((other) => other !== name)
    const key = { variables: others, of: raw.from === undefined ? anyResource : context.fields.shapes.get(raw.from) }
    const lookup: LookupSpec = {
      name,
      ...(raw.from === undefined ? {} : { from: raw.from }),
      ...(raw.key === undefined ? {} : { key: context.expression(yaml, [...path, 'key'], key) }),
      emptyKeys: new Set((raw.emptyKeys ?? []).map(String)),
      ttl: duration(raw.ttl),
      ...(raw.preloadFrom === undefined ? {} : { preloadFrom: raw.preloadFrom }),
      ...(raw.permission === undefined ? {} : { permission: raw.permission }),
      ...compileWays(raw, path, yaml, context),
    }
    return [name, lookup] as const
  })
  return new Map(compiled)
}

/** The requests that fetch it. */
function compileWays(
  { list, get, batch }: RawLookup,
  path: Path,
  yaml: YamlFile,
  context: Context,
): Pick<LookupSpec, 'list' | 'get' | 'batch'> {
  const request = (way: 'list' | 'get' | 'batch', raw: NonNullable<RawLookup['get']>['request'], bound: string[]) =>
    compileRequest(raw, [...path, way, 'request'], bound, yaml, context)
  const part = (way: string, key: string) => context.expression(yaml, [...path, way, key], nothing)
  return {
    ...(list && {
      list: { request: request('list', list.request, []), records: part('list', 'records'), id: list.id },
    }),
    ...(get && {
      get: {
        request: request('get', get.request, ['key']),
        ...(get.value === undefined ? {} : { value: part('get', 'value') }),
      },
    }),
    ...(batch && {
      batch: {
        request: request('batch', batch.request, ['ids']),
        records: part('batch', 'records'),
        id: batch.id,
        size: batch.size,
      },
    }),
  }
}

/**
 * The lookups these expressions name, and those they are worked out from, each after the ones it needs.
 * `also` are needed in any case.
 */
export function neededLookups(
  expressions: Iterable<Expression>,
  lookups: ReadonlyMap<string, LookupSpec>,
  also: readonly string[] = [],
): readonly string[] {
  const ordered = new Set<string>()
  const seen = new Set<string>()
  const add = (name: string): void => {
    const lookup = lookups.get(name)
    if (lookup === undefined || seen.has(name)) return
    seen.add(name)
    if (lookup.from !== undefined) add(lookup.from)
    for (const variable of lookup.key?.variables ?? []) add(variable)
    ordered.add(name)
  }
  for (const name of also) add(name)
  for (const { variables } of expressions) for (const name of variables) add(name)
  return [...ordered]
}
