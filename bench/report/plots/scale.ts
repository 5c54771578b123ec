/** From values to places on paper, and the round values that are marked. */

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Scale {
  readonly kind: 'linear' | 'logarithmic';
  readonly domain: Span;
  /** Where a value stands; one outside the domain stands at its edge. */
  readonly at: (value: number) => number;
  /** Ascending, all within the domain. */
  readonly ticks: readonly number[];
}

export interface ScaleOptions {
  /** At most so many, about. */
  readonly ticks: number;
  /** The domain is what is shown, and does not end with a tick. */
  readonly tight?: boolean;
  /** Of bytes, which people count in powers of 1024: 64 MiB is round, 100,000,000 B is not. */
  readonly isBinary?: boolean;
}

/** 1, 2 or 5 times a power of ten: the smallest that is not below `least`. */
export function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  // Powers of ten are not exact: what is as good as 10 is 10.
  const factor = [1, 2, 5].find((each) => each * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** Multiples of a nice step, written so that 0.1 + 0.2 is 0.3. @param grain what is nice is so many of it */
export function linearTicks({ from, to }: Span, atMost: number, grain = 1): readonly number[] {
  const step = grain * niceStep((to - from) / grain / Math.max(1, atMost));
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

const clamp = (value: number, { from, to }: Span): number => Math.min(to, Math.max(from, value));

/** One value alone, or several that no axis could tell apart, still want an axis. */
function widened({ from, to }: Span): Span {
  const size = Math.max(Math.abs(from), Math.abs(to));
  if (to - from > 1e-9 * Math.max(1e-6, size)) return { from, to };
  return { from, to: from + (size > 1e-6 ? size : 1) };
}

/** Bytes, KiB, MiB: the unit in which the largest value is told. */
function binaryGrain({ from, to }: Span): number {
  return 1024 ** Math.max(0, Math.floor(Math.log2(Math.max(Math.abs(from), Math.abs(to))) / 10));
}

/** @param wanted the values to show; the domain begins and ends with a tick unless `tight` */
export function linearScale(
  wanted: Span,
  paper: Span,
  { ticks: atMost, tight = false, isBinary = false }: ScaleOptions,
): Scale {
  const span = widened(wanted);
  const grain = isBinary ? binaryGrain(span) : 1;
  const step = grain * niceStep((span.to - span.from) / grain / Math.max(1, atMost));
  const domain = tight
    ? span
    : {
        from: Number((Math.floor(span.from / step + 1e-9) * step).toPrecision(12)),
        to: Number((Math.ceil(span.to / step - 1e-9) * step).toPrecision(12)),
      };
  return {
    kind: 'linear',
    domain,
    at: (value) =>
      paper.from +
      ((clamp(value, domain) - domain.from) / (domain.to - domain.from)) * (paper.to - paper.from),
    ticks: linearTicks(domain, tight ? atMost : (domain.to - domain.from) / step, grain),
  };
}

/** The decades, and as many between them as there is room for. */
export function logarithmicTicks({ from, to }: Span, atMost: number): readonly number[] {
  const first = Math.floor(Math.log10(from) + 1e-9);
  const last = Math.ceil(Math.log10(to) - 1e-9);
  const within = (factors: readonly number[], everyDecade = 1): readonly number[] =>
    Array.from({ length: last - first + 1 }, (_, index) => first + index)
      .filter((power) => power % everyDecade === 0)
      .flatMap((power) => factors.map((factor) => Number((factor * 10 ** power).toPrecision(12))))
      .filter((tick) => tick >= from * (1 - 1e-9) && tick <= to * (1 + 1e-9));
  const candidates = [
    within([1, 2, 5]),
    within([1, 3]),
    within([1]),
    within([1], 2),
    within([1], 3),
    within([1], 5),
  ];
  return candidates.find((ticks) => ticks.length <= atMost) ?? candidates.at(-1)!;
}

/** The largest of 1, 2 and 5 times a power of ten that is not above it. */
function niceBelow(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  const factor = [5, 2, 1].find((each) => each * power <= value * (1 + 1e-9)) ?? 1;
  return Number((factor * power).toPrecision(12));
}

function niceAround({ from, to }: Span): Span {
  return { from: niceBelow(from), to: Number(niceStep(to).toPrecision(12)) };
}

function powersOfTwoAround({ from, to }: Span): Span {
  return { from: 2 ** Math.floor(Math.log2(from) + 1e-9), to: 2 ** Math.ceil(Math.log2(to) - 1e-9) };
}

/** Powers of two, and fewer of them where there is no room for each. */
function binaryTicks({ from, to }: Span, atMost: number): readonly number[] {
  const first = Math.ceil(Math.log2(from) - 1e-9);
  const last = Math.floor(Math.log2(to) + 1e-9);
  const powers = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  const candidates = [1, 2, 5, 10, 20].map((every) => powers.filter((power) => power % every === 0));
  const chosen = candidates.find((each) => each.length <= atMost) ?? candidates.at(-1)!;
  return chosen.map((power) => 2 ** power);
}

/** @param wanted both above zero */
export function logarithmicScale(
  wanted: Span,
  paper: Span,
  { ticks: atMost, tight = false, isBinary = false }: ScaleOptions,
): Scale {
  const { from, to } = tight ? wanted : isBinary ? powersOfTwoAround(wanted) : niceAround(wanted);
  const domain = to > from ? { from, to } : { from: from / 2, to: from * 2 };
  const width = Math.log10(domain.to / domain.from);
  return {
    kind: 'logarithmic',
    domain,
    at: (value) =>
      paper.from + (Math.log10(clamp(value, domain) / domain.from) / width) * (paper.to - paper.from),
    ticks: (isBinary ? binaryTicks : logarithmicTicks)(domain, atMost),
  };
}

/** A logarithmic scale cannot show zero: values that hold one, or less, are shown on a linear one. */
export function scaleFor(
  kind: 'linear' | 'logarithmic',
  values: readonly number[],
  paper: Span,
  options: ScaleOptions & { readonly fromZero?: boolean },
): Scale {
  const least = minimum(values);
  const most = maximum(values);
  if (kind === 'logarithmic' && least > 0) return logarithmicScale({ from: least, to: most }, paper, options);
  const { fromZero = true } = options;
  return linearScale(
    { from: fromZero ? Math.min(0, least) : least, to: fromZero ? Math.max(0, most) : most },
    paper,
    options,
  );
}

/** Without spreading: timelines have more points than a call takes arguments. Of nothing: 0. */
export function minimum(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((least, value) => Math.min(least, value));
}

export function maximum(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((most, value) => Math.max(most, value));
}

/** One scale cannot show both ends of such values unless it is logarithmic. */
export function spreadsWidely(values: readonly number[], factor = 25): boolean {
  const least = minimum(values);
  return least > 0 && maximum(values) / least > factor;
}
