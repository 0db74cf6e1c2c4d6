import { Hono } from 'hono'
import type { Routable, Router } from '../../deployments/route.ts'
import type { ServingEnvironment } from '../serving-environment.ts'

/** `GET /v1/models` and `/v1/models/{id}`: the deployments that answer, in OpenAI's format. */
export function modelRoutes({ router }: { router: Router }): Hono<ServingEnvironment> {
  const app = new Hono<ServingEnvironment>()
  app.get('/models', (context) => {
    const data = router.list(context.get('principal')).filter(({ state }) => state === 'READY')
    return context.json({ object: 'list', data: data.map((one) => modelCard(one)) })
  })
  app.get('/models/:model{.+}', (context) =>
    context.json(modelCard(router.resolve({ model: context.req.param('model'), caller: context.get('principal') }))),
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
