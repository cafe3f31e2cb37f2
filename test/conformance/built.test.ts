/** What `connector build` writes gives for every shipped case what the YAML gives, without an interpreter to fall back on. */
import { expect, test } from 'vitest'
import { functions } from '../../connector/functions/index.ts'
import { createFit } from '../../connector/klaviyo/destination.ts'
import { specFolder } from '../../connector/spec.ts'
import { createMapEngine } from '../../runtime/conformance/engine/map-engine.ts'
import { loadSpec } from '../../runtime/spec/load.ts'
import { loadBundle } from '../../runtime/spec/load-bundle.ts'
import { writeBundle } from '../../runtime/spec/write-bundle.ts'
import { listFiles, loadKit, mapEngine } from '../helpers/conformance/shipped-kit.ts'

const source = writeBundle(await loadSpec(specFolder(), { functions }), functions)
const { built } = await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(source)}`)
const spec = await loadBundle(built, { functions })
const engine = createMapEngine({ spec, fit: createFit(spec.destination) })

test.each(listFiles('cases'))('%s', async (file) => {
  const cases = await loadKit('cases', [file])
  // A case with settings has a spec of its own.
  const shipped = cases.filter(({ input }) => input.settings === undefined)
  expect(shipped.length).toBeGreaterThan(cases.length / 2)
  for (const { input } of shipped) expect(await engine.run(input)).toEqual(await mapEngine.run(input))
})
