/** The stylesheet, the script and the icon: all that pages load, and all from here. */
import { createHash } from 'node:crypto'
import { script } from './assets/script.ts'
import { style } from './assets/style.ts'
import { pieces } from './assets/style-pieces.ts'

const files: Readonly<Record<string, { readonly type: string; readonly text: string }>> = {
  '/assets/style.css': { type: 'text/css; charset=utf-8', text: style + pieces },
  '/assets/script.js': { type: 'text/javascript; charset=utf-8', text: script },
  '/assets/icon.svg': {
    type: 'image/svg+xml',
    text: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b6b62"/><path d="M8 16h13m-5-6 6 6-6 6" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/></svg>',
  },
}

/** Changes with any of them, so that browsers may keep what they have for good. */
const version = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 12)

export function asset(path: string): Response | undefined {
  const file = Object.hasOwn(files, path) ? files[path] : undefined
  if (file === undefined) return undefined
  const headers = { 'content-type': file.type, 'cache-control': 'public, max-age=31536000, immutable' }
  return new Response(file.text, { headers })
}

export function assetLinks(link: (path: string) => string): Readonly<Record<'style' | 'script' | 'icon', string>> {
  const of = (name: string) => `${link(`/assets/${name}`)}?v=${version}`
  return { style: of('style.css'), script: of('script.js'), icon: of('icon.svg') }
}
