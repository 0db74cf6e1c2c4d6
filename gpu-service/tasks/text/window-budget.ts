import { errors } from '../../../shared/errors.ts'
import { inputsMax } from '../limits.ts'
import { type TokenWindows, tokenWindows, type Window, windowCount } from './token-windows.ts'

/** What all windows of one request may hold, so that those of a model of long texts fit into memory as well. */
const tokensMax = 1_048_576

/** What the texts of one request may be cut into. */
export interface WindowBudget {
  /** Of a text with more tokens than these, no more need be known: however it is cut, it is too long. */
  readonly tokensLeft: number
  /** @throws AppError `invalid_input` before any window is made that is over the limit of the request */
  make(windows: TokenWindows & { param: string }): Window[]
}

/** The windows of one request are counted before they are made: with a large stride a short text asks for very many. */
export function windowBudget(): WindowBudget {
  let [windows, tokens] = [0, 0]
  return {
    get tokensLeft() {
      return tokensMax - tokens
    },
    make({ param, ...asked }) {
      const count = windowCount(asked)
      windows += count
      tokens += count * Math.min(asked.size, asked.length)
      if (windows <= inputsMax && tokens <= tokensMax) return tokenWindows(asked)
      throw errors.invalidInput(
        `What is to be read up to "${param}" makes ${windows} windows of ${tokens} tokens, or more; the limits are ${inputsMax} and ${tokensMax} per request: send less text at once, or have windows share less.`,
        param,
      )
    },
  }
}
