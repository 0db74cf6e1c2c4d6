import * as z from 'zod'

const error = 'must be two zones of the region, like "us-east-1b,us-east-1d"'
const zone = z.string({ error }).regex(/^[a-z]+(?:-[a-z]+)+-\d[a-z]$/, error)

/** The network's two availability zones by name, as in cdk.json, or as text from `-c zones=…`. */
export const zonesContext = z
  .preprocess(
    (given) => (typeof given === 'string' ? given.split(',') : given),
    z.tuple([zone, zone], { error }).refine(([first, second]) => first !== second, error),
  )
  .optional()
