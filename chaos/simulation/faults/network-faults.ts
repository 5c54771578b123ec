/** What goes wrong between machines. Each begins now and ends by itself. */
import type { MemberId } from '../../../raft/index.js';
import type { Link } from '../world/network.js';
import type { FaultKind } from './kinds.js';
import type { FaultSetting } from './setting.js';

type Pair = readonly [from: MemberId, to: MemberId];

/** A random share of the links, at least one. */
function someLinks(setting: FaultSetting): readonly Link[] {
  const share = setting.random.float();
  const links = setting.links().filter(() => setting.random.float() < share);
  const one = setting.pick(setting.links());
  return links.length > 0 || one === undefined ? links : [one];
}

function troubleLinks(
  setting: FaultSetting,
  kind: FaultKind,
  text: string,
  begin: (link: Link) => void,
  end: (link: Link) => void,
): void {
  const links = someLinks(setting);
  if (links.length === 0) return;
  for (const link of links) begin(link);
  setting.note(kind, `${text} on ${links.length} links`);
  setting.later(setting.duration(), () => {
    for (const link of links) end(link);
  });
}

export function drop(setting: FaultSetting): void {
  const probability = setting.random.float() * 0.5;
  troubleLinks(
    setting,
    'drop',
    `${Math.round(probability * 100)}%`,
    (link) => {
      link.dropProbability = probability;
    },
    (link) => {
      link.dropProbability = 0;
    },
  );
}

export function delay(setting: FaultSetting): void {
  const milliseconds = 2 + setting.random.float() ** 3 * 800;
  troubleLinks(
    setting,
    'delay',
    `about ${Math.round(milliseconds)} ms`,
    (link) => {
      link.extraDelayMilliseconds = milliseconds;
    },
    (link) => {
      link.extraDelayMilliseconds = 0;
    },
  );
}

export function duplicate(setting: FaultSetting): void {
  const probability = setting.random.float() * 0.4;
  troubleLinks(
    setting,
    'duplicate',
    `${Math.round(probability * 100)}%`,
    (link) => {
      link.duplicateProbability = probability;
    },
    (link) => {
      link.duplicateProbability = 0;
    },
  );
}

export function reorder(setting: FaultSetting): void {
  const probability = setting.random.float() * 0.6;
  troubleLinks(
    setting,
    'reorder',
    `${Math.round(probability * 100)}%`,
    (link) => {
      link.reorderProbability = probability;
    },
    (link) => {
      link.reorderProbability = 0;
    },
  );
}

export function clog(setting: FaultSetting): void {
  const { network } = setting.options;
  troubleLinks(
    setting,
    'clog',
    'held back',
    ({ from, to }) => network.setClogged(from, to, true),
    ({ from, to }) => network.setClogged(from, to, false),
  );
}

/** Cuts these directions, as far as they may be touched. */
function cut(setting: FaultSetting, kind: FaultKind, text: string, pairs: readonly Pair[]): void {
  const { network } = setting.options;
  const links = pairs
    .filter(([from, to]) => from !== to && !(setting.isSpared(from) && setting.isSpared(to)))
    .map(([from, to]) => network.link(from, to));
  if (links.length === 0) return;
  for (const link of links) link.cuts += 1;
  setting.note(kind, text);
  setting.later(setting.duration(), () => {
    for (const link of links) link.cuts = Math.max(0, link.cuts - 1);
  });
}

const names = (ids: readonly MemberId[]): string => ids.map((id) => `m${id}`).join(',');

function across(left: readonly MemberId[], right: readonly MemberId[]): Pair[] {
  return left.flatMap((from) => right.map((to): Pair => [from, to]));
}

export function isolate(setting: FaultSetting): void {
  const leader = setting.options.cluster.leader();
  const ids = setting.shuffled();
  const one = leader !== undefined && setting.random.float() < 0.4 ? leader.id : ids[0];
  if (one === undefined) return;
  const others = ids.filter((id) => id !== one);
  cut(setting, 'isolate', `m${one}`, [...across([one], others), ...across(others, [one])]);
}

export function split(setting: FaultSetting): void {
  const ids = setting.shuffled();
  const at = setting.random.integer(1, Math.max(2, ids.length));
  const left = ids.slice(0, at);
  const right = ids.slice(at);
  cut(setting, 'split', `${names(left)} / ${names(right)}`, [...across(left, right), ...across(right, left)]);
}

export function oneWayCut(setting: FaultSetting): void {
  const ids = setting.shuffled();
  const at = setting.random.integer(1, Math.max(2, ids.length));
  const left = ids.slice(0, at);
  const right = ids.slice(at);
  cut(setting, 'one-way-cut', `${names(left)} not to ${names(right)}`, across(left, right));
}

/** It sends and does not hear. */
export function deaf(setting: FaultSetting): void {
  const ids = setting.shuffled();
  const [one, ...others] = ids;
  if (one !== undefined) cut(setting, 'deaf', `m${one}`, across(others, [one]));
}

/** It hears and cannot answer. */
export function mute(setting: FaultSetting): void {
  const ids = setting.shuffled();
  const [one, ...others] = ids;
  if (one !== undefined) cut(setting, 'mute', `m${one}`, across([one], others));
}

/** Each hears only its neighbours: majorities overlap, and nobody sees all of them. */
export function ring(setting: FaultSetting): void {
  const ids = setting.shuffled();
  const count = ids.length;
  const reach = Math.max(1, Math.floor(count / 4));
  const isFar = (a: number, b: number): boolean => {
    const distance = Math.abs(a - b);
    return Math.min(distance, count - distance) > reach;
  };
  const pairs = across(ids, ids).filter(([from, to]) => isFar(ids.indexOf(from), ids.indexOf(to)));
  cut(setting, 'ring', names(ids), pairs);
}

/** Two sides that only one member connects. */
export function bridge(setting: FaultSetting): void {
  const [middle, ...others] = setting.shuffled();
  if (middle === undefined) return;
  const at = Math.ceil(others.length / 2);
  const left = others.slice(0, at);
  const right = others.slice(at);
  cut(setting, 'bridge', `${names(left)} - m${middle} - ${names(right)}`, [
    ...across(left, right),
    ...across(right, left),
  ]);
}
