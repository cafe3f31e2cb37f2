/** Names of this machine. */

/** `localhost` and its subdomains, 127.0.0.0/8, ::1: names that resolve to this machine only. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname)
}
