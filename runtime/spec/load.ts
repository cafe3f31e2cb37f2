/** Loads a folder of YAML as a checked, compiled spec, or reports every error in it. */
import { createCheckOnlyLinker } from '../expression/check/check-only.ts'
import type { FunctionTable } from '../expression/functions.ts'
import { Fault } from '../ports/fault.ts'
import type { Recipe } from '../ports/recipes.ts'
import { checkConnector } from './check/connector.ts'
import { checkDestinationLimits, checkDestinationRules } from './check/destination.ts'
import { checkFiles } from './check/files/check-files.ts'
import type { KnownFields } from './check/known-fields.ts'
import { checkDuplicateSets, checkDuplicates, checkUnused } from './check/mappings.ts'
import { checkPropertySets } from './check/property-sets.ts'
import { checkRecipeProperties } from './check/recipe-properties.ts'
import { checkSetProperties } from './check/set-properties.ts'
import { checkIgnoredTopics, listKnownTopics } from './check/topics.ts'
import { runTrials } from './check/trial-run.ts'
import { checkCredentials, checkSecrets } from './check/vendor/credentials.ts'
import type { VendorRules } from './check/vendor/vendor-rules.ts'
import {
  compileDelivery,
  compileDestination,
  compileReconcile,
  compileResources,
  compileSource,
  compileStreams,
} from './compile/connector.ts'
import { CompileContext, type FieldReads, type PlacedExpression } from './compile/context.ts'
import { compileFields } from './compile/fields.ts'
import { compileLookups } from './compile/lookups.ts'
import { compileMapping, createMappingScope, listBoundLookups } from './compile/mapping.ts'
import { compileProfile } from './compile/profile.ts'
import { type CompiledSet, compileSet, getSetName } from './compile/properties.ts'
import { compileRecipes } from './compile/recipes.ts'
import { compileWebhook } from './compile/webhook.ts'
import { type Diagnostic, renderDiagnostic, sortAndDedupe } from './diagnostic.ts'
import { describeBaseChanges, listLockedDocuments } from './extends/base-changes.ts'
import { isPath, type NamedBases } from './extends/layers.ts'
import { writeLock } from './extends/lock.ts'
import { nameOverlay } from './extends/overlay.ts'
import { compilePeople } from './people/compile-people.ts'
import { readSpec, type SpecDocument, type SpecDocuments } from './read.ts'
import type { Environment, Sections, SharedParts } from './shared-parts.ts'
import type { SourceFile } from './source-file.ts'
import type { Spec } from './spec.ts'
import { openSpecFolder, type SpecFiles } from './spec-files.ts'

export interface LoadOptions {
  /** The connector's own functions, beside those of JSONata. */
  readonly functions: FunctionTable
  /** What the connector's code knows of its vendors. Absent: any name is accepted. */
  readonly rules?: VendorRules | undefined
  /** Source of the files. Absent: the folder on disk. */
  readonly files?: SpecFiles
  /** Specs that `extends` may name. */
  readonly bases?: NamedBases | undefined
  /** Checks only: evaluating an expression throws a `TypeError`. Loads half as much code. */
  readonly checkOnly?: boolean
  /** Forgets what the base of the spec was when its changes were last accepted, so none is told. */
  readonly ignoreLock?: boolean
  /** Runs each expression on made-up records, and warns of those that fail. */
  readonly runTrials?: boolean
  /** Of the base, for the specs of many tenants. Expressions and declarations are then those of changed files only. */
  readonly shared?: SharedParts | undefined
}

export interface LoadedSpec {
  /** Absent if there is any error. */
  readonly spec: Spec | undefined
  /** Errors and warnings, by file and place. */
  readonly diagnostics: readonly Diagnostic[]
  readonly files: readonly SourceFile[]
  /** Includes those of disabled metrics. */
  readonly expressions: readonly PlacedExpression[]
  /** Absent: not known. */
  readonly declarations?: Declarations
  /** Absent: the spec extends none. */
  readonly base?: LoadedBase | undefined
}

/** What `knownFields` declares, and what the expressions read of it. */
export interface Declarations {
  readonly fields: KnownFields
  readonly reads: FieldReads
}

/** The spec that a spec extends. */
export interface LoadedBase {
  /** As `extends` names it. */
  readonly name: string
  /** Whether it is a shipped spec, rather than a folder by its path. */
  readonly isNamed: boolean
  /** Whether there was a lock to compare it with. */
  readonly isLocked: boolean
  /** The text of `connector.lock.yaml` that accepts the base as it is. */
  writeLock(): string
}

/**
 * Reads `connector.yaml` and the files it names. Throws only when a file cannot be read, e.g. for lack of permission.
 */
export async function loadSpec(
  folder: string | URL,
  { functions, rules, files = openSpecFolder(folder), checkOnly = false, shared, ...options }: LoadOptions,
): Promise<LoadedSpec> {
  const link = checkOnly
    ? createCheckOnlyLinker(functions)
    : (await import('../expression/link.ts')).createLinker(functions, shared?.files)
  const context = new CompileContext(functions, link, shared?.files)
  const documents = await readSpec({ ...options, files, shared: shared?.files }, context)
  const spec = documents.connector && compileSpec(documents.connector, documents, { context, shared })
  if (rules) checkDestinationRules(documents, spec, rules.destination)
  if (documents.connector) checkCredentials(documents.connector, rules)
  // The metrics of unreadable files are unknown, so a recipe's metric is not reported as unknown then.
  const metrics = context.failed ? undefined : documents.mappings.map(({ document }) => document.metric)
  const recipes = compileRecipes(documents.recipes, metrics)
  if (spec && !context.failed) checkRecipeProperties(documents.recipes, spec.mappings, spec.destination.reservedPrefix)
  checkSecrets(documents.files, context, rules)
  const { base } = documents
  if (base && context.lock) context.diagnostics.push(...describeBaseChanges(base, context.lock))
  if (options.runTrials && !context.failed) await runTrials(context.trials)
  // A metric that is removed or disabled never exists at the destination, or no longer grows.
  const isOffered = (recipe: Recipe) =>
    recipe.metrics.every((name) => spec?.mappings.some(({ metric }) => metric === name))
  return {
    spec:
      context.failed || spec === undefined
        ? undefined
        : { ...spec, recipes: recipes.filter(isOffered), sourceFiles: documents.files },
    diagnostics: sortAndDedupe(context.diagnostics).map((each) => nameOverlay(each, documents.files)),
    files: documents.files,
    expressions: context.expressions,
    declarations: { fields: context.fields, reads: context.reads },
    base: base && {
      name: base.name,
      isNamed: !isPath(base.name),
      isLocked: context.lock !== undefined,
      writeLock: () => writeLock(base.name, listLockedDocuments(base)),
    },
  }
}

/** Throws a config `Fault` that lists every error with its place. */
export function assertLoaded({ spec, diagnostics }: Pick<LoadedSpec, 'spec' | 'diagnostics'>): Spec {
  if (spec !== undefined) return spec
  const errors = diagnostics
    .filter(({ severity }) => severity === 'error')
    .map((error) => renderDiagnostic(error, false))
  throw new Fault('config', 'spec/invalid', `the spec has errors:\n${errors.join('\n\n')}`)
}

interface CompileParts {
  readonly context: CompileContext
  readonly shared: SharedParts | undefined
}

function compileSpec(
  { document, node }: SpecDocument<'connector'>,
  documents: SpecDocuments,
  { context, shared }: CompileParts,
): Omit<Spec, 'recipes' | 'sourceFiles'> | undefined {
  const known = shared?.environmentFor(documents)
  const environment = known ?? compileEnvironment({ document, node }, documents, context)
  useEnvironment(environment, context)
  const { resources, names } = environment
  const { streams, lookups, sets } = names
  const { people, namedLookups } = environment.people
  const profile = environment.profile?.profile
  const profileLookups = [...(profile?.lookups ?? []), ...people.lookups]
  const mappings = documents.mappings.map(({ document, node }) => {
    const compiled = shared?.mapping(environment, document)
    return { document, node, ...(compiled ?? compileMapping(document, { ...names, profileLookups }, node)) }
  })
  const ofProfile = documents.profile && environment.profile && { ...documents.profile, ...environment.profile }
  // Of sets that were compiled with the base it would note each use with the base, for ever.
  if (known === undefined) checkPropertySets(sets, [...mappings, ...(ofProfile ? [ofProfile] : [])], context)
  checkDuplicates(mappings)
  checkSetProperties({ connector: document, streams, mappings, profile })
  checkFiles(documents, sets)
  checkDestinationLimits({ destination: document.destination, documents, mappings, profile })
  const sections = compileSections({ document, node }, shared)
  if (profile === undefined) return undefined
  // An unreadable file may be the one that uses a setting, so none is reported as unused then.
  const ofPeople = {
    resource: profile.resource,
    lookups: [...profileLookups, ...namedLookups],
    sets: documents.profile?.document.include,
  }
  if (!context.failed) checkUnused(names, mappings, ofPeople, node)
  const compiled = new Map(mappings.map(({ document, mapping, scope }) => [document, { mapping, scope }]))
  if (!context.failed) shared?.keep({ documents, environment, sections, mappings: compiled })
  const selectByEnabled = (enabled: boolean) =>
    mappings.filter(({ document }) => (document.enabled ?? true) === enabled).map(({ mapping }) => mapping)
  return {
    name: document.connector,
    ...sections,
    delivery: compileDelivery(document.delivery),
    ...(document.reconcile && { reconcile: compileReconcile(document.reconcile) }),
    resources,
    streams,
    lookups,
    profile,
    people,
    mappings: selectByEnabled(true),
    disabledMappings: selectByEnabled(false),
  }
}

function compileSections({ document, node }: SpecDocument<'connector'>, shared: SharedParts | undefined): Sections {
  const { source, webhook } = document
  return {
    source: shared?.section('source', document) ?? compileSource(source, node.at('source')),
    webhook: shared?.section('webhook', document) ?? compileWebhook(webhook, source.name, node.at('webhook')),
    destination: shared?.section('destination', document) ?? compileDestination(document, node.at('destination')),
  }
}

function compileEnvironment(
  { document, node }: SpecDocument<'connector'>,
  documents: SpecDocuments,
  context: CompileContext,
): Environment {
  for (const name of Object.keys(document.lookups)) context.variables.add(name)
  context.fields = compileFields(documents.fields, document)
  const resources = compileResources(document.resources, node.at('resources'))
  const streams = compileStreams(document.streams, node.at('streams'))
  const lookups = compileLookups(document, node)
  context.lookups = listBoundLookups(lookups)
  const permissions = new Map(Object.entries(document.source.permissions ?? {}))
  checkConnector({ resources, streams, lookups, permissions }, node)
  const sets = compileSets(documents, lookups)
  const brokenSets = new Set(documents.brokenSets.map(getSetName))
  const topics = listKnownTopics(document.webhook ?? {}, resources)
  checkIgnoredTopics(topics, node.at('webhook', 'ignoredTopics'))
  const { eventsWithoutPerson = false } = document.destination
  const names = { topics, streams, lookups, sets, brokenSets, eventsWithoutPerson }
  const profile = documents.profile && compileProfile(documents.profile.document, names, documents.profile.node)
  const people = compilePeople(document.people, { lookups, resource: profile?.profile.resource }, node)
  const { fields, variables, lookups: boundLookups } = context
  return { fields, variables, boundLookups, resources, names, profile, people }
}

function useEnvironment({ fields, variables, boundLookups }: Environment, context: CompileContext): void {
  context.fields = fields
  context.lookups = boundLookups
  for (const name of variables) context.variables.add(name)
}

function compileSets(documents: SpecDocuments, lookups: Spec['lookups']): ReadonlyMap<string, CompiledSet> {
  checkDuplicateSets(documents.sets.map(({ node }) => [getSetName(node.file), node]))
  const compiled = documents.sets.map(({ document, node }) => {
    const name = getSetName(node.file)
    // What it reads of a record is checked for each file that includes it.
    return [name, compileSet(name, document, createMappingScope(lookups), node)] as const
  })
  return new Map(compiled)
}
