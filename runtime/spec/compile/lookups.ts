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
    const key = { variables: others, of: raw.of === undefined ? anyResource : context.fields.shapes.get(raw.of) }
    const lookup: LookupSpec = {
      name,
      ...(raw.of === undefined ? {} : { of: raw.of }),
      ...(raw.key === undefined ? {} : { key: context.expression(yaml, [...path, 'key'], key) }),
      none: new Set((raw.none ?? []).map(String)),
      cache: duration(raw.cache),
      ...(raw.sweep === undefined ? {} : { sweep: raw.sweep }),
      ...(raw.permission === undefined ? {} : { permission: raw.permission }),
      ...compileWays(raw, path, yaml, context),
    }
    return [name, lookup] as const
  })
  return new Map(compiled)
}

/** The requests that fetch it. */
function compileWays(
  { table, item, batch }: RawLookup,
  path: Path,
  yaml: YamlFile,
  context: Context,
): Pick<LookupSpec, 'table' | 'item' | 'batch'> {
  const request = (way: 'table' | 'item' | 'batch', raw: NonNullable<RawLookup['item']>['request'], bound: string[]) =>
    compileRequest(raw, [...path, way, 'request'], bound, yaml, context)
  const part = (way: string, key: string) => context.expression(yaml, [...path, way, key], nothing)
  return {
    ...(table && {
      table: { request: request('table', table.request, []), records: part('table', 'records'), id: table.id },
    }),
    ...(item && {
      item: {
        request: request('item', item.request, ['key']),
        ...(item.value === undefined ? {} : { value: part('item', 'value') }),
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
    if (lookup.of !== undefined) add(lookup.of)
    for (const variable of lookup.key?.variables ?? []) add(variable)
    ordered.add(name)
  }
  for (const name of also) add(name)
  for (const { variables } of expressions) for (const name of variables) add(name)
  return [...ordered]
}
