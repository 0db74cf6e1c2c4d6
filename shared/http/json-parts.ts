import { errors } from '../errors.ts'
import { closeList, openList } from '../json-codes.ts'

/** More than any request has rows or files. `JSON.parse` takes a tenth of a second per million. */
const partsMax = 50_000
/**
 * A list that begins with a value may be a row of a tensor, and a request may have a million rows, so only the body's
 * size bounds them. Lists of lists are bounded by this.
 */
const listsOfListsMax = 2 ** 20

/** Counts the parts of a JSON text that are costly to parse and hold nothing: objects and empty lists. */
interface JsonParts {
  /** @throws AppError `invalid_request` for one too many */
  addObject(): void
  /** Counts the list that opens at `at`. @throws AppError `invalid_request` for one too many */
  addList(json: string, at: number): void
}

export function countParts(): JsonParts {
  let parts = 0
  let listsOfLists = 0
  /** Open lists that hold nothing but the next list so far. */
  let around = 0
  const add = (count: number) => {
    parts += count
    if (parts > partsMax)
      throw errors.invalidRequest(
        `The JSON has more than ${partsMax} objects and empty lists. Send lists of values in their place, or several requests.`,
      )
  }
  return {
    addObject: () => add(1),
    addList(json, at) {
      const first = json.charCodeAt(afterSpaces(json, at + 1))
      if (first === openList) {
        around++
        if (++listsOfLists > listsOfListsMax)
          throw errors.invalidRequest(
            `The JSON has more than ${listsOfListsMax} lists of lists. Send several requests.`,
          )
        return
      }
      if (first === closeList) add(1 + around)
      around = 0
    },
  }
}

function afterSpaces(json: string, start: number): number {
  let at = start
  while (spaces.has(json.charCodeAt(at))) at++
  return at
}

const spaces = new Set([0x20, 0x0a, 0x0d, 0x09])
