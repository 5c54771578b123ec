/** A comparison for a terminal: what changed stands first, and how sure that is stands below. */
import { textTable } from '../../platform/index.js';
import { quantity } from '../report/numbers.js';
import { printable, wrapped } from '../report/text.js';
import type { ComparedMetric, Comparison, Verdict } from './compare-documents.js';
import { falseShare } from './discoveries.js';

const order: readonly Verdict[] = [
  'worse',
  'better',
  'changed',
  'no change',
  'cannot tell',
  'only before',
  'only after',
];

const signs: Readonly<Record<Verdict, string>> = {
  worse: '✗ worse',
  better: '✓ better',
  changed: '~ changed',
  'no change': 'no change',
  'cannot tell': 'cannot tell',
  'only before': 'only before',
  'only after': 'only after',
};

/** `+12.3%`; a figure that grew a hundredfold is better told as a factor. */
export function changeText(ratio: number): string {
  if (ratio >= 10) return `×${ratio.toFixed(ratio >= 100 ? 0 : 1)}`;
  const percent = (100 * (ratio - 1)).toFixed(1);
  return `${percent.startsWith('-') ? '−' : '+'}${percent.replace('-', '')}%`;
}

function intervalText({ interval, ratio, unit }: ComparedMetric): string {
  if (interval === undefined) return '';
  const text = ratio === undefined ? (value: number) => quantity(value, unit) : changeText;
  return `${text(interval.low)} … ${text(interval.high)}`;
}

const value = (figure: number | undefined, { unit }: ComparedMetric): string =>
  figure === undefined ? '–' : quantity(figure, unit);

function row(metric: ComparedMetric): readonly string[] {
  return [
    signs[metric.verdict],
    printable(metric.id),
    printable(metric.metric),
    value(metric.before, metric),
    value(metric.after, metric),
    metric.ratio === undefined ? '' : changeText(metric.ratio),
    intervalText(metric),
    metric.why ?? '',
  ];
}

function table(metrics: readonly ComparedMetric[], confidence: number): string {
  const sorted = order.flatMap((verdict) => metrics.filter((metric) => metric.verdict === verdict));
  return textTable([
    ['VERDICT', 'MEASUREMENT', 'FIGURE', 'BEFORE', 'AFTER', 'CHANGE', `INTERVAL ${percent(confidence)}`, ''],
    ...sorted.map(row),
  ]);
}

/** `95%`, `99.75%`: never rounded up to certainty. */
function percent(confidence: number): string {
  const digits = Math.max(0, Math.ceil(-Math.log10(1 - confidence)) - 1);
  const scale = 10 ** digits;
  return `${(Math.floor(100 * confidence * scale + 1e-6) / scale).toFixed(digits)}%`;
}

export const count = (metrics: readonly ComparedMetric[], verdict: Verdict): number =>
  metrics.filter((metric) => metric.verdict === verdict).length;

function summary({ metrics, judged, confidence }: Comparison): string {
  const counts = order.flatMap((verdict) => {
    const found = count(metrics, verdict);
    return found === 0 ? [] : [`${found} ${verdict}`];
  });
  const method =
    judged === 0
      ? 'No figure has three rounds or more on both sides: nothing can be told from noise.'
      : `Judged: ${judged} ${judged === 1 ? 'figure' : 'figures'}, together: on average at most ${100 * falseShare}% of the changes reported are noise, and between runs that do not differ any at all is reported in at most ${100 * falseShare}% of comparisons. Each interval is therefore one of ${percent(confidence)}. Noise is what the rounds of a run differ by; what whole runs differ by besides is not in it.`;
  return `${wrapped(method, 100)}\n\n${counts.length === 0 ? 'nothing to compare' : counts.join(', ')}`;
}

/** What has the same head is said once, with all its names. */
function grouped<Item>(
  items: readonly Item[],
  headOf: (item: Item) => string,
  nameOf: (item: Item) => string,
  text: (head: string, names: string) => string,
): readonly string[] {
  const heads = [...new Set(items.map(headOf))];
  return heads.map((head) =>
    text(
      head,
      items
        .filter((item) => headOf(item) === head)
        .map(nameOf)
        .join(', '),
    ),
  );
}

export function comparisonText(comparison: Comparison): string {
  const { before, after, warnings, metrics, invalid, confidence } = comparison;
  const list = (items: readonly string[]): string =>
    items.map((item) => wrapped(`- ${item}`, 100, '  ')).join('\n');
  const isInBoth = ({ verdict }: ComparedMetric): boolean =>
    verdict !== 'only before' && verdict !== 'only after';
  const inBoth = metrics.filter(isInBoth);
  const inOne = grouped(
    metrics.filter((metric) => !isInBoth(metric)),
    ({ id, verdict }) => `${verdict}: ${id}`,
    ({ metric }) => metric,
    (head, names) => `${head} (${names})`,
  );
  const notCompared = grouped(
    invalid,
    ({ side, why }) => `${side}: ${why}`,
    ({ id }) => id,
    (head, names) => `${names}, ${head}`,
  );
  return `${[
    `before: ${printable(before)}\nafter:  ${printable(after)}`,
    ...(warnings.length === 0 ? [] : [`Warnings:\n${list(warnings)}`]),
    ...(inBoth.length === 0 ? [] : [table(inBoth, confidence)]),
    ...(inOne.length === 0 ? [] : [`In one of them only:\n${list(inOne)}`]),
    ...(notCompared.length === 0 ? [] : [`Invalid, not compared:\n${list(notCompared)}`]),
    summary(comparison),
  ].join('\n\n')}\n`;
}
