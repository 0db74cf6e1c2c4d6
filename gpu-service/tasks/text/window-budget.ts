import { errors } from '../../../shared/errors.ts'
import { inputsMax } from '../limits.ts'
import { type TokenWindows, tokenWindows, type Window, windowCount } from './token-windows.ts'

/** What all windows of one request may hold, so that those of a model of long texts fit into memory as well. */
const tokensMax = 524_288
/** And so do the answers of a model that says very much of each token. */
const numbersMax = 16_777_216

/** What the texts of one request may be cut into. */
export interface WindowBudget {
  /** Of a text with more tokens than these, no more need be known: however it is cut, it is too long. */
  readonly tokensLeft: number
  /** @throws AppError `invalid_input` before any window is made that is over the limit of the request */
  make(windows: TokenWindows & { param: string }): Window[]
  /** A text that is not cut is one window. @throws AppError `invalid_input` */
  add(text: { length: number; param: string }): void
}

/** The windows of one request are counted before they are made: with a large stride a short text asks for very many. */
export function windowBudget({ numbersPerToken }: { numbersPerToken: number }): WindowBudget {
  const most = Math.min(tokensMax, Math.floor(numbersMax / numbersPerToken))
  let [windows, tokens] = [0, 0]
  const spend = ({ count, size, param }: { count: number; size: number; param: string }) => {
    windows += count
    tokens += count * size
    if (windows <= inputsMax && tokens <= most) return
    throw errors.invalidInput(
      `What is to be read up to "${param}" makes ${windows} windows of ${tokens} tokens, or more; the limits are ${inputsMax} and ${most} per request: send less text at once, or have windows share less.`,
      param,
    )
  }
  return {
    get tokensLeft() {
      return most - tokens
    },
    make({ param, ...asked }) {
      spend({ count: windowCount(asked), size: Math.min(asked.size, asked.length), param })
      return tokenWindows(asked)
    },
    add: ({ length, param }) => spend({ count: 1, size: length, param }),
  }
}
