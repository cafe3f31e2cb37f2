/** Shows the personal data of a record in a console, by its form. */
import type { browser } from './console.ts'

type Client = ReturnType<typeof browser>

/** Resolves to the page of the record, or of the event `id`, in full. */
export async function reveal(client: Client, seq: number | undefined, id?: number): Promise<string> {
  const back = id === undefined ? `/records/${seq}` : `/events/${id}`
  await client.post('/records/reveal', { seq: String(seq), back }, { from: '/find' })
  return client.text(back)
}
