import { App, Tags, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { ApiStack } from './stacks/api-stack.ts'
import { DataStack } from './stacks/data-stack.ts'
import { GpuStack } from './stacks/gpu-stack.ts'
import { parseStageConfig } from './stage-config.ts'

interface BuildAppProps {
  /** Context beside that of the CLI: stage settings and feature flags. @default - the CLI's context alone */
  context?: Record<string, unknown>
  /** Where the assembly is written. @default - the CLI's choice */
  outdir?: string
  /** Whether unsuppressed findings of cdk-nag fail the synthesis. @default true */
  nag?: boolean
}

/** The whole platform as a CDK app, not yet synthesised: one stack per lifetime. */
export function buildApp({ context, outdir, nag = true }: BuildAppProps = {}): App {
  const app = new App({ ...(context && { context }), ...(outdir !== undefined && { outdir }) })
  const config = parseStageConfig(app.node.getAllContext())
  const stackProps = (name: string) => ({
    config,
    ...(config.env && { env: config.env }),
    stackName: `slipway-${config.stage}-${name}`,
  })

  const data = new DataStack(app, 'Data', stackProps('data'))
  new ApiStack(app, 'Api', { ...stackProps('api'), data })
  if (config.gpu) new GpuStack(app, 'Gpu', { ...stackProps('gpu'), gpu: config.gpu, data })

  Tags.of(app).add('slipway:stage', config.stage)
  if (nag) Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  return app
}
