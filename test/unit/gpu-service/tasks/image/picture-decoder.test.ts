import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import sharp from 'sharp'
import { describe, expect, it, onTestFinished } from 'vitest'
import { PictureReader } from '../../../../../gpu-service/tasks/image/picture-reader.ts'
import { temporaryFolder } from '../../support/folders.ts'

const real = new URL('../../../../../gpu-service/tasks/image/picture-process.ts', import.meta.url)
const fit = { resize: { kind: 'exact', size: { width: 4, height: 4 } }, resample: 2, crop: undefined } as const
const { signal } = new AbortController()

/** A decoder that dies on "always" each time and on "once" the first time, and answers everything else. */
async function mortal(): Promise<URL> {
  const folder = await temporaryFolder()
  const path = join(folder, 'mortal.mjs')
  const once = JSON.stringify(join(folder, 'died'))
  await writeFile(
    path,
    `import { existsSync, writeFileSync } from 'node:fs'
     process.on('message', ({ id, bytes }) => {
       const text = Buffer.from(bytes).toString('latin1')
       if (text.includes('always')) process.kill(process.pid, 'SIGSEGV')
       else if (text.includes('once') && !existsSync(${once})) { writeFileSync(${once}, ''); process.kill(process.pid, 'SIGKILL') }
       else process.send({ id, ok: true, planes: new Uint8Array([text.length, Object.keys(process.env).length]) })
     })`,
  )
  return pathToFileURL(path)
}

function readerOf(processUrl: URL, waitMsMax = 2000): PictureReader {
  const reader = new PictureReader({ processUrl, decoders: 1, waitMsMax })
  onTestFinished(() => reader.close())
  return reader
}

const jpeg = (text: string) => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.from(text)])
const ask = (reader: PictureReader, bytes: Uint8Array, by = signal) =>
  reader.read({ bytes, fit, param: 'inputs', asker: { signal: by } })

describe('the process that decodes pictures', () => {
  it('may be killed by a picture: its caller gets an error, and others are answered', async () => {
    const reader = readerOf(await mortal())
    const answers = await Promise.allSettled([
      ask(reader, jpeg('fine')),
      ask(reader, jpeg('always')),
      ask(reader, jpeg('fine')),
    ])
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(answers[1]).toMatchObject({ reason: { code: 'invalid_input', status: 422, param: 'inputs' } })
  })

  it('may die for another reason: the picture is read by the next process', async () => {
    expect(await ask(readerOf(await mortal()), jpeg('once'))).toBeInstanceOf(Uint8Array)
  })

  it('gets no environment variables', async () => {
    const [, variables] = await ask(readerOf(await mortal()), jpeg('fine'))
    expect(variables).toBe(0)
  })

  it('gets no picture whose caller has left', async () => {
    const reader = readerOf(real)
    const bytes = await sharp({ create: { width: 3000, height: 2000, channels: 3, background: '#123456' } })
      .png()
      .toBuffer()
    const caller = new AbortController()
    const first = ask(reader, bytes)
    const second = ask(reader, bytes, caller.signal)
    caller.abort()
    await expect(second).rejects.toMatchObject({ code: 'client_closed' })
    expect(await first).toHaveLength(48)
  })

  it('gets no more than it can read in time; excess callers get a Retry-After', async () => {
    const reader = readerOf(real, 200)
    const bytes = await sharp({ create: { width: 4000, height: 3000, channels: 3, background: '#123456' } })
      .png()
      .toBuffer()
    await ask(reader, bytes)
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => ask(reader, bytes)))
    const refused = answers.filter(({ status }) => status === 'rejected')
    expect(refused.length).toBeGreaterThan(0)
    for (const one of refused)
      expect(one).toMatchObject({ reason: { code: 'overloaded', retryAfterSeconds: expect.any(Number) } })
    expect(answers.length - refused.length).toBeGreaterThan(0)
  })

  it('reads only the supported formats, even if a file begins like one of them', async () => {
    const reader = readerOf(real)
    const svg = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
    )
    const tiff = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#fff' } })
      .tiff()
      .toBuffer()
    for (const bytes of [Buffer.concat([jpeg(''), svg]), Buffer.concat([Buffer.from('GIF89a'), svg]), tiff, svg])
      await expect(ask(reader, bytes)).rejects.toMatchObject({ code: 'invalid_input' })
  })
})

describe('a picture', () => {
  const read = async (bytes: Buffer) => Array.from(await ask(readerOf(real), bytes)).filter((_, i) => i % 16 === 0)
  const red = {
    create: { width: 4, height: 4, channels: 4, background: { r: 200, g: 100, b: 50, alpha: 0.2 } },
  } as const

  it('loses its transparency and keeps its colours, like in Pillow', async () => {
    expect(await read(await sharp(red).png().toBuffer())).toEqual([200, 100, 50])
  })

  it('is read without applying its colour profile', async () => {
    const bytes = await sharp({ ...red, create: { ...red.create, channels: 3 } })
      .withIccProfile('p3')
      .png()
      .toBuffer()
    const plain = await sharp(bytes, { ignoreIcc: true }).removeAlpha().raw().toBuffer()
    expect(await read(bytes)).toEqual([plain[0], plain[1], plain[2]])
  })

  it.each([
    ['rgb16', 3],
    ['grey16', 1],
  ] as const)('of 16 bits keeps the upper 8: %s', async (space, channels) => {
    const values = new Uint16Array(16 * channels).fill(0xab12)
    const deep = await sharp(values, { raw: { width: 4, height: 4, channels } })
      .toColourspace(space)
      .png()
      .toBuffer()
    expect((await sharp(deep).metadata()).depth).toBe('ushort')
    expect(await read(deep)).toEqual([0xab, 0xab, 0xab])
  })

  it('that is animated is read as its first frame', async () => {
    const frame = (background: string) =>
      sharp({ create: { width: 4, height: 4, channels: 3, background } })
        .png()
        .toBuffer()
    const moving = await sharp([await frame('#ff0000'), await frame('#00ff00')], { join: { animated: true } })
      .gif()
      .toBuffer()
    expect(await read(moving)).toEqual([255, 0, 0])
  })

  it('that is an animated AVIF is read as its still picture', async () => {
    const still = sharp({ create: { width: 8, height: 8, channels: 3, background: '#ff0000' } })
    const avif = await still.avif({ lossless: true }).toBuffer()
    expect(avif.toString('latin1', 4, 12)).toBe('ftypavif')
    const moving = Buffer.concat([avif.subarray(0, 8), Buffer.from('avis'), avif.subarray(12)])
    expect(await read(moving)).toEqual(await read(avif))
  })

  it('that is a GIF keeps the colours of transparent pixels, like in Pillow', async () => {
    const header = [...Buffer.from('GIF89a'), 1, 0, 1, 0, 0x80, 0, 0]
    const colours = [200, 100, 50, 0, 0, 0]
    const comment = [0x21, 0xfe, 2, 0x2c, 0x21, 0]
    const seeThrough = (isTransparent: 0 | 1) => [0x21, 0xf9, 4, isTransparent, 0, 0, 0, 0]
    const frame = [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3b]
    for (const flag of [0, 1] as const)
      expect(await read(Buffer.from([...header, ...colours, ...comment, ...seeThrough(flag), ...frame]))).toEqual([
        200, 100, 50,
      ])
  })
})
