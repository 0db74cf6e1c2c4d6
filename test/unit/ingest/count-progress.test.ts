import { expect, it } from 'vitest'
import { countProgress } from '../../../functions/ingest/steps/count-progress.ts'
import type { ImportItem } from '../../../shared/table/imports.ts'

const updatedAt = '2026-01-01T00:00:00.000Z'
const expressionAfter = (seconds: number) => {
  const now = new Date(Date.parse(updatedAt) + seconds * 1000)
  const write = countProgress({ item: { id: 'imp_1', updatedAt } as ImportItem, bytes: 5, now })
  return 'update' in write ? write.change.expression : ''
}

it('every part is counted, and the import moves in its index once a minute', () => {
  expect(expressionAfter(59)).toBe('ADD filesDone :files, bytesDone :bytes')
  expect(expressionAfter(60)).toContain('activeSk = :active')
})
