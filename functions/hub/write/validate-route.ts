import * as z from 'zod'
import { principalOf } from '../../../shared/auth/middleware.ts'
import { parseWith, readJson } from '../../../shared/http/json-body.ts'
import type { HubApp } from '../parts.ts'
import { validateCard } from './validate-card.ts'

const card = z.object({ content: z.string(), repoType: z.string().nullish() })

/** W2: judges a README before it is committed. Python prints what it is told, with and without errors. */
export function addValidateRoute(app: HubApp) {
  app.post('/api/validate-yaml', async (context) => {
    principalOf(context)
    const isForm = context.req.header('content-type')?.startsWith('application/x-www-form-urlencoded') === true
    const { content } = isForm
      ? parseWith(card, Object.fromEntries(new URLSearchParams(await context.req.text())))
      : await readJson(context, card)
    const { errors: faults, warnings } = validateCard(content)
    return context.json({ errors: faults, warnings }, faults.length === 0 ? 200 : 400)
  })
}
