import * as z from 'zod'
import { errors } from '../../../shared/errors.ts'
import { parseWith } from '../../../shared/http/json-body.ts'
import { capabilityOf, type Token } from '../../tasks/capabilities.ts'
import { answersJson, listParts } from '../../tasks/write-json.ts'
import { mapInSlices } from '../../yield-turn.ts'
import { assertCount, assertText, charactersOf } from './tei-body.ts'
import type { TeiOperation } from './tei-operation.ts'

const tokenizeRequest = z.object({
  inputs: z.unknown(),
  add_special_tokens: z.boolean().nullish(),
  prompt_name: z.string().nullish(),
})

/** `POST /tokenize`: `[[{id, text, special, start, stop}]]`, a list per text. */
export const tokenize: TeiOperation = {
  kind: 'tokenizer',
  counts: 'embed',
  async answer({ body, model, route, options }) {
    const { inputs, add_special_tokens, prompt_name } = parseWith(tokenizeRequest, body)
    const tokenizer = capabilityOf({ model, kind: 'tokenizer', route })
    const isSingle = typeof inputs === 'string'
    const list = isSingle ? [inputs] : assertCount(inputs, 'inputs')
    const { inputs: texts } = parseWith(z.object({ inputs: z.array(z.string()) }), { inputs: list })
    for (const text of texts) assertText(text, 'inputs')
    const { embeddings } = route.service.capabilities
    if (prompt_name && embeddings === undefined)
      throw errors.invalidInput('"prompt_name" is set; the model has no prompts.', 'prompt_name')
    const prompt = embeddings?.prompts.named(prompt_name) ?? ''
    const lists = await tokenizer.tokenize({
      texts: texts.map((text) => prompt + text),
      addSpecialTokens: add_special_tokens ?? true,
      tokensMax,
      signal: options.signal,
    })
    const tokens = lists.reduce((total, { length }) => total + length, 0)
    options.charge?.(tokens)
    const json = await answersJson({
      items: lists,
      isList: true,
      write: (one) => listParts(one, writeToken),
      signal: options.signal,
    })
    return { json, tokens, characters: charactersOf(texts), inputs: texts.length, isSingle }
  },
}

/** Each is kept with its position until all are sent. */
const tokensMax = 100_000
/** A list of ids is decoded without a pause; the event loop yields between lists. */
const listMax = 16_384

const writeToken = (token: Token): string =>
  JSON.stringify({ ...token, start: token.start ?? null, stop: token.stop ?? null })

const decodeRequest = z.object({ ids: z.unknown(), skip_special_tokens: z.boolean().nullish() })
const idLists = z.object({ ids: z.array(z.array(z.number())) })

/** `POST /decode`: token ids back to texts. */
export const decode: TeiOperation = {
  kind: 'tokenizer',
  counts: 'embed',
  async answer({ body, model, route, options }) {
    const { ids, skip_special_tokens } = parseWith(decodeRequest, body)
    const tokenizer = capabilityOf({ model, kind: 'tokenizer', route })
    const isSingle = Array.isArray(ids) && ids.length > 0 && ids.every((id) => typeof id === 'number')
    const { ids: lists } = parseWith(idLists, { ids: isSingle ? [ids] : assertCount(ids, 'ids') })
    const tokens = lists.reduce((total, { length }) => total + length, 0)
    if (tokens > tokensMax)
      throw errors.invalidInput(`"ids" has ${tokens} tokens; the limit is ${tokensMax} per request.`, 'ids')
    const long = lists.findIndex(({ length }) => length > listMax)
    if (long >= 0)
      throw errors.invalidInput(
        `"ids[${long}]" has ${lists[long]?.length} tokens; the limit is ${listMax} per list: send them in several.`,
        'ids',
      )
    options.charge?.(tokens)
    const skipSpecialTokens = skip_special_tokens ?? true
    const texts = await mapInSlices({
      items: lists,
      signal: options.signal,
      map: (list) => tokenizer.decode({ ids: list, skipSpecialTokens }),
    })
    return { json: JSON.stringify(texts), tokens, characters: charactersOf(texts), inputs: lists.length, isSingle }
  },
}
