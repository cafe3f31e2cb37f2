/** Serves our own engine over standard input and output: of the small spec, or of the shipped one. */
import process from 'node:process'
import { createInterface } from 'node:readline'
import { createMapEngine } from '../../../runtime/conformance/engine/map-engine.ts'
import { serveCases } from '../../../runtime/conformance/portable/serve-cases.ts'

const engine =
  process.argv[2] === 'shipped'
    ? (await import('./shipped-kit.ts')).mapEngine
    : createMapEngine((await import('./small-spec.ts')).engineParts)

await serveCases(engine, {
  lines: createInterface({ input: process.stdin }),
  write: (text) => process.stdout.write(text),
})
