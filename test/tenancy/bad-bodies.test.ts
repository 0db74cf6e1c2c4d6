import { afterAll, beforeAll, expect, it } from 'vitest'
import { ask } from './ask.ts'
import { hubRows } from './hub-rows.ts'
import { platformRows } from './platform-rows.ts'
import { startWorld, type World } from './world.ts'

let world: World
let before: Awaited<ReturnType<World['settled']>>
beforeAll(async () => {
  world = await startWorld()
  before = await world.settled()
})
afterAll(() => world.close())

/** What no route takes for its body, made of one that it would take. */
const bad: Record<string, (json: string) => string> = {
  nothing: () => '',
  'half of it': (json) => json.slice(0, -1),
  'more than one': (json) => json + json,
  'a list': (json) => `[${json}]`,
  null: () => 'null',
  'a text': (json) => JSON.stringify(json),
  NaN: (json) => json.replace(/^\{"(\w+)":/, '{"$1":NaN,"rest":'),
  Infinity: (json) => json.replace(/^\{"(\w+)":/, '{"$1":-Infinity,"rest":'),
  'a number out of range': (json) => json.replace(/^\{"(\w+)":.*$/s, '{"$1":1e999}'),
  'a name twice': (json) => json.replace(/^\{("\w+"):/, '{$1:0,$1:'),
  'a name twice, once in escapes': (json) =>
    json.replace(/^\{"(\w)(\w*)":/, (_, first: string, rest: string) => {
      const escaped = `\\u00${first.charCodeAt(0).toString(16)}`
      return `{"${first}${rest}":0,"${escaped}${rest}":`
    }),
  'a depth without end': (json) => json.replace(/^\{"(\w+)":.*$/s, (_, name) => `{"${name}":${'['.repeat(50_000)}`),
  'a deep value': (json) =>
    json.replace(/^\{"(\w+)":.*$/s, (_, name) => `{"${name}":${'['.repeat(20_000)}${']'.repeat(20_000)}}`),
}

const rows = Object.entries({ ...platformRows, ...hubRows }).flatMap(([route, row]) => {
  const { json } = row.call(emptyNames())
  const isRead = row.isRefused !== true && json !== undefined && Object.keys(json as object).length > 0
  return isRead && row.about !== 'signed' ? [[route, row] as const] : []
})

it.each(rows)('%s refuses what is no body of it', async (route, row) => {
  const json = JSON.stringify(row.call(world.names).json)
  for (const [what, spoil] of Object.entries(bad)) {
    const call = () => ({ path: row.call(world.names).path, text: spoil(json), isJson: true })
    const token = row.about === 'platform' ? world.host.key : world.key
    const { status, text } = await ask(world.host.url, [route, { ...row, call }], world.names, token)
    expect({ what, status, text: text.slice(0, 200) }).toMatchObject({
      status: expect.toSatisfy((one: number) => one >= 400 && one < 500),
      text: expect.stringMatching(/\w{3}/),
    })
  }
})

it.each(rows)('%s refuses a body over its limit before it is read', async (route, row) => {
  const json = JSON.stringify(row.call(world.names).json)
  const large = json.replace(/^\{/, `{"padding":"${'x'.repeat((row.bodyMaxBytes ?? 8 * 1024 ** 2) + 1024 ** 2)}",`)
  const call = () => ({ path: row.call(world.names).path, text: large, isJson: true })
  const token = row.about === 'platform' ? world.host.key : world.key
  const { status, text } = await ask(world.host.url, [route, { ...row, call }], world.names, token)
  expect({ status, text: text.slice(0, 200) }).toMatchObject({ status: 413, text: expect.stringContaining('limit') })
})

it('has written nothing by all of this', async () => {
  expect(await world.state.read()).toEqual(before)
  expect((await fetch(`${world.host.url}/health`)).status).toBe(200)
})

/** Any, to learn of what shape a call is before there is a world. */
function emptyNames() {
  const fields = ['owner', 'model', 'dataset', 'organisation', 'member', 'userId', 'keyId']
  return Object.fromEntries(
    [...fields, 'invitationId', 'importId', 'deployment', 'uploadId'].map((name) => [name, 'x']),
  ) as never
}
