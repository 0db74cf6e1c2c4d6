import { errors } from '../../../shared/errors.ts'
import { inputsMax } from '../limits.ts'

export interface Question {
  question: string
  context: string
  /** Names it in errors. */
  param: string
}

/** Parses `{question, context}` or a list of them. @throws AppError `invalid_input` naming the item at fault. */
export function readQuestions(inputs: unknown): { questions: Question[]; isList: boolean } {
  if (!Array.isArray(inputs)) return { questions: [readQuestion(inputs, 'inputs')], isList: false }
  const list: unknown[] = inputs
  if (list.length === 0) throw errors.invalidInput('"inputs" is empty: send at least one question.', 'inputs')
  if (list.length > inputsMax)
    throw errors.invalidInput(`"inputs" has ${list.length} questions; the limit is ${inputsMax} per request.`, 'inputs')
  return { questions: list.map((one, index) => readQuestion(one, `inputs[${index}]`)), isList: true }
}

function readQuestion(value: unknown, param: string): Question {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw errors.invalidInput(`"${param}" must be {"question": "…", "context": "…"}.`, param)
  const fields = value as Record<string, unknown>
  const textAt = (name: 'question' | 'context') => {
    const field = `${param}.${name}`
    const text = fields[name]
    if (typeof text !== 'string') throw errors.invalidInput(`"${field}" must be a text.`, field)
    if (text.trim() === '') throw errors.invalidInput(`"${field}" cannot be empty.`, field)
    return text
  }
  return { question: textAt('question'), context: textAt('context'), param }
}
