import { type AppError, errors } from '../../../shared/errors.ts'
import { backslash, closeList, comma, openList, openObject, quote } from '../../../shared/json-codes.ts'
import { dimensionsMax } from '../../tasks/tensors/tensor-limits.ts'

/** The position of the elements of one `data`, inside its outermost brackets, and its shape. */
export interface ScannedData {
  bytes: Uint8Array
  /** Pieces that end at commas. */
  pieces: { from: number; to: number }[]
  /** The lengths of nested lists; one for a flat list. */
  dims: number[]
}

interface OpenList {
  commas: number
  lists: number
  isEmpty: boolean
}

const pieceBytes = 32 * 1024

/** Scans the brackets of nested lists. Modifies nothing, because a shadow's copy reads the body again. */
export class DataScanner {
  readonly #bytes: Uint8Array
  readonly #param: string
  readonly #open: OpenList[] = []
  readonly #dims: number[] = []
  readonly #pieces: { from: number; to: number }[] = []
  #at: number
  #pieceFrom: number
  #leafDepth = 0
  /** Inside a text, which may be longer than a slice. */
  #inText = false

  constructor({ bytes, from, param }: ScanData) {
    this.#bytes = bytes
    this.#param = param
    this.#at = from
    this.#pieceFrom = from + 1
  }

  /** After the last bracket, once the scan is complete. */
  get end(): number {
    return this.#at
  }

  get result(): ScannedData {
    return { bytes: this.#bytes, pieces: this.#pieces, dims: this.#dims }
  }

  /** Scans about `count` bytes more; true at the end. @throws AppError `invalid_json`, `invalid_input` */
  scan(count: number): boolean {
    const bytes = this.#bytes
    const until = Math.min(bytes.length, this.#at + count)
    for (; this.#at < until; this.#at++) {
      const byte = bytes[this.#at]
      if (this.#inText) {
        if (byte === quote) this.#inText = false
        else if (byte === backslash) this.#at++
      } else if (byte === openList) {
        this.#enter()
      } else if (byte === closeList) {
        this.#leave()
        if (this.#open.length === 0) {
          this.#pieces.push({ from: this.#pieceFrom, to: this.#at })
          this.#at++
          return true
        }
      } else if (byte === comma) {
        this.#comma()
      } else if (byte === quote) {
        this.#mark()
        this.#inText = true
      } else if (byte === openObject) {
        throw this.#fault('holds an object; it must hold numbers, strings or booleans')
      } else if (byte !== undefined && byte > 0x20) {
        this.#mark()
      }
    }
    if (this.#at >= bytes.length) throw errors.invalidJson(`it ends in the middle of "${this.#param}"`)
    return false
  }

  #enter(): void {
    const parent = this.#open.at(-1)
    if (parent !== undefined) {
      parent.lists++
      parent.isEmpty = false
    }
    if (this.#open.length === dimensionsMax) throw this.#fault(`is nested deeper than ${dimensionsMax} lists`)
    this.#open.push({ commas: 0, lists: 0, isEmpty: true })
  }

  #leave(): void {
    const depth = this.#open.length
    const list = this.#open.pop()
    if (list === undefined) return
    const count = list.isEmpty && list.commas === 0 ? 0 : list.commas + 1
    if (list.lists === 0 && this.#leafDepth === 0) this.#leafDepth = depth
    const isLeaf = depth === this.#leafDepth
    const before = this.#dims[depth - 1]
    if (isLeaf ? list.lists > 0 : list.lists !== count || (list.lists === 0 && this.#leafDepth !== depth))
      throw this.#fault('mixes lists and elements at one depth')
    if (before !== undefined && before !== count)
      throw this.#fault(`is ragged: it has lists of ${before} and of ${count} at one depth`)
    this.#dims[depth - 1] = count
  }

  #comma(): void {
    const list = this.#open.at(-1)
    if (list !== undefined) list.commas++
    if (this.#at - this.#pieceFrom < pieceBytes) return
    this.#pieces.push({ from: this.#pieceFrom, to: this.#at })
    this.#pieceFrom = this.#at + 1
  }

  #mark(): void {
    const list = this.#open.at(-1)
    if (list !== undefined) list.isEmpty = false
  }

  #fault(what: string): AppError {
    return errors.invalidInput(`"${this.#param}" ${what}.`, this.#param)
  }
}

interface ScanData {
  bytes: Uint8Array
  from: number
  /** Where the elements are in the request, for an error. */
  param: string
}
