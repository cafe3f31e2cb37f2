/** Which transactions of PostgreSQL wait for the disk: all but those that only lease, which a crash may undo. */
import { expect, test } from 'vitest'
import type { SqlStatements } from '../../../../runtime/ports/sql.ts'
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
