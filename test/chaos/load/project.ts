import { type Project, defineProject } from '#framework/operate';

import { arrivals } from './arrivals.ts';
import type { LoadOptions } from './effect.ts';
import { EXPECTED, NARROW, expectationOf } from './expectations.ts';
import { pipelineOf } from './pipelines.ts';
import { PLAIN_DAGS } from './plain-dags.ts';

/** The mixed load: every dag leaves the effects of its expectation, under its fence. */
export function loadProject(options: LoadOptions): Project {
  const items = arrivals(expectationOf('arrivals'), options);
  const dags = EXPECTED.map((expected) => {
    if (expected.kind === 'sensor') return items.dag;
    return (PLAIN_DAGS[expected.dagId] ?? pipelineOf)(expected, options);
  });
  return defineProject({ dags, sensors: [items.sensor], pools: { [NARROW.name]: { slots: NARROW.slots } } });
}
