import * as z from 'zod'
import { errors } from '../../../shared/errors.ts'
import type { Batcher } from '../../batcher/batcher.ts'
import { type YieldTurn, yieldTurnFor } from '../../yield-turn.ts'
import type { TaskService } from '../task.ts'
import type { EncodedText } from '../text/encoded-text.ts'
import { listOfTexts, readParameters, truncationOf, truncationParameters, wholeNumber } from '../text/parameters.ts'
import { readTexts } from '../text/read-texts.ts'
import { tokenCount } from '../text/sequence-classifier.ts'
import type { TextModel } from '../text/text-model.ts'
import type { TextTokenizer } from '../text/tokenizer.ts'
import { timingOf } from '../timing.ts'
import { answersJson } from '../write-json.ts'
import { type Candidate, candidatesJson } from './mask-candidates.ts'
import type { MaskedRow } from './mask-rows.ts'
import type { Mask } from './mask-settings.ts'

const masksMax = 64
/** The most tokens in the answer to one request. */
const writtenTokensMax = 4_194_304

const schema = z.object({
  ...truncationParameters,
  top_k: wholeNumber(1, 1000).default(5),
  targets: z
    .preprocess(
      (value) => (typeof value === 'string' ? [value] : value),
      listOfTexts({ of: 'words', max: 1000 }).refine(({ length }) => length > 0, 'must name at least one word'),
    )
    .optional(),
})

/**
 * A text to `[{score, token, token_str, sequence}]`; with several masks a list of those, and so for a list of texts.
 */
export function fillMaskPipeline({ model, mask, batcher }: FillMaskPipeline): TaskService['pipeline'] {
  const { tokenizer, encoder } = model
  return async ({ inputs, parameters, options }) => {
    const asked = readParameters(schema, parameters)
    const { items, isList } = readTexts(inputs)
    const yieldTurn = yieldTurnFor(options.signal)
    const targets = asked.targets && (await targetIds({ targets: asked.targets, tokenizer, yieldTurn }))
    const rows: (MaskedRow & EncodedText)[] = []
    let writtenTokens = 0
    for (const { text, param } of items) {
      const encoded = await encoder.encode({ text, truncation: truncationOf(asked), param, yieldTurn })
      const masks = masksOf({ ids: encoded.ids, text, mask, param })
      writtenTokens += masks.length * Math.min(asked.top_k, targets?.length ?? asked.top_k) * encoded.ids.length
      assertWritable(writtenTokens)
      rows.push({ ...encoded, masks, topK: asked.top_k, targets })
      await yieldTurn()
    }
    const results = await batcher.submitAll(rows, options)
    const json = await answersJson({
      items: rows,
      isList,
      write: ({ ids, masks }, index) =>
        candidatesJson({ ids, masks, candidates: results[index]?.output ?? [], tokenizer }),
      signal: options.signal,
    })
    return { json, timing: timingOf(results), tokens: tokenCount(rows) }
  }
}

/** Each candidate repeats its whole text, so a few texts could ask for gigabytes. @throws AppError `invalid_input` */
function assertWritable(tokens: number): void {
  if (tokens > writtenTokensMax)
    throw errors.invalidInput(
      `The answer repeats the text for each of "top_k" words of every mask, which makes more than ${writtenTokensMax} tokens: send fewer texts or masks, or a smaller "top_k".`,
      'top_k',
    )
}

interface FillMaskPipeline {
  model: TextModel
  mask: Mask
  batcher: Batcher<MaskedRow, Candidate[][]>
}

function masksOf({ ids, text, mask, param }: MasksOf): number[] {
  const masks = ids.flatMap((id, index) => (id === mask.id ? [index] : []))
  if (masks.length === 0 && text.includes(mask.token))
    throw errors.invalidInput(
      `"${param}" has ${mask.token} only beyond the ${ids.length} tokens that the model reads: send less text around the mask, or "truncation_direction".`,
      param,
    )
  if (masks.length === 0)
    throw errors.invalidInput(`"${param}" has no mask: write ${mask.token} where a word is missing.`, param)
  if (masks.length > masksMax)
    throw errors.invalidInput(`"${param}" has ${masks.length} masks; the limit is ${masksMax}.`, param)
  return masks
}

interface MasksOf {
  ids: readonly number[]
  text: string
  mask: Mask
  param: string
}

/** A target that is not a token is represented by its first one, as in transformers. */
async function targetIds({ targets, tokenizer, yieldTurn }: TargetIds): Promise<number[]> {
  const ids = new Set<number>()
  for (const [index, target] of targets.entries()) {
    const id = tokenizer.idOf(target) ?? tokenizer.first(target, 1)[0]
    if (id === undefined)
      throw errors.invalidInput(`"targets[${index}]" holds no token of this model.`, `targets[${index}]`)
    ids.add(id)
    await yieldTurn()
  }
  return [...ids]
}

interface TargetIds {
  targets: readonly string[]
  tokenizer: TextTokenizer
  yieldTurn: YieldTurn
}
