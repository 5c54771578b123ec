/**
 * Events, seen through two groups: the core group's Event and events.k8s.io's are two forms of one stored object,
 * which lies under the core group's key in the core form.
 */

import { firstOf } from '../columns/common.js';
import { eventColumns } from '../columns/core.js';
import type { ResourceDescriptor, SelectableField, TableColumn } from '../descriptor.js';
import { stringAt } from '../read.js';
import { makeStrategy } from '../strategies/strategy.js';
import { coreEventRules, eventRules } from '../validation/event.js';
import { type JsonObject, newObject } from '../value.js';
import { defineResource, fieldAt } from './define.js';

const coreApiVersion = 'v1';
const eventsApiVersion = 'events.k8s.io/v1';

/** The fields whose names differ, core form first. All others are the same in both. */
const renamed: readonly (readonly [core: string, events: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
];

const toEventsName = new Map(renamed);
const toCoreName = new Map(renamed.map(([core, events]) => [events, core] as const));

function rename(event: JsonObject, apiVersion: string, names: ReadonlyMap<string, string>): JsonObject {
  if (stringAt(event, 'apiVersion') === apiVersion) return event;
  const result = newObject();
  for (const key of Object.keys(event)) result[names.get(key) ?? key] = event[key]!;
  result['apiVersion'] = apiVersion;
  return result;
}

/** The events.k8s.io/v1 form of an event in either form. */
function eventToEventsGroup(event: JsonObject): JsonObject {
  return rename(event, eventsApiVersion, toEventsName);
}

/** The core form of an event in either form. */
function eventToCore(event: JsonObject): JsonObject {
  return rename(event, coreApiVersion, toCoreName);
}

const objectFields = [
  'kind',
  'namespace',
  'name',
  'uid',
  'apiVersion',
  'resourceVersion',
  'fieldPath',
] as const;

const coreFields: readonly SelectableField[] = [
  ...objectFields.map((field) => fieldAt(`involvedObject.${field}`)),
  fieldAt('reason'),
  fieldAt('reportingComponent'),
  {
    name: 'source',
    value: (event) => firstOf(stringAt(event, 'source', 'component'), stringAt(event, 'reportingComponent')),
  },
  fieldAt('type'),
];

const eventsFields: readonly SelectableField[] = [
  ...objectFields.map((field) => fieldAt(`regarding.${field}`)),
  fieldAt('reason'),
  fieldAt('reportingController'),
  fieldAt('type'),
];

/** Columns are written for the core form. */
const eventsColumns: readonly TableColumn[] = eventColumns.map((column) => ({
  ...column,
  cell: (event, now) => column.cell(eventToCore(event), now),
}));

const strategy = makeStrategy({ createOnUpdate: true });

export function eventResources(): readonly ResourceDescriptor[] {
  return [
    defineResource({
      resource: 'events',
      kind: 'Event',
      shortNames: ['ev'],
      columns: eventColumns,
      selectableFields: coreFields,
      rules: coreEventRules,
      strategy,
      convertOne: (event) => eventToCore(event),
    }),
    defineResource({
      group: 'events.k8s.io',
      resource: 'events',
      kind: 'Event',
      shortNames: ['ev'],
      columns: eventsColumns,
      selectableFields: eventsFields,
      rules: eventRules,
      strategy,
      storedAs: { apiVersion: coreApiVersion, toStored: eventToCore, fromStored: eventToEventsGroup },
      convertOne: (event) => eventToEventsGroup(event),
    }),
  ];
}
