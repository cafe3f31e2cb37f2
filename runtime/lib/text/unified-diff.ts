/** Differences of texts as a unified diff, which `git apply` and `patch` take. */
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff'

export interface DiffedFile {
  readonly path: string
  /** Absent: there is none. */
  readonly before: string | undefined
  readonly after: string | undefined
}

/** Empty for files without a difference. */
export function unifiedDiff(files: readonly DiffedFile[]): string {
  return files
    .filter(({ before, after }) => before !== after)
    .map(({ path, before, after }) => {
      const names = [before === undefined ? '/dev/null' : `a/${path}`, after === undefined ? '/dev/null' : `b/${path}`]
      const [from = '', to = ''] = names
      const head = `diff --git a/${path} b/${path}\n`
      return (
        head +
        createTwoFilesPatch(from, to, before ?? '', after ?? '', undefined, undefined, {
          context: 3,
          headerOptions: FILE_HEADERS_ONLY,
        })
      )
    })
    .join('')
}
