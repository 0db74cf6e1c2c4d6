import { Hono } from 'hono'
import * as z from 'zod'
import { authenticate, requireScope } from '../../../shared/auth/middleware.ts'
import { predictionMaxBytes } from '../../../shared/contract/predict.ts'
import type { HttpEnvironment } from '../../../shared/http/context.ts'
import { pipelineEnvelope } from '../../../shared/http/envelopes.ts'
import { answerErrors } from '../../../shared/http/error-handler.ts'
import { limitBody, readJson } from '../../../shared/http/json-body.ts'
import { admit } from '../admission.ts'
import { setTimingHeaders } from '../answer-headers.ts'
import type { ServingParts } from '../serving-parts.ts'

const body = z.looseObject({ inputs: z.unknown().refine((inputs) => inputs !== undefined, 'is missing') })

/** `POST /api/v1/predict/{deployment}`: the Hugging Face pipeline shape of whatever task the deployment does. */
export function predictRoutes({ verify, router, metrics, admission }: ServingParts): Hono<HttpEnvironment> {
  const app = new Hono<HttpEnvironment>()
  app.onError(answerErrors(pipelineEnvelope, metrics))
  app.post(
    '/:deployment{.+}',
    authenticate(verify),
    requireScope('infer'),
    admit(admission),
    limitBody(predictionMaxBytes),
    async (context) => {
      const deployment = context.req.param('deployment')
      router.resolve(deployment, context.get('principal'))
      const request = await readJson(context, body)
      // Found again behind the body, which may have been long in coming: another revision may answer by now.
      const { service } = router.resolve(deployment, context.get('principal'))
      const { json, timing } = await service.pipeline({ body: request, signal: context.req.raw.signal })
      setTimingHeaders(context, timing)
      context.header('content-type', 'application/json')
      return context.body(json)
    },
  )
  return app
}
