// Preloaded into a process that must lose acknowledged webhooks: its store does not wait for the disk.
import { register } from 'node:module'
import { isMainThread } from 'node:worker_threads'

const SAFE = 'PRAGMA synchronous = FULL'

export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context)
  if (!loaded.source || !url.startsWith('file:')) return loaded
  const source = Buffer.from(loaded.source).toString()
  return source.includes(SAFE) ? { ...loaded, source: source.replace(SAFE, 'PRAGMA synchronous = NORMAL') } : loaded
}

// Node loads this file once more, in the thread of the hooks.
if (isMainThread) register(import.meta.url)
