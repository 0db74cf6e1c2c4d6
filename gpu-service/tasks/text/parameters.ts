import * as z from 'zod'
import { errors } from '../../../shared/errors.ts'
import { firstIssue } from '../../../shared/first-issue.ts'
import { plainIssues } from '../../../shared/plain-issues.ts'
import type { Truncation } from './truncation.ts'

/** Parses the parameters of a request; null counts as absent. @throws AppError `invalid_input` naming the field. */
export function readParameters<Schema extends z.ZodType>(
  schema: Schema,
  parameters: Record<string, unknown>,
): z.output<Schema> {
  const given = Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== null))
  const parsed = schema.safeParse(given, plainIssues)
  if (parsed.success) return parsed.data
  const { path, message } = firstIssue(parsed.error)
  const param = path.reduce<string>(pathOf, '')
  throw errors.invalidInput(`"${param}" ${message}.`, param)
}

const pathOf = (path: string, key: PropertyKey): string =>
  typeof key === 'number' ? `${path}[${key}]` : path === '' ? String(key) : `${path}.${String(key)}`

export const wholeNumber = (min: number, max: number) => {
  const message = `must be a whole number from ${min} to ${max}`
  return z.int(message).min(min, message).max(max, message)
}

export const trueOrFalse = z.boolean('must be true or false')

export const text = z.string('must be a text')

/** Counts the items before it looks at any, because a body may hold millions. */
export const listOfTexts = ({ of, max }: { of: string; max: number }) =>
  z
    .custom<unknown[]>(Array.isArray, { message: `must be a list of ${of}`, abort: true })
    .refine(({ length }) => length <= max, { message: `must be at most ${max} ${of}`, abort: true })
    .pipe(z.array(text))

export const oneOf = <const Names extends readonly [string, ...string[]]>(names: Names) =>
  z.enum(names, `must be one of ${names.join(', ')}`)

/** As text-embeddings-inference names them; a text that is too long is truncated by default. */
export const truncationParameters = {
  truncate: trueOrFalse.default(true),
  truncation_direction: oneOf(['right', 'left', 'Right', 'Left']).optional(),
}

export const truncationOf = ({ truncate, truncation_direction }: TruncationParameters): Truncation => ({
  truncate,
  direction: directionNamed(truncation_direction),
})

export const directionNamed = (name: string | null | undefined): Truncation['direction'] => {
  if (name === undefined || name === null) return undefined
  return name.toLowerCase() === 'left' ? 'left' : 'right'
}

interface TruncationParameters {
  truncate: boolean
  truncation_direction?: string | undefined
}
