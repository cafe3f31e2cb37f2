/** The commands of a connector whose sides are described by its connector.yaml. */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { FunctionTable } from '../expression/functions.ts'
import { capitalize } from '../lib/format.ts'
import { isObject } from '../lib/json.ts'
import type { Source } from '../ports/source.ts'
import type { Json, JsonObject } from '../ports/types.ts'
import type { VendorRules } from '../spec/check/vendor/vendor-rules.ts'
import { CONNECTOR_FILE } from '../spec/spec-files.ts'
import type { YamlConnectorOptions } from '../yaml-connector/yaml-connector.ts'
import type { CliApp, ConformanceParts, Setting } from './app.ts'

export interface YamlAppOptions {
  /** Holds connector.yaml. */
  readonly folder: URL
  /** Name of the command. */
  readonly program: string
  readonly version: string
  /** The repository. */
  readonly homepage: string
  /** Its issue tracker. */
  readonly bugsUrl: string
  /** What expressions may call beside the functions of JSONata. Default: none. */
  readonly functions?: FunctionTable
  /** Fault codes of its own code. */
  readonly faultCodes?: ConformanceParts['faultCodes']
  /** What its code knows of the vendors, for the checks of a spec. */
  readonly rules?: VendorRules
  readonly explainError?: Source['explainError']
  readonly createDestination?: YamlConnectorOptions['createDestination']
}

export function createYamlApp(options: YamlAppOptions): CliApp {
  const { folder, program, functions = [], rules, faultCodes = [], explainError, createDestination } = options
  const document = readDocument(new URL(CONNECTOR_FILE, folder))
  const [source, destination] = [memberOf(document, 'source'), memberOf(document, 'destination')]
  const own = { ...(explainError && { explainError }), ...(createDestination && { createDestination }) }
  // Imported on first use: `validate`, `build` and the help need none of it.
  const load = () => import('../yaml-connector/yaml-connector.ts')
  return {
    ...options,
    name: textOf(document.connector) ?? program,
    summary: textOf(document.summary) ?? '',
    labels: { source: labelOf(source, 'the source'), destination: labelOf(destination, 'the destination') },
    settings: [...listSettings(source, 'source'), ...listSettings(destination, 'destination')],
    specFolder: folder,
    omittedCommands: ['init', 'recipes', 'verify'],
    functions,
    ...(rules && { rules }),
    openConnections: async (parts) => (await load()).createYamlConnections(parts),
    open: async (parts) => (await load()).createYamlConnector({ ...parts, ...own }),
    openConformance: async (spec, logger) => {
      const destination = (await load()).createUnsentDestination({ spec, logger, ...own })
      return { faultCodes, fit: (message) => destination.fit(message) }
    },
  }
}

/** Its values before any check, for the help: a broken file still has commands that tell what is wrong. */
function readDocument(file: URL): JsonObject {
  try {
    const value = parse(readFileSync(file, 'utf8')) as Json
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

const textOf = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined)

function memberOf(value: JsonObject, name: string): JsonObject {
  const member = value[name]
  return isObject(member) ? member : {}
}

const labelOf = ({ label, name }: JsonObject, fallback: string): string =>
  textOf(label) ?? (typeof name === 'string' ? capitalize(name) : fallback)

function listSettings(side: JsonObject, name: 'source' | 'destination'): readonly Setting[] {
  return Object.entries(memberOf(side, 'settings')).flatMap(([setting, value]) => {
    if (!isObject(value) || typeof value.env !== 'string') return []
    const isSigning = side.signingSecret === setting
    return [
      {
        env: value.env,
        needed: value.default !== undefined ? 'no' : isSigning ? 'webhook' : name,
        description: textOf(value.description) ?? '',
        howToGet: textOf(value.howToGet) ?? '',
      } as const,
    ]
  })
}
