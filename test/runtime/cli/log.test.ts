import { expect, test } from 'vitest'
import { createLogger, type LogOptions } from '../../../runtime/cli/output/log.ts'
import { createFrozenClock, NOW } from '../../helpers/cli-fake.ts'

function testLogger(options: Partial<LogOptions> = {}) {
  const lines: string[] = []
  const out = { print: (text: string) => void lines.push(text) }
  const log = createLogger(out, { level: 'info', pretty: false, color: false, clock: createFrozenClock(), ...options })
  return { log, lines }
}

test('writes JSON lines with the time of the clock', () => {
  const { log, lines } = testLogger()
  log.info('stored', { record: 'r1', bytes: 12 })
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { level: 'info', time: NOW, record: 'r1', bytes: 12, msg: 'stored' },
  ])
  expect(lines[0]).toMatch(/\n$/)
})

test.each([
  ['debug', 4],
  ['info', 3],
  ['warn', 2],
  ['error', 1],
  ['silent', 0],
] as const)('level %s passes %i of four lines', (level, count) => {
  const { log, lines } = testLogger({ level })
  log.debug('a')
  log.info('b')
  log.warn('c')
  log.error('d')
  expect(lines.length).toBe(count)
})

test('writes readable lines on a terminal', () => {
  const { log, lines } = testLogger({ pretty: true })
  log.warn('refused', { status: 401 })
  expect(lines.join('')).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] WARN: refused\n +status: 401\n$/)
})

test('drops an object passed by mistake', () => {
  const { log, lines } = testLogger()
  const record = { email: 'ada@example.com' } as unknown as string
  log.info('mapped', { record })
  expect(lines.join('')).not.toContain('ada')
})
