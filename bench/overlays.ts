/** Measures the time and the memory of a tenant's own spec: over a shared one, and loaded on its own. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { functions } from '../connector/functions/index.ts'
import { intercomToKlaviyo, loadConnectorSpec, loadOverlay } from '../connector/index.ts'
import { namedBases, specFolder } from '../connector/spec.ts'
import { vendorRules } from '../connector/spec-rules.ts'
import { loadSpec } from '../runtime/spec/load.ts'
import { openSpecFolder } from '../runtime/spec/spec-files.ts'
import type { ResultTable } from './harness/result-table.ts'

/** Of each kind. One that is loaded on its own takes half a second. */
const TENANTS = { shared: 500, alone: 20 }

export async function runBenchmark(): Promise<readonly ResultTable[]> {
  const spec = await loadConnectorSpec(specFolder())
  const property = (index: number) => ({
    'mappings/rated-conversation.yaml': `properties:\n  Shop: '"shop ${index}"'\n`,
  })
  const setting = (index: number) => ({ 'connector.yaml': `delivery: { liveWindow: ${index + 1}h }\n` })
  const lookup = (index: number) => ({ 'connector.yaml': `lookups: { admin: { ttl: ${index + 1}m } }\n` })
  const first = await timed(() => loadOverlay(spec, property(0)))
  const rows = [
    await measure('a property', TENANTS.shared, (index) => loadOverlay(spec, property(index))),
    await measure('a setting', TENANTS.shared, (index) => loadOverlay(spec, setting(index))),
    await measure('a lookup, by which mappings are compiled', TENANTS.alone, (index) =>
      loadOverlay(spec, lookup(index)),
    ),
    await measure('a property, and its connector', TENANTS.shared, (index) =>
      intercomToKlaviyo({ settings: { spec }, overlay: property(index) }),
    ),
    await measure('no change: a connector of the shared spec', TENANTS.shared, () =>
      intercomToKlaviyo({ settings: { spec } }),
    ),
    await measure('a property, loaded on its own', TENANTS.alone, (index) => loadAlone(property(index))),
  ]
  return [
    {
      title: 'Overlays of tenants',
      rows,
      notes: [`The first overlay compiles the shared spec: ${first.toFixed(0)} ms.`],
    },
  ]
}

async function loadAlone(files: Readonly<Record<string, string>>) {
  const texts: Readonly<Record<string, string>> = { ...files, 'connector.yaml': 'extends: intercom-to-klaviyo\n' }
  const list = async (folder: string) =>
    Object.keys(texts).flatMap((path) => (path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : []))
  const own = { read: async (path: string) => texts[path], list }
  const bases = new Map([...namedBases(), ['shipped', openSpecFolder(specFolder())]])
  return (await loadSpec('', { functions, rules: vendorRules, files: own, bases })).spec
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await run()
  return performance.now() - start
}

async function measure(change: string, tenants: number, make: (index: number) => Promise<unknown>) {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  for (let i = 0; i < tenants / 10; i++) await make(i)
  const kept: unknown[] = []
  gc()
  const before = process.memoryUsage().heapUsed
  const ms = await timed(async () => {
    for (let i = 0; i < tenants; i++) kept.push(await make(i))
  })
  gc()
  const kB = (process.memoryUsage().heapUsed - before) / 1_000 / kept.length
  return { 'the tenant changes': change, tenants, 'ms each': ms / tenants, 'kB each': kB }
}
