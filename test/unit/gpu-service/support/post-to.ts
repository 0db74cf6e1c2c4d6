import type { TestServing } from './test-serving.ts'

/** Asks with a JSON body, for an answer that is JSON too. */
export async function postTo({ ask }: Pick<TestServing, 'ask'>, path: string, json: unknown) {
  const response = await ask(path, { json })
  return { status: response.status, headers: response.headers, body: await response.json() }
}
