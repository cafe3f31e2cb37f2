/** Reads bodies up to a size limit, to protect the memory from any peer. */

/** All bytes of a request body, or undefined if there are more than `limit`. */
export async function readBody(request: Request, limit: number): Promise<Uint8Array | undefined> {
  const announced = Number(request.headers.get('content-length') ?? Number.NaN)
  if (announced > limit) return undefined
  // HTTP limits a body to its announced length; reading in one piece costs a third of a stream of one chunk.
  if (!(announced >= 0)) return readWithin(request.body, limit)
  const body = new Uint8Array(await request.arrayBuffer())
  return body.length <= limit ? body : undefined
}

async function readWithin(body: Request['body'], limit: number): Promise<Uint8Array | undefined> {
  // One byte beyond the limit distinguishes a body of that size from a larger one.
  const bytes = await readStart(body, limit + 1)
  return bytes.length <= limit ? bytes : undefined
}

/** The first `limit` bytes of a body. Cancels the rest. */
export async function readStart(body: Request['body'], limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body ?? []) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= limit) break
  }
  return Buffer.concat(chunks).subarray(0, limit)
}
