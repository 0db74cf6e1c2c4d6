import type { TestServing } from './test-serving.ts'

/** Posts JSON and reads the JSON answer. */
export async function postTo({ ask }: Pick<TestServing, 'ask'>, path: string, json: unknown) {
  const response = await ask(path, { json })
  return { status: response.status, headers: response.headers, body: await response.json() }
}
