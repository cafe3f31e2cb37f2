/** Finds the npm package that a folder belongs to. */
import { dirname, join } from 'node:path'
import { readTextFile } from '../../read-text-file.ts'

export interface PackageState {
  /** `depends`: it has the connector as a dependency; `itself`: it is the connector, a checkout. */
  readonly kind: 'none' | 'other' | 'depends' | 'itself'
}

/** Looks for package.json in the folder and above it. One that is no JSON counts as another package. */
export async function findPackage(folder: string, packageName: string): Promise<PackageState> {
  for (let at = folder; ; at = dirname(at)) {
    const text = await readTextFile(join(at, 'package.json'))
    if (text !== undefined) return { kind: judge(text, packageName) }
    if (at === dirname(at)) return { kind: 'none' }
  }
}

function judge(text: string, packageName: string): PackageState['kind'] {
  try {
    const { name, dependencies, devDependencies } = JSON.parse(text)
    if (name === packageName) return 'itself'
    return Object.hasOwn({ ...dependencies, ...devDependencies }, packageName) ? 'depends' : 'other'
  } catch {
    return 'other'
  }
}
