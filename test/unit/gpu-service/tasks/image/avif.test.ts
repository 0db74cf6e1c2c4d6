import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PictureReader } from '../../../../../gpu-service/tasks/image/picture-reader.ts'
import { boxOf, changed, withBox, withProperty, withSideOfItsOwn, withSides } from '../../support/avif-boxes.ts'
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
  it('is read with transparency, and with 10 and 12 bits', async () => {
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

  it('is accepted as a raw body, under a wrong content type, and in JSON', async () => {
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
      expect(vector).toHaveLength(3)
      for (const [at, value] of (vector ?? []).entries()) expect(value).toBeCloseTo((colours[at] ?? 0) / 255, 1)
    }
  })

  it('is refused by its header if it exceeds the size limits', async () => {
    // Reading 900 million pixels would take longer.
    const startedMs = performance.now()
    await expect(read(withSides(await avif(), 30_000, 30_000))).rejects.toThrow('more than 16000000 pixels')
    await expect(read(withSides(await avif(), 4_001, 4_000))).rejects.toThrow('more than 16000000 pixels')
    await expect(read(withSides(await avif(), 70_000, 8))).rejects.toThrow('65535 on a side')
    expect(performance.now() - startedMs).toBeLessThan(5000)
  })

  it.each([
    [12_000, 12_000, 'more than 16000000 pixels'],
    [4_001, 4_000, 'more than 16000000 pixels'],
    [70_000, 8, '65535 on a side'],
  ])('is refused if its transparency alone would be %i x %i', async (width, height, fault) => {
    const bytes = await picture(16, 16, 0.5).avif().toBuffer()
    await expect(read(withSideOfItsOwn(bytes, width, height))).rejects.toThrow(fault)
  })

  it('is read if its transparency has its own size within the limits', async () => {
    const bytes = await picture(16, 16, 0.5).avif().toBuffer()
    expect(await read(withSideOfItsOwn(bytes, 16, 16))).toHaveLength(192)
  })

  it('is refused if it or its transparency is far larger than its header says', async () => {
    const large = withSides(await picture(1200, 1200).avif({ effort: 0 }).toBuffer(), 16, 16)
    await expect(read(large)).rejects.toThrow('broken')
    const shared = await picture(1200, 1200, 0.5).avif({ effort: 0 }).toBuffer()
    await expect(read(withSideOfItsOwn(shared, 16, 16))).rejects.toThrow('broken')
  })

  it('is refused if a picture in it has no size property, because it could then have any size', async () => {
    const bytes = await picture(16, 16, 0.5).avif().toBuffer()
    await expect(read(withProperty(bytes, 5))).rejects.toThrow('its boxes are not those')
  })

  it.each([
    ['iinf', ['meta']],
    ['pitm', ['meta']],
    ['iprp', ['meta']],
    ['iloc', ['meta']],
    ['ipco', ['meta', 'iprp']],
    ['ipma', ['meta', 'iprp']],
    ['meta', []],
  ])('is refused if it has two boxes "%s", because two readers may pick different ones', async (kind, around) => {
    const bytes = await avif()
    const box = boxOf(bytes, kind)
    const before = bytes.indexOf(kind) - 4 + box.length
    await expect(read(withBox(bytes, { box, before, around }))).rejects.toThrow('its boxes are not those')
  })

  it('is refused if it also has the short form, or a box without a plain length', async () => {
    const bytes = await avif()
    const mini = Buffer.from('\0\0\0\x0cmini\0\0\0\0', 'latin1')
    const both = withBox(bytes, { box: mini, before: bytes.indexOf('meta') - 4, around: [] })
    await expect(read(both)).rejects.toThrow('its boxes are not those')
    for (const length of [0, 1]) {
      const other = Buffer.from(bytes)
      other.writeUInt32BE(length, other.indexOf('ipma') - 4)
      await expect(read(other)).rejects.toThrow('its boxes are not those')
    }
  })

  it('is read with repeated empty boxes, and with picture data up to the end of the file', async () => {
    const free = Buffer.from('\0\0\0\x0cfree\0\0\0\0', 'latin1')
    let bytes: Buffer = await avif()
    for (let turn = 0; turn < 2; turn++)
      bytes = withBox(bytes, { box: free, before: bytes.indexOf('meta') - 4, around: [] })
    bytes.writeUInt32BE(0, bytes.indexOf('mdat') - 4)
    expect(await read(bytes)).toHaveLength(192)
  })

  it('is refused if it is made of tiles or of other formats', async () => {
    await expect(read(changed(await avif(), 'av01', 'grid'))).rejects.toThrow('tiles')
    await expect(read(changed(await avif(), 'av01', 'hvc1'))).rejects.toThrow('"hvc1"')
    const twoOfOneNumber = await picture(8, 8, 0.5).avif().toBuffer()
    const at = twoOfOneNumber.indexOf('infe', twoOfOneNumber.indexOf('infe') + 4)
    twoOfOneNumber.copy(twoOfOneNumber, at + 8, twoOfOneNumber.indexOf('infe') + 8, twoOfOneNumber.indexOf('infe') + 10)
    await expect(read(twoOfOneNumber)).rejects.toThrow('broken')
  })

  it('is refused wherever it is truncated or corrupted, and the next one is read', async () => {
    const whole = await avif()
    for (let end = 12; end < whole.length; end += 7)
      await expect(read(whole.subarray(0, end)), `cut at ${end}`).rejects.toMatchObject({ code: 'invalid_input' })
    for (const at of Array.from({ length: whole.length }, (_, index) => index).filter((index) => index % 5 === 0)) {
      const other = Buffer.from(whole)
      other[at] = (other[at] ?? 0) ^ 0xff
      // It may still be a valid picture; if not, the error is the caller's.
      await read(other).catch((error) => expect(error).toMatchObject({ code: 'invalid_input' }))
    }
    expect(await read(whole)).toHaveLength(192)
  })
})

describe('a HEIC', () => {
  it.each(['heic', 'mif1', 'hevc'])('is refused by name under any content type: %s', async (brand) => {
    const bytes = Buffer.concat([Buffer.from([0, 0, 0, 20]), Buffer.from(`ftyp${brand}\0\0\0\0heix`), Buffer.alloc(50)])
    for (const type of ['image/heic', 'text/plain']) {
      const response = await send(bytes, type)
      expect(response.status).toBe(422)
      expect(await response.json()).toMatchObject({ error: expect.stringContaining('HEIC'), code: 'invalid_input' })
    }
  })

  it('is not seen in other files of boxes, such as films', async () => {
    const film = Buffer.concat([Buffer.from([0, 0, 0, 16]), Buffer.from('ftypisom\0\0\0\0'), Buffer.alloc(50)])
    await expect(read(film)).rejects.toThrow('by its first bytes')
  })
})
