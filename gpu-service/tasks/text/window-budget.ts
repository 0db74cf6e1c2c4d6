import { errors } from '../../../shared/errors.ts'
import { inputsMax } from '../limits.ts'
import { type TokenWindows, tokenWindows, type Window, windowCount } from './token-windows.ts'

/** The most tokens in all windows of a request, so that those of a model for long texts fit into memory, too. */
const tokensMax = 524_288
/** The same limit for the output of a model with many numbers per token. */
const numbersMax = 16_777_216

/** The windows that the texts of one request may still use. */
export interface WindowBudget {
  /** More tokens than this in one text are too many, however it is split. */
  readonly tokensLeft: number
  /** @throws AppError `invalid_input` before it makes a window over the limit of the request */
  make(windows: TokenWindows & { param: string }): Window[]
  /** Counts a text that is not split as one window. @throws AppError `invalid_input` */
  add(text: { length: number; param: string }): void
}

/** Counts the windows of a request before they are made: with a large stride a short text makes very many. */
export function windowBudget({ numbersPerToken }: { numbersPerToken: number }): WindowBudget {
  const most = Math.min(tokensMax, Math.floor(numbersMax / numbersPerToken))
  let [windows, tokens] = [0, 0]
  const spend = ({ count, size, param }: { count: number; size: number; param: string }) => {
    windows += count
    tokens += count * size
    if (windows <= inputsMax && tokens <= most) return
    throw errors.invalidInput(
      `The inputs up to "${param}" make ${windows} windows with ${tokens} tokens, or more; the limits are ${inputsMax} and ${most} per request. Send less text, or use a smaller stride.`,
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
