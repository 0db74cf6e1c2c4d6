import { backslash, closeList, closeObject, comma, openList, openObject, quote } from '../../../shared/json-codes.ts'
import type { ByteReader } from '../../../shared/onnx/byte-reader.ts'

const chunkBytes = 64 * 1024
const memberMaxBytes = 1024 ** 2
const membersMax = 500_000

const space = 0x20
const opens = new Set([openObject, openList])
const closes = new Set([closeObject, closeList])

/**
 * Yields the members of a JSON object one by one, or those of its member `within`, and lets the process do other work
 * in between: parsing 25 MB at once blocks it for half a second. Overlong values are `undefined`. @throws Error where
 * the text is no object
 */
export async function* jsonMembers({ reader, end, within }: MembersInput): AsyncGenerator<[string, unknown]> {
  const scan = new MemberScan(within)
  while (reader.position < end && !scan.ended) {
    const chunk = await reader.take(Math.min(chunkBytes, end - reader.position))
    for (const member of scan.add(chunk)) yield member
  }
  if (!scan.ended) throw new SyntaxError('its JSON ends too soon')
}

interface MembersInput {
  reader: ByteReader
  /** The position in the file where the text ends. */
  end: number
  within?: string
}

/** Splits an object into the texts of its members, which are parsed one by one. */
class MemberScan {
  ended = false
  readonly #within: string | undefined
  #depth = 0
  /** The depth of the members: in the object itself, or in one of its members. */
  #target = 1
  #inString = false
  #escaped = false
  #member: Buffer[] = []
  #memberBytes = 0
  #members = 0

  constructor(within: string | undefined) {
    this.#within = within
  }

  *add(chunk: Uint8Array): Generator<[string, unknown]> {
    // The reader may reuse its window while a member waits for its end.
    const bytes = Buffer.from(chunk)
    let from = 0
    for (let at = 0; at < bytes.length && !this.ended; at += 1) {
      const byte = bytes[at] as number
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false
        else if (byte === backslash) this.#escaped = true
        else if (byte === quote) this.#inString = false
      } else if (this.#depth === 0 && byte > space && byte !== openObject) throw new TypeError('it is no JSON object')
      else if (byte === quote) this.#inString = true
      else if (opens.has(byte)) {
        this.#depth += 1
        const enters = this.#depth === 2 && this.#target === 1 && byte === openObject && this.#isWithin(bytes, from, at)
        if (enters) this.#target = 2
        if (enters || this.#depth === 1) from = at + 1
      } else if (closes.has(byte) || (byte === comma && this.#depth === this.#target)) {
        if (this.#depth === this.#target) {
          this.#keep(bytes.subarray(from, at))
          yield* this.#take()
          from = at + 1
          if (byte !== comma && this.#within !== undefined && this.#target === 2) this.ended = true
        }
        if (byte !== comma) this.#depth -= 1
        if (this.#depth <= 0) this.ended = true
      }
    }
    if (!this.ended) this.#keep(bytes.subarray(from))
  }

  #isWithin(bytes: Buffer, from: number, at: number): boolean {
    if (this.#within === undefined || this.#memberBytes > memberMaxBytes) return false
    const text = Buffer.concat([...this.#member, bytes.subarray(from, at)]).toString()
    if (text.trim().replace(/\s*:$/, '') !== JSON.stringify(this.#within)) return false
    this.#member = []
    this.#memberBytes = 0
    return true
  }

  #keep(bytes: Buffer): void {
    if (this.#memberBytes <= memberMaxBytes) this.#member.push(bytes)
    this.#memberBytes += bytes.length
  }

  *#take(): Generator<[string, unknown]> {
    const text = Buffer.concat(this.#member).toString()
    const isLong = this.#memberBytes > memberMaxBytes
    this.#member = []
    this.#memberBytes = 0
    if (text.trim() === '') return
    if (++this.#members > membersMax) throw new RangeError(`it has more than ${membersMax} entries`)
    if (this.#within !== undefined && this.#target === 1) return
    if (isLong) {
      const [name = '""'] = /^\s*"(?:[^"\\]|\\.){0,1000}"/.exec(text) ?? []
      yield [JSON.parse(name), undefined]
    } else yield* Object.entries(JSON.parse(`{${text}}`) as Record<string, unknown>)
  }
}
