import type { Closable } from '../core/closable.ts';
import { DefinitionFailure } from '../core/failures.ts';
import type { SecretResolver } from '../core/secret-reference.ts';
import type { Reading, SettingSources } from '../core/settings.ts';
import type { Plugin } from '../plugin/plugin.ts';
import type { Dag } from './dag.ts';
import type { Sensor } from './sensor/sensor.ts';
import { type Pools, checkPools } from './pool.ts';

/** Everything one installation runs; the file that defines it is named in package.json as `windrow.project`. */
export interface Project {
  readonly dags: readonly Dag[];
  /** What starts runs of these dags when something new is found. */
  readonly sensors?: readonly Sensor[];
  /** Limits on how many tasks run at once, by pool. A pool that is not named here has none. */
  readonly pools?: Pools;
  /** Where secrets that settings only name are kept; absent: every secret stands in the environment. */
  readonly secrets?: SecretStore;
  /** What extends Windrow; each is told what happens, in this order of setting up. */
  readonly plugins?: readonly Plugin[];
}

/** A place for secrets, with settings of its own. Opening it reads nothing yet. */
export interface SecretStore {
  readonly name: string;
  readonly open: (sources: SettingSources) => Reading<OpenedSecrets>;
}

export interface OpenedSecrets extends Closable {
  readonly resolve: SecretResolver;
}

/**
 * @throws DefinitionFailure `E_DAG_TWICE`, `E_PROJECT_EMPTY`, `E_PLUGIN_TWICE`, `E_PIPELINE_COVERS`, `E_SENSOR_TWICE`, `E_SENSOR_DAG`, `E_SENSOR_PIPELINE`, `E_POOL_LIMITS`,
 * `E_POOL_SLOTS`
 */
export function defineProject(project: Project): Project {
  if (project.dags.length === 0) {
    throw new DefinitionFailure(
      'E_PROJECT_EMPTY',
      'The project has no dags. Add at least one to `dags` in the project file.',
    );
  }
  const seen = new Set<string>();
  for (const { id } of project.dags) {
    if (seen.has(id)) {
      throw new DefinitionFailure('E_DAG_TWICE', `The project lists two dags with the id "${id}". Rename one of them.`);
    }
    seen.add(id);
  }
  const [twice] = repeated((project.plugins ?? []).map(({ name }) => name));
  if (twice !== undefined) {
    throw new DefinitionFailure(
      'E_PLUGIN_TWICE',
      `The project lists two plugins with the name "${twice}". Remove one of them.`,
    );
  }
  for (const dag of project.dags) checkCovered(dag, project.dags);
  checkSensors(project);
  checkPools(project.pools ?? {}, project.dags);
  return project;
}

function checkSensors({ dags, sensors = [] }: Project): void {
  const seen = new Set<string>();
  const [twice] = repeated(sensors.flatMap(({ dag }) => (dag.pipeline === undefined ? [] : [dag.id])));
  if (twice !== undefined) {
    throw new DefinitionFailure(
      'E_SENSOR_PIPELINE',
      `Two sensors make windows of the pipeline "${twice}", which would lie over each other. Let one of them start another pipeline.`,
    );
  }
  for (const { id, dag } of sensors) {
    if (seen.has(id)) {
      throw new DefinitionFailure(
        'E_SENSOR_TWICE',
        `The project lists two sensors with the id "${id}". Rename one of them; the keys of items belong to the id.`,
      );
    }
    seen.add(id);
    if (dags.includes(dag)) continue;
    throw new DefinitionFailure(
      'E_SENSOR_DAG',
      `Sensor "${id}" starts the dag "${dag.id}", which is not in the project. Add that dag to \`dags\`.`,
    );
  }
}

function repeated(names: readonly string[]): readonly string[] {
  return names.filter((name, index) => names.indexOf(name) !== index);
}

function checkCovered({ id, pipeline }: Dag, dags: readonly Dag[]): void {
  for (const covered of pipeline?.covers ?? []) {
    if (covered === id) {
      throw new DefinitionFailure(
        'E_PIPELINE_COVERS',
        `Pipeline "${id}" covers itself. Take it out of its \`covers\`.`,
      );
    }
    if (dags.some((dag) => dag.id === covered && dag.pipeline !== undefined)) continue;
    throw new DefinitionFailure(
      'E_PIPELINE_COVERS',
      `Pipeline "${id}" covers "${covered}", which is no pipeline of the project. Correct the id, or add the pipeline to \`dags\`.`,
    );
  }
}
