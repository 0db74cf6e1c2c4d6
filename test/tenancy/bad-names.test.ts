import { afterAll, beforeAll, expect, it } from 'vitest'
import { ask } from './ask.ts'
import { hubRows } from './hub-rows.ts'
import type { Names } from './names.ts'
import { platformRows } from './platform-rows.ts'
import { startWorld, type World } from './world.ts'

let world: World
let before: Awaited<ReturnType<World['settled']>>
beforeAll(async () => {
  world = await startWorld()
  before = await world.settled()
})
afterAll(() => world.close())

/** What no name, id or part of a path may be. */
const bad: Record<string, string> = {
  'a folder above': '../..',
  'a folder above, of another system': '..\\..\\etc',
  'a path': 'a/../../b',
  'an absolute path': '/etc/passwd',
  'two dots': '..',
  nothing: ' ',
  'a NUL': 'a\0b',
  'a line break': 'a\r\nx-injected: 1',
  'a right-to-left mark': 'a\u202Eb',
  'wide letters that look like others': '\uFF0E\uFF0E\uFF0Fa',
  'a letter in two parts': 'cafe\u0301',
  'an emoji': '\u{1F600}',
  'a zero-width space': 'a\u200Bb',
  'half a character': 'a\uD800b',
  'a lock of git': '.git',
  'a query': 'a?b=c#d',
  'a percent sign': '%2e%2e%2f',
  'a key of the table': 'REPO#a',
  'a name of an object': '__proto__',
  'one over-long': 'x'.repeat(3000),
}
const fields: (keyof Names)[] = [
  ...(['owner', 'model', 'dataset', 'organisation', 'member', 'userId', 'keyId'] as const),
  ...(['invitationId', 'importId', 'deployment', 'uploadId'] as const),
]
/** In a path they come percent-encoded, as clients send them; half a character cannot. */
const encoded = (value: string): string => encodeURIComponent(value.toWellFormed()).replaceAll('.', '%2E')

const mark = 'THE-BAD-NAME'
const rows = Object.entries({ ...platformRows, ...hubRows }).filter(([, { about }]) => about !== 'open')

it.each(rows)('%s refuses odd names with a message', async (route, row) => {
  const asker = row.about === 'platform' ? world.host.key : world.key
  for (const field of fields) {
    const { path, json, text } = row.call({ ...world.names, [field]: mark })
    if (!`${path}${JSON.stringify(json)}`.includes(mark)) continue
    for (const [what, value] of Object.entries(bad)) {
      const inJson = JSON.stringify(value).slice(1, -1)
      const call = () => ({
        path: path.replaceAll(mark, encoded(value)),
        ...(json !== undefined && { text: JSON.stringify(json).replaceAll(mark, () => inJson), isJson: true }),
        ...(text !== undefined && { text }),
      })
      // Two dots remove a part of the path, which may leave the path of another route.
      if (isPathOfRow(call().path)) continue
      const answer = await ask(world.host.url, [route, { ...row, call }], world.names, asker)
      const told = { field, what, status: answer.status, text: answer.text.slice(0, 300) }
      expect(told).toMatchObject({ status: expect.toSatisfy((status: number) => status >= 400 && status < 500) })
      expect({ ...told, message: messageIn(answer.text) }).toMatchObject({ message: expect.stringMatching(/\w{3}/) })
      expect(answer.isInjected).toBe(false)
    }
  }
})

const isPathOfRow = (path: string): boolean => {
  const { pathname } = new URL(path, world.host.url)
  return pathname !== path.split('?')[0] && rows.some(([, row]) => row.call(world.names).path === pathname)
}

it('has written nothing by all of this', async () => {
  expect(await world.state.read()).toEqual(before)
  expect((await fetch(`${world.host.url}/health`)).status).toBe(200)
})

/** Whatever the envelope of the protocol. */
function messageIn(text: string): unknown {
  const { error, message } = JSON.parse(text)
  return typeof error === 'string' ? error : (error?.message ?? message)
}
