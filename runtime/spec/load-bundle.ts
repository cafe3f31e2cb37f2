/** Loads a spec that `connector build` wrote as one ES module: data and code, without a parser of YAML or of expressions. */
import { type BuiltExpressions, createBuiltExpressions } from '../expression/built-expressions.ts'
import type { Expression } from '../expression/expression.ts'
import type { FunctionTable } from '../expression/functions.ts'
import type { ExpressionInterpreter } from '../expression/text-interpreter.ts'
import { joinWords } from '../lib/format.ts'
import { Fault } from '../ports/fault.ts'
import { version } from '../version.ts'
import { setHash } from './hash-spec.ts'
import { SourceFile } from './source-file.ts'
import type { Spec } from './spec.ts'

/** The export `built` of such a module. Only the version that wrote it can load it. */
export interface SpecBundle extends BuiltExpressions {
  /** Version of this shape. */
  readonly format: number
  /** Version of the package that wrote it. */
  readonly version: string
  /** Of the files that it was built from. */
  readonly hash: string
  /** Names and signatures of the connector's own functions: with the version, they determine the compiled code. */
  readonly functions: readonly (readonly [name: string, signature: string])[]
  /** Places of expressions that are not compiled, or call JSONata for a function. */
  readonly interpreted: readonly string[]
  readonly createSpec: (expressions: readonly Expression[]) => Omit<Spec, 'sourceFiles'>
  /** The export `files` of the module, for the console's excerpts and for `plan`. Absent: neither is needed here. */
  readonly files?: readonly BundledFile[]
}

export interface BundledFile {
  readonly path: string
  readonly text: string
  /** Of a file of a base: the spec's own file that would change it. */
  readonly overlayPath?: string
}

/** Increases whenever the shape changes. */
export const BUNDLE_FORMAT = 2

export interface LoadBundleOptions {
  readonly functions: FunctionTable
  /** Of JSONata: needed for the expressions that the bundle names as `interpreted`. Explains the errors of all others. */
  readonly loadInterpreter?: (() => Promise<ExpressionInterpreter>) | undefined
}

/**
 * Rejects with a config `Fault` if another version wrote it, if the connector's functions differ, or if it needs an
 * interpreter and has none.
 */
export async function loadBundle(bundle: SpecBundle, options: LoadBundleOptions): Promise<Spec> {
  const problem = findMismatch(bundle, options.functions)
  if (problem !== undefined) {
    throw new Fault('config', 'spec/built', `${problem}; rebuild it: connector build --out FILE`)
  }
  if (bundle.interpreted.length > 0) {
    if (options.loadInterpreter === undefined) throw needsInterpreter(bundle.interpreted)
    await options.loadInterpreter()
  }
  const spec = bundle.createSpec(createBuiltExpressions(bundle, options))
  const sourceFiles = (bundle.files ?? []).map(
    ({ path, text, overlayPath }) =>
      new SourceFile(path, text, overlayPath === undefined ? undefined : { overlayPath }),
  )
  setHash(sourceFiles, bundle.hash)
  return { ...spec, sourceFiles }
}

function findMismatch(bundle: SpecBundle, functions: FunctionTable): string | undefined {
  if (bundle.format !== BUNDLE_FORMAT || bundle.version !== version) {
    return `the built spec has version ${bundle.version}, and this is ${version}`
  }
  const declare = (name: string, signature: string) => `$${name}${signature}`
  const bundled = new Set(bundle.functions.map(([name, signature]) => declare(name, signature)))
  const current = new Set(functions.map(({ name, signature }) => declare(name, signature)))
  const other = [...bundled]
    .filter((each) => !current.has(each))
    .concat([...current].filter((each) => !bundled.has(each)))
  return other.length === 0 ? undefined : `the built spec was built with other functions (${joinWords(other)})`
}

function needsInterpreter(places: readonly string[]): Fault {
  const problem = `the built spec has expressions that only JSONata's interpreter evaluates (${joinWords(places)})`
  const message = `${problem}; pass \`interpreter\`, or rewrite them: connector validate --verbose tells how`
  return new Fault('config', 'spec/built', message)
}
