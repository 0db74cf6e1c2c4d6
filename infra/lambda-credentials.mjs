/**
 * Replaces `@aws-sdk/credential-provider-node` in the bundles of Lambdas: their credentials are always in the
 * environment, and the clients of all other sources would be a tenth of a bundle.
 */
import { fromEnv } from '@aws-sdk/credential-provider-env'

export const defaultProvider = (init) => fromEnv(init)
