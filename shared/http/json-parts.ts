import { errors } from '../errors.ts'

/** More than the rows and files of any request. `JSON.parse` takes a tenth of a second for each million of them. */
const partsMax = 50_000
/**
 * A list that begins with a value may be a row of a tensor, of which a request may have a million, each of them in a
 * list of its own. Those are all bounded by the bytes of a body alone; what goes around more lists than these is none.
 */
const listsOfListsMax = 2 ** 20

/** Counts what of a JSON text costs its reader much and says nothing: objects, and lists with nothing in them. */
interface JsonParts {
  /** @throws AppError `invalid_request` of one too many */
  addObject(): void
  /** The list that opens at a place of a text. @throws AppError `invalid_request` of one too many */
  addList(json: string, at: number): void
}

export function countParts(): JsonParts {
  let parts = 0
  let listsOfLists = 0
  /** Lists that have so far nothing but the next one in them. */
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

const openList = 0x5b
const closeList = 0x5d

function afterSpaces(json: string, start: number): number {
  let at = start
  while (spaces.has(json.charCodeAt(at))) at++
  return at
}

const spaces = new Set([0x20, 0x0a, 0x0d, 0x09])
