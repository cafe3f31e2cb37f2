/** Which transactions of PostgreSQL wait for the disk (all but leases, which a crash may undo), and which for answers. */
import { expect, test } from 'vitest'
import { record } from '../../../../runtime/conformance/contracts/store/fixtures.ts'
import type { SqlStatements } from '../../../../runtime/ports/sql.ts'
import { APPEND } from '../../../../runtime/store/sql/append.ts'
import { GroupCommit } from '../../../../runtime/store/sql/group-commit.ts'
import { statement } from '../../../../runtime/store/sql/statement.ts'
import { run } from '../../../../runtime/store/sql/steps.ts'
import { systemClock } from '../../../../runtime/system.ts'

/** A group commit whose transactions are lists of their statements. */
function createCommits(dialect: 'postgres' | 'sqlite') {
  const transactions: string[][] = []
  const commits = new GroupCommit({
    sql: {
      dialect,
      async transaction(work) {
        const statements: string[] = []
        transactions.push(statements)
        return work({ run: async (text: string) => void statements.push(text) } as unknown as SqlStatements)
      },
    },
    clock: systemClock,
    *begin(names) {
      return new Map([...names].map((name, number) => [name, number]))
    },
    onRollback: () => undefined,
  })
  const step = (text: string) => () => run(statement(text))
  return { commits, transactions, step }
}

const OFF = 'SET LOCAL synchronous_commit = off'

test('a transaction of leases alone does not wait for the disk; one with any other write does', async () => {
  const { commits, transactions, step } = createCommits('postgres')
  await Promise.all([commits.writeVolatile('a', step('LEASE a')), commits.writeVolatile('b', step('LEASE b'))])
  await Promise.all([commits.writeVolatile('a', step('LEASE a')), commits.write('b', step('SETTLE b'))])
  expect(transactions).toEqual([
    [OFF, 'LEASE a', 'LEASE b'],
    ['LEASE a', 'SETTLE b'],
  ])
})

test('SQLite has no such setting', async () => {
  const { commits, transactions, step } = createCommits('sqlite')
  await commits.writeVolatile('a', step('LEASE a'))
  expect(transactions).toEqual([['LEASE a']])
})

/** A pipelined group commit that answers only once the whole transaction is sent. Rejects the rows with `failure`. */
function createPipelined(failure?: Error) {
  return new GroupCommit({
    sql: {
      dialect: 'postgres',
      async transaction(work) {
        let answer = () => {}
        const rows = [{ seq: 7, tenant: 0, id: 'r' }]
        const allOfColumns = () =>
          new Promise((resolve, reject) => {
            answer = () => (failure === undefined ? resolve(rows) : reject(failure))
          })
        const nothing = () => undefined
        const statements = { isPipelined: true, run: nothing, runOfColumns: nothing, allOfColumns }
        const result = work(statements as unknown as SqlStatements)
        expect(result).not.toBeInstanceOf(Promise)
        answer()
        if (failure !== undefined) throw failure
        return result
      },
    },
    clock: systemClock,
    *begin(names) {
      return new Map([...names].map((name, number) => [name, number]))
    },
    onRollback: () => undefined,
  })
}

test('an append is sent whole: it waits for no answer before its commit', async () => {
  const appended = createPipelined().writeMerged('a', APPEND, { records: [record('r')] })
  expect(await appended).toMatchObject([{ seq: 7, record: { id: 'r' } }])
})

test('an append that fails says so once', async () => {
  const failure = new Error('no connection')
  const appended = createPipelined(failure).writeMerged('a', APPEND, { records: [record('r')] })
  await expect(appended).rejects.toBe(failure)
})
