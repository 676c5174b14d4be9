import { type Plugin, definePlugin } from '#framework';

/** A plugin that notes the kind of every event of runs and tasks, with its task. */
export function listener(name: string, heard: string[], also: () => Promise<void> = async () => {}): Plugin {
  const hear = async (event: { readonly kind: string; readonly taskId?: string }) => {
    heard.push([event.kind, event.taskId].filter(Boolean).join(' '));
    await also();
  };
  const hooks = {
    runStarted: hear,
    runFinished: hear,
    taskStarted: hear,
    taskFinished: hear,
    taskRetried: hear,
    taskSkipped: hear,
  };
  return definePlugin({ name, version: '1.0.0', hooks });
}
