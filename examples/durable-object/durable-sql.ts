/** The SQL database of a Durable Object, as the connector's store uses one. */
import type { Sql, SqlStatements, SqlValue } from 'intercom-to-klaviyo/runtime'

/**
 * Writes need no flush: the object's output gate holds back every answer and every request that follows a write until
 * the write is durable.
 */
export function durableSql(storage: DurableObjectStorage): Sql {
  const query = (statement: string, values: readonly SqlValue[]) => storage.sql.exec(statement, ...values).toArray()
  const statements: SqlStatements = {
    get: (statement, values) => query(statement, values)[0],
    all: query,
    run: (statement, values) => void query(statement, values),
    exec: (script) => void storage.sql.exec(script),
  }
  const transaction: Sql['transaction'] = (work) => storage.transactionSync(() => work(statements))
  return { dialect: 'sqlite', ...statements, transaction, close() {} }
}
