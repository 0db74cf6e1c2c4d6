import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PictureReader } from '../../../../../gpu-service/tasks/image/picture-reader.ts'
import { startTestServing, type TestServing } from '../../support/test-serving.ts'
import { twoTowerModel } from '../../support/two-towers.ts'

const processUrl = new URL('../../../../../gpu-service/tasks/image/picture-process.ts', import.meta.url)
const reader = new PictureReader({ processUrl, decoders: 1 })
const fit = { resize: undefined, resample: 2, crop: { width: 8, height: 8 } } as const
const read = (bytes: Uint8Array) =>
  reader.read({ bytes, fit, param: 'inputs', asker: { signal: new AbortController().signal } })

const colours = [200, 30, 40]
const background = { r: 200, g: 30, b: 40 }
const picture = (width = 8, height = 8, alpha?: number) =>
  sharp({
    create: { width, height, channels: alpha === undefined ? 3 : 4, background: { ...background, alpha: alpha ?? 1 } },
  })
const avif = () => picture().avif({ quality: 100 }).toBuffer()

/** The file with some bytes of it put in the place of others, each time they occur. */
function changed(bytes: Buffer, from: string, to: string): Buffer {
  const text = bytes.toString('latin1')
  expect(text).toContain(from)
  return Buffer.from(text.replaceAll(from, to), 'latin1')
}

/** What its header says of its size; what is coded stays as it was. */
function withSides(bytes: Buffer, width: number, height: number): Buffer {
  const copy = Buffer.from(bytes)
  const at = copy.indexOf('ispe')
  copy.writeUInt32BE(width, at + 8)
  copy.writeUInt32BE(height, at + 12)
  return copy
}

/** A size for the transparency alone, at the end of the list of properties and in the place of the one it shared. */
function withSideOfItsOwn(bytes: Buffer, width: number, height: number): Buffer {
  const start = bytes.indexOf('ipma') - 4
  const own = Buffer.alloc(20)
  own.writeUInt32BE(20)
  own.write('ispe', 4)
  own.writeUInt32BE(width, 12)
  own.writeUInt32BE(height, 16)
  const copy = Buffer.concat([bytes.subarray(0, start), own, bytes.subarray(start)])
  for (const kind of ['meta', 'iprp', 'ipco']) {
    const at = copy.indexOf(kind) - 4
    copy.writeUInt32BE(copy.readUInt32BE(at) + own.length, at)
  }
  // Each of the two parts has its number, how many properties, and one byte for each.
  const parts = copy.indexOf('ipma') + 12
  const second = parts + 3 + (copy[parts + 2] ?? 0)
  expect([copy.readUInt16BE(second), copy[second + 4]]).toEqual([2, 2])
  copy[second + 4] = 7
  // Where the coded pictures are is written from the start of the file.
  const places = copy.indexOf('iloc') + 16
  for (const at of [places, places + 18]) copy.writeUInt32BE(copy.readUInt32BE(at) + own.length, at)
  return copy
}

let host: TestServing
beforeAll(async () => {
  const file = 'onnx/vision_model.onnx'
  host = await startTestServing([await twoTowerModel({ name: 'mean-colour', task: 'image-feature-extraction', file })])
})
afterAll(async () => {
  await reader.close()
  await host?.close()
})

const send = (bytes: Buffer, type: string) =>
  host.ask('/api/v1/predict/mean-colour', {
    method: 'POST',
    body: new Uint8Array(bytes),
    headers: { 'content-type': type },
  })

describe('an AVIF', () => {
  it('is read as any other picture: also with transparency, and of 10 and 12 bits', async () => {
    const pictures = [
      await avif(),
      await picture(8, 8, 0.5).avif({ quality: 100 }).toBuffer(),
      await picture().avif({ quality: 100, bitdepth: 10 }).toBuffer(),
      await picture().avif({ quality: 100, bitdepth: 12 }).toBuffer(),
    ]
    for (const bytes of pictures) {
      const planes = await read(bytes)
      expect(planes).toHaveLength(192)
      for (const [at, value] of planes.entries())
        expect(Math.abs(value - (colours[Math.floor(at / 64)] ?? 0))).toBeLessThanOrEqual(3)
    }
  })

  it('is answered by a model however it is sent: as it is, named or not, and in JSON', async () => {
    const bytes = await avif()
    const json = { inputs: `data:image/avif;base64,${bytes.toString('base64')}` }
    const answers = [
      await send(bytes, 'image/avif'),
      await send(bytes, 'text/plain'),
      await host.ask('/api/v1/predict/mean-colour', { json }),
    ]
    for (const response of answers) {
      expect(response.status).toBe(200)
      const [vector] = (await response.json()) as number[][]
      for (const [at, value] of (vector ?? []).entries()) expect(value).toBeCloseTo((colours[at] ?? 0) / 255, 1)
    }
  })

  it('is refused by its header where it would be beyond the limits', async () => {
    const startedMs = performance.now()
    await expect(read(withSides(await avif(), 30_000, 30_000))).rejects.toThrow('more than 16000000 pixels')
    await expect(read(withSides(await avif(), 4_001, 4_000))).rejects.toThrow('more than 16000000 pixels')
    await expect(read(withSides(await avif(), 70_000, 8))).rejects.toThrow('65535 on a side')
    expect(performance.now() - startedMs).toBeLessThan(2000)
  })

  it.each([
    [12_000, 12_000, 'more than 16000000 pixels'],
    [4_001, 4_000, 'more than 16000000 pixels'],
    [70_000, 8, '65535 on a side'],
  ])('is refused where its transparency alone would be %i x %i', async (width, height, fault) => {
    const bytes = await picture(16, 16, 0.5).avif().toBuffer()
    await expect(read(withSideOfItsOwn(bytes, width, height))).rejects.toThrow(fault)
  })

  it('is read where its transparency has a size of its own within the limits', async () => {
    const bytes = await picture(16, 16, 0.5).avif().toBuffer()
    expect(await read(withSideOfItsOwn(bytes, 16, 16))).toHaveLength(192)
  })

  it('is refused where it or its transparency holds far more than its header says', async () => {
    const large = withSides(await picture(1200, 1200).avif({ effort: 0 }).toBuffer(), 16, 16)
    await expect(read(large)).rejects.toThrow('broken')
    const shared = await picture(1200, 1200, 0.5).avif({ effort: 0 }).toBuffer()
    await expect(read(withSideOfItsOwn(shared, 16, 16))).rejects.toThrow('broken')
  })

  it('is refused where it is not plain: put together of tiles or of other formats', async () => {
    await expect(read(changed(await avif(), 'av01', 'grid'))).rejects.toThrow('tiles')
    await expect(read(changed(await avif(), 'av01', 'hvc1'))).rejects.toThrow('"hvc1"')
    const twoOfOneNumber = await picture(8, 8, 0.5).avif().toBuffer()
    const at = twoOfOneNumber.indexOf('infe', twoOfOneNumber.indexOf('infe') + 4)
    twoOfOneNumber.copy(twoOfOneNumber, at + 8, twoOfOneNumber.indexOf('infe') + 8, twoOfOneNumber.indexOf('infe') + 10)
    await expect(read(twoOfOneNumber)).rejects.toThrow('broken')
  })

  it('is refused wherever it is cut off or changed, and the next one is read', async () => {
    const whole = await avif()
    for (let end = 12; end < whole.length; end += 7)
      await expect(read(whole.subarray(0, end)), `cut at ${end}`).rejects.toMatchObject({ code: 'invalid_input' })
    for (const at of Array.from({ length: whole.length }, (_, index) => index).filter((index) => index % 5 === 0)) {
      const other = Buffer.from(whole)
      other[at] = (other[at] ?? 0) ^ 0xff
      // It may be a picture still, and if not it is the caller's fault.
      await read(other).catch((error) => expect(error).toMatchObject({ code: 'invalid_input' }))
    }
    expect(await read(whole)).toHaveLength(192)
  })
})

describe('a HEIC', () => {
  it.each(['heic', 'mif1', 'hevc'])('is refused by its name, whatever is said of it: %s', async (brand) => {
    const bytes = Buffer.concat([Buffer.from([0, 0, 0, 20]), Buffer.from(`ftyp${brand}\0\0\0\0heix`), Buffer.alloc(50)])
    for (const type of ['image/heic', 'text/plain']) {
      const response = await send(bytes, type)
      expect(response.status).toBe(422)
      expect(await response.json()).toMatchObject({ error: expect.stringContaining('HEIC'), code: 'invalid_input' })
    }
  })

  it('is not taken for one where it only has boxes, as a film does', async () => {
    const film = Buffer.concat([Buffer.from([0, 0, 0, 16]), Buffer.from('ftypisom\0\0\0\0'), Buffer.alloc(50)])
    await expect(read(film)).rejects.toThrow('by its first bytes')
  })
})
