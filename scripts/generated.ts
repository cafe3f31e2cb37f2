/** Every derived file and what it should hold. */
import { documentTypes } from './document-types.ts'

export interface Generated {
  /** From the root of the checkout. */
  readonly path: string
  readonly text: string
}

export async function generated(root: URL): Promise<readonly Generated[]> {
  const spec = new URL('runtime/spec/', root)
  return [{ path: 'runtime/spec/documents.ts', text: await documentTypes(spec) }]
}
