/**
 * What the AWS SDK asks for credentials in a bundle of a Lambda, instead of `@aws-sdk/credential-provider-node`: there
 * they are always in the environment, and the clients of every other source would be a tenth of the bundle.
 */
import { fromEnv } from '@aws-sdk/credential-provider-env'

export const defaultProvider = (init) => fromEnv(init)
