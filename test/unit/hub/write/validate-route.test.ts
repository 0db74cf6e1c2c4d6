import { describe, expect, it } from 'vitest'
import { freshHubs } from '../uploads/fresh-hubs.ts'
import type { startHub } from '../uploads/hub-with-uploads.ts'

const hubs = freshHubs()
type Hub = Awaited<ReturnType<typeof startHub>>

/** Sends a card without a key, as `ModelCard.validate` of Python does. */
const asStranger = async (hub: Hub, content: string) => {
  const answer = await hub.post('/api/validate-yaml', { content, repoType: 'model' })
  return { status: answer.status, body: (await answer.json()) as Verdict }
}

interface Verdict {
  errors?: { message: string }[]
  warnings?: { message: string }[]
}

describe('a card that is sent without a key', () => {
  it('is validated', async () => {
    const hub = await hubs.start()
    const good = await asStranger(hub, '---\nlicense: mit\n---\n# A model\n')
    expect(good).toEqual({ status: 200, body: { errors: [], warnings: [] } })
    const bad = await asStranger(hub, '---\nlicense: [\n---\n')
    expect([bad.status, bad.body.errors?.length]).toEqual([400, 1])
  })

  it('is validated only up to a size, which is smaller than with a key', async () => {
    const hub = await hubs.start()
    const long = `---\ntags: [${'a,'.repeat(5000)}]\n---\n`
    const unread = await asStranger(hub, long)
    expect(unread.body.warnings?.[0]?.message).toContain('not checked here')
    const read = await hub.as('known').post('/api/validate-yaml', { content: long, repoType: 'model' })
    expect(read.body).toEqual({ errors: [], warnings: [] })
    expect((await asStranger(hub, 'x'.repeat(2 * 1024 ** 2))).status).toBe(413)
  })
})
