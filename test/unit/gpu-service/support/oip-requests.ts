import { expect } from 'vitest'
import type { TestModel, TestServing } from './test-serving.ts'

/** A plain graph as a deployment. */
export const tensorsModel = (name: string, graph: Buffer): TestModel => ({
  name,
  repo: `triton/${name}`,
  task: 'tensors',
  file: 'model.onnx',
  files: { 'model.onnx': graph },
})

export const sixteen = Array.from({ length: 16 }, (_, index) => index)

/** A request to Triton's example of two inputs. */
export const simpleRequest = (data: unknown = sixteen, shape: unknown = [1, 16]) => ({
  id: 'a-1',
  inputs: ['INPUT0', 'INPUT1'].map((name) => ({ name, shape, datatype: 'INT32', data })),
})

export const inferOn = (host: TestServing, model: string, json: unknown): Promise<Response> =>
  host.ask(`/v2/models/${model}/infer`, { json })

export interface OipAnswer {
  model_name: string
  model_version: string
  id?: string
  outputs: {
    name: string
    shape: number[]
    datatype: string
    data: unknown[]
    parameters?: { binary_data_size: number }
  }[]
}

export const numbersOf = (output: OipAnswer['outputs'][number] | undefined) => (output?.data ?? []) as number[]

/** The answer of a successful response. */
export async function readAnswer(response: Response): Promise<OipAnswer> {
  const answer = await response.json()
  expect(response.status, JSON.stringify(answer)).toBe(200)
  return answer as OipAnswer
}
