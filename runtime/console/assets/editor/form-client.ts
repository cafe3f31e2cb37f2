/** Sends the form's text to the server, as its buttons do. */

export interface Problem {
  readonly from: number
  readonly to: number
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly code: string
}

export interface Checked {
  readonly problems: readonly Problem[]
  /** Of all files. */
  readonly errors: number
  readonly warnings: number
}

export interface Completion {
  readonly label: string
  readonly kind: 'field' | 'variable' | 'function' | 'value' | 'name' | 'key'
  readonly insert: string
  readonly replaces: number
  readonly description?: Description
}

export interface Description {
  readonly title: string
  readonly text: string
}

export class FormClient {
  readonly #form: HTMLFormElement
  readonly #address: string

  constructor(form: HTMLFormElement) {
    this.#form = form
    this.#address = form.dataset.editor ?? ''
  }

  check(): Promise<Checked> {
    return this.#json('check')
  }

  complete(offset: number): Promise<{ readonly completions: readonly Completion[] }> {
    return this.#json('complete', offset)
  }

  hover(offset: number): Promise<{ readonly description: Description | null }> {
    return this.#json('hover', offset)
  }

  /** The page with the panel. */
  async page(panel: string, signal: AbortSignal): Promise<Document> {
    const response = await this.#send({ do: panel }, 'text/html', signal)
    return new DOMParser().parseFromString(await response.text(), 'text/html')
  }

  async #json<T>(what: string, offset = 0): Promise<T> {
    const response = await this.#send({ do: what, offset: String(offset) }, 'application/json')
    return response.json()
  }

  async #send(fields: Readonly<Record<string, string>>, accept: string, signal?: AbortSignal): Promise<Response> {
    const body = new URLSearchParams()
    for (const [name, value] of new FormData(this.#form)) if (typeof value === 'string') body.append(name, value)
    for (const [name, value] of Object.entries(fields)) body.set(name, value)
    const response = await fetch(this.#address, {
      method: 'POST',
      body,
      headers: { accept },
      ...(signal && { signal }),
    })
    if (!response.ok) throw new Error(`answered ${response.status}`)
    return response
  }
}
