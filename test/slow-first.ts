/** The order of test files: the slowest first, so that none runs alone at the end. */
import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { SLOW } from './file-lists.ts'

export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification) => {
      const index = SLOW.indexOf(relative(project.config.root, moduleId))
      return index === -1 ? SLOW.length : index
    }
    // Files with a process of their own first: between the others they would end the workers that these share.
    const place = (file: TestSpecification) => {
      const { isolate, sequence } = file.project.config
      return [sequence.groupOrder, isolate ? 0 : 1, rank(file)] as const
    }
    const places = new Map(files.map((file) => [file, place(file)]))
    const compare = (a: TestSpecification, b: TestSpecification) => {
      const other = places.get(b) ?? []
      return (places.get(a) ?? []).map((value, i) => value - (other[i] ?? 0)).find((value) => value !== 0) ?? 0
    }
    return (await super.sort(files)).sort(compare)
  }
}
