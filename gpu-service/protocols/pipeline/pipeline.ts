import { type Context, Hono } from 'hono'
import { errors } from '../../../shared/errors.ts'
import { pipelineEnvelope } from '../../../shared/http/envelopes.ts'
import { answerErrors } from '../../../shared/http/error-handler.ts'
import type { Route } from '../../deployments/route.ts'
import type { Served } from '../../deployments/served.ts'
import { taskNamed } from '../../tasks/tasks.ts'
import { answerJson } from '../answer.ts'
import { callOptions } from '../call-options.ts'
import { guardPredictions } from '../prediction-guard.ts'
import { askedModel, routeAhead, routeTo } from '../routing.ts'
import type { ServingEnvironment } from '../serving-environment.ts'
import type { ServingParts } from '../serving-parts.ts'
import { answerForClient } from './answer-for-client.ts'
import { pipelineMaxBytes } from './body-limit.ts'
import { readPipelineBody } from './pipeline-body.ts'

/**
 * `POST` on one model's base path: the Hugging Face pipeline of its task. `/pipeline/{task}` below names the task, as
 * in Hugging Face's router.
 */
export function pipelineRoutes(parts: ServingParts): Hono<ServingEnvironment> {
  const app = new Hono<ServingEnvironment>()
  const { router, metrics } = parts
  const answerError = answerErrors(pipelineEnvelope, metrics)
  const guard = guardPredictions({ parts, answerError, bodyMaxBytes: pipelineMaxBytes(router) })

  const answer = async (context: Context<ServingEnvironment>) => {
    const model = askedModel(context, undefined)
    const task = context.req.param('task')
    const suits = task === undefined ? undefined : (served: Served) => taskNamed(task).name === served.task
    const ahead = routeAhead(context, { router, model, suits })
    assertTask(task, model, ahead)
    const request = await readPipelineBody(context, ahead.task)
    // Resolved again after the body, whose upload may have taken long: another revision may answer by now.
    const { service, task: answering } = routeTo(context, { router, model, suits })
    const options = callOptions(context)
    const client = context.req.header('user-agent')
    const { json, ...answered } = await service.pipeline({ ...request, options, client })
    const read = answerForClient(client, { task: answering, inputs: request.inputs, json })
    return answerJson(context, { ...answered, json: read })
  }
  app.post('/', guard, answer)
  app.post('/pipeline/:task', guard, answer)
  return app
}

/** Accepts every name of a task. @throws AppError `wrong_task`, `unsupported_model` for an unsupported task */
function assertTask(asked: string | undefined, model: string, route: Route): void {
  if (asked !== undefined && taskNamed(asked).name !== route.task) throw errors.wrongTask(model, route.task, asked)
}
