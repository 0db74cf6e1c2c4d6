import type { HttpVariables } from '../../shared/http/context.ts'

/** What every request of the inference service carries. */
export interface ServingEnvironment {
  Variables: HttpVariables & {
    /** The model of the base path that was asked, where the route is below one. */
    model?: string | undefined
    /** Of the model that was found to answer. */
    revision?: string | undefined
  }
}
