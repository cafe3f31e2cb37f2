/** Packs the package once for all hosts, as npm publishes it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { pack } from '../helpers/processes/installed-package.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The path of the packed package. */
    readonly tarball: string
  }
}

export async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'hosts-'))
  project.provide('tarball', await pack(folder))
  return () => rmSync(folder, { recursive: true, force: true })
}
