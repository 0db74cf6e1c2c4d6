import { Hono } from 'hono'
import type { HttpEnvironment } from '../../../shared/http/context.ts'
import type { Routable, Router } from '../../deployments/route.ts'

/** `GET /v1/models` and `/v1/models/{id}`: the deployments that answer, as OpenAI lists models. */
export function modelRoutes({ router }: { router: Router }): Hono<HttpEnvironment> {
  const app = new Hono<HttpEnvironment>()
  app.get('/models', (context) => {
    const data = router.list(context.get('principal')).filter(({ state }) => state === 'READY')
    return context.json({ object: 'list', data: data.map((one) => modelCard(one)) })
  })
  app.get('/models/:model{.+}', (context) =>
    context.json(modelCard(router.resolve(context.req.param('model'), context.get('principal')))),
  )
  return app
}

const modelCard = ({ item }: Pick<Routable, 'item'>) => ({
  id: item.name,
  object: 'model',
  created: Math.floor(Date.parse(item.createdAt) / 1000) || 0,
  owned_by: item.repo.split('/')[0] ?? item.repo,
  root: `${item.repo}@${item.ref}`,
})
