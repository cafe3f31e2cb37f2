/** One record ends by a count, however many expressions and occurrences its mappings have. */
import { expect, test } from 'vitest'
import { intercomToKlaviyo, loadConnectorSpec } from '../../../connector/index.ts'
import { RECORD_STEPS, STEP_BUDGET } from '../../../runtime/expression/compiler/runtime/limits.ts'
import type { Expression } from '../../../runtime/expression/expression.ts'
import { compileExpression } from '../../../runtime/expression/link.ts'
import { withStepBudget } from '../../../runtime/expression/step-budget.ts'
import type { Mapping, Property, Spec } from '../../../runtime/spec/spec.ts'

const shipped = await loadConnectorSpec()
const created = shipped.mappings.find(({ metric }) => metric === 'Created Ticket') as Mapping

const compile = (text: string): Expression => compileExpression(text, { place: 'test.yaml:7:9' }, [])

/** About 100,000 steps. `$type` of a name bound in a list is not compiled. */
const work: Readonly<Record<string, string>> = {
  compiled: '$count($map([1..24500], function($i) { $i }))',
  interpreted: '([$v := 1]; $count($map([1..31000], function($i) { $i })))',
}

const property = (text: string, name: string): Property => ({
  name,
  expr: compile(text),
  whenMissing: { action: 'omit' },
})

async function preview(changes: readonly Partial<Mapping>[]) {
  const mappings = changes.map((change) => ({ ...created, ...change }))
  const spec: Spec = { ...shipped, mappings, profile: { ...shipped.profile, skip: [] } }
  const connector = await intercomToKlaviyo({ settings: { spec } })
  const contact = { type: 'contact', id: 'c1', role: 'user', email: 'ann@mail.example.com' }
  const data = { id: '1', ticket_id: '9', created_at: 1_768_031_789, contacts: { contacts: [{ id: 'c1' }] } }
  const { items } = await connector.preview({ stream: 'tickets', data, lookups: { contact: [contact] } })
  return items.map((item) => ('fault' in item ? `${item.place}: ${item.fault}` : 'metric' in item ? item.metric : ''))
}

const tooManySteps = expect.stringMatching(
  /^(test|mappings\/profile)\.yaml:\d+:\d+: the expressions of this record take more than 3,000,000 steps/,
)
const tooMany = expect.stringMatching(/^test\.yaml:7:9: the record holds more than 5,000 occurrences/)

test.each(Object.entries(work))('all expressions of a record draw on one budget, %s', async (engine, text) => {
  expect(compile(text).notCompiled === undefined).toBe(engine === 'compiled')
  const few = Array.from({ length: 10 }, (_, i) => property(text, `p${i}`))
  const many = Array.from({ length: 35 }, (_, i) => property(text, `p${i}`))
  expect(await preview([{ properties: few }])).toEqual(['Created Ticket'])
  expect(await preview([{ properties: many }])).toEqual([tooManySteps])
})

test('the events of one record draw on one budget', async () => {
  const properties = [property(work.compiled as string, 'p')]
  const mapped = await preview(
    Array.from({ length: 60 }, (_, i) => ({
      ...{ metric: `Metric ${i}`, properties },
      key: [compile(`"${i}"`)],
    })),
  )
  expect(mapped.slice(0, 25)).toEqual(Array.from({ length: 25 }, (_, i) => `Metric ${i}`))
  expect(mapped.at(-1)).toEqual(tooManySteps)
})

test('both engines draw the steps they take, and each record has a budget of its own', async () => {
  for (const text of Object.values(work)) {
    const expression = compile(text)
    const bindings = withStepBudget({})
    await expression.evaluate({}, bindings)
    const once = RECORD_STEPS - (bindings[STEP_BUDGET]?.remaining ?? 0)
    await expression.evaluate({}, bindings)
    expect(once).toBeGreaterThan(90_000)
    expect(once).toBeLessThan(110_000)
    expect(RECORD_STEPS - (bindings[STEP_BUDGET]?.remaining ?? 0)).toBe(2 * once)
    expect(withStepBudget({})[STEP_BUDGET]?.remaining).toBe(RECORD_STEPS)
  }
})

test('the fault is one of the data', async () => {
  const bindings = { [STEP_BUDGET]: { remaining: 50_000 } }
  for (const text of Object.values(work)) {
    const run = async () => compile(text).evaluate({}, bindings)
    await expect(run()).rejects.toMatchObject({ kind: 'data', code: 'mapping/too-many-steps' })
    bindings[STEP_BUDGET].remaining = 50_000
  }
})

test('an expression at its own limit takes no more from the record', async () => {
  const bindings = withStepBudget({})
  const run = async () => compile('($f := function($n) { $f($n + 1) }; $f(0))').evaluate({}, bindings)
  await expect(run()).rejects.toMatchObject({ code: 'expression/D1012' })
  expect(bindings[STEP_BUDGET]?.remaining).toBe(RECORD_STEPS - 1_000_000)
})

test('a record has at most 5,000 occurrences, of one metric or of all', async () => {
  const each = (count: number, name = 'a') => ({
    each: compile(`[1..${count}]`),
    key: [compile(`"${name}" & $part`)],
  })
  expect(await preview([each(5001)])).toEqual([tooMany])
  const mapped = await preview([
    { metric: 'One', ...each(3000, 'a') },
    { metric: 'Two', ...each(3000, 'b') },
    { metric: 'Three', ...each(1000, 'c') },
  ])
  expect(mapped.filter((one) => one === 'One')).toHaveLength(3000)
  expect(mapped.filter((one) => one === 'Three')).toHaveLength(1000)
  expect(mapped).toHaveLength(4001)
  expect(mapped).toContainEqual(tooMany)
})
