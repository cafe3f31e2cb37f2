/** The stylesheet, the script and the icon: everything that pages load. */
import { createHash } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import { script } from './assets/script.ts'
import { style } from './assets/style.ts'

const files: Readonly<Record<string, { readonly type: string; readonly text: string }>> = {
  'style.css': { type: 'text/css; charset=utf-8', text: style },
  'script.js': { type: 'text/javascript; charset=utf-8', text: script },
  'icon.svg': {
    type: 'image/svg+xml',
    text: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b6b62"/><path d="M8 16h13m-5-6 6 6-6 6" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/></svg>',
  },
}

/** Part of each link, so that browsers may cache the files for good. */
const version = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 12)

export const serveAsset: MiddlewareHandler = async (c, next) => {
  const name = c.req.param('name') ?? ''
  const file = Object.hasOwn(files, name) ? files[name] : undefined
  if (file === undefined) return next()
  return c.body(file.text, 200, {
    'content-type': file.type,
    'cache-control': 'public, max-age=31536000, immutable',
  })
}

export function assetLinks(link: (path: string) => string): Readonly<Record<'style' | 'script' | 'icon', string>> {
  const urlOf = (name: string) => `${link(`/assets/${name}`)}?v=${version}`
  return { style: urlOf('style.css'), script: urlOf('script.js'), icon: urlOf('icon.svg') }
}
