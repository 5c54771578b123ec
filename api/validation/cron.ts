/** Cron schedules: five fields, or a name such as `@daily`. */

interface FieldBounds {
  readonly name: string;
  readonly minimum: number;
  readonly maximum: number;
  readonly names?: readonly string[];
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const fields: readonly FieldBounds[] = [
  { name: 'minute', minimum: 0, maximum: 59 },
  { name: 'hour', minimum: 0, maximum: 23 },
  { name: 'day of month', minimum: 1, maximum: 31 },
  { name: 'month', minimum: 1, maximum: 12, names: months },
  { name: 'day of week', minimum: 0, maximum: 6, names: days },
];

const descriptors = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

/** What is wrong with a schedule; undefined when it is good. */
export function cronProblem(schedule: string): string | undefined {
  if (schedule === '') return 'empty spec string';
  if (schedule.startsWith('@')) {
    if (descriptors.includes(schedule)) return undefined;
    if (/^@every ([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$/.test(schedule)) return undefined;
    return `unrecognized descriptor: ${schedule}`;
  }
  const parts = schedule.split(/\s+/).filter((part) => part !== '');
  if (parts.length !== fields.length) {
    return `expected exactly 5 fields, found ${parts.length}: [${parts.join(' ')}]`;
  }
  for (const [index, part] of parts.entries()) {
    const problem = fieldProblem(part, fields[index]!);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function fieldProblem(text: string, bounds: FieldBounds): string | undefined {
  for (const part of text.split(',')) {
    const problem = rangeProblem(part, bounds);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** `*`, `a`, `a-b`, each perhaps with `/step`. */
function rangeProblem(text: string, bounds: FieldBounds): string | undefined {
  const [range, step, ...moreSteps] = text.split('/');
  if (moreSteps.length > 0) return `too many slashes: ${text}`;
  if (step !== undefined) {
    if (!/^[0-9]+$/.test(step)) return `failed to parse int from ${step}: ${text}`;
    if (Number(step) === 0) return `step of range should be a positive number: ${text}`;
  }
  if (range === '*' || range === '?') return undefined;
  const ends = (range ?? '').split('-');
  if (ends.length > 2) return `too many hyphens: ${text}`;
  const numbers: number[] = [];
  for (const end of ends) {
    const number = numberOf(end, bounds);
    if (number === undefined)
      return `failed to parse int from ${end}: strconv.Atoi: parsing ${JSON.stringify(end)}: invalid syntax`;
    numbers.push(number);
  }
  const first = numbers[0]!;
  const last = numbers[1] ?? first;
  if (first < bounds.minimum)
    return `beginning of range (${first}) below minimum (${bounds.minimum}): ${text}`;
  if (last > bounds.maximum) return `end of range (${last}) above maximum (${bounds.maximum}): ${text}`;
  if (first > last) return `beginning of range (${first}) beyond end of range (${last}): ${text}`;
  return undefined;
}

function numberOf(text: string, bounds: FieldBounds): number | undefined {
  const named = bounds.names?.indexOf(text.toLowerCase()) ?? -1;
  if (named >= 0) return named + bounds.minimum;
  return /^[0-9]{1,6}$/.test(text) ? Number(text) : undefined;
}
