import { expect, it } from 'vitest'
import { encodedPath } from '../../../shared/http/encoded-path.ts'

const pathOf = (rawPath: string) => new URL(`https://hub.test${encodedPath(rawPath)}`).pathname

it.each(['a b', 'ü', '模型', 'a#b', 'a?b=c', '100%', '5% off', 'a+b&c=d', '%', 'x%zz'])(
  'finds the file %s although the gateway decodes paths',
  (name) => {
    expect(decodeURIComponent(pathOf(`/team/model/resolve/main/${name}`))).toBe(`/team/model/resolve/main/${name}`)
  },
)

it('keeps a path that arrives encoded', () => {
  const path = '/team/model/resolve/dev%2Fx/a%20b%23c%3f%25.txt'
  expect(pathOf(path)).toBe(path)
})
