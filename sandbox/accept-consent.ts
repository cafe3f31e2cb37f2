/** Says yes on the page of a local server, as a person in a browser does: reads the form, sends it, is sent back. */
import type { Fetch } from '../runtime/ports/effects.ts'

/** Where the browser is sent back to, with the code. Throws when the page is not the one that asks. */
export async function consent(address: URL, fetch: Fetch): Promise<URL> {
  const page = await fetch(new Request(address))
  const form = new URLSearchParams(fieldsOf(await page.text()))
  form.set('decision', 'yes')
  const answer = await fetch(new Request(address, { method: 'POST', body: form, redirect: 'manual' }))
  const back = answer.headers.get('location')
  if (!page.ok || back === null) throw new Error(`${address.origin} did not ask whether to let us in`)
  return new URL(back)
}

function fieldsOf(page: string): [string, string][] {
  const fields = [...page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)]
  return fields.map(([, name = '', value = '']) => [plain(name), plain(value)])
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

const plain = (text: string): string => text.replace(/&(#?\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole)
