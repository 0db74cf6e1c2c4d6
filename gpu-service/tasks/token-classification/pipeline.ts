import * as z from 'zod'
import { errors } from '../../../shared/errors.ts'
import type { Batcher } from '../../batcher/batcher.ts'
import { yieldTurnFor } from '../../yield-turn.ts'
import type { TaskService } from '../task.ts'
import { codePointCounter } from '../text/code-points.ts'
import type { LocatedText } from '../text/encoded-text.ts'
import {
  listOfTexts,
  oneOf,
  readParameters,
  truncationOf,
  truncationParameters,
  wholeNumber,
} from '../text/parameters.ts'
import { readTexts } from '../text/read-texts.ts'
import { tokenCount } from '../text/sequence-classifier.ts'
import type { TextModel } from '../text/text-model.ts'
import { specialCount } from '../text/token-template.ts'
import type { TokenRow } from '../text/token-tensors.ts'
import { windowBudget } from '../text/window-budget.ts'
import { timingOf } from '../timing.ts'
import { answersJson, listParts } from '../write-json.ts'
import { type Entity, entitiesOf, strategies } from './entities.ts'
import { type FoundInWindow, withoutOverlaps } from './overlaps.ts'
import { scoredTokens } from './scored-tokens.ts'
import { textWindows } from './text-windows.ts'

const schema = z.object({
  ...truncationParameters,
  /** The default of Hugging Face's own servers; their JavaScript client reads nothing else. */
  aggregation_strategy: oneOf(strategies).default('simple'),
  ignore_labels: listOfTexts({ of: 'labels', max: 1000 }).default(['O']),
  stride: wholeNumber(0, 1_000_000).optional(),
})

/** A text to `[{entity_group, score, word, start, end}]`, a list of texts to a list of those. */
export function entityPipeline({ model, names, batcher }: EntityPipeline): TaskService['pipeline'] {
  const { tokenizer, encoder } = model
  const room = encoder.maxTokens - specialCount(tokenizer.template.single)
  return async ({ inputs, parameters, options }) => {
    const asked = readParameters(schema, parameters)
    const { aggregation_strategy: strategy, ignore_labels, stride } = asked
    const ignored = new Set(ignore_labels)
    assertStride({ stride, strategy, room })
    const { items, isList } = readTexts(inputs)
    const yieldTurn = yieldTurnFor(options.signal)
    const budget = windowBudget({ numbersPerToken: names.length })
    const windows: { item: number; located: LocatedText }[] = []
    for (const [item, { text, param }] of items.entries()) {
      if (stride === undefined) {
        const located = await encoder.locate({ text, truncation: truncationOf(asked), param, yieldTurn })
        budget.add({ length: located.length, param })
        windows.push({ item, located })
      } else {
        const cut = { text, stride, maxTokens: encoder.maxTokens, tokenizer, budget, param, yieldTurn }
        for (const located of await textWindows(cut)) windows.push({ item, located })
      }
      await yieldTurn()
    }
    const rows = windows.map(({ located }) => located)
    const results = await batcher.submitAll(rows, options)
    const found: FoundInWindow[][] = items.map(() => [])
    for (const [index, { item, located }] of windows.entries()) {
      const logits = results[index]?.output ?? new Float32Array()
      const tokens = scoredTokens({ text: items[item]?.text ?? '', located, logits, tokenizer })
      const entities = entitiesOf({ tokens, names, strategy, join: tokenizer.join })
      const wanted = entities.filter(({ entity }) => !ignored.has(entity))
      found[item]?.push({ start: tokens[0]?.start ?? 0, entities: wanted })
      await yieldTurn()
    }
    const answers: Entity[][] = []
    for (const own of found) {
      const [only] = own
      answers.push(own.length > 1 ? await withoutOverlaps(own, yieldTurn) : [...(only?.entities ?? [])])
    }
    const json = await answersJson({
      items: answers,
      isList,
      write(entities, item) {
        const format = formatter({ text: items[item]?.text ?? '', isGrouped: strategy !== 'none' })
        return listParts(entities, (entity) => JSON.stringify(format(entity)))
      },
      signal: options.signal,
    })
    return { json, timing: timingOf(results), tokens: tokenCount(rows) }
  }
}

interface EntityPipeline {
  model: TextModel
  names: readonly string[]
  batcher: Batcher<TokenRow, Float32Array<ArrayBuffer>>
}

/** Converts offsets to code points, as Hugging Face's servers count them. */
function formatter({ text, isGrouped }: { text: string; isGrouped: boolean }) {
  const inCharacters = codePointCounter(text)
  return ({ entity, score, word, start, end, index }: Entity) => ({
    ...(isGrouped ? { entity_group: entity, score } : { entity, score, index }),
    word,
    start: inCharacters(start),
    end: inCharacters(end),
  })
}

function assertStride({
  stride,
  strategy,
  room,
}: {
  stride: number | undefined
  strategy: string
  room: number
}): void {
  if (stride === undefined) return
  if (strategy === 'none')
    throw errors.invalidInput('"stride" needs an "aggregation_strategy" other than "none".', 'stride')
  if (stride >= room)
    throw errors.invalidInput(`"stride" is ${stride}; it must be less than the ${room} tokens of a window.`, 'stride')
}
