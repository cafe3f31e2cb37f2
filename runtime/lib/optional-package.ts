/** Packages that not every host installs: a missing one is named, with its purpose and the command that installs it. */
import { Fault } from '../ports/fault.ts'

export interface OptionalPackage<T> {
  /** As npm knows it: several, separated by blanks, are installed together. */
  readonly name: string
  /** What needs it, as the beginning of a sentence: `The editor server`. */
  readonly purpose: string
  readonly load: () => Promise<T>
}

/** Rejects with a config `Fault` if the package is not installed, and with its own error if it fails to load. */
export async function loadOptional<T>({ name, purpose, load }: OptionalPackage<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    if (!isMissing(error)) throw error
    const message = `${purpose} needs what is not installed here: npm install ${name}`
    throw new Fault('config', 'host/missing-package', message, { cause: error })
  }
}

/** By Node's code for an import, a `require`, and either in a bundle. */
export const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && /^(?:ERR_)?MODULE_NOT_FOUND$/.test(String(error.code))
