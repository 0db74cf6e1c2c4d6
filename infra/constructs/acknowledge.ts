import { Validations } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'

/**
 * Accepts one finding of cdk-nag on one construct, with the reason why it stands. The prefix is what makes the
 * reason appear in the validation report.
 */
export function acknowledge(scope: IConstruct, { rule, reason }: { rule: string; reason: string }) {
  Validations.of(scope).acknowledge({ id: `AwsSolutions::AwsSolutions-${rule}`, reason })
}
