/** The script of the editor: bundled on first use in a checkout. The package holds the bundle in place of this file. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

let script: Promise<string> | undefined

/** Rejects in a checkout without esbuild, which no command runs in either. */
export function loadEditorScript(): Promise<string> {
  script ??= bundle()
  return script
}

const SOURCE = 'runtime/console/assets/editor/main.ts'

const NOTICE = `/*! CodeMirror and Lezer: MIT License, Copyright (C) 2018-2021 by Marijn Haverbeke <marijn@haverbeke.berlin> and others.
Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions: The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software. THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE. */`

async function bundle(): Promise<string> {
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    ...{ absWorkingDir: findRoot(), entryPoints: [SOURCE], bundle: true, minify: true, write: false },
    ...{ format: 'esm', platform: 'browser', target: 'es2022', legalComments: 'none', logLevel: 'silent' },
    banner: { js: NOTICE },
  })
  return outputFiles[0]?.text ?? ''
}

/** The checkout around this file, or around the bundle that holds it. */
function findRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, SOURCE))) return folder
    if (folder === dirname(folder)) throw new Error(`${SOURCE} is missing`)
  }
}
