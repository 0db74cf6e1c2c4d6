import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { specialToken } from '../../../../../gpu-service/tasks/text/encoded-text.ts'
import { createTextEncoder } from '../../../../../gpu-service/tasks/text/text-encoder.ts'
import { createTokenizer } from '../../../../../gpu-service/tasks/text/tokenizer.ts'
import { sharedRoom } from '../../../../../gpu-service/tasks/text/truncation.ts'
import { yieldTurnFor } from '../../../../../gpu-service/yield-turn.ts'
import { fixtureModel } from '../../support/folders.ts'

const file = JSON.parse(readFileSync(join(fixtureModel('slipway-tests/tiny-embedder'), 'tokenizer.json'), 'utf8'))
const tokenizer = createTokenizer(file, {})
const { signal } = new AbortController()
const yieldTurn = yieldTurnFor(signal)
const whole = (text: string) => tokenizer.ids(text, { start: 0, end: text.length })
const right = { truncate: true, direction: 'right' } as const
const left = { truncate: true, direction: 'left' } as const
const off = { truncate: false, direction: 'right' } as const
const encoder = createTextEncoder({ tokenizer, maxTokens: 12 })
const story = 'the sun shines on the sea and the ship sails to the old harbour of the town'

it('a long text is cut off at the end that the repo names, tokenizer_config.json before tokenizer.json', async () => {
  const encoded = async (named: object, config: object, direction?: 'left' | 'right') => {
    const { encode } = createTextEncoder({ tokenizer: createTokenizer({ ...file, ...named }, config), maxTokens: 12 })
    return (await encode({ text: story, truncation: { truncate: true, direction }, yieldTurn })).ids
  }
  const [fromLeft, fromRight] = [await encoded({}, {}, 'left'), await encoded({}, {}, 'right')]
  const cutsLeft = { truncation: { max_length: 12, direction: 'Left' } }
  expect(fromLeft).not.toEqual(fromRight)
  expect(await encoded({}, {})).toEqual(fromRight)
  expect(await encoded({}, { truncation_side: 'left' })).toEqual(fromLeft)
  expect(await encoded(cutsLeft, {})).toEqual(fromLeft)
  expect(await encoded(cutsLeft, { truncation_side: 'right' })).toEqual(fromRight)
  expect(await encoded(cutsLeft, {}, 'right')).toEqual(fromRight)
})

describe('the texts of one request', () => {
  it('are each tokenized once, however many pairs they are in', async () => {
    const read: string[] = []
    const first = (text: string, keep: number) => {
      read.push(text)
      return tokenizer.first(text, keep)
    }
    const counting = createTextEncoder({ tokenizer: { ...tokenizer, first }, maxTokens: 12 })
    const cache = new Map()
    const documents = ['the sun', 'the sea', 'the old town', 'the sun']
    for (const pair of documents) {
      const asked = { text: story, pair, truncation: right, yieldTurn }
      expect(await counting.encode({ ...asked, cache })).toEqual(await encoder.encode(asked))
    }
    expect(read).toEqual([story, 'the sun', 'the sea', 'the old town'])
    // A text alone has more room than in a pair.
    expect((await counting.encode({ text: story, truncation: right, cache, yieldTurn })).ids).toHaveLength(12)
  })
})

it('a long text is tokenized once from its end, too, however many pairs it is in', async () => {
  const read: string[] = []
  const ids: typeof tokenizer.ids = (text, piece) => {
    read.push(text)
    return tokenizer.ids(text, piece)
  }
  const counting = createTextEncoder({ tokenizer: { ...tokenizer, ids }, maxTokens: 12 })
  const cache = new Map()
  for (const pair of ['the sun', 'the sea', 'the sun']) {
    const asked = { text: story, pair, truncation: left, yieldTurn }
    expect(await counting.encode({ ...asked, cache })).toEqual(await encoder.encode(asked))
  }
  expect(read).toEqual([story, 'the sun', 'the sea'])
  const alone = { text: story, truncation: left, yieldTurn }
  expect(await counting.encode({ ...alone, cache })).toEqual(await encoder.encode(alone))
})

describe('a text that is too long', () => {
  it('is refused without computing token positions, if it must not be truncated', async () => {
    let located = 0
    const spanned: typeof tokenizer.spanned = (...asked) => {
      const tokens = tokenizer.spanned(...asked)
      located += tokens.length
      return tokens
    }
    const counting = createTextEncoder({ tokenizer: { ...tokenizer, spanned }, maxTokens: 12 })
    const long = story.repeat(1000)
    const refused = await encoder.encode({ text: long, truncation: off, yieldTurn }).catch((error) => error)
    await expect(counting.locate({ text: long, truncation: off, yieldTurn })).rejects.toEqual(refused)
    expect(located).toBe(0)
    await counting.locate({ text: 'the sun', truncation: off, yieldTurn })
    expect(located).toBeGreaterThan(0)
  })

  it('keeps its start, or its end on request, and its special tokens', async () => {
    const ids = whole(story)
    const [before = -1, after = -1] = (await encoder.encode({ text: '', truncation: right, yieldTurn })).ids
    expect((await encoder.encode({ text: story, truncation: right, yieldTurn })).ids).toEqual([
      before,
      ...ids.slice(0, 10),
      after,
    ])
    expect((await encoder.encode({ text: story, truncation: left, yieldTurn })).ids).toEqual([
      before,
      ...ids.slice(-10),
      after,
    ])
    const located = await encoder.locate({ text: story, truncation: left, yieldTurn })
    expect([...located.ids]).toEqual([before, ...ids.slice(-10), after])
  })

  it('is refused with its number of tokens if it must not be truncated, in the words of TEI', async () => {
    const count = whole(story).length + 2
    const message = `Input validation error: \`inputs\` must have less than 12 tokens. Given: ${count}`
    const asked = { text: story, truncation: off, yieldTurn, param: 'inputs[3]' }
    await expect(encoder.encode(asked)).rejects.toMatchObject({
      code: 'invalid_input',
      status: 422,
      message,
      param: 'inputs[3]',
    })
    await expect(encoder.locate(asked)).rejects.toMatchObject({ message })
  })

  it('gets the room of the special tokens if none are requested', async () => {
    const { ids } = await encoder.encode({ text: story, truncation: right, addSpecialTokens: false, yieldTurn })
    expect(ids).toEqual(whole(story).slice(0, 12))
  })
})

describe('a pair', () => {
  it('has both texts with their types, even an empty one', async () => {
    const { ids, typeIds } = await encoder.encode({ text: 'the sun', pair: '', truncation: right, yieldTurn })
    expect(ids.length).toBe(whole('the sun').length + 3)
    expect(typeIds.at(-1)).toBe(1)
    const located = await encoder.locate({ text: 'the', pair: 'sun', truncation: right, yieldTurn })
    const [the, sun] = [whole('the').map(() => 0), whole('sun').map(() => 1)]
    expect([...located.sequences]).toEqual([specialToken, ...the, specialToken, ...sun, specialToken])
  })

  it('has no more of its second text than the limit for that, from the end that is kept', async () => {
    const all = whole(story)
    const second = async (text: string, truncation: typeof left | typeof right) => {
      const asked = { text, pair: story, pairTokensMax: 3, truncation, yieldTurn }
      const { ids, typeIds } = await encoder.encode(asked)
      return ids.filter((_, at) => typeIds[at] === 1).slice(0, -1)
    }
    for (const text of ['the sun', story]) {
      expect(await second(text, right)).toEqual(all.slice(0, 3))
      expect(await second(text, left)).toEqual(all.slice(-3))
    }
  })

  it('shares the room like the tokenizers of Python', () => {
    const room = (lengths: [number, number], strategy: Parameters<typeof sharedRoom>[0]['strategy']) =>
      sharedRoom({ lengths, room: 10, strategy })
    expect(room([4, 6], 'longest_first')).toEqual([4, 6])
    expect(room([3, 20], 'longest_first')).toEqual([3, 7])
    expect(room([20, 3], 'longest_first')).toEqual([7, 3])
    expect(room([20, 20], 'longest_first')).toEqual([5, 5])
    expect(room([8, 9], 'longest_first')).toEqual([5, 5])
    expect(room([20, 3], 'only_first')).toEqual([7, 3])
    expect(room([3, 20], 'only_second')).toEqual([3, 7])
    expect(room([3, 20], 'only_first')).toBeUndefined()
  })
})

describe('two texts that are both too long', () => {
  const short = 'the ship sails to the old harbour of the town'
  const counts = ({ ids }: { ids: readonly number[] }) => {
    const end = ids.indexOf(ids.at(-1) ?? 0)
    return [end - 1, ids.length - end - 2]
  }

  it.each([right, left])(
    'share an odd room as in transformers: the longer one has a token more ($direction)',
    async (truncation) => {
      const encoded = async (text: string, pair: string) =>
        counts(await encoder.encode({ text, pair, truncation, yieldTurn }))
      expect(await encoded(story, short)).toEqual([5, 4])
      expect(await encoded(short, story)).toEqual([4, 5])
      expect(await encoded(short, short)).toEqual([4, 5])
      const far = `${story} `.repeat(200)
      expect(await encoded(far, story)).toEqual([5, 4])
      expect(await encoded(far, `${far} ${story}`)).toEqual([4, 5])
    },
  )

  it('share it by the length that a limit on the second leaves of it', async () => {
    const asked = { text: short, pair: story, pairTokensMax: 10, truncation: right, yieldTurn }
    expect(counts(await encoder.encode({ ...asked, text: `${short} and` }))).toEqual([5, 4])
  })
})
