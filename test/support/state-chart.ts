/** One arrow of a chart, drawn for one event. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly event: string;
}

/**
 * The arrows of the mermaid chart below a heading of a page, but for those out of the start mark.
 * @param groups states that the chart draws as one box, by the name of the box
 */
export function arrowsOf(
  page: string,
  heading: string,
  groups: Readonly<Record<string, readonly string[]>> = {},
): readonly Arrow[] {
  return chartBelow(page, heading)
    .split('\n')
    .flatMap((line) => {
      const [, from, to, events] = /^ *(\w+) --> (\w+): ([\w, ]+)$/.exec(line) ?? [];
      if (from === undefined || to === undefined || events === undefined) return unread(line);
      return (groups[from] ?? [from]).flatMap((state) =>
        events.split(', ').map((event) => ({ from: state, to, event })),
      );
    });
}

function chartBelow(page: string, heading: string): string {
  const [, section] = page.split(`## ${heading}\n`);
  const [, chart] = /```mermaid\nstateDiagram-v2\n([^`]+)\n```/.exec(section ?? '') ?? [];
  if (chart === undefined) throw new Error(`There is no chart of states below "${heading}".`);
  return chart;
}

function unread(line: string): readonly Arrow[] {
  if (/^ *(?:direction |state "|\[\*\] --> )/.test(line)) return [];
  throw new Error(`The chart has a line that is no arrow with an event: ${line}`);
}
