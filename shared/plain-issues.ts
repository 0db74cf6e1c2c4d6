import * as z from 'zod'

/** Says what a value must be, in words that follow the name of its field: `must be one of "a" or "b"`. */
function describeIssue(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${typeName(issue.expected)}${unlike(issue)}`
    case 'invalid_value':
      return issue.input === undefined ? 'is missing' : `must be ${oneOf(issue.values)}`
    case 'too_big':
      return atMost(issue)
    case 'too_small':
      return atLeast(issue)
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`
    case 'invalid_format':
      return formatted(issue)
    case 'unrecognized_keys':
      return unknownFields(issue)
    case 'invalid_union':
      return noneOfSeveral(issue)
    case 'invalid_key':
      return 'has a field whose name is not allowed'
    default:
      return 'is not valid'
  }
}

/** For each parse whose issues somebody reads. Errors that a schema sets itself come first. */
export const plainIssues = { error: describeIssue }

type Issue<Code extends z.core.$ZodRawIssue['code']> = Extract<z.core.$ZodRawIssue, { code: Code }>

const typeNames: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
  never: 'absent',
  undefined: 'absent',
}
const typeName = (type: string): string => typeNames[type] ?? type

/** The received type, where that explains more than it repeats. */
function unlike({ input, expected }: Issue<'invalid_type'>): string {
  const type = input === null ? 'null' : Array.isArray(input) ? 'array' : typeof input
  if (type === 'number' && (expected === 'int' || expected === 'number')) return ''
  return expected === 'never' ? '' : `, not ${type === 'boolean' ? String(input) : typeName(type)}`
}
const unlikeAny = /, not (?:a string|a number|true|false|a list|an object|null)$/

const quoted = (value: unknown): string =>
  typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? String(value))

/** `"a", "b" or "c"` */
function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`
}

const oneOf = (values: readonly unknown[]): string =>
  `${values.length > 1 ? 'one of ' : ''}${listed(values.map((value) => quoted(value)))}`

const units: Readonly<Record<string, [one: string, several: string]>> = {
  string: ['character', 'characters'],
  array: ['item', 'items'],
  object: ['field', 'fields'],
}

/** `must have at most 5 items`, `must be at most 5` */
function bounded(origin: string, limit: number | bigint, bound: string): string {
  const unit = units[origin]
  if (unit === undefined) return `must be ${bound}${limit}`
  return `must have ${bound}${limit} ${Number(limit) === 1 ? unit[0] : unit[1]}`
}

const atMost = ({ origin, maximum, inclusive, exact }: Issue<'too_big'>): string =>
  bounded(origin, maximum, exact ? 'exactly ' : inclusive === false ? 'less than ' : 'at most ')

function atLeast({ origin, minimum, inclusive, exact }: Issue<'too_small'>): string {
  if (units[origin] !== undefined && Number(minimum) === 1 && !exact) return 'must not be empty'
  return bounded(origin, minimum, exact ? 'exactly ' : inclusive === false ? 'greater than ' : 'at least ')
}

const formats: Readonly<Record<string, string>> = {
  email: 'an e-mail address',
  url: 'a URL',
  uuid: 'a UUID',
  datetime: 'a date and time such as 2026-11-20T22:48:13.000Z',
  date: 'a date such as 2026-11-20',
  base64: 'base64',
}

function formatted(issue: Issue<'invalid_format'>): string {
  const { format, pattern } = issue
  if (format === 'starts_with') return `must start with ${quoted(issue.prefix)}`
  if (format === 'ends_with') return `must end with ${quoted(issue.suffix)}`
  if (format === 'includes') return `must contain ${quoted(issue.includes)}`
  const known = formats[format]
  if (known !== undefined) return `must be ${known}`
  return pattern === undefined ? `is not a valid ${format}` : `must match ${pattern}`
}

/** More would not be read. */
const fieldsShownMax = 20

function unknownFields({ keys, inst }: Issue<'unrecognized_keys'>): string {
  const names = keys.slice(0, 5).map((key) => quoted(key.slice(0, 100)))
  const shape = inst instanceof z.ZodObject ? Object.keys(inst.shape) : []
  const known = shape.length > 0 && shape.length <= fieldsShownMax ? `; allowed are ${shape.join(', ')}` : ''
  return `must not have ${listed(names)}${known}`
}

function noneOfSeveral({ input, errors, options }: Issue<'invalid_union'>): string {
  if (Array.isArray(options) && options.length > 0) return `must be ${oneOf(options)}`
  if (input === undefined) return 'is missing'
  const said = errors.flatMap(([first]) => (first === undefined ? [] : [first.message.replace(unlikeAny, '')]))
  const wanted = [...new Set(said)]
  if (wanted.length === 0) return 'is not valid'
  const areTypes = wanted.every((text) => text.startsWith('must be '))
  return areTypes ? `must be ${listed(wanted.map((text) => text.slice('must be '.length)))}` : wanted.join(', or ')
}
