import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServing, type TestServing } from '../../support/test-serving.ts'
import { askPipeline, hasTinyModels, tinyModel, tinyReference } from '../../support/tiny-models.ts'

const name = 'tiny-bert-qa'

interface Row {
  question: string
  context: string
  input_ids: number[]
  start_logits: number[]
  end_logits: number[]
  best: { start_token: number; end_token: number; start: number; end: number; answer: string }
}
interface Answer {
  score: number
  start: number
  end: number
  answer: string
}

describe.skipIf(!hasTinyModels)('question answering', () => {
  let host: TestServing
  let rows: Row[]
  beforeAll(async () => {
    host = await startTestServing([await tinyModel(name, 'question-answering')])
    rows = (await tinyReference(name)).rows
  })
  afterAll(() => host?.close())

  const ask = (inputs: unknown, parameters?: unknown) => askPipeline(host, name, { inputs, parameters })
  const inCharacters = (text: string, { start, end }: Answer) => [...text].slice(start, end).join('')

  /** The probability of the reference span from its logits, normalised over the context and [CLS]. */
  const scoreOf = ({ start_logits, end_logits, input_ids, best }: Row) => {
    const separator = input_ids.indexOf(3)
    const isIn = (index: number) => index === 0 || (index > separator && index < input_ids.length - 1)
    const share = (numbers: number[], at: number) =>
      Math.exp(numbers[at] ?? Number.NaN) /
      numbers.reduce((sum, value, index) => sum + (isIn(index) ? Math.exp(value) : 0), 0)
    return share(start_logits, best.start_token) * share(end_logits, best.end_token)
  }

  it('finds every answer of the reference, with score and position, alone and batched', async () => {
    const parameters = { align_to_words: false, max_answer_len: 15 }
    const batched = await ask(
      rows.map(({ question, context }) => ({ question, context })),
      parameters,
    )
    for (const [index, row] of rows.entries()) {
      const { question, context, best } = row
      const alone = await ask({ question, context }, parameters)
      for (const found of [alone.body, batched.body[index]] as Answer[]) {
        expect(found).toMatchObject({ start: best.start, end: best.end, answer: best.answer })
        expect(Math.abs(found.score - scoreOf(row))).toBeLessThan(1e-5)
      }
    }
  })

  it('returns several answers, most likely first, each a part of the context', async () => {
    const context = 'Ça va 🙂? Anna lives in Zürich with Tom Smith, unbelievably.'
    const { body } = await ask({ question: 'Who lives in Zürich?', context }, { top_k: 5 })
    expect(body.length).toBe(5)
    const scores = body.map(({ score }: Answer) => score)
    expect(scores).toEqual([...scores].sort((a: number, b: number) => b - a))
    for (const answer of body as Answer[]) {
      expect(answer.answer).toBe(inCharacters(context, answer))
      expect(answer.answer).not.toBe('')
    }
    expect(new Set(body.map(({ answer }: Answer) => answer.toLowerCase())).size).toBe(5)
  })

  it('reads a long context in windows, with the same answers alone and batched', async () => {
    const filler = 'The harbour is closed in winter and the waiter was rude. '.repeat(60)
    const context = `${filler}Anna lives in Paris with Tom Smith. ${filler}`
    const question = 'Who lives in Paris?'
    const { body, headers } = await ask({ question, context }, { top_k: 3, max_seq_len: 128, doc_stride: 32 })
    expect(Number(headers.get('x-tokens'))).toBeGreaterThan(128 * 10)
    expect(body).toHaveLength(3)
    for (const answer of body as Answer[]) expect(answer.answer).toBe(inCharacters(context, answer))
    const other = await ask(
      [
        { question, context },
        { question, context: 'Tom' },
      ],
      { top_k: 3, max_seq_len: 128, doc_stride: 32 },
    )
    expect(other.body[0]).toHaveLength(3)
    for (const [index, { score, ...rest }] of (other.body[0] as Answer[]).entries()) {
      expect(rest).toMatchObject({ answer: body[index].answer })
      expect(Math.abs(score - body[index].score)).toBeLessThan(1e-5)
    }
  })

  it('cuts an answer in a word that reaches past its window at the edge of the window, as transformers does', async () => {
    const asked = { question: 'Who?', context: 'zxqjvwkyzxqjvwky' }
    const windows = { max_seq_len: 14, doc_stride: 2, top_k: 100 }
    const { body: parts } = await ask(asked, { ...windows, align_to_words: false, max_answer_len: 20 })
    const { body: answers } = await ask(asked, windows)
    expect(answers.length).toBeGreaterThan(1)
    for (const { answer } of answers as Answer[]) expect(parts.map((part: Answer) => part.answer)).toContain(answer)
  })

  it('answers from a context within one window whatever the windows of a longer one would share', async () => {
    const asked = { question: 'Who lives in Paris?', context: 'Anna' }
    const { body } = await ask(asked, { max_seq_len: 14, doc_stride: 12 })
    expect(body).toMatchObject({ answer: 'Anna', start: 0, end: 4 })
  })

  it('may answer that there is no answer', async () => {
    const { question, context } = rows[0] as Row
    const { body } = await ask({ question, context }, { top_k: 100, handle_impossible_answer: true })
    expect(body.find(({ answer }: Answer) => answer === '')).toMatchObject({ start: 0, end: 0 })
  })

  it.each([
    ['a text', {}, 'inputs'],
    [[], {}, 'inputs'],
    [{ question: 'a' }, {}, 'inputs.context'],
    [{ question: 'a', context: '' }, {}, 'inputs.context'],
    [{ question: 'a', context: '\u200d' }, {}, 'inputs.context'],
    [
      [
        { question: 'a', context: 'b' },
        { question: 5, context: 'b' },
      ],
      {},
      'inputs[1].question',
    ],
    [{ question: 'a '.repeat(400), context: 'b' }, {}, 'inputs.question'],
    [{ question: 'a', context: 'b' }, { top_k: 0 }, 'top_k'],
    [{ question: 'a', context: 'b' }, { max_seq_len: 513 }, 'max_seq_len'],
    [{ question: 'a', context: 'b' }, { doc_stride: 384 }, 'doc_stride'],
    [{ question: 'a b c', context: 'b b b b b' }, { doc_stride: 5, max_seq_len: 10 }, 'doc_stride'],
    [{ question: 'a', context: 'a '.repeat(5000) }, { doc_stride: 379 }, 'inputs'],
    [Array(2).fill({ question: 'a', context: 'a '.repeat(1500) }), { max_seq_len: 16, doc_stride: 11 }, 'inputs[1]'],
    [{ question: 'a', context: 'b' }, { max_answer_len: 0 }, 'max_answer_len'],
    [{ question: 'a', context: 'b' }, { handle_impossible_answer: 1 }, 'handle_impossible_answer'],
  ])('refuses %j with %j and names what is wrong', async (inputs, parameters, param) => {
    const { status, body } = await ask(inputs, parameters)
    expect(status).toBe(422)
    expect(body.error).toContain(`"${param}"`)
  })

  it('truncates a question that is too long on request', async () => {
    const asked = { question: 'a '.repeat(400), context: 'Anna lives in Paris.' }
    expect((await ask(asked, { max_question_len: 64 })).status).toBe(200)
  })
})
