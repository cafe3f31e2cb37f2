/** What an editor needs to know of a spec: its names, its fields, and the scope of each expression. */
import { createCheckOnlyLinker } from '../../expression/check/check-only.ts'
import type { FunctionTable } from '../../expression/functions.ts'
import type { KnownFields } from '../../spec/check/known-fields.ts'
import { CompileContext } from '../../spec/compile/context.ts'
import { compileFields } from '../../spec/compile/fields.ts'
import type { NamedBases } from '../../spec/extends/layers.ts'
import type { Connector } from '../../spec/generated/documents.ts'
import { readSpec, type SpecDocuments } from '../../spec/read.ts'
import type { SpecFiles } from '../../spec/spec-files.ts'
import { type DefinedNames, findNames } from './names.ts'

export interface SpecModel {
  readonly documents: SpecDocuments
  /** With what its base defines. */
  readonly connector: Connector
  readonly fields: KnownFields
  readonly names: DefinedNames
  readonly functions: FunctionTable
}

/** Undefined without a connector.yaml that conforms to its schema. Other files may have errors. */
export async function readModel(
  files: SpecFiles,
  functions: FunctionTable,
  bases?: NamedBases,
): Promise<SpecModel | undefined> {
  const context = new CompileContext(functions, createCheckOnlyLinker(functions))
  const documents = await readSpec({ files, bases }, context)
  const [connector, names] = [documents.connector?.document, findNames(documents)]
  if (connector === undefined || names === undefined) return undefined
  return { documents, connector, fields: compileFields(documents.fields, connector), names, functions }
}
