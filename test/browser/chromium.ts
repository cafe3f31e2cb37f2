/** Finds and configures Debian's Chromium: headless, with no network beyond this machine. */
import { existsSync } from 'node:fs'

/** `$CHROMIUM`, or where Debian puts it; undefined if it is not installed. */
export function chromiumPath(): string | undefined {
  return [process.env.CHROMIUM, '/usr/bin/chromium'].find((path) => path !== undefined && existsSync(path))
}

export const NO_CHROMIUM =
  'There is no Chromium at /usr/bin/chromium or $CHROMIUM. Debian and Ubuntu: apt-get install chromium. Then: npm run test:browser'

/** `hostRules`: Chromium's resolver rules for hosts on this machine. */
export const launchOptions = (executablePath: string, hostRules: readonly string[] = []) => ({
  executablePath,
  args: [
    '--no-sandbox', // Chromium refuses to run as root otherwise; it loads only our own pages
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // No page can reach a host outside this machine.
    `--host-resolver-rules=${[...hostRules, 'MAP * ~NOTFOUND', 'EXCLUDE 127.0.0.1'].join(', ')}`,
  ],
})
