/** A rule as the calls of EventBridge name it. */
export interface RuleAddress {
  readonly arn: string;
  readonly region: string;
  readonly bus: string;
  readonly name: string;
}

/** `arn:aws:events:region:account:rule/name`, or `…:rule/bus/name` on a bus of one's own; bus names may hold slashes. */
export function ruleAddress(arn: string): RuleAddress {
  const [, , , region = '', , resource = ''] = arn.split(':');
  const path = resource.split('/').slice(1);
  return { arn, region, name: path.at(-1) ?? '', bus: path.length > 1 ? path.slice(0, -1).join('/') : 'default' };
}
