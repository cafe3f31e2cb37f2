/** The fault codes of stores, in files and in databases. */
import { type FaultCode, faultCodes } from './fault-reference.ts'

export const STORE_FAULT_CODES: readonly FaultCode[] = [
  ...faultCodes('config', 'operator', [
    [
      'store/invalid-url',
      'The store URL is not one of the supported kinds.',
      'Use `sqlite:PATH`, `postgres://USER:PASSWORD@HOST/DATABASE` or `memory:`.',
    ],
    [
      'store/no-driver',
      'A store in PostgreSQL needs the package `pg`, which is not installed.',
      'Run `npm install pg`.',
    ],
    ['store/no-database', 'The database that the store URL names does not exist.', 'Create it, or correct the name.'],
    [
      'store/login-refused',
      'The database refuses the login.',
      'Check user and password of the store URL, and `pg_hba.conf` of the server. A running connector then resumes.',
    ],
    [
      'store/tls',
      'The connection to the database cannot be encrypted as the store URL says.',
      'Check `sslmode` and `sslrootcert` in the store URL, and the certificate of the server.',
    ],
    [
      'store/forbidden',
      'The database user may not create or change the tables of the store.',
      'Have the user own its schema, or create one: `GRANT CREATE ON DATABASE`.',
    ],
    [
      'store/no-engine',
      'This Node has no SQLite built in, and the package `@photostructure/sqlite` is missing or its native binary does not load.',
      'Run `npm install @photostructure/sqlite` on this machine, or use Node 22.13 or newer.',
    ],
    [
      'store/unopenable',
      'The store file cannot be opened or created, or the database holds no texts in UTF-8.',
      'Check its path, owner and mode; create the database with `--encoding=UTF8`.',
    ],
    [
      'store/read-only',
      'The store file may not be written, or the database is a standby.',
      'Check the owner and the mode of the file and its folder; point the store URL at the primary.',
    ],
    ['store/corrupt', 'The store file is damaged, or not a store.', 'Restore it from a backup.'],
    [
      'store/foreign',
      'The store file, or the schema, belongs to another program.',
      'Use another path or another `schema`, which may not exist yet.',
    ],
    [
      'store/full',
      'The disk of the store is full. Nothing was written.',
      'Free space on the disk. A running connector then resumes.',
    ],
    ['store/newer', 'A newer version of the connector wrote the store.', 'Run that version or a later one.'],
  ]),
  ...faultCodes('transient', 'none', [
    ['store/busy', 'Another process held the lock of the store for too long. Nothing was written.'],
    ['store/io', 'The disk failed to read or write the store. Nothing was written.'],
    ['store/unreachable', 'The database cannot be reached, or ended the connection. Nothing was acknowledged.'],
    ['store/timeout', 'The database took too long for a statement. Nothing was acknowledged.'],
    ['store/pool-exhausted', 'All connections of the process to the database were in use for too long.'],
    ['store/too-many-connections', 'The database has no connection left: raise `max_connections`, or lower `pool`.'],
    ['store/overloaded', 'The database is out of memory or of another resource. Nothing was written.'],
    ['store/failed', 'The store of the host threw an error.'],
  ]),
]
