import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { findConstants } from '../../../../gpu-service/models/find-constants.ts'
import { integer, message, string } from '../../../../gpu-service/models/protobuf-writer.ts'
import { temporaryFolder } from '../support/folders.ts'

it('reads an empty value for a constant whose number is cut short', async () => {
  const path = join(await temporaryFolder(), 'model.onnx')
  const constant = message(5, integer(2, 7), message(7, Buffer.alloc(600_000, 0xff)), string(8, 'classes'))
  await writeFile(path, Buffer.concat([integer(1, 8), message(7, constant)]))
  expect(await findConstants(path, new Set(['classes']))).toEqual(new Map([['classes', []]]))
})
