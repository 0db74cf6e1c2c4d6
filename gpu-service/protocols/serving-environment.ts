import type { ErrorHandler } from 'hono'
import type { HttpVariables } from '../../shared/http/context.ts'
import type { CallOptions } from '../batcher/call-options.ts'
import type { Admitted } from '../deployments/admitted.ts'
import type { RequestLimits } from '../deployments/request-limits.ts'
import type { Route } from '../deployments/route.ts'
import type { BodyHold } from './body-room.ts'

/** The variables of every request of the inference service. */
export interface ServingEnvironment {
  Variables: HttpVariables & {
    /** The model of the base path, on routes below one. */
    model?: string | undefined
    /** The answering model's revision. */
    revision?: string | undefined
    /** The answering deployment's limits. */
    limits?: RequestLimits | undefined
    /** Its admission by those limits. */
    admitted?: Admitted | undefined
    /** Stands in for a sticky key in the choice of a target. */
    chance?: string | undefined
    /** The answering target. */
    route?: Route | undefined
    /** When its work was submitted, after the body. */
    routedMs?: number | undefined
    /** Releases the answering target. */
    release?: (() => void) | undefined
    /** Releases its slot among the deployment's concurrent requests. */
    leave?: (() => void) | undefined
    /** What determines its position in a queue. */
    place?: Place | undefined
    /** Writes errors in its protocol. */
    answerError?: AnswerError | undefined
    /** Its share of the room for bodies. */
    bodyHold?: BodyHold | undefined
  }
}

/** Writes an error in a protocol's way. */
export type AnswerError = ErrorHandler<ServingEnvironment>

/** What determines a request's position in a queue. */
export type Place = Pick<CallOptions, 'priority' | 'tenant' | 'patience'>
