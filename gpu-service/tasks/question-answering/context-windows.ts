import { errors } from '../../../shared/errors.ts'
import type { YieldTurn } from '../../yield-turn.ts'
import { assembleLocated, type LocatedText } from '../text/encoded-text.ts'
import { type PlacedTokens, slicePlaced } from '../text/placed-tokens.ts'
import { gatherPlaced, type Piece } from '../text/text-pieces.ts'
import { specialCount } from '../text/token-template.ts'
import type { TextTokenizer } from '../text/tokenizer.ts'
import type { WindowBudget } from '../text/window-budget.ts'
import type { Question } from './question-inputs.ts'
import type { WindowSettings } from './question-parameters.ts'

/** Splits a context into windows, each with the whole question. */
export async function contextWindows(input: ContextWindows): Promise<LocatedText[]> {
  const { question, settings, questionMax, tokenizer, budget, yieldTurn } = input
  const tokensOf = (text: string, enough: number) =>
    gatherPlaced({
      text,
      enough,
      from: 'start',
      tokensOf: (piece: Piece) => tokenizer.spanned(text, piece),
      yieldTurn,
    })
  const asked = slicePlaced(await tokensOf(question.question, settings.size), 0, questionMax)
  const context = await tokensOf(question.context, budget.tokensLeft + 1)
  if (context.length === 0) {
    const param = `${question.param}.context`
    throw errors.invalidInput(`"${param}" holds no tokens for this model.`, param)
  }
  const parts = tokenizer.template.pair
  const room = settings.size - specialCount(parts) - asked.length
  const stride = strideWithin({ room, settings, question, isWhole: context.length <= room })
  const windows = budget.make({ length: context.length, size: room, stride, param: question.param })
  const located: LocatedText[] = []
  for (const { start, end } of windows) {
    located.push(assembleLocated(parts, [asked, cutWords(slicePlaced(context, start, end))]))
    await yieldTurn()
  }
  return located
}

interface ContextWindows {
  question: Question
  settings: WindowSettings
  /** Truncates the question to this many tokens. */
  questionMax: number | undefined
  tokenizer: TextTokenizer
  budget: WindowBudget
  yieldTurn: YieldTurn
}

/** Cuts the words at both edges to the part within the window, as the words of an answer are in transformers. */
function cutWords(window: PlacedTokens): PlacedTokens {
  const start = window.starts[0] ?? 0
  const end = window.ends.at(-1) ?? 0
  return {
    ...window,
    wordStarts: window.wordStarts.map((wordStart) => Math.max(wordStart, start)),
    wordEnds: window.wordEnds.map((wordEnd) => Math.min(wordEnd, end)),
  }
}

/** Windows must advance, so one that its question nearly fills shares less with the next. */
function strideWithin({ room, settings, question, isWhole }: Stride): number {
  if (room < 1) {
    const param = `${question.param}.question`
    throw errors.invalidInput(
      `"${param}" leaves no room for its context within ${settings.size} tokens: shorten it, or send "max_question_len".`,
      param,
    )
  }
  if (settings.stride < room) return settings.stride
  if (isWhole || !settings.isStrideAsked) return room - 1
  throw errors.invalidInput(
    `"doc_stride" is ${settings.stride}; it must be less than the ${room} tokens of context that fit into a window with the question.`,
    'doc_stride',
  )
}

interface Stride extends Pick<ContextWindows, 'settings' | 'question'> {
  room: number
  /** Whether the context fits into one window, which shares nothing. */
  isWhole: boolean
}
