import { setImmediate } from 'node:timers/promises'
import { parseYaml } from '../../../shared/model/parse-yaml.ts'

/** Cards with many evaluation results reach a few hundred KB. */
const yamlMaxLength = 1024 ** 2
/** Takes a quarter of a second to parse, which blocks the process. */
const pieceMaxLength = 64 * 1024
const piecesMax = 20

const frontMatter = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---[^\S\n]*(?:\n|$)/

/** A line that starts a top-level field: not indented, and neither the end nor an item of a list. */
const fieldStart = /^(?:[^\s#\-\]}'"[{,&*!|>%@`:][^\n:]*|"[^"\n]*"|'[^'\n]*'):(?:\s|$)/

interface FrontMatter {
  data: Map<string, unknown>
  /** The parts that could not be parsed. */
  warnings: string[]
}

/**
 * The fields between the first two `---` of a README. Long front matter is parsed in pieces, so that a thousand
 * evaluation results neither block the process nor lose the license.
 */
export async function readFrontMatter(readme: string): Promise<FrontMatter> {
  const [, yaml] = frontMatter.exec(readme) ?? []
  const found: FrontMatter = { data: new Map(), warnings: [] }
  if (yaml === undefined) return found
  if (yaml.length > yamlMaxLength) throw new RangeError(`its front matter is longer than ${yamlMaxLength} characters`)
  const pieces = yaml.length <= pieceMaxLength ? [yaml] : inPieces(yaml)
  if (pieces.length > piecesMax) throw new RangeError('its front matter is longer than can be read')
  for (const piece of pieces) {
    if (piece.length > pieceMaxLength) {
      const name = piece.slice(0, piece.indexOf(':')).slice(0, 100)
      found.warnings.push(`its ${name} is longer than ${pieceMaxLength} characters and was left out`)
      continue
    }
    if (pieces.length > 1) await setImmediate()
    try {
      for (const [name, value] of fieldsOf(piece)) found.data.set(name, value)
    } catch (error) {
      found.warnings.push(`its front matter cannot be read: ${firstLine(error)}`)
    }
  }
  return found
}

function fieldsOf(yaml: string): [string, unknown][] {
  const { data } = parseYaml(yaml)
  return typeof data === 'object' && data !== null && !Array.isArray(data) ? Object.entries(data) : []
}

/** Groups whole fields into pieces that may be parsed at once. */
function inPieces(yaml: string): string[] {
  const fields: string[] = []
  for (const line of yaml.split('\n')) {
    if (fields.length === 0 || fieldStart.test(line)) fields.push(line)
    else fields[fields.length - 1] += `\n${line}`
  }
  const pieces: string[] = []
  for (const field of fields) {
    const last = pieces.at(-1)
    if (last !== undefined && last.length + field.length < pieceMaxLength)
      pieces[pieces.length - 1] = `${last}\n${field}`
    else pieces.push(field)
  }
  return pieces
}

/** The parser quotes the text below its first line. */
const firstLine = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown'
