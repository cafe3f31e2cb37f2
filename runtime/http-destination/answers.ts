/** The meaning of an answer's status, by the table of the spec. */
import type { ErrorExplanation } from '../ports/source.ts'
import type { AnswerMeaning, AnswerTable } from '../spec/http-spec.ts'

/** Code of the fault that stands for an accepted message, without the destination's name. */
export const DELIVERED = 'delivered'

const KINDS = { retry: 'transient', paused: 'config', dead: 'data' } as const

function meaningOf(status: number, answers: AnswerTable): AnswerMeaning {
  return answers.get(status) ?? answers.get(`${Math.floor(status / 100)}xx`) ?? 'dead'
}

/** Of a status that is no 2xx. Texts of the answer are left out: they may quote a person's data. */
export function explainAnswer(status: number, answers: AnswerTable): ErrorExplanation {
  const meaning = meaningOf(status, answers)
  return meaning === 'delivered' ? { kind: 'data', code: DELIVERED } : { kind: KINDS[meaning] }
}
