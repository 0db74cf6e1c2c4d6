import { expect, it } from 'vitest'
import { dropRestSeconds } from '../../../shared/model/drop-rest.ts'

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 20, 12, 0, seconds))
const file = (path: string, seconds: number) => ({ key: `drop/acme/m/v1/${path}`, modifiedAt: at(seconds) })
const upload = (path: string, seconds: number) => ({ key: `drop/acme/m/v1/${path}`, startedAt: at(seconds) })
const rest = (more: Partial<Parameters<typeof dropRestSeconds>[0]>) =>
  dropRestSeconds({ found: [], uploads: [], quietSeconds: 300, now: at(60), ...more })
const marked = [file('config.json', 1), file('_SUCCESS', 2)]

it('a drop is complete if its marker was put last', () => {
  expect(rest({ found: marked })).toBe(0)
  // S3 gives whole seconds.
  expect(rest({ found: [...marked, file('model.onnx', 2)] })).toBe(0)
  expect(rest({ found: [...marked, file('late.json', 3)] })).toBe(243)
})

it('a drop is incomplete while one of its files is being uploaded, for up to a day, despite its marker', () => {
  expect(rest({ found: marked, uploads: [upload('model.onnx', 0)] })).toBe(30)
  expect(rest({ found: [file('a', 0)], uploads: [upload('model.onnx', 0)], now: at(5000) })).toBe(300)
  expect(rest({ found: marked, uploads: [upload('model.onnx', 0)], now: at(24 * 3600 - 1) })).toBe(30)
  expect(rest({ found: marked, uploads: [upload('model.onnx', 0)], now: at(24 * 3600) })).toBe(0)
})

it('an upload that was started again delays nothing, and one that replaces a file does', () => {
  const found = [file('model.onnx', 1), ...marked]
  expect(rest({ found, uploads: [upload('model.onnx', 0)] })).toBe(0)
  expect(rest({ found, uploads: [upload('model.onnx', 5)] })).toBe(30)
})
