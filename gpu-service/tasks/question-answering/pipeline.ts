import type { Batcher } from '../../batcher/batcher.ts'
import { yieldTurnFor } from '../../yield-turn.ts'
import type { TaskService } from '../task.ts'
import { codePointCounter } from '../text/code-points.ts'
import { type LocatedText, specialToken } from '../text/encoded-text.ts'
import { readParameters } from '../text/parameters.ts'
import { tokenCount } from '../text/sequence-classifier.ts'
import type { TextModel } from '../text/text-model.ts'
import type { TokenRow } from '../text/token-tensors.ts'
import { windowBudget } from '../text/window-budget.ts'
import { timingOf } from '../timing.ts'
import { answersJson, listParts } from '../write-json.ts'
import { answerSpans, type StartsAndEnds } from './answer-spans.ts'
import { answersOf, type TextAnswer } from './answers.ts'
import { contextWindows } from './context-windows.ts'
import { readQuestions } from './question-inputs.ts'
import { questionParameters, windowSettings } from './question-parameters.ts'

/**
 * `{question, context}` to `{score, start, end, answer}`, or a list of those for `top_k`; each window is a separate
 * item.
 */
export function questionPipeline({ model, batcher }: QuestionPipeline): TaskService['pipeline'] {
  const { tokenizer, encoder } = model
  return async ({ inputs, parameters, options }) => {
    const asked = readParameters(questionParameters, parameters)
    const { top_k: count, align_to_words: byWords } = asked
    const settings = windowSettings({ ...asked, maxTokens: encoder.maxTokens })
    const { questions, isList } = readQuestions(inputs)
    const yieldTurn = yieldTurnFor(options.signal)
    const budget = windowBudget({ numbersPerToken: 2 })
    const windows: { item: number; located: LocatedText }[] = []
    for (const [item, question] of questions.entries()) {
      const questionMax = asked.max_question_len
      const located = await contextWindows({ question, settings, questionMax, tokenizer, budget, yieldTurn })
      windows.push(...located.map((one) => ({ item, located: one })))
      await yieldTurn()
    }
    const rows = windows.map(({ located }) => located)
    const results = await batcher.submitAll(rows, options)
    const found: Parameters<typeof answersOf>[0]['windows'][number][][] = questions.map(() => [])
    for (const [index, { item, located }] of windows.entries()) {
      const { start = [], end = [] } = results[index]?.output ?? {}
      const spans = answerSpans({
        start,
        end,
        isContext: Array.from(located.sequences, (sequence) => sequence === 1),
        nullToken: located.sequences[0] === specialToken ? 0 : undefined,
        lengthMax: asked.max_answer_len,
        // More than requested, because several spans may extend to the same words.
        count: byWords ? 2 * count + 10 : count,
      })
      found[item]?.push({ located, found: spans })
      await yieldTurn()
    }
    const answers: TextAnswer[][] = []
    for (const [item, { context }] of questions.entries()) {
      const own = { context, windows: found[item] ?? [], count, byWords, withNone: asked.handle_impossible_answer }
      answers.push((await answersOf({ ...own, yieldTurn })).map(inCodePoints(context)))
      await yieldTurn()
    }
    const json = await answersJson({
      items: answers,
      isList,
      write: (all) => (count === 1 ? JSON.stringify(all[0] ?? null) : listParts(all, (one) => JSON.stringify(one))),
      signal: options.signal,
    })
    return { json, timing: timingOf(results), tokens: tokenCount(rows) }
  }
}

interface QuestionPipeline {
  model: TextModel
  batcher: Batcher<TokenRow, StartsAndEnds>
}

/** Converts offsets to code points, as Hugging Face's servers count them. */
function inCodePoints(context: string): (answer: TextAnswer) => TextAnswer {
  const inCharacters = codePointCounter(context)
  return ({ score, start, end, answer }) => ({ score, start: inCharacters(start), end: inCharacters(end), answer })
}
