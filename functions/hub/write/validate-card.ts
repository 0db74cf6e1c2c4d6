import { messageOf } from '../../../shared/errors.ts'
import { parseYaml } from '../../../shared/model/parse-yaml.ts'

/** The errors in a README's front matter, in the form that clients print. */
interface CardVerdict {
  errors: { message: string }[]
  warnings: { message: string }[]
}

const frontMatter = /^\uFEFF?---\r?\n(?:([\s\S]*?)\r?\n)?---\s*(?:\r?\n|$)/

/** The larger takes a quarter of a second to parse, which blocks the process; the smaller a few milliseconds. */
export const yamlMaxBytes = { known: 64 * 1024, stranger: 8 * 1024 }

/** W2: validates a README before it is committed. Front matter is optional. */
export function validateCard(readme: string, maxBytes = yamlMaxBytes.known): CardVerdict {
  const match = frontMatter.exec(readme)
  if (match === null) return warned('The README has no YAML front matter, so the license and the task are unknown.')
  const [, yaml = ''] = match
  if (Buffer.byteLength(yaml) > maxBytes)
    return warned(`The front matter is larger than ${maxBytes} bytes and is not checked here.`)
  let data: unknown
  try {
    data = readYaml(yaml)
  } catch (error) {
    return failed(`The front matter cannot be read: ${messageOf(error).split('\n')[0]}`)
  }
  if (data === null || data === undefined) return warned('The front matter is empty.')
  if (typeof data !== 'object' || Array.isArray(data))
    return failed('The front matter must be a list of "name: value".')
  const faults = Object.entries(data).flatMap(([name, value]) => faultOf(name, value) ?? [])
  return { errors: faults.map((message) => ({ message })), warnings: [] }
}

function readYaml(yaml: string): unknown {
  const { data, twice } = parseYaml(yaml)
  if (twice !== undefined) throw new Error(`"${twice.slice(0, 100)}" stands there twice`)
  return data
}

const texts = new Set(['pipeline_tag', 'library_name', 'license_name', 'license_link', 'new_version'])
const lists = new Set(['tags', 'datasets', 'base_model', 'language', 'license', 'metrics'])

/** Checks only the fields that the registry reads; the rest is up to the author. */
function faultOf(name: string, value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined
  if (texts.has(name) && typeof value !== 'string') return `"${name}" must be a text.`
  if (!lists.has(name)) return undefined
  const items = Array.isArray(value) ? value : [value]
  // Only with the JSON schema does YAML read the language "no" as a text.
  const isFine = items.every((item) => ['string', 'number', 'boolean'].includes(typeof item))
  return isFine ? undefined : `"${name}" must be a text or a list of texts.`
}

const failed = (message: string): CardVerdict => ({ errors: [{ message }], warnings: [] })
const warned = (message: string): CardVerdict => ({ errors: [], warnings: [{ message }] })
