/** Accepts the consent page of a local server, as a person in a browser does. */
import type { Fetch } from '../runtime/ports/effects.ts'

/** Submits the form; resolves to the redirect with the authorization code. Throws when there is no consent page. */
export async function acceptConsent(url: URL, fetch: Fetch): Promise<URL> {
  const page = await fetch(new Request(url))
  const form = new URLSearchParams(fieldsOf(await page.text()))
  form.set('decision', 'yes')
  const response = await fetch(new Request(url, { method: 'POST', body: form, redirect: 'manual' }))
  const redirect = response.headers.get('location')
  if (!page.ok || redirect === null) throw new Error(`${url.origin} showed no consent page`)
  return new URL(redirect)
}

function fieldsOf(page: string): [string, string][] {
  const fields = [...page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)]
  return fields.map(([, name = '', value = '']) => [decode(name), decode(value)])
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

const decode = (text: string): string => text.replace(/&(#?\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole)
