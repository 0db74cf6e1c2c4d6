import * as z from 'zod'
import { limitBody, parseWith, readJson } from '../../../shared/http/json-body.ts'
import type { HubApp } from '../parts.ts'
import { validateCard, yamlMaxBytes } from './validate-card.ts'

const readmeMaxBytes = 1024 ** 2

const card = z.object({ content: z.string(), repoType: z.string().nullish() })

/**
 * W2: validates a README before it is committed. Python prints the answer, and calls without a token where a card is
 * pushed by itself.
 */
export function addValidateRoute(app: HubApp) {
  app.post('/api/validate-yaml', limitBody(readmeMaxBytes), async (context) => {
    const isForm = context.req.header('content-type')?.startsWith('application/x-www-form-urlencoded') === true
    const { content } = isForm
      ? parseWith(card, Object.fromEntries(new URLSearchParams(await context.req.text())))
      : await readJson(context, card)
    const { errors: faults, warnings } = validateCard(
      content,
      context.get('principal') === undefined ? yamlMaxBytes.stranger : yamlMaxBytes.known,
    )
    return context.json({ errors: faults, warnings }, faults.length === 0 ? 200 : 400)
  })
}
