/** Who may come in, by what a request says of its road: checked before anything of it is used. */

/** What a reverse proxy or a tunnel adds. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip']

/**
 * Why a request is not answered, when no password guards the console.
 *
 * A page of another site can point its own name at 127.0.0.1 (DNS rebinding), and a tunnel opened for webhooks leads
 * everybody to the console. Both are told by what they say: the first by its name, the second by its headers.
 */
export function nonLocalReason(request: Request): string | undefined {
  const { hostname } = new URL(request.url)
  if (!isLoopback(hostname)) return `it was asked for as "${hostname}", which is not a name of this machine itself`
  if (FORWARDED.some((name) => request.headers.has(name))) return 'the request came through a proxy'
  return undefined
}

/** `localhost` and what ends in it, 127.0.0.0/8, ::1: names that no one else can claim. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname)
}

/**
 * Whether a form was sent from our own pages. Browsers say so in `Sec-Fetch-Site` where they trust the connection,
 * and otherwise in `Origin`; a program that says neither still needs the session's token.
 */
export function isSameOrigin(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin'
  const origin = request.headers.get('origin')
  return origin === null || (URL.canParse(origin) && new URL(origin).host === new URL(request.url).host)
}

/** A form larger than this is none of ours. */
const LARGEST_FORM = 64 * 1024

/** The fields of a form, or undefined if it is none or too large. */
export async function readForm(request: Request): Promise<URLSearchParams | undefined> {
  if (!request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded')) return undefined
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of request.body ?? []) {
    size += piece.length
    if (size > LARGEST_FORM) return undefined
    pieces.push(piece)
  }
  return new URLSearchParams(Buffer.concat(pieces).toString())
}
