import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { picture, pictureModels } from '../../../../support/picture-models.ts'
import { pictureModel } from '../../support/picture-serving.ts'
import { startTestServing, type TestServing } from '../../support/test-serving.ts'

describe.skipIf(pictureModels === undefined)('an invalid picture', () => {
  let host: TestServing
  beforeAll(async () => {
    host = await startTestServing([await pictureModel('tiny-vit')])
  })
  afterAll(() => host?.close())

  const send = (body: Uint8Array<ArrayBuffer>, type = 'image/png') =>
    host.ask('/models/slipway/tiny-vit', { method: 'POST', body, headers: { 'content-type': type } })
  const ask = (json: unknown) => host.ask('/models/slipway/tiny-vit', { json })
  const good = () => send(picture('landscape.png'))

  async function expectRefusal(response: Response, words: RegExp, status = 422) {
    const body = (await response.json()) as { error: string; code: string; requestId: string }
    expect(response.status, body.error).toBe(status)
    expect(body.error).toMatch(words)
    expect(Object.keys(body).toSorted()).toEqual(['code', 'error', 'requestId'])
  }

  it('is refused by its header if it would decode to 2.7 GB, without decoding it', async () => {
    await good()
    // Its header takes a few milliseconds, all of it many seconds.
    const startedMs = performance.now()
    await expectRefusal(await send(picture('broken-bomb.png')), /more than 50000000 pixels/)
    expect(performance.now() - startedMs).toBeLessThan(2000)
  })

  it.each([
    ['a picture cut in the middle', () => picture('broken-truncated.jpg'), /broken/],
    ['a text declared as a picture', () => picture('broken-text.png'), /first bytes/],
    ['no bytes', () => Buffer.alloc(0), /is empty/],
    [
      'a vector drawing',
      () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      /first bytes/,
    ],
    ['a header of a GIF and nothing else', () => Buffer.from('GIF89a'), /broken/],
    ['a GIF cut inside its transparency block', () => Buffer.from('GIF89a\x01\0\x01\0\0\0\0!\xf9', 'latin1'), /broken/],
    ['sides over the limit', () => png({ width: 70_000, height: 1 }), /65535 on a side/],
    ['a picture without pixels', () => png({ width: 0, height: 0 }), /broken/],
    ['a TIFF', () => Buffer.from('II*\0\x08\0\0\0'), /first bytes/],
  ])('is refused: %s', async (_name, bytes, words) => {
    await expectRefusal(await send(Buffer.from(bytes())), words)
    await expectRefusal(await send(Buffer.from(bytes()), 'application/octet-stream'), words)
  })

  it.each([
    ['no base64', { inputs: '@@@@ @@@@ @@@@ @@@@' }, /not base64/],
    ['base64 of something else', { inputs: Buffer.from('hello, world').toString('base64') }, /first bytes/],
    ['a data: URL without base64', { inputs: 'data:image/png,abc' }, /base64/],
    ['an empty text', { inputs: '' }, /is empty/],
    ['an empty list', { inputs: [] }, /at least one/],
    ['a number', { inputs: 5 }, /must be a picture/],
    ['nothing', { inputs: null }, /must be a picture/],
    ['an object with nothing in it', { inputs: {} }, /must be a picture/],
    ['a list in a list', { inputs: [[]] }, /inputs\[0\]/],
    ['65 pictures', { inputs: Array(65).fill('aaaa') }, /limit is 64/],
    ['the second of two', { inputs: [picture64(), 'aGVsbG8='] }, /inputs\[1\]/],
    ['a URL, where none are fetched', { inputs: { url: 'https://example.com/cat.png' } }, /does not fetch pictures/],
  ])('is refused in JSON: %s', async (_name, json, words) => expectRefusal(await ask(json), words))

  it('is not fetched from an internal address, on a host that fetches pictures', async () => {
    const fetching = await startTestServing([await pictureModel('tiny-vit')], { remoteImages: true })
    onTestFinished(() => fetching.close())
    const ways = (url: string) => [{ inputs: url }, { inputs: { url } }, { inputs: { image: url } }, { inputs: [url] }]
    for (const url of ['https://127.0.0.1/a.png', 'https://169.254.169.254/latest/meta-data/', 'https://[::1]/'])
      for (const json of ways(url))
        await expectRefusal(await fetching.ask('/models/slipway/tiny-vit', { json }), /not on the public internet/)
    await expectRefusal(
      await fetching.ask('/models/slipway/tiny-vit', { json: { inputs: 'http://a.test/' } }),
      /only https/,
    )
  })

  it('is refused before its body is read if it exceeds the limit of bytes', async () => {
    const response = await host.ask('/models/slipway/tiny-vit', {
      method: 'POST',
      body: 'x',
      headers: { 'content-type': 'image/png', 'content-length': String(17 * 1024 * 1024) },
    })
    await expectRefusal(response, /larger than the limit of 16777216/, 413)
  })

  it('costs no engine and no decoder: the next one is answered', async () => {
    const bad = Array.from({ length: 30 }, (_, i) =>
      send(picture(i % 2 === 0 ? 'broken-truncated.jpg' : 'broken-bomb.png')),
    )
    const statuses = await Promise.all(bad.map(async (one) => (await one).status))
    expect(new Set(statuses)).toEqual(new Set([422]))
    expect((await good()).status).toBe(200)
    expect((await host.ask('/health')).status).toBe(200)
  })

  it('is not one of a single pixel, of 16 bits, in CMYK, animated, or with a palette', async () => {
    const one = { create: { width: 1, height: 1, channels: 3, background: '#804020' } } as const
    const noise = sharp(picture('landscape.png'))
    const pictures = [
      await sharp(one).png().toBuffer(),
      await noise.clone().toColourspace('rgb16').png().toBuffer(),
      await noise.clone().toColourspace('cmyk').jpeg().toBuffer(),
      await noise.clone().png({ palette: true, colours: 16 }).toBuffer(),
      await noise.clone().gif().toBuffer(),
      await noise.clone().grayscale().png().toBuffer(),
    ]
    for (const bytes of pictures) expect((await send(Buffer.from(bytes))).status).toBe(200)
  })
})

const picture64 = () => (pictureModels === undefined ? '' : picture('gray.jpg').toString('base64'))

/** A PNG with any size in its header. */
function png({ width, height }: { width: number; height: number }): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2], 8)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(height * (width * 3 + 1)))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(kind: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(kind), body])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  const check = Buffer.alloc(4)
  check.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, check])
}
