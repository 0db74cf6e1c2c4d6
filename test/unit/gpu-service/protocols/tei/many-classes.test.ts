import { expect, it } from 'vitest'
import { predict } from '../../../../../gpu-service/protocols/tei/predict.ts'

it('/predict makes and writes the classes of many texts one by one', async () => {
  const [texts, labels] = [2048, 150]
  const one = Array.from({ length: labels }, (_, at) => ({ label: `label ${at}`, score: 1 / (at + 2) }))
  let made = 0
  const classesOf = () => {
    made++
    return one
  }
  const classify = async () => ({ classes: Array(texts).fill(classesOf), timing: {}, tokens: texts })
  const route = { service: { capabilities: { classify } } } as never
  const { signal } = new AbortController()
  const body = { inputs: Array(texts).fill(['a']) }
  const { json } = await predict.answer({ body, model: 'many', route, options: { signal } as never })
  expect(made).toBeLessThan(100)
  const pieces = await Array.fromAsync(json as AsyncIterable<string>)
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(200_000)
  expect(JSON.parse(pieces.join(''))).toEqual(Array(texts).fill(one))
})
