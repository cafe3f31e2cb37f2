/** An import that whichever process owns the tenant has to run: kept in the tenant's store until it has ended. */
import type { BackfillOptions } from '../backfill/types.ts'
import { IMPORT_REQUEST_CHECKPOINT } from '../lib/checkpoint-names.ts'
import type { Store } from '../ports/store.ts'
import type { TenantClaims } from '../ports/tenant-claims.ts'
import type { Json } from '../ports/types.ts'

export type ImportRequest = Pick<BackfillOptions, 'since' | 'until' | 'only' | 'startedBy'>

export interface ImportTarget {
  readonly tenant: string
  readonly store: Pick<Store, 'writeCheckpoints'>
  readonly claims: Pick<TenantClaims, 'wake'>
}

/**
 * Has the process that owns the tenant import its history, and resume when another takes over. Returns at once; ask
 * `lastBackfill` of a connector on the store how far it is.
 */
export async function requestImport({ tenant, store, claims }: ImportTarget, request: ImportRequest): Promise<void> {
  const value = { ...request } as unknown as Json
  await store.writeCheckpoints([{ name: IMPORT_REQUEST_CHECKPOINT, value }])
  await claims.wake(tenant)
}

/** No process resumes the import; one that runs it now ends with its slice. */
export async function cancelImport(store: Pick<Store, 'writeCheckpoints'>): Promise<void> {
  await store.writeCheckpoints([{ name: IMPORT_REQUEST_CHECKPOINT, value: undefined }])
}

export async function readImportRequest(store: Pick<Store, 'readCheckpoint'>): Promise<ImportRequest | undefined> {
  return (await store.readCheckpoint(IMPORT_REQUEST_CHECKPOINT)) as ImportRequest | undefined
}
