/** What tables of many kinds share: the name, ages, and containers. */
import type { TableColumn } from '../descriptor.js';
import { numberAt, objectAt, objectsAt, stringAt } from '../read.js';
import { labelSelectorFromObject, labelSelectorToString } from '../selectors/labels.js';
import { parseTime } from '../time.js';
import type { JsonObject, JsonValue } from '../value.js';
import { humanDuration } from './duration.js';

type Cell = TableColumn['cell'];

function column(
  name: string,
  type: TableColumn['type'],
  priority: 0 | 1,
  description: string,
  cell: Cell,
  format = '',
): TableColumn {
  return { name, type, format, description, priority, cell };
}

export function text(name: string, description: string, cell: Cell): TableColumn {
  return column(name, 'string', 0, description, cell);
}

/** Shown only with `-o wide`. */
export function wide(name: string, description: string, cell: Cell): TableColumn {
  return column(name, 'string', 1, description, cell);
}

export function integer(name: string, description: string, cell: Cell): TableColumn {
  return column(name, 'integer', 0, description, cell);
}

export function integerAt(name: string, description: string, ...path: readonly string[]): TableColumn {
  return integer(name, description, (object) => numberAt(object, ...path));
}

export function textAt(name: string, description: string, ...path: readonly string[]): TableColumn {
  return text(name, description, (object) => stringAt(object, ...path));
}

export function wideAt(name: string, description: string, ...path: readonly string[]): TableColumn {
  return wide(name, description, (object) => stringAt(object, ...path));
}

export const nameColumn: TableColumn = column(
  'Name',
  'string',
  0,
  'The name, unique within its namespace and kind.',
  (object) => stringAt(object, 'metadata', 'name'),
  'name',
);

const creationDescription = 'When the object was created on the server.';

export const ageColumn: TableColumn = text('Age', creationDescription, (object, now) =>
  ageOf(stringAt(object, 'metadata', 'creationTimestamp'), now),
);

/** Kinds without columns of their own. */
export const creationColumns: readonly TableColumn[] = [
  nameColumn,
  column('Created At', 'date', 0, creationDescription, (object) =>
    stringAt(object, 'metadata', 'creationTimestamp'),
  ),
];

/** How long ago a moment was; `<unknown>` without one. */
export function ageOf(time: string, now: number): string {
  const since = time === '' ? undefined : parseTime(time);
  return since === undefined ? '<unknown>' : humanDuration(now - since);
}

/** The first text that is not empty. */
export function firstOf(...candidates: readonly string[]): string {
  return candidates.find((candidate) => candidate !== '') ?? '';
}

export function orNone(value: string): string {
  return value === '' ? '<none>' : value;
}

/** Columns of a pod template's containers, as workloads end in `-o wide`. */
export function templateColumns(...path: readonly string[]): readonly TableColumn[] {
  return [
    wide('Containers', 'The names of the containers in the template.', (object) =>
      names(objectsAt(object, ...path, 'spec', 'containers'), 'name'),
    ),
    wide('Images', 'The images of the containers in the template.', (object) =>
      names(objectsAt(object, ...path, 'spec', 'containers'), 'image'),
    ),
  ];
}

function names(items: readonly JsonObject[], field: string): string {
  return items.map((item) => stringAt(item, field)).join(',');
}

export const selectorColumn: TableColumn = wide('Selector', 'The labels that select the pods.', (object) =>
  formatSelector(objectAt(object, 'spec')?.['selector']),
);

/** A LabelSelector as text; `<none>` when it selects by nothing. */
export function formatSelector(selector: JsonValue | undefined): string {
  return orNone(labelSelectorToString(labelSelectorFromObject(selector)));
}

/** A map as `a=b,c=d`, sorted; `<none>` when empty. */
export function formatLabels(labels: JsonObject | undefined): string {
  if (labels === undefined) return '<none>';
  const pairs = Object.keys(labels)
    .sort()
    .map((key) => `${key}=${stringAt(labels, key)}`);
  return orNone(pairs.join(','));
}
