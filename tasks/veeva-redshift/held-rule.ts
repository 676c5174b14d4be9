import { Failure, type TransferContext } from '#framework';
import type { EventBridgeOpened } from '#tasks/eventbridge';
import type { HeldRule } from '#tasks/sns';

/** Disables the rule while the pipeline has a failed window. A rule that cannot be disabled must not keep the message back. */
export async function holdRule(
  rule: EventBridgeOpened,
  { pipelineId, recordId, signal }: TransferContext,
): Promise<HeldRule | undefined> {
  if (rule.ruleArn === undefined) return undefined;
  try {
    const hold = await rule.hold({ pipelineId, recordId }, { signal });
    return hold.kind === 'off' ? undefined : { arn: hold.ruleArn, outcome: hold.kind };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof Failure)) throw error;
    return { arn: rule.ruleArn, outcome: { error: error.message } };
  }
}

/** Enables the rule again. The window is loaded whatever comes of it; the tag stays, so the next one tries again. */
export async function releaseRule(
  rule: EventBridgeOpened,
  { pipelineId, signal, log }: TransferContext,
): Promise<void> {
  try {
    const released = await rule.release(pipelineId, { signal });
    if (released === 'enabled')
      log.info('The pipeline works again: its EventBridge rule is enabled.', { rule: rule.ruleArn });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof Failure)) throw error;
    log.warn('The window is loaded, but the EventBridge rule could not be enabled; the next window tries again.', {
      rule: rule.ruleArn,
      error: error.message,
    });
  }
}
