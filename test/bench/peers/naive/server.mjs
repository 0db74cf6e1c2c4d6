import { basename, dirname } from 'node:path'
import { serve } from '@hono/node-server'
import { env, pipeline } from '@huggingface/transformers'
import { Hono } from 'hono'

const [folder = '', dtype = 'fp32'] = process.argv.slice(2)
env.allowRemoteModels = false
env.localModelPath = dirname(folder)
const embed = await pipeline('feature-extraction', basename(folder), { dtype })

const app = new Hono()
app.post('/v1/embeddings', async (context) => {
  const { input } = await context.req.json()
  const data = []
  for (const text of Array.isArray(input) ? input : [input]) {
    const { data: vector } = await embed(text, { pooling: 'mean', normalize: true })
    data.push({ object: 'embedding', index: data.length, embedding: Buffer.from(vector.buffer).toString('base64') })
  }
  return context.json({ object: 'list', data })
})
serve({ fetch: app.fetch, port: 0 }, ({ port }) => process.send?.({ port }))
