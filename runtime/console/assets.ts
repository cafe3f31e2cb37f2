/** The stylesheet, the script and the icon: everything that pages load. */
import { createHash } from 'node:crypto'
import type { Context, MiddlewareHandler } from 'hono'
import type { HealthState } from '../health/types.ts'
import { loadEditorScript } from './assets/editor-script.ts'
import { script } from './assets/script.ts'
import { chartKeys } from './assets/scripts/chart-keys.ts'
import { style } from './assets/style.ts'

/** An arrow on a square: its colour is the state of the connector. */
const icon = (color: string) => ({
  type: 'image/svg+xml',
  text: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="${color}"/><path d="M8 16h13m-5-6 6 6-6 6" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/></svg>`,
})

const files: Readonly<Record<string, { readonly type: string; readonly text: string }>> = {
  'style.css': { type: 'text/css; charset=utf-8', text: style },
  'script.js': { type: 'text/javascript; charset=utf-8', text: script + chartKeys },
  'icon.svg': icon('#0b6b62'),
  'icon-degraded.svg': icon('#9a6400'),
  'icon-stopped.svg': icon('#a5262a'),
}

/** Part of each link, so that browsers may cache the files for good. */
const version = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 12)

export const serveAsset: MiddlewareHandler = async (c, next) => {
  const name = c.req.param('name') ?? ''
  if (name === EDITOR) return serveEditor(c)
  const file = Object.hasOwn(files, name) ? files[name] : undefined
  if (file === undefined) return next()
  return c.body(file.text, 200, {
    'content-type': file.type,
    'cache-control': 'public, max-age=31536000, immutable',
  })
}

const EDITOR = 'editor.js'

async function serveEditor(c: Context): Promise<Response> {
  return c.body(await loadEditorScript(), 200, {
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
  })
}

/** Of the one page that needs it. Undefined: there is none, and the page works without. */
export async function editorScriptLink(link: (path: string) => string): Promise<string | undefined> {
  const script = await loadEditorScript().catch(() => undefined)
  if (script === undefined) return undefined
  const hash = createHash('sha256').update(script)
  return `${link(`/assets/${EDITOR}`)}?v=${hash.digest('hex').slice(0, 12)}`
}

export interface AssetLinks {
  readonly style: string
  readonly script: string
  readonly icons: Readonly<Record<HealthState, string>>
}

export function assetLinks(link: (path: string) => string): AssetLinks {
  const urlOf = (name: string) => `${link(`/assets/${name}`)}?v=${version}`
  const icons = {
    healthy: urlOf('icon.svg'),
    degraded: urlOf('icon-degraded.svg'),
    stopped: urlOf('icon-stopped.svg'),
  }
  return { style: urlOf('style.css'), script: urlOf('script.js'), icons }
}
