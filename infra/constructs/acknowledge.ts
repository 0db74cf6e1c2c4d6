import { Validations } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'

/**
 * Suppresses one finding of cdk-nag on one construct, with the reason. The prefix makes the reason appear in the
 * validation report.
 */
export function acknowledge(scope: IConstruct, { rule, reason }: { rule: string; reason: string }) {
  Validations.of(scope).acknowledge({ id: `AwsSolutions::AwsSolutions-${rule}`, reason })
}
