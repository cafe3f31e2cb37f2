/** The shipped cases: every one by every ingress, and enough of them. */
import { describe, expect, test } from 'vitest'
import { compareCase } from '../../runtime/conformance/compare/compare-case.ts'
import { INGRESSES } from '../../runtime/conformance/types.ts'
import { listFiles, loadKit, mapEngine, readKitFile, spec } from '../helpers/conformance/shipped-kit.ts'

const FEWEST = { Profile: 25, others: 15 }

describe.each(listFiles('cases'))('%s', async (file) => {
  const cases = await loadKit('cases', [file])

  test.each(cases.map((one) => [one.input.id, one] as const))('%s', async (_, resolved) => {
    const result = await mapEngine.run(resolved.input)
    expect(compareCase({ resolved, result }, { spec })).toEqual([])
  })

  test('there are enough cases, each by every ingress unless it says why not', () => {
    const { metric, cases: written, given } = readKitFile('cases', file)
    const possible = INGRESSES.filter((ingress) =>
      ingress === 'webhook' || ingress === 'replay'
        ? true
        : given.stream !== undefined && (ingress === 'reconcile' || metric !== 'Profile'),
    )
    expect(written.length).toBeGreaterThanOrEqual(metric === 'Profile' ? FEWEST.Profile : FEWEST.others)
    const runs = (line: number) => cases.filter(({ place }) => place.line === line).map(({ ingress }) => ingress)
    const partial = [...new Set(cases.map(({ place }) => place.line))].filter(
      (line) => runs(line).length < possible.length,
    )
    expect(partial.length).toBe(written.filter(({ ingresses, because }) => ingresses && because).length)
  })
})

test('every metric has a file of its own', () => {
  const metrics = listFiles('cases').map((file) => readKitFile('cases', file).metric)
  expect(metrics.toSorted()).toEqual([...spec.mappings.map(({ metric }) => metric), 'Profile'].toSorted())
})
