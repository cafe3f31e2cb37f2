/** Secrets that verify webhooks, entered apart from the credentials and kept encrypted. */
import { signingSecretsCheckpoint } from '../../lib/checkpoint-names.ts'
import type { Side } from '../side.ts'
import type { Vault } from '../vault.ts'

export async function readSigningSecrets(
  { side }: Pick<Side, 'side'>,
  vault: Pick<Vault, 'read'>,
): Promise<readonly string[]> {
  const stored = await vault.read(signingSecretsCheckpoint(side))
  return (stored?.value ?? []) as readonly string[]
}

/** Replaces those entered before. */
export const saveSigningSecrets = (
  { side }: Pick<Side, 'side'>,
  secrets: readonly string[],
  vault: Pick<Vault, 'put'>,
): Promise<void> => vault.put(signingSecretsCheckpoint(side), [...secrets])
