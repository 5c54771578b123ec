/** The values that options take, out of the words that people type; a word that is none is refused with what it must be. */
import { InvalidArgumentError } from 'commander';
import { durationMilliseconds } from '../duration.js';
import { sizeBytes } from '../size.js';

export function integer(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || value < minimum || value > maximum) {
      throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`);
    }
    return value;
  };
}

export const list = (text: string, previous: readonly string[]): readonly string[] => [
  ...previous,
  ...text.split(',').filter((part) => part !== ''),
];

export const integers =
  (minimum: number, maximum: number) =>
  (text: string): readonly number[] =>
    text.split(',').map(integer(minimum, maximum));

export function decimal(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+(\.\d+)?$/.test(text) || value < minimum || value > maximum) {
      throw new InvalidArgumentError(`It must be a number from ${minimum} to ${maximum}.`);
    }
    return value;
  };
}

/** Some of the names, with commas between them. */
export const choices =
  <Name extends string>(names: readonly Name[]) =>
  (text: string): readonly Name[] =>
    text.split(',').map((part) => {
      const name = names.find((known) => known === part);
      if (name === undefined) throw new InvalidArgumentError(`It must be some of ${names.join(', ')}.`);
      return name;
    });

/** `60s`, `500ms` or `2m`, in milliseconds. */
export function duration(text: string): number {
  const milliseconds = durationMilliseconds(text);
  if (milliseconds === undefined || milliseconds <= 0) {
    throw new InvalidArgumentError('It must be a time such as 500ms, 60s or 2m.');
  }
  return milliseconds;
}

/** `500MiB`, `8GiB` or `0`, in bytes. */
export function size(text: string): number {
  const bytes = sizeBytes(text);
  if (bytes === undefined) throw new InvalidArgumentError('It must be a size such as 500MiB or 8GiB, or 0.');
  return bytes;
}

const minBackupMilliseconds = 10_000;

export function backupInterval(text: string): number {
  const milliseconds = duration(text);
  if (milliseconds < minBackupMilliseconds) throw new InvalidArgumentError('It must be at least 10s.');
  return milliseconds;
}

export function memberCounts(text: string): readonly number[] {
  return text.split(',').map(integer(1, 7));
}
