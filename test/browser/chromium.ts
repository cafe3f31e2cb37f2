/** The browser that pages are tried in: Debian's Chromium, without a window and without a word to anybody else. */
import { existsSync } from 'node:fs'

/** `$CHROMIUM`, or where Debian puts it; undefined where there is none. */
export function chromiumPath(): string | undefined {
  return [process.env.CHROMIUM, '/usr/bin/chromium'].find((path) => path !== undefined && existsSync(path))
}

export const NO_CHROMIUM =
  'There is no Chromium at /usr/bin/chromium or $CHROMIUM. Debian and Ubuntu: apt-get install chromium. Then: npm run test:browser'

/** `known`: hosts that are found elsewhere on this machine, as Chromium writes such rules. */
export const launching = (executablePath: string, known: readonly string[] = []) => ({
  executablePath,
  args: [
    '--no-sandbox', // refuses to run as root otherwise, and reads nothing here but our own pages
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // Whatever a page names, nothing but this machine is found.
    `--host-resolver-rules=${[...known, 'MAP * ~NOTFOUND', 'EXCLUDE 127.0.0.1'].join(', ')}`,
  ],
})
