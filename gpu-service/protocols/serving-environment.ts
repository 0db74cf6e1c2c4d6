import type { HttpVariables } from '../../shared/http/context.ts'
import type { Admitted, RequestLimits } from '../deployments/request-limits.ts'
import type { Route } from '../deployments/route.ts'
import type { BodyHold } from './body-room.ts'
import type { Place } from './call-options.ts'
import type { AnswerError } from './protocol-errors.ts'

/** What every request of the inference service carries. */
export interface ServingEnvironment {
  Variables: HttpVariables & {
    /** The model of the base path that was asked, where the route is below one. */
    model?: string | undefined
    /** Of the model that was found to answer. */
    revision?: string | undefined
    /** What the deployment that answers may answer. */
    limits?: RequestLimits | undefined
    /** What it was counted for there. */
    admitted?: Admitted | undefined
    /** By what it is given one of several targets, where it has no key. */
    chance?: string | undefined
    /** What answers. */
    route?: Route | undefined
    /** When its work was given to that, behind the body. */
    routedMs?: number | undefined
    /** Lets go of what answers. */
    release?: (() => void) | undefined
    /** Gives back the place that it takes of those that its deployment answers at a time. */
    leave?: (() => void) | undefined
    /** Where its work will wait. */
    place?: Place | undefined
    /** Answers what goes wrong as its protocol writes it. */
    answerError?: AnswerError | undefined
    /** What its body takes of the room for all. */
    bodyHold?: BodyHold | undefined
  }
}
