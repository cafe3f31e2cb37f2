/** The texts of the store's statements in both dialects, and the two ways to run its steps. */
import { expect, test } from 'vitest'
import type { SqlStatements } from '../../../../runtime/ports/sql.ts'
import { statement, statementOfRows } from '../../../../runtime/store/sql/statement.ts'
import { all, allEach, drive, get, run, runEach } from '../../../../runtime/store/sql/steps.ts'

const COLUMNS = { seq: 'integer', body: 'text' } as const

test('a statement has numbered parameters in either dialect', () => {
  const { sqlite, postgres } = statement(({ texts }) => `SELECT a FROM t WHERE b = ?1 AND c IN ${texts('?2')}`)
  expect(sqlite).toBe('SELECT a FROM t WHERE b = ?1 AND c IN (SELECT value FROM json_each(?2))')
  expect(postgres).toBe('SELECT a FROM t WHERE b = $1 AND c = ANY (ARRAY(SELECT json_array_elements_text($2::json)))')
})

const ROWS = 'unnest($1::bigint[], $2::text[]) WITH ORDINALITY AS given(_seq, _body, _position)'

test.each([
  ['INSERT INTO t (seq, body) {ROW :seq, :body}', 'VALUES (?1, ?2)', `SELECT _seq, _body FROM ${ROWS}`],
  [
    'UPDATE t SET body = :body {FROM} WHERE seq = :seq',
    'WHERE seq = ?1',
    `SET body = _body FROM ${ROWS} WHERE seq = _seq`,
  ],
  ['DELETE FROM t {USING} WHERE seq = :seq', 'WHERE seq = ?1', `USING ${ROWS} WHERE seq = _seq`],
  ['SELECT body::text FROM t{,} WHERE seq = :seq', 'WHERE seq = ?1', `FROM t, ${ROWS} WHERE seq = _seq`],
])('%s takes a row in SQLite, and many in PostgreSQL', (text, sqlite, postgres) => {
  const made = statementOfRows(COLUMNS, text)
  expect([made.sqlite, made.postgres]).toEqual([expect.stringContaining(sqlite), expect.stringContaining(postgres)])
  expect(made.sqlite).not.toContain('{')
})

test('a value that the rows do not have is a mistake of the program', () => {
  expect(() => statementOfRows(COLUMNS, 'DELETE FROM t WHERE a = :sequence')).toThrow(/"sequence"/)
})

const READ = statement('SELECT ?1')
const EACH = statementOfRows(COLUMNS, 'SELECT :seq{,}')

function* work() {
  const first = yield* get<readonly unknown[]>(READ, 1)
  const rest = yield* all<readonly unknown[]>(READ, 2)
  yield* run({ sqlite: '', postgres: 'LOCK' })
  yield* runEach(EACH, [])
  const each = yield* allEach<unknown>(EACH, [
    [1, 'a'],
    [2, null],
  ])
  return [first, rest, each]
}

const answers: SqlStatements = {
  get: (text, values) => [text, ...values],
  all: (text, values) => [[text, ...values]],
  run: () => undefined,
  exec: () => undefined,
}
const promises: SqlStatements = {
  get: async (...call) => answers.get(...call),
  all: async (...call) => answers.all(...call),
  run: async () => undefined,
  allOfColumns: async (text, columns) => [[text, ...columns]],
  runOfColumns: async () => undefined,
  exec: async () => undefined,
}

test('steps run to their end at once, or by promises', async () => {
  const expected = [
    ['SELECT ?1', 1],
    [['SELECT ?1', 2]],
    [
      ['SELECT ?1', 1, 'a'],
      ['SELECT ?1', 2, null],
    ],
  ]
  expect(drive(work(), answers, 'sqlite')).toEqual(expected)
  expect(await drive(work(), promises, 'sqlite')).toEqual(expected)
  const [, , each] = (await drive(work(), promises, 'postgres')) as readonly unknown[]
  const columns = [
    { type: 'integer', values: [1, 2] },
    { type: 'text', values: ['a', null] },
  ]
  expect(each).toEqual([[EACH.postgres, ...columns]])
})
