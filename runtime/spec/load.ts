/** A folder of YAML to a checked, compiled spec, or to everything that is wrong with it. */
import { basename } from 'node:path/posix'
import { checkOnlyLinker } from '../expression/check/check-only.ts'
import type { SerializedPrograms } from '../expression/compiler/serialize.ts'
import type { FunctionTable } from '../expression/functions.ts'
import { checkConnector } from './check/connector.ts'
import { checkDestinationLimits, checkNames, type DestinationNames } from './check/destination.ts'
import { compileFields, resourcesOfSet } from './check/known-fields.ts'
import { type Compiled, checkDuplicates, checkUnused } from './check/mappings.ts'
import {
  compileDelivery,
  compileDestination,
  compileResources,
  compileSource,
  compileStreams,
  compileWebhook,
} from './compile/connector.ts'
import { Context, type PlacedExpression } from './compile/context.ts'
import { compileLookups } from './compile/lookups.ts'
import { compileMapping, mappingScope } from './compile/mapping.ts'
import { compileProfile } from './compile/profile.ts'
import { type CompiledSet, compileSet } from './compile/properties.ts'
import { readRecipes } from './compile/recipes.ts'
import { type Diagnostic, sortAndDedupe } from './diagnostic.ts'
import { type Document, readSpec, type SpecDocuments } from './read.ts'
import type { SourceFile } from './source-file.ts'
import type { Spec } from './spec.ts'
import { filesOn, type SpecFiles } from './spec-files.ts'

export interface LoadOptions {
  /** The connector's own functions, beside those of JSONata. */
  readonly functions: FunctionTable
  /** Absent: any are taken, for a destination that is not known here. */
  readonly names?: DestinationNames | undefined
  /** Where files come from. Absent: the folder on disk. */
  readonly files?: SpecFiles
  /** What was compiled before. Absent: expressions are compiled when first used, where the host allows it. */
  readonly programs?: SerializedPrograms
  /** To be checked and not to be run: its expressions throw a `TypeError`. Loads half as much. */
  readonly checkOnly?: boolean
}

export interface Loaded {
  /** Absent if there is any error. */
  readonly spec: Spec | undefined
  /** By file and place; warnings too. */
  readonly diagnostics: readonly Diagnostic[]
  readonly files: readonly SourceFile[]
  /** All of them, those of metrics that are switched off as well. */
  readonly expressions: readonly PlacedExpression[]
}

/** Reads `connector.yaml` in the folder and what it names. Throws only when a file cannot be read for no fault of its own. */
export async function loadSpec(
  folder: string | URL,
  { functions, names, files = filesOn(folder), programs, checkOnly = false }: LoadOptions,
): Promise<Loaded> {
  const link = checkOnly
    ? checkOnlyLinker(functions)
    : (await import('../expression/compile.ts')).linker(functions, programs)
  const context = new Context(functions, link)
  const documents = await readSpec(files, context)
  const spec = documents.connector && compileSpec(documents.connector, documents, context)
  if (documents.connector && names) checkNames(documents.connector, names, context)
  // The metric of a file that could not be read is not known, so no recipe is told that there is none.
  const metrics = context.failed ? undefined : documents.mappings.map(({ document }) => document.metric)
  const { recipes, files: more } = await readRecipes(files, metrics, context)
  const sources = [...documents.files, ...more]
  return {
    spec: context.failed || spec === undefined ? undefined : { ...spec, recipes, sourceFiles: sources },
    diagnostics: sortAndDedupe(context.diagnostics),
    files: sources,
    expressions: context.expressions,
  }
}

type Main = Omit<Spec, 'recipes' | 'sourceFiles'>

function compileSpec(
  { document, yaml }: Document<'connector'>,
  documents: SpecDocuments,
  context: Context,
): Main | undefined {
  for (const name of Object.keys(document.lookups)) context.names.add(name)
  context.fields = compileFields(documents.fields, document, context)
  const resources = compileResources(document, yaml, context)
  const streams = compileStreams(document, yaml, context)
  const lookups = compileLookups(document, yaml, context)
  const permissions = new Map(Object.entries(document.source.permissions ?? {}))
  checkConnector({ resources, streams, lookups, permissions }, yaml, context)
  const sets = compileSets(documents, mappingScope(lookups), context)
  const brokenSets = new Set(documents.brokenSets.map(setName))
  const names = { resources, streams, lookups, sets, brokenSets }
  const profile =
    documents.profile && compileProfile(documents.profile.document, documents.profile.yaml, names, context)
  const compiled = documents.mappings.map(({ document, yaml }): Compiled => {
    const mapping = compileMapping(document, yaml, { ...names, profileLookups: profile?.lookups ?? [] }, context)
    return { document, yaml, mapping }
  })
  checkDuplicates(compiled, context)
  checkDestinationLimits({ destination: document.destination, documents, compiled, profile }, context)
  const parts = {
    name: document.connector,
    source: compileSource(document, yaml, context),
    webhook: compileWebhook(document, yaml, context),
    delivery: compileDelivery(document),
    destination: compileDestination(document, yaml, context),
  }
  if (profile === undefined) return undefined
  // What an unreadable file would have used is not known, so nothing is called unused then.
  if (!context.failed) checkUnused(names, compiled, profile, sets, yaml, context)
  const isOn = ({ document }: Compiled) => document.enabled !== false
  const mappings = compiled.filter(isOn).map(({ mapping }) => mapping)
  const off = compiled.filter((one) => !isOn(one)).map(({ mapping }) => mapping)
  return { ...parts, resources, streams, lookups, mappings, disabledMappings: off, profile }
}

function compileSets(
  documents: SpecDocuments,
  scope: ReturnType<typeof mappingScope>,
  context: Context,
): ReadonlyMap<string, CompiledSet> {
  const compiled = documents.sets.map(({ document, yaml }) => {
    const name = setName(yaml.file.path)
    const of = resourcesOfSet(name, documents, context.fields)
    return [name, compileSet(name, document, yaml, { ...scope, of }, context)] as const
  })
  return new Map(compiled)
}

const setName = (path: string): string => basename(path).replace(/\.ya?ml$/, '')
